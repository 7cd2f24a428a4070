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
# `RunnableParallel` 是 LangChain 里负责并行的组件。同一个问题要查三处：`docs` 要 1.2 秒，`web` 要 2.0 秒，`history` 要 0.8 秒。你把它们放进一个 `RunnableParallel`，调用一次。
#
# ```widget
# predict core-three-waits
# ```
#
# 选好了再往下跑：

# %% [markdown] block="predict" tags=["en"]
# `RunnableParallel` is LangChain's building block for concurrent calls. You have one question and three places to look it up: `docs` takes 1.2 s, `web` takes 2.0 s, `history` takes 0.8 s. You put all three into one `RunnableParallel` and call it once.
#
# ```widget
# predict core-three-waits
# ```
#
# Here is the run, with a bar for each branch:

# %% block="first-run" tags=["fold-input"]
import asyncio
import time

from fanout.clock import simulate
from fanout.langchain import trace_runnables
from langchain_core.runnables import RunnableParallel


def source(name: str, seconds: float):
    def look_up(question: str) -> str:
        # zh: 代替一次网络往返：只等，不算
        # en: stands for a network round trip: it waits, it does not compute
        time.sleep(seconds)
        return f"{name} on {question}"

    return look_up


fan_out = RunnableParallel(
    docs=source("docs", 1.2),
    web=source("web", 2.0),
    history=source("history", 0.8),
)

with trace_runnables() as trace:
    run = simulate(fan_out.invoke, "refunds")

print(run.value)
trace

# %% [markdown] block="core" tags=["zh"]
# ## 一句话 {#core}
#
# > **一份输入，多条分支并发执行；等最慢的跑完，结果按键收进字典。**
#
# 连标点正好 30 个字，图里都看得见：三条横线同时开始，最长的那条结束，字典才交出来。一个一个等要 1.2 + 2.0 + 0.8 = 4.0 秒，叠着等只要 2.0 秒。
#
# `trace_runnables` 记下每条分支的起止，画成这张图。`simulate` 换掉的只有时钟，跑的还是真正的 `langchain-core`：大家都在等的时候，时钟直接跳到下一个时刻，几毫秒跑完，次次一样。

# %% [markdown] block="core" tags=["en"]
# ## One sentence {#core}
#
# > **Give one input to several branches at once; wait for the slowest; return one dict, keyed by branch.**
#
# The picture says the same. Three bars start together, and the dict comes when the longest one ends. One after another they would take 1.2 + 2.0 + 0.8 = 4.0 s. Overlapped, they take 2.0 s.
#
# `simulate` runs the real `langchain-core` on a virtual clock. Whenever everything is waiting, the clock jumps to the next moment at which something happens, so a run takes milliseconds and gives the same times every time.

# %% [markdown] block="not-promised" tags=["zh"]
# ## 它没承诺的三件事 {#not-promised}
#
# **没承诺快 N 倍。** 没有哪次调用自己变快了。只要各条分支能同时开始，收益就是“总和 ÷ 最大值”，由最慢的分支决定：

# %% [markdown] block="not-promised" tags=["en"]
# ## Three things it does not promise {#not-promised}
#
# **N branches are not N times faster.** No single call gets any shorter. As long as every branch can start at once, the gain is the sum of the waits ÷ the longest. Three equal waits, then the three from above, then two short ones beside a long one:


# %% block="gain"
def gain(*seconds: float) -> float:
    branches = {f"b{i}": source(f"b{i}", s) for i, s in enumerate(seconds)}
    elapsed = simulate(RunnableParallel(branches).invoke, "refunds").elapsed
    return round(sum(seconds) / elapsed, 2)


print(gain(1.0, 1.0, 1.0))
print(gain(1.2, 2.0, 0.8))
print(gain(0.1, 0.1, 3.0))

# %% [markdown] block="no-cancel" tags=["zh"]
# 三条一样长，正好 3 倍；上面那三条，2 倍；一条 3.0 秒带两条 0.1 秒，只剩 1.07 倍。
#
# **没承诺一条失败，其余就停。** 这次分支是 `async def`，所以用 `ainvoke`。`docs` 在 0.5 秒报错，异常立刻交到你手里（换成 `invoke`，要等其余分支跑完才到）。`web` 呢？

# %% [markdown] block="no-cancel" tags=["en"]
# **One failure does not stop the rest.** This time the branches are async, so the call is `ainvoke`. `docs` fails at 0.5 s, and the exception reaches you at once (under `invoke`, only when the other branches are done). What becomes of `web`?


# %% block="one-fails"
async def docs(question: str) -> str:
    await asyncio.sleep(0.5)
    raise ConnectionError


async def web(question: str) -> str:
    await asyncio.sleep(2.0)
    return "found"


async def service() -> None:
    try:
        await RunnableParallel(docs=docs, web=web).ainvoke("refunds")
    except ConnectionError:
        # zh: 请求失败了，服务还在
        # en: the request has failed, the service lives on
        await asyncio.sleep(3)


with trace_runnables() as trace:
    simulate(service())
trace

# %% [markdown] block="cost" tags=["zh"]
# 没有人通知 `web`。它一直跑到 2.0 秒，跑出来的答案没人要。
#
# **没承诺少花钱。** 几条分支就是几次调用，没人要的那次也算。并发省的是时间，不是次数。

# %% [markdown] block="cost" tags=["en"]
# Nobody told `web`. It ran on to 2.0 s, and its answer went nowhere.
#
# **The bill does not shrink.** Three branches are three calls, and you pay for the abandoned ones too. Concurrency saves time, not calls.

# %% [markdown] block="recall" tags=["zh"]
# ## 合上再想 {#recall}
#
# ```widget
# quiz core-cloze
# ```
#
# ```widget
# quiz core-recall
# ```

# %% [markdown] block="recall" tags=["en"]
# ## Look away and recall {#recall}
#
# ```widget
# quiz core-cloze
# ```
#
# ```widget
# quiz core-recall
# ```

# %% [markdown] block="done" tags=["zh"]
# ## 学会了吗 {#done}
#
# ```widget
# task core
# ```
#
# **参考**：[`RunnableParallel` 源码，langchain-core 1.7.2](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L3868)（2026-11-21 核对）

# %% [markdown] block="done" tags=["en"]
# ## Did it stick? {#done}
#
# ```widget
# task core
# ```
#
# **Reference**: [source of `RunnableParallel`, langchain-core 1.7.2](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L3868) (checked 2026-11-21)
