# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] block="predict" tags=["zh"]
# 一段代码，十二条分支，每条都睡半秒。你在八核的笔记本上试过，半秒返回。部署到两核的云主机上，却慢了一截。代码一个字没动，慢在哪里？
#
# 两核的机器上，Python 给这次调用六个线程。先别往下翻，押一个数：
#
# ```widget
# predict mechanism-twelve-on-six
# ```
#
# 记下你的答案。讲线程池的两节会跑给你看：对不对，六是怎么来的，为什么。

# %% [markdown] block="predict" tags=["en"]
# Twelve branches, each asleep for half a second. On your laptop, with eight cores, the call came back in half a second. On a virtual machine with two cores the same code takes longer, although sleeping needs no processor. Where does the time go?
#
# On two cores Python gives the call six threads. Before you scroll, put a number on it:
#
# ```widget
# predict mechanism-twelve-on-six
# ```
#
# The sections on thread pools show the run, where the six comes from, and why it matters.

# %% [markdown] block="who-waits" tags=["zh"]
# ## 等的时候，谁在守着 {#who-waits}
#
# 调用一次模型，程序自己几乎不干活，大半时间在等对方回话。所以“怎么并发”可以换一种问法：等的时候，谁在守着？Python 有两种答案。
#
# | 等的时候 | 事件循环 | 线程池 |
# |---|---|---|
# | 谁守着 | 没有人：函数让出控制权，留话“到时叫我” | 一个线程，睡在原地 |
# | 对函数的要求 | 每处等待都写成 `await` | 没有，普通函数就行 |
# | 能同时等几个 | 登记了多少就是多少 | 有几个线程就几个 |
#
# 像去柜台办事：一种是留个电话，轮到了叫你；另一种是人守在窗口前，一个窗口守一个人。两种都能让十件事同时“在办”，代价却完全不同。
#
# `RunnableParallel` 两种都用：`ainvoke` 走事件循环，`invoke` 走线程池。我们先把两边各拆开一次，再看 LangChain 怎么把它们接上，最后自己写一个。

# %% [markdown] block="who-waits" tags=["en"]
# ## While a call waits, who is waiting? {#who-waits}
#
# A program that calls a model computes next to nothing. Most of the time it waits for the other side to answer. So "how do I run things concurrently?" comes down to a smaller question: while a call waits, what in your program does the waiting? Python has two answers.
#
# | while waiting | event loop | thread pool |
# |---|---|---|
# | who waits | nobody: the function suspends itself and leaves word when to wake it | a thread, asleep inside the call |
# | what it asks of a function | that every wait be written as `await` | nothing, any function will do |
# | how many waits at once | as many as were registered | as many as there are threads |
#
# Think of a repair shop. With an event loop you leave your phone number and go; with threads, somebody stands at the counter for every repair. Ten repairs can be under way at once in either shop. One needs a list of ten numbers, the other ten people.
#
# `RunnableParallel` uses both: `ainvoke` the event loop, `invoke` a thread pool. We take each of them apart, see how LangChain joins them, and then write our own.

# %% [markdown] block="coroutine" tags=["zh"]
# ## 协程：会让出的函数 {#coroutine}
#
# “每个协程背后都有一个线程。”要检验这句话，最直接的办法是不要事件循环，亲手推着一个协程往前走。`pause` 是它让出的地方，里面只有一个 `yield`：停下来，把一个数交给推它的人。

# %% [markdown] block="coroutine" tags=["en"]
# ## A coroutine is a function that can suspend itself {#coroutine}
#
# "There is a thread behind every coroutine." To test that, leave asyncio out and drive a coroutine by hand. `send` pushes it along, and `pause` is where it suspends. (`types.coroutine` makes a plain generator awaitable, and whatever the generator yields is what `send` returns.)

# %% block="by-hand"
import asyncio
import threading
import time
import types
from collections.abc import Callable, Generator

from fanout.clock import simulate


@types.coroutine
def pause(seconds: float) -> Generator[float, None, None]:
    yield seconds


async def leaf(name: str, seconds: float) -> str:
    print(f"{name} begin  {threading.current_thread().name}")
    await pause(seconds)
    print(f"{name} end    {threading.current_thread().name}")
    return name


coroutine = leaf("a", 0.3)
print("leaf() called")
print("send ->", coroutine.send(None))
try:
    coroutine.send(None)
except StopIteration as stop:
    print("return ->", stop.value)

# %% [markdown] block="coroutine-read" tags=["zh"]
# 从上往下读。调用 `leaf()` 只造出一个对象，一行也没执行。第一次 `send`，它跑到 `await` 停下，交出一个数：0.3，意思是“0.3 秒后再叫我”。第二次 `send`，它从停下的地方接着走，局部变量都还在，直到返回。
#
# 从头到尾只有一个线程。协程没有自己的线程，有人推才动。所有 `async` 代码的底子就是这两样：一个能停、能续的函数，和一个推它的人。

# %% [markdown] block="coroutine-read" tags=["en"]
# Read the output from the top. `leaf() called` comes before `a begin`: the call made an object and ran not one line. The first `send` ran it up to the `await`, where it suspended and handed out a number, 0.3, by which we mean "push me again in 0.3 s". The second `send` picked up where it had stopped, with its local variables as they were, and ran to the return.
#
# There was one thread throughout. A coroutine has none of its own: it moves when somebody pushes it. All `async` code rests on these two, a function that can suspend and go on, and somebody to push it.

# %% [markdown] block="await" tags=["zh"]
# ## `await` 不是“丢到后台” {#await}
#
# 名字里带个“等”，常被当成“交给后台去做”。那后台在哪儿？套三层再推一次，看 0.3 从哪里交出来：

# %% [markdown] block="await" tags=["en"]
# ## `await` sends nothing to the background {#await}
#
# "`await` does it in the background." If so, something other than our `send` would have to run the inner function. Nest the coroutine three deep, push the outermost, and see where the 0.3 comes out:


# %% block="await-chain"
async def middle(name: str) -> str:
    return await leaf(name, 0.3)


async def outer(name: str) -> str:
    return (await middle(name)).upper()


coroutine = outer("a")
print("send ->", coroutine.send(None))
try:
    coroutine.send(None)
except StopIteration as stop:
    print("return ->", stop.value)

# %% [markdown] block="await-read" tags=["zh"]
# 你推的是最外层，应声的是最里层：0.3 穿过三层 `await`，直接交到推它的人手里。`await` 做的就是这件事：把里面的请求原样往上递，自己停在这一行，等里面做完。没有后台，也没有第二个执行者。
#
# 由此还能看出，一整条 `await` 的链同进同退。最里面一停，外面每一层都停着；里面若是一个不肯停的阻塞调用，外面谁也没有机会把控制权交出去。

# %% [markdown] block="await-read" tags=["en"]
# You pushed the outermost coroutine and the innermost answered: the 0.3 passed through three awaits, straight to whoever called `send`. That is all `await` does. It passes outwards what the inside hands out, and stays on its line until the inside is done. There is no background and no second thread.
#
# It follows that a chain of awaits suspends and resumes as one. When the innermost suspends, every layer around it is suspended too. And if the innermost makes a blocking call instead, no layer around it gets a chance to hand over control.

# %% [markdown] block="event-loop" tags=["zh"]
# ## 事件循环：一张日程表 {#event-loop}
#
# 那么，谁来记住“0.3 秒后叫 `a`”，谁来推？一张按时间排好的日程表，加一个循环：

# %% [markdown] block="event-loop" tags=["en"]
# ## An event loop is an agenda {#event-loop}
#
# So what remembers "push `a` in 0.3 s", and what does the pushing? An agenda sorted by time, and a loop over it:

# %% block="tiny-loop"
import heapq
from collections.abc import Coroutine
from itertools import count


def run_all(*coroutines: Coroutine) -> float:
    now, ticket = 0.0, count()
    agenda = [(now, next(ticket), coroutine) for coroutine in coroutines]
    while agenda:
        now, _, coroutine = heapq.heappop(agenda)
        try:
            seconds = coroutine.send(None)
        except StopIteration:
            continue
        heapq.heappush(agenda, (now + seconds, next(ticket), coroutine))
    return now


