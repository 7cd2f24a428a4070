"""The engine: takes a request, decides its whole fate at once, and hands it back as a schedule.

Nothing here waits.  `Engine.open` turns a request into a `Call`, whose `steps` say what happens how many seconds
after the start; `llmsim.session` walks through them, and its two thin drivers do the sleeping.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Lock

from llmsim.call import Call
from llmsim.chat import Request
from llmsim.errors import BadRequestError, NotFoundError
from llmsim.faults import NONE, Faults
from llmsim.latency import Latency
from llmsim.ledger import Bill, Entry, Ledger
from llmsim.limits import Gate, Limits
from llmsim.models import CATALOGUE, Model, by_name
from llmsim.runclock import RunClock
from llmsim.seeds import digest

_REMEMBERED = 100_000
"""How many different requests are counted apart (for the nth call of each); beyond it the oldest start anew."""


class Engine:
    """An LLM endpoint without a network.

    `latency` and `limits` replace those of every model, which keeps a lesson's set-up to one line.  With the same
    seed, settings and requests everything comes out the same, whatever order the requests arrive in; only limits,
    queues and schedules depend on when they come.  Times are read from `clock`, by default `time.monotonic` looked
    up at each call, so that a virtual clock applies.

    A run (limits, repeat counts, the schedules of outages and bursts) starts with the first request, and anew with
    each new virtual clock.  The log (its last `keep` entries) and the bill go on until `reset`; `on_attempt` hears of
    every attempt as it opens and as it closes.
    """

    def __init__(
        self,
        models: Iterable[Model] = CATALOGUE,
        *,
        seed: int = 0,
        latency: Latency | None = None,
        limits: Limits | None = None,
        faults: Faults = NONE,
        clock: Callable[[], float] | None = None,
        keep: int = 100_000,
        on_attempt: Callable[[Entry], None] | None = None,
    ) -> None:
        self.models = by_name(
            replace(m, latency=latency or m.latency, limits=limits or m.limits) for m in models
        )
        self.seed = seed
        self.faults = faults
        self._read = clock
        self._keep = keep
        self._on_attempt = on_attempt
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything that has happened, as if newly made."""
        self.ledger = Ledger(self._keep, self._on_attempt)
        self.clock = RunClock(self._read)
        self._begin()

    def _begin(self) -> None:
        self._gates = {name: Gate(name, model.limits) for name, model in self.models.items()}
        self._calls: OrderedDict[int, int] = OrderedDict()

    def bill(self) -> Bill:
        """What has been used so far, by model."""
        return self.ledger.bill()

    @property
    def log(self) -> list[Entry]:
        """Every attempt so far, oldest first."""
        return self.ledger.entries

    def model(self, name: str) -> Model:
        """A model by name; unknown ones are a 404, as with a real endpoint."""
        try:
            return self.models[name]
        except KeyError:
            message = (
                f"The model `{name}` does not exist. This simulator has: {', '.join(sorted(self.models))}."
            )
            raise NotFoundError(message, code="model_not_found", param="model") from None

    def _nth(self, fingerprint: int) -> int:
        before = self._calls.pop(fingerprint, 0)
        self._calls[fingerprint] = before + 1
        if len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        return before

    def open(self, request: Request, attempt: int = 0) -> Call:
        """Admit a request and decide its fate.  Raises 404, 400 (context length) and 429 at once; a 429 is logged."""
        model = self.model(request.model)
        prompt = request.prompt_tokens()
        _check_context(request, prompt, model)
        fingerprint = request.fingerprint()
        with self._lock:
            if self.clock.tick():
                self._begin()
            now = self.clock.seconds()
            nth = self._nth(fingerprint)
            key = digest(self.seed, fingerprint, nth)
            entry = Entry(f"chatcmpl-{key:016x}", model.name, attempt, now, request.stream)
            call = Call(self, request, model, entry, prompt, fingerprint, nth)
            self.ledger.open(entry)
            try:
                call.admit(self._gates[model.name], now)
            except BaseException as error:
                call.fail(error)
                raise
        return call


def _check_context(request: Request, prompt: int, model: Model) -> None:
    asked = request.max_tokens or 0
    if prompt + asked <= model.context:
        return
    message = (
        f"This model's maximum context length is {model.context} tokens. However, you requested {prompt + asked} "
        f"tokens ({prompt} in the messages, {asked} in the completion)."
    )
    raise BadRequestError(message, code="context_length_exceeded", param="messages")
