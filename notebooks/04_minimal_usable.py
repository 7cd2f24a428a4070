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
# 用 `RunnableParallel`，日常要做的就六件事。这一课只讲这六件，外加一个早晚会撞上的错误。先来一道题。
#
# 一条评价进来，三件事同时做：`summary` 要 1.2 秒，`sentiment` 要 0.4 秒，`tags` 要 0.8 秒。代码里也按这个次序写，结果是一个字典。
#
# ```widget
# predict minimal-key-order
# ```

# %% [markdown] block="predict" tags=["en"]
# Six constructs make up most of the everyday code around `RunnableParallel`. This lesson teaches those six, and one error that you will run into sooner or later.
#
# A review comes in and three things happen to it at once: `summary` takes 1.2 s, `sentiment` 0.4 s, `tags` 0.8 s. The code lists them in that order. Print the resulting dict: in which order are its keys?
#
# ```widget
# predict minimal-key-order
# ```

# %% [markdown] block="run" tags=["zh"]
# ## 先跑起来 {#run}
#
# 三个普通函数，各自代替一次模型调用：先等一会儿，再给出答案。不用密钥，不用联网。

# %% [markdown] block="run" tags=["en"]
# ## Run it first {#run}
#
# Three ordinary functions, each standing in for a model call: wait a while, then answer. No key, no network.

# %% block="first-run"
import time

from fanout.clock import simulate
from fanout.langchain import trace_runnables
from langchain_core.runnables import RunnableParallel


def summary(review: str) -> str:
    time.sleep(1.2)
    return review.split(".")[0]


def sentiment(review: str) -> str:
    time.sleep(0.4)
    return "negative" if "broke" in review else "positive"


def tags(review: str) -> list[str]:
    time.sleep(0.8)
    return [tag for tag in ("battery", "screen", "price") if tag in review]


analyse = RunnableParallel(summary=summary, sentiment=sentiment, tags=tags)

review = "The battery broke in a week. Support was kind, the price is fair."
with trace_runnables() as trace:
    run = simulate(analyse.invoke, review)

print(run.value)
trace

# %% [markdown] block="three-facts" tags=["zh"]
# 先对上号。三个函数都只收一个参数，就是那条评价；`RunnableParallel(...)` 给每个函数起一个名字，名字就是结果里的键；`invoke` 送进去一份输入，拿回来一个字典。图里每条横线是一条分支，从开始画到结束。
#
# 从这一次运行能读出三件事：
#
# - **函数直接放进去**，不必先包装。LangChain 会替你包成 `RunnableLambda`。
# - **键按声明的次序排**，和谁先跑完无关：`sentiment` 0.4 秒就好了，仍排第二。
# - **总时长等于最慢的分支**：1.2 秒，而不是 2.4 秒。
#
# `simulate` 和 `trace_runnables` 是课程自带的工具。前者换上虚拟时钟，等待瞬间跳过：`run.value` 是 `invoke` 的返回值，`run.elapsed` 是时钟走过的秒数。后者只管画图。在自己的项目里两样都去掉，直接写 `analyse.invoke(review)`。

# %% [markdown] block="three-facts" tags=["en"]
# The code first. Each of the three functions takes one argument, the review. `RunnableParallel(...)` gives every function a name, and the name is its key in the result. `invoke` takes one input and returns one dict. `trace_runnables` records the run and draws it: each bar is a branch, from its start to its end.
#
# This run tells you three things:
#
# - **Functions go in as they are.** LangChain wraps each in a `RunnableLambda` for you.
# - **Keys come out in the order you declared them,** whichever branch finishes first: `sentiment` was ready at 0.4 s and is still the second key.
# - **The whole takes as long as the slowest branch:** 1.2 s, not 2.4 s.
#
# `simulate(function, argument)` calls the function on a virtual clock, so you don't sit through the waiting, and puts what it returned into `run.value`. In your own project, leave it out and write `analyse.invoke(review)`.