print(run_all(leaf("a", 0.3), leaf("b", 0.1), leaf("c", 0.2)))

# %% [markdown] block="event-loop-read" tags=["zh"]
# 三个协程都先开了头，然后按 `b`、`c`、`a` 的次序结束。等待加起来是 0.6 秒，日程走到 0.3 秒就空了。还是只有一个线程。
#
# 取出最早的一项，推它走一步，把下一次的时刻登记回去：asyncio 的循环骨子里就是这样（`ticket` 只在时刻相同时分个先后）。拿它的源码（CPython 3.11）来对，零件都找得到：
#
# | 我们的十一行 | asyncio 里 |
# |---|---|
# | `agenda`，按时间排的堆 | `_scheduled`，也是 `heapq` 维护的堆 |
# | 堆顶到点的那一项 | 先挪进另一个队列 `_ready`，先进先出；不用等的直接进这个队列 |
# | `while agenda` 的一圈 | [`_run_once`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/base_events.py)：没人能走就睡到最早的时刻，同时听网络和别的线程捎来的消息 |
# | `coroutine.send(None)` | [`Task.__step`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/tasks.py) 里的同一句 |
#
# 有两处不同。asyncio 的协程交出来的不是一个数，而是一个 `Future`：它一有结果，任务就回到 `_ready`。所以同一个循环既能等定时器，也能等网络、等线程。另外，我们的小循环不睡，直接把时间跳到下一项。课程用的虚拟时钟，正是这一跳。
#
# 记住循环的弱点：能推协程的只有它一个。哪个协程在两次 `await` 之间磨蹭，其余的全都得等。

# %% [markdown] block="event-loop-read" tags=["en"]
# All three began, and they ended in the order `b`, `c`, `a`. The waits add up to 0.6 s, and the agenda was empty at 0.3 s. Still one thread.
#
# Take the earliest entry, push it one step, enter its next moment. asyncio's loop has the same parts (CPython 3.11):
#
# | our eleven lines | in asyncio |
# |---|---|
# | `agenda`, a heap sorted by time | `_scheduled`, a heap kept by `heapq` as well |
# | the entries that are due | a separate queue `_ready`, first in, first out |
# | one turn of `while agenda` | [`_run_once`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/base_events.py): if nothing is ready it sleeps until the earliest entry, or until the network or another thread wakes it |
# | `coroutine.send(None)` | the same line in [`Task.__step`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/tasks.py) |
#
# Two things differ. A coroutine under asyncio hands out a `Future` instead of a number, and its task goes back into `_ready` when that future is done. That is how one loop can wait for a timer, a socket or a thread. And our loop doesn't sleep: it jumps straight to the next entry. The virtual clock of this course is that jump.
#
# Remember the weak spot: one loop does all the pushing. If a coroutine computes or blocks between one `await` and the next, every other coroutine waits.

# %% [markdown] block="gather" tags=["zh"]
# ## `gather`：先全部登记，再一起等 {#gather}
#
# “写成 `async`，自然就并发了。”下面两段都是 `async`，先猜猜各要多久：

# %% [markdown] block="gather" tags=["en"]
# ## `gather`: register them all, then wait {#gather}
#
# "It's `async`, so it's concurrent." Both plans below are `async`. How long does each take?


# %% block="gather-run"
async def fetch(name: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return name


async def one_by_one() -> list[str]:
    return [
        await fetch("a", 0.3),
        await fetch("b", 0.1),
        await fetch("c", 0.2),
    ]


async def together() -> list[str]:
    return await asyncio.gather(
        fetch("a", 0.3), fetch("b", 0.1), fetch("c", 0.2)
    )


for plan in (one_by_one, together):
    run = simulate(plan())
    print(f"{plan.__name__:10}  {run.elapsed:.1f} s  {run.value}")

# %% [markdown] block="gather-read" tags=["zh"]
# `await` 的意思是“等它做完，我再往下走”。一个接一个地 `await`，就是排队：0.6 秒。`gather` 先把每个协程包成任务（`asyncio.Task`），全都登记上日程，然后才等：0.3 秒。任务就是登记过的协程，不管有没有人在等，循环都会推着它走。
#
# 注意结果的次序：`b` 最先完成，列表里仍然是 `a`、`b`、`c`。`gather` 按参数的次序交结果，`ainvoke` 的键按声明的次序排，靠的就是它。
#
# 登记之后什么时候开跑？不是马上。循环此刻正推着你，得等你停下来：

# %% [markdown] block="gather-read" tags=["en"]
# `await` means "go on when this is done". One `await` after another is a queue: 0.6 s. `gather` first wraps each coroutine in a task (`asyncio.Task`), enters them all in the agenda, and only then waits: 0.3 s. A task is a coroutine that has been registered with the loop. The loop pushes it along whether or not anything awaits it.
#
# Look at the order, too. `b` finished first, and the list still says `a`, `b`, `c`. `gather` returns results in the order of its arguments, so `ainvoke` can pair them with its keys again, in the order you declared them.
#
# When does a task begin, once registered? Not at once. The loop is pushing the coroutine that called `create_task`, and can push nothing else until that one suspends:


# %% block="task-begins"
async def note(name: str) -> None:
    print(f"{name} begin")


async def main() -> None:
    task = asyncio.create_task(note("a"))
    print("create_task() returned")
    await task


_ = simulate(main())

# %% [markdown] block="between-awaits" tags=["zh"]
# `create_task()` 先返回，`a` 后开始：任务已经登记，但要等 `main` 走到 `await task` 让出，循环才腾得出手来推它。
#
# 反过来看，这也是协程的好处：从一个 `await` 到下一个 `await`，别的协程插不进来。读一个变量、改一个变量，中间不用加锁。

# %% [markdown] block="between-awaits" tags=["en"]
# That has a benefit. From one `await` to the next, no other coroutine of this loop can cut in. You can read a variable and write it back without a lock, as long as there is no `await` in between.

# %% [markdown] block="pool" tags=["zh"]
# ## 线程池：一份等待，占一个线程 {#pool}
#
# `time.sleep`、同步的 HTTP 客户端、同步的数据库驱动，都不会让出。要让它们的等待叠起来，只能每份等待派一个线程守着。“有几条分支就有几个线程”，真是这样吗？让每次调用记下自己开始的时刻：

# %% [markdown] block="pool" tags=["en"]
# ## A thread pool spends one thread on every wait {#pool}
#
# `time.sleep`, a synchronous HTTP client, a synchronous database driver: none of these suspends. To overlap their waits, each needs a thread to block. "So there are as many threads as branches." Are there? Let every job note when it starts:

# %% block="pool-run"
from concurrent.futures import ThreadPoolExecutor


def twelve_jobs(workers: int) -> list[float]:
    begin = time.perf_counter()

    def job(_: int) -> float:
        started = time.perf_counter() - begin
        time.sleep(0.5)
        return round(started, 1)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(job, range(12)))


for workers in (12, 6, 4):
    run = simulate(twelve_jobs, workers)
    print(f"{workers:2} workers  {run.elapsed:.1f} s  {run.value}")

# %% [markdown] block="pool-read" tags=["zh"]
# 开头那道题，答案是 1.0 秒。六个线程，先做六个；另外六个在队里等到 0.5 秒才开始：⌈12 ÷ 6⌉ 轮，每轮 0.5 秒。四个线程要三轮。
#
# 线程池就是一个队列，加上几个轮流来取活的线程。“几个”只是上限：线程用到才建，闲下来的接着用。同样是上限 32 的池，看看真正建了几个：

# %% [markdown] block="pool-read" tags=["en"]
# So the answer to the opening question is 1.0 s. Six threads take six jobs, and the other six queue until 0.5 s: ⌈12 ÷ 6⌉ rounds of 0.5 s. Four threads need three rounds.
#
# A thread pool is a queue and some threads that take work from it. The size you give is only a ceiling: a thread is made when a job comes in and none is idle. Below, pools with a ceiling of 32 get 3 jobs at once, 50 at once, and 50 one by one. How many threads does each of the three make?


# %% block="pool-threads"
def threads_made(jobs: int, at_once: bool) -> int:
    def job() -> str:
        time.sleep(0.1)
        return threading.current_thread().name

    with ThreadPoolExecutor(32) as pool:
        if at_once:
            futures = [pool.submit(job) for _ in range(jobs)]
            return len({future.result() for future in futures})
        return len({pool.submit(job).result() for _ in range(jobs)})


