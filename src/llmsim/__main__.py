"""`python -m llmsim serve`."""

import argparse
import ipaddress
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from llmsim.faults import Faults, Outage
from llmsim.limits import Limits
from llmsim.models import CATALOGUE, Model
from llmsim.simulator import Simulator

KEY_VARIABLE = "LLMSIM_API_KEY"
_NO_ADDRESS = (
    "无法监听 {where}：{why}。换一个端口（--port），或先停掉占用它的程序。\n"
    "Cannot listen on {where}: {why}. Choose another port (--port), or stop the program that holds this one.\n"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        sim = _simulator(options)
    except ValueError as error:
        parser.error(str(error))
    from llmsim.server import listen, serve  # only now: `--help` needs no web server

    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        parser.exit(1, _NO_ADDRESS.format(where=where, why=error.strerror or error))
    with listener:
        _greet(options.host, listener.getsockname()[1])
        serve(sim, listener, api_key=os.environ.get(KEY_VARIABLE) or None)


def _simulator(options: argparse.Namespace) -> Simulator:
    faults = Faults(
        error_rate=options.error_rate,
        hang_rate=options.hang_rate,
        cut_rate=options.cut_rate,
        slow_rate=options.slow_rate,
        malformed_rate=options.malformed_rate,
        outages=tuple(options.outage),
    )
    return Simulator([_adjusted(model, options) for model in CATALOGUE], seed=options.seed, faults=faults)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m llmsim", description="An LLM endpoint that behaves, without a key."
    )
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="serve OpenAI's protocol over HTTP")
    serve.add_argument("--host", default="127.0.0.1", help="address to bind to (default: loopback only)")
    serve.add_argument("--port", type=_port, default=8765, help="0 takes a free one (default: 8765)")
    serve.add_argument("--seed", type=int, default=0, help="the same seed lives through the same day again")
    serve.add_argument("--rpm", type=float, help="requests per minute, for every model (0: no limit)")
    serve.add_argument("--tpm", type=float, help="tokens per minute, for every model (0: no limit)")
    serve.add_argument("--burst", type=float, default=60.0, help="seconds of quota that may be used at once")
    serve.add_argument("--capacity", type=int, help="answers worked on at once; further ones queue")
    serve.add_argument("--ttft", type=float, help="median seconds to the first token, for every model")
    serve.add_argument("--rate", type=float, help="tokens per second, for every model")
    serve.add_argument(
        "--tail", type=float, metavar="P", help="share of requests with a heavy-tailed first token"
    )
    for kind in ("error", "hang", "cut", "slow", "malformed"):
        serve.add_argument(
            f"--{kind}-rate", type=float, default=0.0, metavar="P", help=f"probability of the fault {kind!r}"
        )
    serve.add_argument(
        "--outage",
        type=_outage,
        action="append",
        default=[],
        metavar="FROM-TO",
        help="seconds with 503 only",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 0 to 65535")
    return int(text)


def _outage(text: str) -> Outage:
    start, _, end = text.partition("-")
    try:
        return Outage(float(start), float(end))
    except ValueError:
        message = f"{text!r} is not FROM-TO: two numbers of seconds, the first one smaller, such as 30-45"
        raise argparse.ArgumentTypeError(message) from None


def _adjusted(model: Model, options: argparse.Namespace) -> Model:
    limits: Limits = replace(model.limits, burst=options.burst, capacity=options.capacity)
    if options.rpm is not None:
        limits = replace(limits, rpm=options.rpm or None)
    if options.tpm is not None:
        limits = replace(limits, tpm=options.tpm or None)
    timing = {
        name: value for name in ("ttft", "rate", "tail") if (value := getattr(options, name)) is not None
    }
    latency = replace(model.latency, **timing)
    return replace(model, limits=limits, latency=latency)


def _greet(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"http://{shown}:{port}/status   状态页 / status page")
    print(f"OPENAI_BASE_URL=http://{shown}:{port}/v1 OPENAI_API_KEY=any OPENAI_MODEL=sim-large", flush=True)
    if not _is_loopback(host):
        print(
            "注意：其他机器也能访问这个服务。\nNote: other machines can reach this server.",
            file=sys.stderr,
            flush=True,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    main()
