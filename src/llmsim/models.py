"""The simulated models.  Names, prices and speeds are invented; only their proportions resemble a market."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from llmsim.chat import Usage
from llmsim.latency import Latency
from llmsim.limits import Limits


@dataclass(frozen=True)
class Model:
    """One model.

    `input_price` and `output_price` are US dollars per million tokens, `context` the most tokens a prompt may have,
    `skill` the chance that an answer is the best the simulator knows (else it is a plausible worse one).
    """

    name: str
    latency: Latency = field(default_factory=Latency)
    limits: Limits = field(default_factory=Limits)
    input_price: float = 1.0
    output_price: float = 4.0
    context: int = 32_000
    skill: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.skill <= 1:
            raise ValueError("skill is a probability between 0 and 1")

    def cost(self, usage: Usage) -> float:
        """US dollars for these tokens."""
        spent = usage.prompt_tokens * self.input_price + usage.completion_tokens * self.output_price
        return spent / 1e6


FAST = Model(
    "sim-fast",
    Latency(ttft=0.25, sigma=0.25, tail=0.02, rate=110),
    Limits(rpm=3000, tpm=2_000_000),
    input_price=0.2,
    output_price=0.8,
    skill=0.85,
)
LARGE = Model(
    "sim-large",
    Latency(ttft=0.6, sigma=0.3, tail=0.03, rate=55),
    Limits(rpm=1000, tpm=600_000),
    input_price=2.5,
    output_price=10.0,
    context=128_000,
)
THINKING = Model(
    "sim-thinking",
    Latency(ttft=3.0, sigma=0.4, tail=0.04, rate=40, longest=120),
    Limits(rpm=200, tpm=200_000),
    input_price=5.0,
    output_price=20.0,
    context=128_000,
)
EMBEDDING = Model(
    "sim-embedding",
    Latency(ttft=0.08, sigma=0.2, tail=0.01, rate=1e6),
    Limits(rpm=3000),
    input_price=0.05,
    output_price=0,
)

CATALOGUE: tuple[Model, ...] = (FAST, LARGE, THINKING, EMBEDDING)


def by_name(models: Iterable[Model]) -> Mapping[str, Model]:
    """Models by name; two of one name are a mistake."""
    found: dict[str, Model] = {}
    for model in models:
        if model.name in found:
            raise ValueError(f"two models are called {model.name!r}")
        found[model.name] = model
    return found