print("3 at once     ", simulate(threads_made, 3, True).value)
print("50 at once    ", simulate(threads_made, 50, True).value)
print("50 one by one ", simulate(threads_made, 50, False).value)

# %% [markdown] block="pool-invoke" tags=["zh"]
# 三件活一起来，只建三个线程；五十件一起来，建到 32 个为止；五十件一件一件来，从头到尾就那一个。
#
# ## `invoke` 的池子有多大 {#pool-size}
#
# `RunnableParallel.invoke` 用的正是这样一个池，每次调用新建一个，大小是 `max_concurrency`。你没给，就用 Python 的默认值：min(32, 核数 + 4)。云主机上为什么慢，一算就清楚：

# %% [markdown] block="pool-invoke" tags=["en"]
# ## How large is the pool of `invoke`? {#pool-size}
#
# `RunnableParallel.invoke` runs on just such a pool, a new one for every call, and its size is `max_concurrency`. If you don't set that, Python's default applies: min(32, cores + 4). This is why the virtual machine was slower:

# %% block="pool-langchain"
from math import ceil

from fanout.langchain import trace_runnables
from langchain_core.runnables import RunnableLambda, RunnableParallel


def half_a_second(question: str) -> str:
    time.sleep(0.5)
    return question


twelve = RunnableParallel({f"b{i}": half_a_second for i in range(12)})
with trace_runnables() as trace:
    simulate(twelve.invoke, "?", {"max_concurrency": 6})

for cores in (2, 4, 8, 28):
    workers = min(32, cores + 4)
    rounds = ceil(12 / workers)
    print(f"{cores:2} cores  {workers:2} workers  {rounds * 0.5:.1f} s")
trace

# %% [markdown] block="pool-invoke-read" tags=["zh"]
# 图里的细线是排队。`b6` 到 `b11` 从一开始就在，只是没有线程来接；前六条一做完，它们立刻补上。
#
# 两核给 6 个线程，八核给 12 个。十二条分支在前者要走两轮，在后者一轮就完。“核数”是 [`os.cpu_count()`](https://docs.python.org/3.11/library/os.html#os.cpu_count)，数的是整台机器：给容器设了 CPU 配额，默认值仍按宿主机算。想让它到哪儿都一样快，就别靠默认值，把 `max_concurrency` 写明。

# %% [markdown] block="pool-invoke-read" tags=["en"]
# The thin lines are queueing. `b6` to `b11` were submitted at the start, but had no thread until the first six were done.
#
# Two cores give 6 threads, eight give 12. Twelve branches take two rounds on the former and one on the latter. "Cores" is [`os.cpu_count()`](https://docs.python.org/3.11/library/os.html#os.cpu_count), which counts the CPUs of the system and not those your process may use. In a container with a CPU quota the default therefore follows the host. For the same timing everywhere, set `max_concurrency` yourself.

# %% [markdown] block="gil" tags=["zh"]
# ## 线程叠得了等待，叠不了计算 {#gil}
#
# 把 `sleep` 换成真正的计算，四个线程会比一个快吗？这段代码不用虚拟时钟，用真的：各跑七次，取“一个线程的时长 ÷ 四个线程的时长”的中位数。

# %% [markdown] block="gil" tags=["en"]
# ## Threads overlap waiting, not computing {#gil}
#
# Replace the `sleep` with real work. Are four threads faster than one? This cell leaves the virtual clock and runs on the real one. It takes the median of seven:


# %% block="gil-run"
def burn(_: int) -> int:
    return sum(i * i for i in range(150_000))


def in_a_row() -> None:
    for i in range(4):
        burn(i)


def on_four_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(burn, range(4)))


def seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


ratios = sorted(
    seconds(in_a_row) / seconds(on_four_threads) for _ in range(7)
)
print(f"{round(ratios[3])}x")

# %% [markdown] block="gil-read" tags=["zh"]
# 四舍五入是 1 倍：一点没省。标准版 CPython 有一把全局解释器锁（GIL），同一时刻只有一个线程在执行 Python 字节码。线程一去睡觉、一去等网络，就把锁交出来，别人趁机往下走；埋头计算的线程只能轮流拿锁，总量一点没少。所以线程对等待有效，对纯 Python 计算无效。
#
# 协程也救不了计算：它们本来就挤在一个线程里。要让计算并行，得用多个进程；这门课管的是等待。

# %% [markdown] block="gil-read" tags=["en"]
# Rounded, a factor of 1: nothing was saved. Standard CPython has a global interpreter lock, the GIL: only one thread at a time executes Python bytecode. A thread releases the lock while it sleeps or waits for the network, so threads overlap waiting. While it computes in Python it needs the lock, so they don't overlap computing.
#
# Coroutines don't either, since they share a single thread. To compute in parallel you need several processes. This course is about waiting.

# %% [markdown] block="one-call" tags=["zh"]
# ## 一次真正的调用，拆开看 {#one-call}
#
# 零件都齐了。把回调、追踪和配置拿掉，`RunnableParallel` 的两个方法只剩下面这几行。先别急着信，我们拿真的来对：

# %% [markdown] block="one-call" tags=["en"]
# ## One real call, taken apart {#one-call}
#
# Those are all the parts. Take away callbacks, tracing and configuration, and the two methods of `RunnableParallel` come down to the few lines below. To check that, the cell runs them against the real ones:

# %% block="bare"
from typing import Any


def bare_invoke(
    steps: dict[str, Any], value: Any, limit: int | None = None
) -> dict[str, Any]:
    with ThreadPoolExecutor(max_workers=limit) as pool:
        futures = {
            key: pool.submit(step.invoke, value)
            for key, step in steps.items()
        }
        return {key: future.result() for key, future in futures.items()}


async def bare_ainvoke(steps: dict[str, Any], value: Any) -> dict[str, Any]:
    results = await asyncio.gather(
        *(step.ainvoke(value) for step in steps.values())
    )
    return dict(zip(steps, results, strict=True))


def blocking(seconds: float) -> Callable[[str], str]:
    def call(question: str) -> str:
        time.sleep(seconds)
        return f"{question} {seconds}"

    return call


real = RunnableParallel(a=blocking(0.3), b=blocking(0.1), c=blocking(0.2))
steps = dict(real.steps__)

for ours, theirs in (
    (simulate(bare_invoke, steps, "q"), simulate(real.invoke, "q")),
    (simulate(bare_ainvoke(steps, "q")), simulate(real.ainvoke("q"))),
):
    print(ours.value == theirs.value, ours.elapsed, theirs.elapsed)

# %% [markdown] block="diary" tags=["zh"]
# 结果相同，时长相同。那么真的代码多出来的是什么？给它挂一本日记，让每次运行的开始和结束都留下一行：时刻、事件、是谁、在哪个线程：

# %% [markdown] block="diary" tags=["en"]
# Same results, same times. What does the real code add? A callback handler can show it. This one writes a line whenever a run starts or ends: the time, the event, which run, and on which thread:

# %% block="diary-run"
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler


class Diary(BaseCallbackHandler):
    run_inline = True

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.names: dict[UUID, str] = {}

    def on_chain_start(
        self,
        serialized: dict[str, Any],
        inputs: Any,
        *,
        run_id: UUID,
        tags: list[str] | None = None,
        **rest: Any,
    ) -> None:
        branch = (tag for tag in tags or () if tag.startswith("map:key:"))
        self.names[run_id] = next(branch, "whole call")
        self.note("start", run_id)

    def on_chain_end(
        self, outputs: Any, *, run_id: UUID, **rest: Any
    ) -> None:
        self.note("end", run_id)

    def note(self, event: str, run_id: UUID) -> None:
        thread = threading.current_thread().name.partition("-")[0]
        at = time.perf_counter() - self.begin
        print(f"{at:.1f} s  {event:5}  {self.names[run_id]:10}  {thread}")


async def acall() -> None:
    await real.ainvoke("q", {"callbacks": [Diary()]})


_ = simulate(lambda: real.invoke("q", {"callbacks": [Diary()]}))
print()
_ = simulate(acall())