# %% [markdown] block="what-fits" tags=["zh"]
# ## 分支里放得下什么 {#what-fits}
#
# 一条分支收一份输入，给一份输出。能放进去的有三种：函数、Runnable（LangChain 里凡是能 `invoke` 的都是，模型和提示词也算），还有字典，它会变成里面的一层并行。放不进去的是现成的值，比如一个写死的语言代码：

# %% [markdown] block="what-fits" tags=["en"]
# ## What fits into a branch {#what-fits}
#
# A branch takes one input and gives one output. It can be a function, a Runnable (LangChain's word for anything with `invoke`), or a dict, which becomes a `RunnableParallel` inside this one. It can't be a plain value, such as a fixed language code:

# %% block="what-fits-run"
nested = RunnableParallel(
    summary=summary,
    facts={"sentiment": sentiment, "tags": tags},
)
run = simulate(nested.invoke, review)
print(run.value)
print(f"{run.elapsed:.1f} s")

try:
    RunnableParallel(summary=summary, lang="en")
except TypeError as error:
    print(type(error).__name__, "-", error)

with_constant = RunnableParallel(tags=tags, lang=lambda _: "en")
print(simulate(with_constant.invoke, review).value)

# %% [markdown] block="what-fits-read" tags=["zh"]
# 里层和外层一起开始，所以套一层不加时间，还是最慢的那个 1.2 秒。字典的形状就是结果的形状：你怎么套，它怎么还。
#
# 写死的值要包成函数：`lambda _: "en"`。参数写成下划线，是说输入收到了，但用不着。

# %% [markdown] block="what-fits-read" tags=["en"]
# The inner branches start together with the outer ones, so nesting adds no waiting: the total is still the 1.2 s of the slowest. The result is nested just as the branches were.
#
# To put a fixed value into the result, wrap it in a function that ignores its input: `lambda _: "en"`.

# %% [markdown] block="spellings" tags=["zh"]
# ## 三种写法，一个对象 {#spellings}
#
# 别人的代码里，同一个 `RunnableParallel` 有三种写法：关键字参数、字典、管道里的裸字典。管道就是 `a | b`：`a` 的输出，作 `b` 的输入。三种写法造出来的是同一种对象：

# %% [markdown] block="spellings" tags=["en"]
# ## Three spellings, one object {#spellings}
#
# The `|` joins two steps into a chain: what the left one returns goes into the right one. LangChain calls this notation LCEL. In other people's code you will meet three ways of writing a parallel step: with keywords, with a dict, and as a bare dict in a chain. All three build the same object:

# %% block="three-spellings"
from langchain_core.runnables import RunnableLambda

by_keywords = RunnableParallel(sentiment=sentiment, tags=tags)
by_mapping = RunnableParallel({"sentiment": sentiment, "tags": tags})
in_a_pipe = RunnableLambda(str.strip) | {"sentiment": sentiment, "tags": tags}

for step in (by_keywords, by_mapping, in_a_pipe.last):
    print(type(step).__name__, list(step.steps__))

# %% [markdown] block="bare-dict" tags=["zh"]
# 裸字典要靠邻居才认得出：`|` 至少有一边是 Runnable。两边都是裸字典，就轮不到 LangChain 了。Python 直接把它们并成一个更大的字典，不报错，也没有造出链来：

# %% [markdown] block="bare-dict" tags=["en"]
# LangChain turns a bare dict into a parallel step only if the other side of the `|` is a Runnable. Between two bare dicts, `|` is Python's own dict union, and LangChain never hears of it. You get one bigger dict, no error, and no chain:

# %% block="dict-union"
not_a_chain = {"sentiment": sentiment} | {"tags": tags}
print(type(not_a_chain).__name__, hasattr(not_a_chain, "invoke"))

# %% [markdown] block="same-input" tags=["zh"]
# ## 每条分支都拿到整份输入 {#same-input}
#
# “给它一个字典，各分支各取所需。”很多人这么以为。还是上面的 `by_keywords`，输入从一个字符串变成一张工单。先猜 `sentiment` 会说什么，再往下看：

