"""Ctrl-C."""

import _thread
import asyncio
import signal
import threading
import time
from collections.abc import Callable

import pytest

from fanout.clock import current_clock, now, simulate

main_thread_only = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals reach the main thread"
)


def forever() -> None:
    while True:
        time.sleep(1)


def interrupt_main() -> None:
    """Ctrl-C as it reaches a main thread that waits: asynchronously, so wait until it has."""
    clock, main = current_clock(), threading.main_thread().ident
    assert clock is not None
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)
    while not clock._interrupted:
        pass


@main_thread_only
def test_ctrl_c_in_the_main_thread() -> None:
    def work() -> None:
        time.sleep(1)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        simulate(work)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert simulate(time.sleep, 1).elapsed == 1.0


@main_thread_only
@pytest.mark.parametrize(
    "wait", [lambda: threading.Event().wait(), lambda: asyncio.run(asyncio.sleep(1e6)), forever]
)
def test_ctrl_c_while_the_main_thread_waits(wait: Callable[[], object]) -> None:
    rounds = []

    def work() -> None:
        def interrupter() -> None:
            time.sleep(5)
            interrupt_main()
            while True:
                rounds.append(now())
                time.sleep(1)

        threading.Thread(target=interrupter).start()
        wait()

    with pytest.raises(KeyboardInterrupt):
        simulate(work)
    assert len(rounds) <= 2, "the other threads end at their next sleep"
    assert simulate(time.sleep, 1).elapsed == 1.0


@main_thread_only
def test_a_second_ctrl_c_gives_up_a_thread_that_never_waits() -> None:
    ended = _thread.allocate_lock()
    ended.acquire()

    def hot() -> None:
        clock = current_clock()
        assert clock is not None
        interrupt_main()
        interrupt_main()
        while not clock.closed:
            pass
        ended.release()

    def work() -> None:
        threading.Thread(target=hot).start()
        threading.Thread(target=forever).start()
        time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        simulate(work)
    assert ended.acquire(timeout=30)
    assert simulate(time.sleep, 1).elapsed == 1.0


@main_thread_only
def test_a_handler_that_somebody_has_set_is_left_alone() -> None:
    calls: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda signum, frame: calls.append(signum))
    try:
        simulate(signal.raise_signal, signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert calls == [signal.SIGINT]