# %% [markdown] block="source" tags=["zh"]
# 两份日记，同一个时钟，事件一样多，时刻一样，只有最后一列不同。一步一步对着源码读（行号是 langchain-core 1.7.2 的）：
#
# 1. **先记下整次调用。** 两边都先建回调管理器，报一声开始：[`invoke`，L4148](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4148)，[`ainvoke`，L4211](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4211)。你的追踪工具看到的根节点，就是这一行。
# 2. **每条分支领一份自己的配置。** [`_invoke_step`，L4165](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4165)，[`_ainvoke_step`，L4220](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4220)。配置里加了标签 `map:key:a`，所以日记里认得出谁是谁。输入没有动，三条分支收到的是同一个对象。
# 3. **开跑，两边从这里分开。** `invoke` [新建一个线程池，L4185](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4185)，逐条 `submit`，于是三行 `start` 都记在池里的线程上。`ainvoke` 把三条分支交给[一个 `gather`，L4236](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4236)，三行都记在主线程：分支是任务，没有换线程。
# 4. **等。** `invoke` 的主线程[按键的次序取 `future.result()`，L4190](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4190)，先守着 `a`；`b` 和 `c` 早就做完了，日记里也是它们先 `end`，只是还没轮到取它们的结果。`ainvoke` 等的是那个 `gather`，主线程可以去做别的。
# 5. **收成字典。** 最后一条是 `a`，0.3 秒；整次调用同时结束。`ainvoke` 在这里[用 `zip` 把键配回去，L4248](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4248)。
#
# 线程池是在 [`get_executor_for_config`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py#L660) 里建的：`max_workers=config.get("max_concurrency")`。一次调用里，只有这一处读 `max_concurrency`，这件事后面要用。

# %% [markdown] block="source" tags=["en"]
# `invoke` above, `ainvoke` below: the same events at the same moments. Only the last column differs. Read the two step by step against the source (line numbers of langchain-core 1.7.2):
#
# 1. **The call itself is recorded.** Both make a callback manager and announce the start: [`invoke`, L4148](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4148), [`ainvoke`, L4211](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4211). This line is the root node that your tracing tool shows.
# 2. **Each branch is given a config of its own.** [`_invoke_step`, L4165](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4165), [`_ainvoke_step`, L4220](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4220). The tag `map:key:a` is added to it, which is how the diary can name the branch. The input is left alone: all three branches receive the same object.
# 3. **The branches start, and here the two methods differ.** `invoke` [makes a thread pool, L4185](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4185), and submits one branch after another, so the three `start` lines come from threads of the pool. `ainvoke` hands the branches to [one `gather`, L4236](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4236), and all three lines come from the main thread: a branch is a task here, and tasks don't change threads.
# 4. **Waiting.** The main thread of `invoke` [takes `future.result()` key by key, L4190](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4190), so it blocks on `a` first. `b` and `c` end earlier, as the diary shows, but their results are fetched only after that of `a`. `ainvoke` awaits its `gather`, and the loop is free to run other things on the main thread.
# 5. **Making the dict.** `a` is last, at 0.3 s, and the whole call ends with it. `ainvoke` [puts the keys back with `zip`, L4248](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L4248).
#
# The pool is made in [`get_executor_for_config`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py#L660), with `max_workers=config.get("max_concurrency")`. In a single call that is the only place where `max_concurrency` is read. It will matter when we come to [limits](#limit).

# %% [markdown] block="context" tags=["zh"]
# ## 分支带走一份上下文 {#context}
#
# 多出来的那些事里，有一件你迟早会用到：上下文变量。日志里的请求号、当前的用户，常放在 `ContextVar` 里。换了线程，分支还看得见吗？分支里改了它，外面会不会跟着变？

# %% [markdown] block="context" tags=["en"]
# ## Each branch takes a copy of the context {#context}
#
# You will need one of those additions sooner or later: context variables. The request id in your logs and the current user often sit in a `ContextVar`. Can a branch on another thread still see them? And if a branch sets one, does it change outside?

# %% block="context-run"
from contextvars import ContextVar

user: ContextVar[str] = ContextVar("user", default="nobody")


def who(question: str) -> str:
    seen = user.get()
    user.set("changed in a branch")
    return seen


def request() -> None:
    user.set("lin")
    print(
        "invoke    ", RunnableParallel(a=who, b=who).invoke("?"), user.get()
    )
    with ThreadPoolExecutor(1) as plain_pool:
        print("plain pool", plain_pool.submit(who, "?").result())


async def arequest() -> None:
    user.set("lin")
    print(
        "ainvoke   ",
        await RunnableParallel(a=who, b=who).ainvoke("?"),
        user.get(),
    )


_ = simulate(request)
_ = simulate(arequest())

# %% [markdown] block="context-read" tags=["zh"]
# 看得见，而且互不干扰：每条分支拿到的是调用那一刻的一份拷贝，怎么改都只影响自己。`invoke` 用的池叫 `ContextThreadPoolExecutor`，[`submit` 时先 `copy_context()`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py#L610)；`ainvoke` 的每条分支是一个任务，也各有一份。
#
# 标准库的 `ThreadPoolExecutor` 没有这一步，所以 `plain pool` 那行是 `nobody`。自己写执行器，别忘了它，否则换了线程，日志里的请求号就突然空了。

# %% [markdown] block="context-read" tags=["en"]
# Branches see the variable, and don't disturb each other. Each has a copy of the context, made when the branch was started, and changes only its own. The pool of `invoke` is a `ContextThreadPoolExecutor`, which [calls `copy_context()` in `submit`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py#L610). Under `ainvoke` each branch is a task with a copy of its own.
#
# The standard `ThreadPoolExecutor` copies nothing, which is why the line `plain pool` says `nobody`. If you write your own executor, copy the context yourself, or the request ids in your logs will be empty on every other thread.

# %% [markdown] block="delegation" tags=["zh"]
# ## 普通函数进了 `ainvoke` {#delegation}
#
# “普通函数放进 `ainvoke`，白得并发。”先看它们在哪儿跑。同一次 `ainvoke`，两条分支是普通函数，一条是协程函数：

# %% [markdown] block="delegation" tags=["en"]
# ## An ordinary function under `ainvoke` {#delegation}
#
# "Sync functions run in parallel for free under `ainvoke`." To see the price, first see where they run. One `ainvoke`, two ordinary functions, one coroutine function:


# %% block="where"
def thread_kind() -> str:
    return threading.current_thread().name.partition("_")[0]


def sync_call(question: str) -> str:
    time.sleep(0.1)
    return f"sync  on {thread_kind()}"


async def async_call(question: str) -> str:
    await asyncio.sleep(0.1)
    return f"async on {thread_kind()}"


async def one_of_each() -> dict[str, str]:
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(6, "pool")
    )
    return await RunnableParallel(
        a=sync_call, b=async_call, c=sync_call
    ).ainvoke("?")


with trace_runnables() as trace:
    run = simulate(one_of_each())

print(run.value)
trace

# %% [markdown] block="delegation-cost" tags=["zh"]
# 浅色是挂起：`b` 在 `await` 处让出，登记在主线程的循环里，不占线程。深色是占用线程：`a` 和 `c` 各占一个，因为普通函数不会让出，LangChain 便把它们委派给循环的默认线程池（这里我们给它起名 `pool`）。那行代码在 [`RunnableLambda._ainvoke`，L5254](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L5254)。
#
# 委派分三步：
#
# 1. 循环把函数连同一份上下文放进线程池的队列，这条分支的任务停在 `await` 上，循环去推别人。
# 2. 池里的一个线程把函数取出来跑。睡也好，等网络也好，占的都是这个线程。
# 3. 做完之后，线程不能直接去推那个协程，能推的只有循环。它调用 `call_soon_threadsafe`：往循环的 `_ready` 队列里放一张条子，“结果好了”，再把循环叫醒。
#
# 所以代价由池子定。五十次 0.1 秒的调用，池子从 6 个线程加到 50 个，两种写法各要多久？

