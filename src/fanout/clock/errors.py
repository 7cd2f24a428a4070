"""What the virtual clock raises."""


class VirtualTimeError(RuntimeError):
    """Something was asked of a simulation that cannot be had in virtual time; the message says what to do instead."""


class Deadlock(VirtualTimeError):
    """Every simulated thread waits and no timer is left, so nothing can ever happen again.

    Raised where the main thread of the simulation waits. The message lists each thread and each asyncio task with
    the line at which it waits.
    """


class Stopped(SystemExit):
    """Ends, silently, a simulated thread that would otherwise go on or wait for ever."""