# %% [markdown] block="same-input" tags=["en"]
# ## Every branch gets the whole input {#same-input}
#
# "I pass a dict, and each branch takes its part." Many people expect that. Here `by_keywords` from above gets a whole ticket instead of a string. Guess what `sentiment` says before you read on:

# %% block="whole-dict"
ticket = {"id": 7, "review": review}
print(simulate(by_keywords.invoke, ticket).value)

# %% [markdown] block="silently-wrong" tags=["zh"]
# 电池一周就坏了，它说 `positive`，标签也空了。没有报错：`sentiment` 收到的是整张工单，而 `in` 对字典只查键，键里当然没有 `"broke"`。谁也没替它取出评价。
#
# 要哪个字段，自己取：把 `itemgetter` 放在函数前面，用 `|` 接起来。还是那条规矩，`|` 至少有一边是 Runnable，所以函数要先包成 `RunnableLambda`：

# %% [markdown] block="silently-wrong" tags=["en"]
# The battery broke within a week, and it says `positive`, with no tags. Nothing was raised. Inside `sentiment` the argument is now the whole ticket, so `"broke" in review` looks among the dict's keys and finds nothing. No one took the review out of the ticket.
#
# If a branch needs one field, say so: put `itemgetter` in front of the function and join them with `|`. Neither of the two is a Runnable, and `|` needs at least one, which is why the function is now wrapped in `RunnableLambda` by hand:

# %% block="pick"
from operator import itemgetter

the_review = itemgetter("review")
pick = RunnableParallel(
    id=itemgetter("id"),
    sentiment=the_review | RunnableLambda(sentiment),
    tags=the_review | RunnableLambda(tags),
)
print(simulate(pick.invoke, ticket).value)

# %% [markdown] block="keep" tags=["zh"]
# 另一种常见的需求：原来的字段都留着，只添几个新的。这时用 `RunnablePassthrough.assign`。它先并发地算出新字段，再和输入合成一个字典：

# %% [markdown] block="keep" tags=["en"]
# Often you want to keep every field you had and add a few. `RunnablePassthrough.assign` does that. It computes the new fields concurrently and returns a new dict with the input's fields and theirs:

# %% block="assign"
from langchain_core.runnables import RunnablePassthrough

enrich = RunnablePassthrough.assign(
    sentiment=the_review | RunnableLambda(sentiment),
    tags=the_review | RunnableLambda(tags),
)
run = simulate(enrich.invoke, ticket)
print(run.value)
print(f"{run.elapsed:.1f} s")

# %% [markdown] block="same-object" tags=["zh"]
# 用时 0.8 秒：两个新字段是叠着等的。有三样东西长得像，差别只在交出什么：
#
# | 写法 | 交出什么 |
# |---|---|
# | `RunnableParallel(a=f)` | 只有 `a` |
# | `RunnablePassthrough.assign(a=f)` | 输入的全部字段，再加 `a` |
# | `RunnablePassthrough()` | 输入本身 |
#
# 最后一个提醒。“整份输入”是同一个对象，不是一人一份拷贝。两条分支都把 `n` 加一，你猜各看到几？

# %% [markdown] block="same-object" tags=["en"]
# It took 0.8 s, the longer of 0.4 and 0.8. Three constructs look alike here, and differ in what they return:
#
# | you write | you get |
# |---|---|
# | `RunnableParallel(a=f)` | `a` and nothing else |
# | `RunnablePassthrough.assign(a=f)` | every field of the input, and `a` |
# | `RunnablePassthrough()` | the input itself |
#
# One warning. "The whole input" means that every branch gets the same object, not a copy. Two branches add one to `n`. What does each of them see?


# %% block="shared"
def bump(counter: dict[str, int]) -> int:
    counter["n"] += 1
    return counter["n"]


print(simulate(RunnableParallel(a=bump, b=bump).invoke, {"n": 0}).value)

# %% [markdown] block="shared-read" tags=["zh"]
# 后一条看到了前一条的改动。真实运行里谁先谁后说不准，同一段代码今天得 1、2，明天可能得 2、1，这种错很难查。规矩很简单：分支只读输入，要改就先复制一份。