# %% [markdown] block="delegation-cost" tags=["en"]
# The pale bar `b` is suspended, and belongs to the main thread, where the loop runs. The solid bars `a` and `c` hold a thread each. An ordinary function can't suspend, so LangChain delegates it to the loop's default thread pool (which we named `pool` here). The line that does it is in [`RunnableLambda._ainvoke`, L5254](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L5254).
#
# Delegation takes three steps. First, the function goes into the pool's queue, with a copy of the context, and the branch's task suspends at its `await`. Then a thread of the pool takes the function out and runs it, blocking for as long as it takes while the loop goes on. When it is done, the thread can't push the coroutine itself, since only the loop pushes. So it calls `call_soon_threadsafe`, which puts a callback into the loop's `_ready` queue and wakes the loop up. That is how any other thread has to talk to a loop.
#
# So the size of the pool sets the price. Fifty calls of 0.1 s, and a pool that grows from 6 threads to 50: how long does each kind take?


# %% block="pool-sizes"
async def fifty(branch: Callable[[str], Any], workers: int) -> None:
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(workers)
    )
    await RunnableParallel({f"b{i}": branch for i in range(50)}).ainvoke("?")


print("workers   sync  async  ratio")
for workers in (6, 12, 32, 50):
    slow = simulate(fifty(sync_call, workers)).elapsed
    fast = simulate(fifty(async_call, workers)).elapsed
    print(f"{workers:7}  {slow:5.1f}  {fast:5.1f}  {slow / fast:5.1f}")

# %% [markdown] block="delegation-read" tags=["zh"]
# 协程函数不碰池子，始终 0.1 秒。普通函数按轮次走：⌈50 ÷ 线程数⌉ × 0.1 秒。所以“异步快 17 倍”“快 9 倍”这类数字，离开线程数就没有意义：这里同样的代码，6 个线程时差 9 倍，50 个线程时打平。
#
# 还有一层代价不在表里：这个默认池由整个循环共用。假设后台正有十二个 1 秒的慢调用，池子还是 6 个线程，0.1 秒后来了一个只要 0.1 秒的。它要多久？慢的挪到自己的池里以后呢？

# %% [markdown] block="delegation-read" tags=["en"]
# The coroutine function never touches the pool and stays at 0.1 s. The ordinary one goes in rounds: ⌈50 ÷ workers⌉ × 0.1 s. A figure such as "async is 17 times faster" means nothing without the number of threads. Here the same code takes 9 times as long on 6 threads and equally long on 50.
#
# A second price is not in the table: everything on the loop shares this default pool. Suppose twelve slow calls of 1 s are under way in the background, and a call comes in that needs 0.1 s. How long does it take? And how long once the slow ones have a pool of their own?


# %% block="own-pool"
def slow(question: str) -> str:
    time.sleep(1.0)
    return question


async def quick_call(slow_step: RunnableLambda) -> float:
    background = asyncio.create_task(slow_step.abatch(["?"] * 12))
    await asyncio.sleep(0.1)
    begin = time.perf_counter()
    await RunnableLambda(sync_call).ainvoke("?")
    took = time.perf_counter() - begin
    await background
    return round(took, 1)


async def on_a_shared_pool() -> float:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(6))
    return await quick_call(RunnableLambda(slow))


async def on_their_own_pool() -> float:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(6))
    with ThreadPoolExecutor(6) as pool:

        async def aslow(question: str) -> str:
            return await loop.run_in_executor(pool, slow, question)

        return await quick_call(RunnableLambda(slow, afunc=aslow))


for plan in (on_a_shared_pool, on_their_own_pool):
    print(f"{plan.__name__:18}  {simulate(plan()).value} s")

# %% [markdown] block="own-pool-read" tags=["zh"]
# 挤在一起，0.1 秒的活花了 2.0 秒：十二个慢调用要跑两轮，到 2.0 秒才腾出线程；它 0.1 秒时来，排在最后，2.1 秒才做完。分开以后，该多久就多久。
#
# 所以慢而多的阻塞调用，值得单独给一个池：照 `aslow` 的样子，在 `afunc` 里用 `run_in_executor` 指定池。留意一处差别：循环的 `run_in_executor` 不拷贝上下文；`slow` 若要读上下文变量，就改传 `copy_context().run, slow, question`。上面的 `RunnableLambda` 带了两个函数，到底跑哪个？

# %% [markdown] block="own-pool-read" tags=["en"]
# On the shared pool a call of 0.1 s took 2.0 s, nearly all of it in the queue behind two rounds of slow ones. With separate pools it takes its 0.1 s.
#
# So give blocking calls that are slow and numerous their own pool: delegate them with `run_in_executor` in an `afunc`, as `aslow` does. Mind one difference: the loop's `run_in_executor` does not copy the context. If `slow` reads a context variable, pass `copy_context().run, slow, question` instead. The `RunnableLambda` above was given two functions. Which one runs when?

# %% [markdown] block="afunc" tags=["zh"]
# ## 同一步，两套实现：`func` 与 `afunc` {#afunc}
#
# `RunnableLambda` 可以只收一个，也可以两个都收。四种给法，两种调用，跑一遍就知道：

# %% [markdown] block="afunc" tags=["en"]
# ## One step, two bodies: `func` and `afunc` {#afunc}
#
# A `RunnableLambda` takes an ordinary function as `func`, a coroutine function as `afunc`, or both. Here are four combinations, each called both ways:

# %% block="four-forms"
forms = {
    "func": RunnableLambda(sync_call),
    "async func": RunnableLambda(async_call),
    "func + afunc": RunnableLambda(sync_call, afunc=async_call),
    "identity + afunc": RunnableLambda(
        lambda question: question, afunc=async_call
    ),
}


def outcome(work: Callable[[str], Any], question: str) -> str:
    try:
        return simulate(work, question).value
    except TypeError as error:
        return type(error).__name__


for name, form in forms.items():
    sync, native = outcome(form.invoke, "?"), outcome(form.ainvoke, "?")
    print(f"{name:16}  invoke: {sync:19}  ainvoke: {native}")

# %% [markdown] block="afunc-read" tags=["zh"]
# 规则很短：`invoke` 只认 `func`，`ainvoke` 先认 `afunc`，没有才委派 `func`。头两行是只给一个的时候：只有普通函数，两种调用都行，`ainvoke` 绕道线程池（表里的 `asyncio` 是默认池给线程起的名字，不是循环）；只有协程函数，`invoke` 直接拒绝。
#
# 第三行是写库该有的样子：两种调用都不绕路。代价是同一件事写两遍，得有测试盯着，别让两套实现各做各的。第四行是个陷阱。有人嫌麻烦，`func` 随手填个 `lambda x: x`，心想反正走异步。哪天有人在脚本里 `invoke` 了一次，它一声不吭地把问题当答案还回来。只有异步版本，就只给异步版本，让它报 `TypeError`。报错的程序，好过答非所问的程序。

# %% [markdown] block="afunc-read" tags=["en"]
# The rule is short. `invoke` uses only `func`. `ainvoke` prefers `afunc`, and delegates `func` if there is none. In the first two rows there is only one of them. With just an ordinary function both calls work, and `ainvoke` goes through the pool (`asyncio` is the name of the default pool's threads). With just a coroutine function, `invoke` raises.
#
# Row three is how a library should do it: each call has a version that suits it. The price is writing one thing twice, so have a test make sure that the two agree. Row four is a trap. Somebody passes an identity function as `func` because everything goes through `ainvoke` anyway. One day a script calls `invoke` and gets its question back as the answer, without any error. If you have only an async version, pass only that, and let `invoke` raise its `TypeError`.

# %% [markdown] block="draw" tags=["zh"]
# ## 一条链，画两遍 {#draw}
#
# 线程池、委派、`afunc` 都见过了，合起来用一次。三条分支：`a` 要 0.6 秒，`b` 要 0.4 秒，都是普通函数；`c` 要 0.6 秒，`func` 和 `afunc` 都有。线程都是两个。先 `invoke`，做完马上 `ainvoke`。
#
# ```widget
# predict mechanism-draw-both
# ```
#
# 画好了，再看运行：

# %% [markdown] block="draw" tags=["en"]
# ## One chain, drawn twice {#draw}
#
# Now put thread pool, delegation and `afunc` together. There are three branches. `a` takes 0.6 s and `b` 0.4 s, both ordinary functions. `c` takes 0.6 s and has a `func` and an `afunc`. There are two threads each time. The chain runs under `invoke` first, and under `ainvoke` right after.
#
# ```widget
# predict mechanism-draw-both
# ```
#
# Draw first, then look at the run:


# %% block="draw-both"
async def waits(question: str) -> str:
    await asyncio.sleep(0.6)
    return question


chain = RunnableParallel(
    a=blocking(0.6),
    b=blocking(0.4),
    c=RunnableLambda(blocking(0.6), afunc=waits),
)


async def on_two_threads() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    await chain.ainvoke("?")


with trace_runnables() as trace:
    simulate(chain.invoke, "?", {"max_concurrency": 2})
    simulate(on_two_threads())
trace

# %% [markdown] block="draw-read" tags=["zh"]
# 差别全在 `c`。`invoke` 要给它一个线程，两个都占着，只好等 `b` 做完：0.4 秒才开始，总共 1.0 秒。`ainvoke` 跑的是它的 `afunc`，停在循环里，不占线程：三条一起开始，总共 0.6 秒。

# %% [markdown] block="draw-read" tags=["en"]
# Only `c` differs. Under `invoke` it needs a thread, both are taken, and it starts when `b` is done, at 0.4 s: 1.0 s in all. Under `ainvoke` its `afunc` runs and suspends in the loop without a thread. All three start together: 0.6 s in all.

# %% [markdown] block="blocking-async" tags=["zh"]
# ## `async def` 里的 `time.sleep` {#blocking-async}
#
# “`async def` 里写 `time.sleep`，没赚到并发，可也不亏。”还是五十次、六个线程：

# %% [markdown] block="blocking-async" tags=["en"]
# ## `time.sleep` inside an `async def` {#blocking-async}
#
# "A `time.sleep` in my `async def` gains nothing, but it loses nothing either." Again fifty calls, six threads:


# %% block="blocked-loop"
async def pretends(question: str) -> str:
    time.sleep(0.1)
    return question


for branch in (async_call, sync_call, pretends):
    print(f"{branch.__name__:10}  {simulate(fifty(branch, 6)).elapsed:.1f} s")

with trace_runnables() as trace:
    simulate(
        RunnableParallel(
            a=pretends, b=pretends, c=async_call, d=sync_call
        ).ainvoke("?")
    )
trace

# %% [markdown] block="blocking-read" tags=["zh"]
# 5.0 秒，是普通函数的五倍多。看图：`a` 睡的时候，`b`、`c`、`d` 全在排队；接着 `b` 睡，`a` 早睡完了，也没有人来收它的结果。能推协程的只有循环，而循环正睡在 `pretends` 里。轮到 `c` 和 `d` 开始，已经是 0.2 秒。`d` 是普通函数，也逃不掉：要把它送进线程池，也得循环来送。
#
# LangChain 看到 `async def` 就信了，不会替你委派。手里只有阻塞的客户端，就写成普通函数，让线程池去等。

# %% [markdown] block="blocking-read" tags=["en"]
# 5.0 s, more than five times as long as the ordinary function. Look at the picture. While `a` sleeps, `b`, `c` and `d` have to wait. Then `b` sleeps, and even `a`, whose sleep is over, can't return its result until `b` is done. Only the loop does the pushing, and the loop is asleep inside `pretends`.
#
# LangChain sees an `async def`, trusts it not to block, and delegates nothing. If all you have is a blocking client, write an ordinary function and let a thread of the pool do the waiting.

# %% [markdown] block="invoke-in-async" tags=["zh"]
# ## 在 `async` 函数里调 `invoke` {#invoke-in-async}
#
# “`invoke` 自己开线程，放在异步的请求处理函数里也不碍事。”分支确实在别的线程上，那么调用者呢？一边每 0.1 秒跳一次心跳，一边调用，数一数心跳：

# %% [markdown] block="invoke-in-async" tags=["en"]
# ## `invoke` inside an `async` function {#invoke-in-async}
#
# "`invoke` starts its own threads, so it does no harm in an async request handler." The branches are indeed on other threads. Where is the caller? Keep a heartbeat of 0.1 s going on the loop, make the call, and count the beats:


# %% block="handler"
async def heartbeats_during(method: str) -> int:
    parallel = RunnableParallel(a=half_a_second, b=half_a_second)
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.1)
            beats += 1

    pulse = asyncio.create_task(heart())
    await asyncio.sleep(0.05)
    if method == "invoke":
        parallel.invoke("?")
    else:
        await parallel.ainvoke("?")
    pulse.cancel()
    return beats


for method in ("invoke", "ainvoke"):
    run = simulate(heartbeats_during(method))
    print(f"{method:8}  {run.value} beats")

# %% [markdown] block="handler-read" tags=["zh"]
# `invoke` 那次，心跳停了。分支在线程池里睡，循环所在的线程却停在 `future.result()` 那一行等它们，等多久就停多久。服务里的表现是：一个人的请求慢，所有人的请求都跟着停。
#
# 规矩很好记：在 `async def` 里，调用只用带 `a` 的那一套：`ainvoke`、`abatch`、`astream`。

# %% [markdown] block="handler-read" tags=["en"]
# Under `invoke` there was no beat at all. The branches slept in the pool, while the loop's thread was blocked in `future.result()` until the last of them had finished. In a service this means that one slow request holds up all the others.
#
# The rule: inside an `async def`, call only the async methods, `ainvoke`, `abatch` and `astream`.

# %% [markdown] block="limit" tags=["zh"]
# ## `max_concurrency`：谁听，谁不听 {#limit}
#
# 二十条分支，上限设成 2。每条分支进出时报一次数，记下同时在途的最大值：

# %% [markdown] block="limit" tags=["en"]
# ## `max_concurrency`: what honours it and what doesn't {#limit}
#
# Twenty branches, a limit of 2. Each branch counts itself in and out, and we keep the largest number in flight:


# %% block="peaks"
class InFlight:
    def __init__(self) -> None:
        self.now = self.peak = 0

    def __enter__(self) -> None:
        self.now += 1
        self.peak = max(self.peak, self.now)

    def __exit__(self, *exc: object) -> None:
        self.now -= 1


def twenty(in_flight: InFlight) -> RunnableParallel:
    def call(question: str) -> None:
        with in_flight:
            time.sleep(0.1)

    async def acall(question: str) -> None:
        with in_flight:
            await asyncio.sleep(0.1)

    return RunnableParallel(
        {f"b{i}": RunnableLambda(call, afunc=acall) for i in range(20)}
    )


for method in ("invoke", "ainvoke"):
    in_flight = InFlight()
    run = simulate(
        getattr(twenty(in_flight), method), "?", {"max_concurrency": 2}
    )
    print(f"{method:8}  peak {in_flight.peak:2}  {run.elapsed:.1f} s")

in_flight = InFlight()
one_branch = twenty(in_flight).steps__["b0"]
run = simulate(one_branch.abatch, ["?"] * 20, {"max_concurrency": 2})
print(f"{'abatch':8}  peak {in_flight.peak:2}  {run.elapsed:.1f} s")

# %% [markdown] block="limit-read" tags=["zh"]
# `invoke` 守住了 2。`ainvoke` 二十个一齐上，没有警告。原因在前面读过的源码里：那个键只在建线程池时读，`ainvoke` 不建线程池。`abatch` 会守住它，不过那里限的是同时处理几份输入。
#
# 就算是 `invoke`，这个 2 也只管一层。套两层，每层四条，看看最里面同时有几个：

# %% [markdown] block="limit-read" tags=["en"]
# `invoke` kept to 2. Under `ainvoke` all twenty went at once, without a warning. You have read the reason in the source: the key is used when the thread pool is made, and `ainvoke` makes none. `abatch` does honour it, as the number of inputs it works on at a time.
#
# Even for `invoke`, the 2 holds for one level only. Nest two levels of four branches each, and see how many innermost calls are in flight:

# %% block="nested-limit"
in_flight = InFlight()
inner = RunnableParallel(
    {key: twenty(in_flight).steps__[key] for key in ("b0", "b1", "b2", "b3")}
)
nested = RunnableParallel({f"g{i}": inner for i in range(4)})

