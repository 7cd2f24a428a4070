"""Writing tasks: jokes, poems, titles, replies, pros and cons, and plain conversation."""

import math
import operator
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from llmsim.answers.reading import keywords, sentiment, summary, topics
from llmsim.corpus import corpus
from llmsim.text import Lang, language, sentences, shorten

_ABOUT = re.compile(
    r"\b(?:about|on|of|for|explain|describe|define)\s+(?:an?\s+|the\s+)?([\w\- ]{2,40}?)"
    r"(?=[.,;!?\n]|\s+(?:in|with|that|using|please)\b|$)"
    r"|(?:讲|说|写)(?:一?[个首条段])?\s*(?:关于)?\s*([^，。！？\n]{1,12}?)的?(?:笑话|诗|段子)"
    r"|关于\s*([^，。！？\n的]{1,20})",
    re.IGNORECASE,
)

_JOKES = {
    "en": (
        ("Why did {0} bring a ladder to the meeting?", "Because the expectations were high."),
        ("What does {0} call a job that never waits?", "A race condition."),
        (
            "How many threads does it take to tell a joke about {0}?",
            "Five: one tells it, four wait for the lock.",
        ),
        ("Why is {0} never late?", "It starts everything at once and lets the slowest decide."),
    ),
    "zh": (
        ("{0}为什么带着梯子去开会？", "因为大家的期望太高。"),
        ("{0}管从来不等待的任务叫什么？", "竞态条件。"),
        ("讲一个{0}的笑话需要几个线程？", "五个：一个讲，四个等锁。"),
        ("{0}为什么从不迟到？", "它让所有事情同时开始，由最慢的那个决定何时结束。"),
    ),
}
_POEMS = {
    "en": (
        "{0} sets out while the others start,\nand each comes home by its own part.",
        "{0} at first light, the valley still,\nthree paths that meet beyond the hill.",
        "The wind leans in, {0} stands,\na thread of morning in its hands.",
    ),
    "zh": (
        "{0}出发时，别的路也已启程，\n各走各的，在终点相逢。",
        "晨光里的{0}，山谷未醒，\n三条小路翻过山，汇成一声。",
        "风压下来，{0}不动，\n把清晨握在手中。",
    ),
}


def subject(text: str, lang: Lang) -> str:
    """What a text asks to write about."""
    match = _ABOUT.search(text)
    if match:
        return next(g for g in match.groups() if g).strip()
    words = keywords(text, 1)["keywords"]
    return words[0] if words else ("并发" if lang == "zh" else "concurrency")


def joke(text: str, lang: Lang, rng: random.Random) -> dict[str, Any]:
    """A two-line joke about what the text names."""
    setup, punchline = rng.choice(_JOKES[lang])
    return {"setup": _cap(setup.format(subject(text, lang))), "punchline": punchline}


def poem(text: str, lang: Lang, rng: random.Random) -> dict[str, Any]:
    """Two lines of verse about what the text names."""
    return {"poem": _cap(rng.choice(_POEMS[lang]).format(subject(text, lang)))}


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def title(text: str, lang: Lang) -> dict[str, Any]:
    """A heading: the first sentence, or as much of it as a heading holds."""
    first = next(iter(sentences(text)), text)
    return {"title": shorten(first.rstrip("。.!！?？"), 24 if lang == "zh" else 60)}


def reply(text: str, lang: Lang, sure: bool, rng: random.Random) -> dict[str, Any]:
    """A shop's answer to a customer: by the message's sentiment, topic and the policy that fits."""
    mood = sentiment(text, sure, rng)["sentiment"]
    topic = topics(text, lang, 1)["topics"]
    opening = {
        ("zh", True): "感谢您的认可，很高兴您满意。",
        ("zh", False): "很抱歉给您带来不好的体验。",
        ("en", True): "Thank you for your kind words, we are glad you are happy.",
        ("en", False): "We are sorry about this experience.",
    }[lang, mood == "positive"]
    about = f"关于{topic[0]}：" if lang == "zh" and topic else f"On {topic[0]}: " if topic else ""
    policies = {
        "退": "pol-returns",
        "return": "pol-returns",
        "配送": "pol-shipping",
        "delivery": "pol-shipping",
    }
    chosen = next((id for word, id in policies.items() if topic and word in topic[0]), "pol-warranty")
    document = corpus()[chosen]
    line = document.zh[0] if lang == "zh" else document.en[0]
    closing = (
        "请把订单号发给我们，我们马上处理。"
        if lang == "zh"
        else "Please send us the order number and we will take care of it."
    )
    parts = [opening, about + line] if mood == "positive" else [opening, about + line, closing]
    return {"reply": ("" if lang == "zh" else " ").join(parts)}