# %% [markdown] block="shared-read" tags=["en"]
# The second branch saw what the first had done. Once branches do real work, nothing fixes which of them gets there first: 1 and 2 today, 2 and 1 when the network is slow. A bug that depends on timing is hard to reproduce, so keep to a simple rule: a branch only reads its input, and copies it before changing anything.

# %% [markdown] block="fill" tags=["zh"]
# ## 换你：填两处 {#fill}
#
# 先做一半。一条客服消息进来，要同时查订单、查用户，原消息也要留下。骨架已经写好，补上两处空白，测试会告诉你差在哪里。
#
# ```widget
# exercise minimal-fill
# ```

# %% [markdown] block="fill" tags=["en"]
# ## Your turn: two blanks {#fill}
#
# A support message needs its order and its customer looked up at the same time, and the message's own fields have to be kept. Most of the code is there. Fill in the two blanks, and the tests will tell you what is missing.
#
# ```widget
# exercise minimal-fill
# ```

# %% [markdown] block="model" tags=["zh"]
# ## 把函数换成模型 {#model}
#
# 到这里为止，分支都是函数。换成 `提示词 | 模型 | 解析器`，外面的 `RunnableParallel` 照旧，因为这一串也是 Runnable。只有输入变成了字典：提示词里的 `{review}` 要按名字来取。这里的模型是课程自带的模拟器，会慢，会数 token，不要密钥：

# %% [markdown] block="model" tags=["en"]
# ## Put a model into a branch {#model}
#
# So far the branches were functions. A chain `prompt | model | parser` is a Runnable too, so it goes in the same way. A prompt fills its variables from a dict, so the input is now `{"review": …}`. The model is the course's simulator: it takes time as a model does, counts tokens, and needs no key:

# %% block="model-run"
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable
from llmsim import SimulatedChatModel

model = SimulatedChatModel(model="sim-fast")


def ask(instruction: str) -> Runnable[dict[str, str], str]:
    return (
        ChatPromptTemplate.from_template(instruction + "\n\n{review}")
        | model
        | StrOutputParser()
    )


with_model = RunnableParallel(
    summary=ask("Summarise in one sentence:"),
    sentiment=ask("Is the sentiment positive or negative? One word:"),
    reply=ask("Write a short polite reply:"),
)

with trace_runnables() as trace:
    run = simulate(with_model.invoke, {"review": review})

for key, answer in run.value.items():
    print(f"{key:9}  {answer}")
trace

# %% [markdown] block="model-after" tags=["zh"]
# 三次调用，答得长的慢，答得短的快，总时长还是最慢的那一条：回信比情绪多说了几十个词，就多花了约半秒。想让整体更快，先看最慢的分支能不能少说几句，改短另外两条没有用。
#
# 要换成真的模型，链里只动 `model = …` 那一行：`SimulatedChatModel` 和 `ChatOpenAI` 都是 LangChain 的聊天模型，接口一样。外面的 `simulate` 也要去掉，虚拟时钟管不到真的网络。

# %% [markdown] block="model-after" tags=["en"]
# Again the total is that of the slowest branch. The reply is about thirty words longer than the other answers and takes about half a second more. To make the whole quicker, first see whether the slowest branch could say less: shortening either of the others gains nothing.
#
# For a real model, change the line `model = …`: `SimulatedChatModel` and `ChatOpenAI` are both LangChain chat models with the same interface. And call `with_model.invoke(…)` without `simulate`, since a virtual clock can't hurry a network.


# %% [markdown] block="rag" tags=["zh"]
# ## 检索，再回答 {#rag}
#
# 先查资料，再让模型照着答，用 LCEL（拿 `|` 接链的写法）写出来是一条链，里面就藏着一个裸字典写的 `RunnableParallel`。读之前先想一个问题：检索器交出来的是文档，那用户的问题是怎么到模型手里的？

# %% [markdown] block="rag" tags=["en"]
# ## Retrieve, then answer {#rag}
#
# Look things up, then let a model answer from what was found. That is one chain, with a `RunnableParallel` in it, written as a bare dict. A question before you read it: a retriever takes the user's question and returns documents. How, then, does the question itself reach the model?