run = simulate(nested.invoke, "?", {"max_concurrency": 2})
print(f"peak {in_flight.peak}  {run.elapsed:.1f} s")

# %% [markdown] block="nested-read" tags=["zh"]
# 四个，不是两个：外层两个线程，各自又建了一个两线程的池，2 × 2。好的一面是，各层有各层的池，不会互相等到死锁。
#
# 要真的限住，就把信号量放进分支，紧挨着那次调用。放之前，先看一个坑。信号量建一个，跑两次，每次一个新循环：

# %% [markdown] block="nested-read" tags=["en"]
# Four, not two. The outer level has two threads, and each of them made a pool of two: 2 × 2. That has a good side: since every level has its own pool, the levels can't deadlock waiting for each other's threads.
#
# For a limit that holds under `ainvoke`, put a semaphore inside the branch, right around the call. It has a trap of its own. Here is one semaphore with a single place, and two runs, each on a new loop:


# %% block="bound-loop"
def two_runs(branches: int) -> list[str]:
    semaphore = asyncio.Semaphore(1)

    async def limited(question: str) -> None:
        async with semaphore:
            await asyncio.sleep(0.1)

    parallel = RunnableParallel({f"b{i}": limited for i in range(branches)})
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(
                f"{simulate(parallel.ainvoke('?')).elapsed:.1f} s"
            )
        except RuntimeError as error:
            outcomes.append(
                f"{type(error).__name__}: ...{str(error).partition('>')[2]}"
            )
    return outcomes


for branches in (1, 2):
    print(branches, two_runs(branches))

# %% [markdown] block="bound-read" tags=["zh"]
# 一条分支时相安无事，测试全绿。两条分支抢一个名额，才有人真的要等：信号量认定了第一个循环，换到第二个循环就报错。单元测试每个用例一个循环，脚本里两次 `asyncio.run`，都会撞上。对策是在调用里面建信号量，或者每个循环各存一个。后面自己写执行器，第三步用的是前一种。

# %% [markdown] block="bound-read" tags=["en"]
# With one branch nothing happens, and a test would pass. With two competing for one place, one of them has to wait, and a semaphore that has made somebody wait belongs to that loop from then on. When somebody has to wait for it on another loop, it raises. Test suites with a loop per test, and scripts that call `asyncio.run` twice, run into this. Make the semaphore inside the call, or keep one per loop. Step three below does the former.

# %% [markdown] block="choose" tags=["zh"]
# ## 怎么选 {#choose}
#
# 三个问题，按次序问：
#
# 1. **分支是在等，还是在算？** 大量纯 Python 计算，两种都帮不上忙，先去想进程。
# 2. **调用的地方是不是 `async def`？** 是，就只能用 `ainvoke`，`invoke` 会停住整个循环。
# 3. **这件事有没有异步的客户端？** 有就写成 `async def` 或补一个 `afunc`，没有就算清楚池子的轮次。
#
# | 你手里的分支 | 用什么 | 本页的依据 |
# |---|---|---|
# | 都是 `async def`，里面处处 `await` | `ainvoke`，自己带信号量 | 50 次 0.1 秒，用时 0.1 秒；上限不会自动生效 |
# | 都是普通函数，程序也是同步的 | `invoke`，写明 `max_concurrency` | 时长是 ⌈分支 ÷ 线程⌉ 轮；默认值随机器变 |
# | 两种都有 | `ainvoke`；慢而多的普通函数，补一个 `afunc` 或单独给池 | 6 个线程 0.9 秒，50 个线程 0.1 秒 |
# | 大量纯 Python 计算 | 两个都不选 | 四个线程：1 倍 |
#
# 程序已经上线，只想知道慢在哪里，那就从现象倒着查：
#
# | 现象 | 先怀疑 | 去看 |
# |---|---|---|
# | 总时长是单条的两三倍 | 池子不够，分了几轮 | [池子有多大](#pool-size) |
# | 换台机器就变慢 | 默认线程数随核数变 | [池子有多大](#pool-size) |
# | 一个请求慢，大家一起慢 | 循环里有阻塞调用，或用了 `invoke` | [`time.sleep`](#blocking-async)、[`invoke`](#invoke-in-async) |
# | 很快的一步，偶尔等很久 | 默认池被别人占满 | [委派](#delegation) |
# | 设了上限，对方还是说太快 | `ainvoke` 不看 `max_concurrency` | [上限](#limit) |

# %% [markdown] block="choose" tags=["en"]
# ## Which one, when {#choose}
#
# Three questions, in this order:
#
# 1. **Do the branches wait or compute?** If they mostly compute in pure Python, neither helps. Think about processes first.
# 2. **Is the call inside an `async def`?** Then it has to be `ainvoke`, or the whole loop stands still.
# 3. **Does each call have an async version?** If so, pass it as `afunc`. If not, work out the rounds of the pool.
#
# | your branches | use | as seen on this page |
# |---|---|---|
# | all `async def`, awaiting throughout | `ainvoke`, with a semaphore of your own | 50 calls of 0.1 s took 0.1 s; no limit unless you bring one |
# | all ordinary functions, in a synchronous program | `invoke`, with `max_concurrency` set | it takes ⌈branches ÷ threads⌉ rounds; the default depends on the machine |
# | some of each | `ainvoke`; for slow and numerous sync functions add an `afunc` or a pool of their own | 0.9 s on 6 threads, 0.1 s on 50 |
# | lots of pure Python computing | neither | four threads: a factor of 1 |
#
# If the program is in production and slow, start from the symptom:
#
# | symptom | suspect first | see |
# |---|---|---|
# | the whole takes two or three times one branch | the pool is too small and works in rounds | [the size of the pool](#pool-size) |
# | slower on another machine | the default number of threads follows the cores | [the size of the pool](#pool-size) |
# | one slow request slows everybody | a blocking call in the loop, or `invoke` | [`time.sleep`](#blocking-async), [`invoke`](#invoke-in-async) |
# | a quick step that now and then takes seconds | something else fills the default pool | [delegation](#delegation) |
# | a limit is set, and the other side still answers 429 | `ainvoke` ignores `max_concurrency` | [the limit](#limit) |

# %% [markdown] block="check" tags=["zh"]
# ## 自测 {#check}
#
# ```widget
# quiz mechanism-check
# ```

# %% [markdown] block="check" tags=["en"]
# ## Check yourself {#check}
#
# ```widget
# quiz mechanism-check
# ```

# %% [markdown] block="write-your-own" tags=["zh"]
# ## 自己写一个，分四步 {#write-your-own}
#
# 看懂了和写得出来，中间还隔着一段路。现在写一个小小的并行执行器，分四步，每步只加一件事：一起跑、普通函数也收、限住、收场。测试不看你怎么写，只看它怎么跑：同时几个在途，总共多久，有没有留下还在跑的任务。
#
# **第一步：一起跑。** 这一步你已经见过，`bare_ainvoke` 就是。换成函数再写一遍：

# %% [markdown] block="write-your-own" tags=["en"]
# ## Write your own, in four steps {#write-your-own}
#
# Now write a small parallel executor in four steps, each of which adds one thing: run the branches together, take ordinary functions as well, keep a limit, leave nothing behind. The tests don't look at your code but at how it runs: how many calls in flight, how long in all, whether anything was left running.
#
# **Step one: run them together.** You have seen this: it is `bare_ainvoke`. Here it is with coroutine functions in place of Runnables:

# %% block="step-one"
from collections.abc import Awaitable, Mapping

Branches = Mapping[str, Callable[[Any], Awaitable[Any]]]


async def run_parallel(branches: Branches, value: Any) -> dict[str, Any]:
    runs = (branch(value) for branch in branches.values())
    results = await asyncio.gather(*runs)
    return dict(zip(branches, results, strict=True))


run = simulate(run_parallel({"a": async_call, "b": async_call}, "?"))
print(list(run.value), run.elapsed)

# %% [markdown] block="steps" tags=["zh"]
# 合上它，凭记忆写一遍：
#
# ```widget
# exercise executor-gather
# ```
#
# **第二步：普通函数也收。** 见到协程函数就 `await`，见到普通函数就委派，循环一刻也不能停。
#
# ```widget
# exercise executor-mixed
# ```
#
# **第三步：限住。** 最多 `limit` 条在途。先别急着分批跑：一批里最慢的没完，空出来的名额就白白闲着。
#
# ```widget
# exercise executor-limit
# ```