def pros_cons(text: str) -> dict[str, Any]:
    """The sentences that speak for and against."""
    pros: list[str] = []
    cons: list[str] = []
    for sentence in sentences(text):
        score = sentiment(sentence, True, random.Random(0))["score"]
        if score:
            (pros if score > 0 else cons).append(sentence)
    if not pros and not cons:
        usual = {
            "zh": (["可以从小处开始", "效果容易测量"], ["需要持续维护", "代价往往后来才显现"]),
            "en": (
                ["it can start small", "its effect is easy to measure"],
                ["it needs upkeep", "its cost shows late"],
            ),
        }[language(text)]
        pros, cons = usual
    return {"pros": pros, "cons": cons}


_GREETING = re.compile(r"^\s*(?:hello|hi|hey|good (?:morning|evening)|你好|您好|嗨)", re.IGNORECASE)
_REQUEST = re.compile(
    r"\b(?:you are|plan|write|list|explain|describe|give|tell|make|help|please|create)\b"
    r"|你是|请|帮|写|列|解释|介绍|规划",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"(?<![\w.\-/])(-?\d+(?:\.\d+)?)(?:\s+([+\-*/×÷x])\s+|([+*×÷]))(-?\d+(?:\.\d+)?)(?![\w\-/]|\.\d)"
)
_WHO = re.compile(
    r"\bwho are you\b|\bwhat are you\b|\byour name\b|你是谁|你叫什么|介绍一下你自己", re.IGNORECASE
)
_FACT = re.compile(
    r"^\s*(?:what|who|whose|where|when|which|how (?:many|much|old|far|tall))\b.*\?"
    r"|(?:哪里|哪儿|哪个|哪家|哪年|谁|多少|几个|什么时候|是什么|是哪)[^。]*[?？]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "×": operator.mul,
    "x": operator.mul,
    "/": lambda a, b: a / b if b else math.nan,
    "÷": lambda a, b: a / b if b else math.nan,
}


_WHO_I_AM = {
    "zh": "我是一个模拟模型：知道山脊户外这家店和本课程的术语，其余的靠规则作答。",
    "en": "I am a simulated model: I know the Ridgeline shop and the terms of this course, "
    "and go by rules for the rest.",
}
_UNKNOWN = {
    "zh": "这个我不知道。我是一个模拟模型，只知道山脊户外这家店和本课程的术语；请把资料放进提示词，或换一个真实模型。",
    "en": "I do not know that. I am a simulated model and know only the Ridgeline shop and the terms of this course; "
    "give me the facts in the prompt, or use a real model.",
}


def chat(text: str, lang: Lang, found: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """Conversation: sums are worked out, questions about the shop answered from `found`, the rest taken up politely."""
    match = _SUM.search(text)
    if match:
        left, spaced, tight, right = match.groups()
        value = _OPERATORS[spaced or tight](float(left), float(right))
        return {"answer": f"{match.group(0).strip()} = {value:g}"}
    if found:
        return {"answer": ("" if lang == "zh" else " ").join(found)}
    if len(sentences(text)) > 1 and not re.search(r"[?？]", text) and not _REQUEST.search(text):
        gist = summary(text, True)["summary"]
        taken = {
            "zh": f"这段话说的是：{gist}你想知道什么？",
            "en": f"In short: {gist} What is your question?",
        }
        return {"answer": taken[lang]}
    if _GREETING.match(text) and len(text) < 40:
        hello = {"zh": "你好！有什么可以帮你？", "en": "Hello! How can I help you today?"}
        return {"answer": hello[lang]}
    if not re.search(r"\w", text):
        return {"answer": {"zh": "请告诉我你想问什么。", "en": "What would you like to know?"}[lang]}
    if _WHO.search(text):
        return {"answer": _WHO_I_AM[lang]}
    if _FACT.search(text):
        return {"answer": _UNKNOWN[lang]}
    about = subject(text, lang)
    answers = {
        "zh": (
            f"关于“{about}”，可以从三点看：先弄清目标，再列出限制，最后小步验证。第一步通常决定了后面的成本。",
            f"“{about}”没有唯一答案。先看它要解决什么问题，再看代价由谁承担，然后用一次小实验来检验。",
        ),
        "en": (
            f"Three things matter about {about}: be clear on the goal, list the limits, then test in small steps. "
            "The first step usually decides what the rest will cost.",
            f"There is no single answer to {about}. Ask which problem it solves and who bears its cost, then check "
            "with one small experiment.",
        ),
    }[lang]
    return {"answer": rng.choice(answers)}