# %% block="rag-run"
from langchain_core.documents import Document
from llmsim import KeywordRetriever

retriever = KeywordRetriever()
prompt = ChatPromptTemplate.from_template(
    "Answer from the context.\n\nContext: {context}\n\nQuestion: {question}"
)
careful = SimulatedChatModel(model="sim-large")


def join(documents: list[Document]) -> str:
    return "\n".join(document.page_content for document in documents)


answer = (
    {"context": retriever | join, "question": RunnablePassthrough()}
    | prompt
    | careful
    | StrOutputParser()
)
without_question = retriever | join | careful | StrOutputParser()

question = "Which supplier builds the Beacon headlamp?"
for chain in (answer, without_question):
    print(simulate(chain.invoke, question).value)

# %% [markdown] block="rag-read" tags=["zh"]
# 靠 `RunnablePassthrough()`。它什么也不做，收到什么就交出什么。输入是一个字符串，两条分支都拿到它：`context` 拿去检索，`question` 原样放行，正好凑齐提示词要的两个变量。
#
# 第二条链少了这一步，模型只看到几段文档，没看到问题，于是答非所问。“检索器接上模型就能回答”听着顺理成章，问题却丢在半路，程序也不报错。
#
# 写错键名倒是会报错。并行的键就是提示词的变量，一个字都不能差：

# %% [markdown] block="rag-read" tags=["en"]
# Through `RunnablePassthrough()`, which returns its input unchanged. The input is one string, and both branches get it: `context` turns it into documents, `question` passes it on, and together they fill the two variables of the prompt.
#
# The second chain lacks that step. Its model saw documents and no question, and answered something nobody had asked. "Connect a retriever to a model and it answers" sounds plausible, but the question is lost on the way and nothing is raised.
#
# A wrong key does raise an error. The keys of the parallel step are the variables of the prompt, and they have to match exactly:

# %% block="wrong-key"
misspelt = {
    "documents": retriever | join,
    "question": RunnablePassthrough(),
} | prompt
try:
    simulate(misspelt.invoke, question)
except KeyError as error:
    print(type(error).__name__, "-", error.args[0].splitlines()[0])

# %% [markdown] block="ainvoke" tags=["zh"]
# ## `invoke` 还是 `ainvoke` {#ainvoke}
#
# 先看一件事：**你的分支里有没有 `async def`？** 有，就用 `ainvoke`；一个也没有，`invoke` 就够了。再看调用写在哪里：
#
# | 调用写在哪里 | 怎么写 |
# |---|---|
# | 普通脚本，分支全是普通函数 | `chain.invoke(x)` |
# | 普通脚本，分支里有 `async def` | `asyncio.run(chain.ainvoke(x))` |
# | 笔记本，分支里有 `async def` | `await chain.ainvoke(x)` |
# | 另一个 `async def` 里（比如 Web 服务的处理函数），不管分支是什么 | `await chain.ainvoke(x)`，原因见 {doc:03_01#invoke-in-async} |
#
# 混着放也行。下面的 `translate` 是协程函数，`sentiment` 是普通函数，`ainvoke` 把后者交给线程池，两边照样叠着等。`simulate` 的用法也跟着变：把 `ainvoke(...)` 造出的协程直接交给它，由它顶替 `asyncio.run`：

# %% [markdown] block="ainvoke" tags=["en"]
# ## `invoke` or `ainvoke`? {#ainvoke}
#
# Ask first: **is any of your branches an `async def`?** If so, use `ainvoke`. If none is, `invoke` will do. Then look at where you are calling from:
#
# | where you are | what you write |
# |---|---|
# | a plain script, all branches ordinary functions | `chain.invoke(x)` |
# | a plain script, some branch an `async def` | `asyncio.run(chain.ainvoke(x))` |
# | a notebook, some branch an `async def` | `await chain.ainvoke(x)` |
# | inside another `async def` (a web handler, say), whatever the branches | `await chain.ainvoke(x)`; for the reason see {doc:03_01#invoke-in-async} |
#
# You can mix the two kinds. Below, `translate` is a coroutine function (an `async def`) and `sentiment` an ordinary one. `ainvoke` hands `sentiment` to a thread pool, and the two waits still overlap. `simulate(coroutine)` does what `asyncio.run` does, on the virtual clock:

# %% block="mixed"
import asyncio


async def translate(review: str) -> str:
    await asyncio.sleep(0.6)
    return review.upper()


mixed = RunnableParallel(translation=translate, sentiment=sentiment)
run = simulate(mixed.ainvoke(review))
print(run.value)
print(f"{run.elapsed:.1f} s")

try:
    simulate(mixed.invoke, review)
except TypeError as error:
    print(type(error).__name__, "-", error)

# %% [markdown] block="ainvoke-after" tags=["zh"]
# 0.6 秒，是 0.6 和 0.4 里较长的那个。反过来不行：分支里有协程函数却用了 `invoke`，LangChain 抛 `TypeError`，还告诉你该用哪个方法。原因和改法都在一句话里，这样的报错好查。下面这个就难查了。

# %% [markdown] block="ainvoke-after" tags=["en"]
# 0.6 s, the longer of 0.6 and 0.4. The other way round fails: if a branch is a coroutine function and you call `invoke`, LangChain raises a `TypeError` that names both the cause and the method you want. The next error is less helpful.

# %% [markdown] block="coroutine-error" tags=["zh"]
# ## 一个故意的错误 {#coroutine-error}
#
# 给 `translate` 顺手套一层 `lambda`，看上去人畜无害。下一步要把译文每个单词的首字母大写，程序就倒在这一步：

# %% [markdown] block="coroutine-error" tags=["en"]
# ## One error, on purpose {#coroutine-error}
#
# Wrapping `translate` in a `lambda` looks harmless. The step after it puts the translation in title case, and that is where it fails:

# %% block="unawaited" tags=["raises-exception"]
broken = RunnableParallel(
    translation=lambda review: translate(review), sentiment=sentiment
) | (lambda result: result["translation"].title())
simulate(broken.ainvoke(review))

# %% [markdown] block="coroutine-why" tags=["zh"]
# 报错的是 `.title()`，错的却是上一步的 `lambda`。看看分支到底交出了什么，先是套 `lambda` 的，再是套装饰器的：

# %% [markdown] block="coroutine-why" tags=["en"]
# The traceback points at `.title()`, but the mistake is one step earlier, in the `lambda`. See what the branch really handed over, first with the `lambda`, then with a decorator:


# %% block="unawaited-value"
def handed_over(branch) -> None:
    run = simulate(RunnableParallel(translation=branch).ainvoke(review))
    value = run.value["translation"]
    print(type(value).__name__, f"{run.elapsed:.1f} s")
    value.close()


def logged(function):
    def wrapper(review: str):
        return function(review)

    return wrapper


handed_over(lambda review: translate(review))
handed_over(logged(translate))

# %% [markdown] block="coroutine-fix" tags=["zh"]
# 一个协程对象，用时 0.0 秒：`translate` 根本没有开始。LangChain 看的是你交给它的那个函数：`lambda` 不是 `async def`，于是按普通函数处理，返回什么就收什么。没有谁去 `await` 那个返回值。
#
# 第二行是同一个错误的另一种写法：装饰器里的 `wrapper` 是普通的 `def`，套在 `async def` 外面，效果和 `lambda` 一模一样。日志里若有一句 `coroutine 'translate' was never awaited`，说的就是它。
#
# 改法是少写几个字：直接放 `translation=translate`。确实要多做一步，就写成 `async def`，在里面 `await`；装饰器的 `wrapper` 也一样。

# %% [markdown] block="coroutine-fix" tags=["en"]
# A coroutine object, after 0.0 s: `translate` never began. LangChain looks at the function you gave it. A `lambda` is not an `async def`, so LangChain treats it as an ordinary function and takes whatever it returns as the result. Nobody awaits that result.
#
# The second line has the same cause: a decorator written with `def` around an `async def` does exactly what the `lambda` did. If your log says `coroutine 'translate' was never awaited`, look for one of these two.
#
# To fix it, pass the function itself: `translation=translate`. If you need an extra step, write it as an `async def` and `await` inside. The same goes for decorators.