# %% [markdown] block="steps" tags=["en"]
# Cover it up and write it from memory:
#
# ```widget
# exercise executor-gather
# ```
#
# **Step two: ordinary functions as well.** Await the coroutine functions, delegate the others, and never let the loop stand still.
#
# ```widget
# exercise executor-mixed
# ```
#
# **Step three: a limit.** At most `limit` branches in flight. Running them in chunks of `limit` is not good enough: until the slowest of a chunk is done, every place that has become free stays empty.
#
# ```widget
# exercise executor-limit
# ```

# %% [markdown] block="cancel" tags=["zh"]
# **第四步：收场。** 一条分支失败了，其余的该停下。`gather` 不管这件事：它抛出第一个异常，却不取消别的任务，第一课里的 `web` 就是这样一直跑到 2.0 秒的。要停，得自己来。开写之前先看清 `cancel()` 做了什么。这个任务被取消时要花 0.2 秒收拾：

# %% [markdown] block="cancel" tags=["en"]
# **Step four: leave nothing behind.** When one branch fails, the others should stop. `gather` won't stop them: it raises, and lets them run on, as {doc:01#not-promised} showed. You have to cancel them yourself, so look at what `cancel()` does. This task takes 0.2 s to tidy up when it is cancelled:


# %% block="cancel-run"
async def tidies_up() -> None:
    try:
        await asyncio.sleep(1.0)
    finally:
        await asyncio.sleep(0.2)


async def cancel_it() -> None:
    begin = time.perf_counter()
    task = asyncio.create_task(tidies_up())

    def report() -> None:
        at = time.perf_counter() - begin
        print(f"{at:.1f} s  done={task.done()}  cancelled={task.cancelled()}")

    await asyncio.sleep(0.1)
    task.cancel()
    report()
    await asyncio.wait([task])
    report()


_ = simulate(cancel_it())

# %% [markdown] block="cancel-read" tags=["zh"]
# 0.1 秒时刚取消，`done` 还是 `False`；0.3 秒收拾完，才变成 `True`。`cancel()` 只是捎去一个请求。任务在它停着的那个 `await` 上收到 `CancelledError`，该收拾的收拾完，才算结束。所以取消之后还要等。
#
# 线程没有这样的 `await`。普通函数一旦开跑，Python 没有办法叫停它，你的执行器也没有。
#
# 标准库里的 `asyncio.TaskGroup` 也会取消其余任务，并等它们结束。但它抛的是 `ExceptionGroup`，哪怕里面只有一个异常：调用者原来的 `except ConnectionError` 就接不住了。练习要的是分支自己的那个异常。
#
# 现在轮到你，这一步没有骨架：
#
# ```widget
# exercise executor-cancel
# ```

# %% [markdown] block="cancel-read" tags=["en"]
# At 0.1 s, right after `cancel()`, the task is not done. At 0.3 s it is. `cancel()` only delivers a request: the task receives a `CancelledError` at the `await` where it is suspended, tidies up, and only then is it done. So after cancelling you still have to wait for it.
#
# A thread is not suspended at an `await`, so there is nowhere to deliver the request. Once an ordinary function runs, Python can't stop it, and neither can your executor.
#
# You may know `asyncio.TaskGroup`, which cancels the other tasks and waits for them. It raises an `ExceptionGroup`, even around a single exception, so a caller's `except ConnectionError` no longer catches anything. The exercise asks for the branch's own exception.
#
# Your turn, from a blank page:
#
# ```widget
# exercise executor-cancel
# ```

# %% [markdown] block="real-module" tags=["zh"]
# ## 和正式的比一比 {#real-module}
#
# `fanout.Parallel` 走的就是这四步，只是做得更全。同样两条分支，一条在 0.1 秒失败，先给 `RunnableParallel`，再给它：

# %% [markdown] block="real-module" tags=["en"]
# ## Against the real thing {#real-module}
#
# `fanout.Parallel` takes your four steps further. The cell gives the same two branches, one of which fails at 0.1 s, first to `RunnableParallel` and then to `Parallel`:

# %% block="after-a-failure"
from fanout import Parallel


async def refuses(question: str) -> str:
    await asyncio.sleep(0.1)
    raise ConnectionError


async def works(question: str) -> str:
    await asyncio.sleep(0.5)
    return "done"


async def both() -> None:
    for parallel in (
        RunnableParallel(bad=refuses, good=works),
        Parallel(bad=refuses, good=works),
    ):
        try:
            await parallel.ainvoke("?")
        except ConnectionError:
            await asyncio.sleep(0.5)


with trace_runnables() as trace:
    simulate(both())

reference = Parallel({f"b{i}": sync_call for i in range(50)})
for run in (simulate(fifty(sync_call, 6)), simulate(reference.ainvoke("?"))):
    print(f"{run.elapsed:.1f} s")
trace

# %% [markdown] block="real-module-read" tags=["zh"]
# 上面那次，`good` 在调用结束之后还跑了 0.4 秒，没有人等它：这就是孤儿任务。下面那次，它和失败同时停下。
#
# 那两个数字是另一处不同：五十个普通函数，`RunnableParallel` 在 6 个线程上用 0.9 秒，`fanout` 只用 0.1 秒，因为它的线程随用随添，限制并发的是信号量，不是池子的大小。除此之外，它多了这些：`invoke` 和 `ainvoke` 共用一份逻辑；可以把错误收集成数据，而不是抛出；上限能由几次调用共用；每次运行都留下时间线。
#
# 想读的话，从 `src/fanout/parallel.py` 读起，再看 `scope.py`：你第四步的收场，对应的就是它。

# %% [markdown] block="real-module-read" tags=["en"]
# In the upper run `good` went on for 0.4 s after the call was over, with nobody waiting for it. That is an orphan. In the lower run it stops the moment the other branch fails.
#
# The two figures show another difference. Fifty ordinary functions take `RunnableParallel` 0.9 s on 6 threads, and `fanout` 0.1 s, because `fanout` adds threads as they are needed and limits concurrency with a semaphore, not with the size of a pool. It can also collect errors as data instead of raising them, and let several calls share a limit.
#
# To read it, start with `src/fanout/parallel.py` and go on to `scope.py`. There a scope cancels and awaits every branch that is left, which is the `finally` of your step four.

# %% [markdown] block="recall" tags=["zh"]
# ## 合上再想 {#recall}
#
# ```widget
# quiz mechanism-recall
# ```

# %% [markdown] block="recall" tags=["en"]
# ## Look away and recall {#recall}
#
# ```widget
# quiz mechanism-recall
# ```

# %% [markdown] block="done" tags=["zh"]
# ## 学会了吗 {#done}
#
# ```widget
# task mechanism
# ```
#
# **参考**（2026-11-21 核对）：
#
# - langchain-core 1.7.2 源码：[`runnables/base.py`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py)、[`runnables/config.py`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py)
# - CPython 3.11 标准库源码：[`asyncio/tasks.py`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/tasks.py)（`gather`）、[`concurrent/futures/thread.py`](https://github.com/python/cpython/blob/3.11/Lib/concurrent/futures/thread.py)（默认线程数；3.13 起改按进程可用的核数算）
# - Python 术语表：[全局解释器锁](https://docs.python.org/3/glossary.html#term-global-interpreter-lock)

# %% [markdown] block="done" tags=["en"]
# ## Did it stick? {#done}
#
# ```widget
# task mechanism
# ```
#
# **References** (checked 2026-11-21):
#
# - langchain-core 1.7.2, source: [`runnables/base.py`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py), [`runnables/config.py`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/config.py)
# - CPython 3.11, standard library: [`asyncio/tasks.py`](https://github.com/python/cpython/blob/3.11/Lib/asyncio/tasks.py) (`gather`), [`concurrent/futures/thread.py`](https://github.com/python/cpython/blob/3.11/Lib/concurrent/futures/thread.py) (default number of threads; since 3.13 it counts the cores the process may use)
# - Python glossary: [global interpreter lock](https://docs.python.org/3/glossary.html#term-global-interpreter-lock)