# %% [markdown] block="batch" tags=["zh"]
# ## 一份输入多件事，还是一件事多份输入 {#batch}
#
# `RunnableParallel` 管前一种。手里有八条评价，问的是同一个问题，该用的是 `batch`，不是八条分支：

# %% [markdown] block="batch" tags=["en"]
# ## Many questions on one input, or one question on many? {#batch}
#
# `RunnableParallel` is for the first. With eight reviews and one question to ask of each, use `batch`, not eight branches:

# %% block="batch-run"
run = simulate(
    RunnableLambda(sentiment).batch, [review] * 8, {"max_concurrency": 4}
)
print(len(run.value), f"{run.elapsed:.1f} s")

# %% [markdown] block="batch-after" tags=["zh"]
# 八次 0.4 秒的调用，最多四个同时在途，分两轮：0.8 秒。结果是一个列表，次序和输入相同。
#
# 一句话记住：**键是不同的事，列表是不同的输入。** 两者可以相乘：`analyse.batch(reviews)` 对每条评价都做三件事，得到一列字典。两条评价、六次调用，照样叠着等：

# %% [markdown] block="batch-after" tags=["en"]
# Eight calls of 0.4 s, at most four in flight, make two rounds: 0.8 s. The result is a list, in the order of the inputs.
#
# In one line: **keys are different jobs, a list is different inputs.** You can have both: `analyse.batch(reviews)` does all three jobs on every review and returns a list of dicts. Two reviews make six calls, and all six waits overlap:

# %% block="batch-of-parallel"
reviews = [review, "The screen is bright and the battery lasts."]
run = simulate(analyse.batch, reviews)
for result in run.value:
    print(result)
print(f"{run.elapsed:.1f} s")

# %% [markdown] block="blank" tags=["zh"]
# ## 换你：从零写一个 {#blank}
#
# 这一次没有骨架。三条分支，一条异步、两条普通，输入是字典。写完先别急着跑，自己说一遍：结果里的键按什么次序排，总时长由谁决定。再看测试同不同意。
#
# ```widget
# exercise minimal-blank
# ```

# %% [markdown] block="blank" tags=["en"]
# ## Your turn: a blank page {#blank}
#
# This time you write all of it: three branches, one async and two ordinary, with a dict as input. Before you run it, say what the order of the keys and the makespan will be. Then see whether the tests agree.
#
# ```widget
# exercise minimal-blank
# ```

# %% [markdown] block="reference" tags=["zh"]
# ## 和参考实现对一对 {#reference}
#
# 这门课带了一个小库 `fanout`，里面有个 `Parallel`，和 `RunnableParallel` 做同一件事，是专门写给人读的。同样的函数交给两边，看结果和时间线：

# %% [markdown] block="reference" tags=["en"]
# ## A reference implementation beside it {#reference}
#
# This course comes with a library of its own, `fanout`. Its `Parallel` does what `RunnableParallel` does, in a file short enough to read in one sitting. Give both the same functions and compare:

# %% block="side-by-side"
from fanout import Parallel

reference = Parallel(summary=summary, sentiment=sentiment, tags=tags)

with trace_runnables() as trace:
    ours = simulate(reference.invoke, review)
    theirs = simulate(analyse.invoke, review)

print(ours.value == theirs.value, ours.elapsed == theirs.elapsed)
trace

# %% [markdown] block="reference-after" tags=["zh"]
# 图里先跑的是 `fanout`，后跑的是 `RunnableParallel`：结果相同，时长相同，每条分支都对得上。后面的课会一层层拆开 `fanout`，遇到两边做法不同的地方（比如一条分支失败之后），就并排跑给你看。

# %% [markdown] block="reference-after" tags=["en"]
# Same result, same time, bar for bar. Later lessons take `fanout` apart layer by layer. Where the two behave differently, as they do once a branch fails, you will see both runs in one picture.

# %% [markdown] block="when" tags=["zh"]
# ## 写之前，问三句 {#when}
#
# 1. **它们互不相干吗？** 分支看不到彼此的结果。后一步要用前一步的答案，就用 `|` 接起来，别硬塞进并行。
# 2. **大半时间在等吗？** 省得下来的只有等待。各条分支要等多久，心里先有个数，最慢的那条就是总时长。
# 3. **对方受得了吗？** 三条分支就是三个请求同时到。对方若有限流，先定好上限，{doc:03_01#limit} 里有办法。
#
# 三句都答“是”，就写。有一句拿不准，先量一量再说。

# %% [markdown] block="when" tags=["en"]
# ## Three questions before you write it {#when}
#
# 1. **Are they independent?** Branches don't see each other's results. If one step needs another's answer, join the two with `|`.
# 2. **Is most of it waiting?** Waiting is all you can save. Know roughly how long each branch waits: the slowest is your total.
# 3. **Can the other side take it?** Three branches are three requests at the same moment. If the service has a quota, decide on a limit first; {doc:03_01#limit} shows how.
#
# If all three answers are yes, write it. If one of them is "perhaps", measure first.

# %% [markdown] block="card" tags=["zh"]
# ## 六件事，一张表 {#card}
#
# 这一课的写法全在这里，忘了就回来查。
#
# | 想要 | 就写 |
# |---|---|
# | 一份输入，几件事同时做 | `RunnableParallel(a=f, b=g)`，在链中间可写成 <code>chain &#124; {"a": f, "b": g}</code> |
# | 分支只要其中一个字段 | <code>itemgetter("review") &#124; RunnableLambda(f)</code> |
# | 留住输入，再添几个字段 | `RunnablePassthrough.assign(a=…, b=…)` |
# | 原样放行一份 | `"question": RunnablePassthrough()` |
# | 分支里有 `async def` | `await chain.ainvoke(x)` |
# | 一件事，多份输入 | `chain.batch(xs, {"max_concurrency": 4})` |
#
# 表放在一边，做四个判断：
#
# ```widget
# quiz minimal-check
# ```

# %% [markdown] block="card" tags=["en"]
# ## Six things, one table {#card}
#
# The six constructs, to come back to when you forget.
#
# | you want | you write |
# |---|---|
# | several jobs at once on one input | `RunnableParallel(a=f, b=g)`, or in mid-chain <code>chain &#124; {"a": f, "b": g}</code> |
# | one field for a branch | <code>itemgetter("review") &#124; RunnableLambda(f)</code> |
# | the input kept, and some fields added | `RunnablePassthrough.assign(a=…, b=…)` |
# | the input itself, under a key | `"question": RunnablePassthrough()` |
# | a branch that is an `async def` | `await chain.ainvoke(x)` |
# | one job on many inputs | `chain.batch(xs, {"max_concurrency": 4})` |
#
# Now use them in four decisions:
#
# ```widget
# quiz minimal-check
# ```

# %% [markdown] block="recall" tags=["zh"]
# ## 合上再想 {#recall}
#
# ```widget
# quiz minimal-recall
# ```

# %% [markdown] block="recall" tags=["en"]
# ## Look away and recall {#recall}
#
# ```widget
# quiz minimal-recall
# ```

# %% [markdown] block="done" tags=["zh"]
# ## 学会了吗 {#done}
#
# ```widget
# task minimal
# ```
#
# **参考**：[`RunnableParallel`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L3868)、[`coerce_to_runnable`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L6644)，langchain-core 1.7.2 源码（2026-11-21 核对）

# %% [markdown] block="done" tags=["en"]
# ## Did it stick? {#done}
#
# ```widget
# task minimal
# ```
#
# **References**: [`RunnableParallel`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L3868) and [`coerce_to_runnable`](https://github.com/langchain-ai/langchain/blob/langchain-core%3D%3D1.7.2/libs/core/langchain_core/runnables/base.py#L6644), source of langchain-core 1.7.2 (checked 2026-11-21)
