"""Answers that lean on given text: retrieval-augmented ones, judging, choosing a label, splitting a question."""

import random
import re
from typing import Any

from llmsim.semantics import affinity, ideas
from llmsim.text import Lang, language, phrases, sentences, terms

_SOURCE = re.compile(
    r"^\s*(?:\[(?P<a>[\w\-.]+)\]|(?:source|doc(?:ument)?|来源|文档)\s*(?P<b>[\w\-.]+)\s*[:：])\s*",
    re.IGNORECASE,
)
UNKNOWN = {
    "zh": "给出的资料里没有这个问题的答案。",
    "en": "The context given does not answer this question.",
}


def rag(question: str, context: str, lang: Lang, sure: bool) -> dict[str, Any]:
    """The sentences of the context that fit the question best, with their sources, in the context's language.

    Unsure: the sources are left out, and at most one sentence is used.
    """
    ranked: list[tuple[float, int, str, str]] = []
    source = ""
    for position, line in enumerate(sentences(context)):
        mark = _SOURCE.match(line)
        if mark:
            source = mark.group("a") or mark.group("b")
            line = line[mark.end() :]
        ranked.append((affinity(question, line), -position, line.strip(), source))
    # A line that has the right kind of answer, a number of days say, must also be about what was asked.
    fitting = (r for r in ranked if r[0] >= 0.2 and r[2] and not ideas(question).isdisjoint(ideas(r[2])))
    best = sorted(fitting, reverse=True)[: 2 if sure else 1]
    if len(best) == 2 and best[1][0] < 0.6 * best[0][0]:
        best = best[:1]
    if not best:
        return {"answer": UNKNOWN[lang], "sources": []}
    best.sort(key=lambda r: -r[1])
    sources = list(dict.fromkeys(r[3] for r in best if r[3])) if sure else []
    joiner = "" if language(best[0][2]) == "zh" else " "
    return {"answer": joiner.join(r[2] for r in best), "sources": sources}


def _has(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text.lower()) is not None
    return word in text


_PART = (
    r"(?:^|[\n.。!！?？])\s*(?:{name})\s*[:：]\s*"
    r"(.+?)(?=\n\s*[\w\u3400-\u9fff ]{{1,14}}\s*[:：]|\n\s*(?:which|哪个|哪一个|请)"
    r"|(?<=[.。!！?？])\s*(?:answer|response|reply|reference|回答|答案|参考答案)\s*\w?\s*[:：]|\Z)"
)


def _part(text: str, names: str) -> str:
    match = re.search(_PART.format(name=names), text, re.IGNORECASE | re.DOTALL)
    return match.group(1).strip() if match else ""


def judge(whole: str, text: str, lang: Lang, sure: bool, rng: random.Random) -> dict[str, Any]:
    """A mark for one answer, or the better of two.  Marks overlap with question and reference, and substance."""
    question = _part(whole, "question|问题|prompt|提问")
    reference = _part(whole, "reference|ground truth|context|参考答案|标准答案|参考|上下文|资料")
    first = _part(whole, r"(?:answer|response|reply|回答|答案)\s*(?:a|1|一|甲)|a")
    second = _part(whole, r"(?:answer|response|reply|回答|答案)\s*(?:b|2|二|乙)|b")
    top = _scale(whole)
    if first and second:
        a, b = (_merit(answer, question, reference) for answer in (first, second))
        winner = "A" if a >= b else "B"
        if not sure:
            winner = rng.choice("AB")
        reason = {
            "zh": f"回答 {winner} 更切题，与问题和参考的重合更多（A {a:.2f}，B {b:.2f}）。",
            "en": f"Answer {winner} is closer to the question and the reference (A {a:.2f}, B {b:.2f}).",
        }[lang]
        return {"winner": winner, "score": round(max(a, b) * top), "reason": reason}
    answer = _part(whole, "answer|response|reply|回答|答案|回复|候选") or text
    merit = _merit(answer, question, reference)
    if not sure:
        merit = min(1.0, max(0.0, merit + rng.uniform(-0.25, 0.25)))
    score = max(1, round(merit * top))
    grade = 0 if merit > 0.6 else 1 if merit > 0.35 else 2
    reason = {
        "zh": ("切题且有依据。", "部分切题，依据不足。", "答非所问或过于空泛。"),
        "en": (
            "On the point and grounded.",
            "Partly on the point, thinly grounded.",
            "Off the point or empty.",
        ),
    }[lang][grade]
    return {"score": score, "reason": reason, "passed": merit > 0.5}


def _merit(answer: str, question: str, reference: str) -> float:
    substance = min(1.0, len(terms(answer)) / 12)
    on_topic = affinity(question, answer) if question else 0.5
    grounded = affinity(answer, reference) if reference else 0.6
    return 0.3 * substance + 0.3 * min(1.0, 2 * on_topic) + 0.4 * min(1.0, 1.3 * grounded)


def _scale(instruction: str) -> int:
    match = re.search(
        r"(?:1|0)\s*(?:-|–|~|to|到|至)\s*(\d+)|(?:out of|满分)\s*(\d+)", instruction, re.IGNORECASE
    )
    return int(next(g for g in match.groups() if g)) if match else 10


_LIST = re.compile(
    r"[:：]\s*([^\n。.]+)"
    r"|[(（\[]([^)）\]]+[,，、/|][^)）\]]+)[)）\]]"
    r"|(?:of|into|as|为|成|从)\s+([^\n。.:：]+)",
    re.IGNORECASE,
)
_REFUND = "refund return exchange money back 退款 退货 退钱 退换 换货"
_DELIVERY = "delivery ship parcel late arrive courier 物流 快递 发货 送达 到货 配送 包裹 迟到"
_PRODUCT = "tent boot jacket size weight waterproof 帐篷 靴 冲锋衣 尺码 重量 防水"
_BROKEN = "broken error crash zipper battery fail warranty repair 坏 故障 拉链 电池 保修 维修"
_ANGRY = "disappointed terrible angry bad worst 失望 投诉 糟糕 生气 差"
_BILLING = "invoice bill charge price payment 发票 账单 扣款 价格 付款"
# Part of a label's name → words that messages under it use.
_HINTS = {
    "refund": _REFUND, "return": _REFUND, "退": _REFUND,
    "delivery": _DELIVERY, "shipping": _DELIVERY, "物流": _DELIVERY, "配送": _DELIVERY,
    "product": _PRODUCT, "产品": _PRODUCT, "商品": _PRODUCT,
    "technical": _BROKEN, "after": _BROKEN, "技术": _BROKEN, "售后": _BROKEN,
    "complaint": _ANGRY, "投诉": _ANGRY,
    "praise": "love great excellent thank 喜欢 感谢 满意 很好", "表扬": "喜欢 感谢 满意 很好",
    "billing": _BILLING, "发票": _BILLING,
}  # fmt: skip


def labels_in(instruction: str) -> list[str]:
    """The labels an instruction offers: "one of: a, b, c", "(a / b)", "分为：甲、乙"."""
    for match in _LIST.finditer(instruction):
        listed = next(g for g in match.groups() if g)
        parts = [p.strip(" '\"“”`.。") for p in re.split(r"[,，、/|;；]|\bor\b|\band\b|或者?|和", listed)]
        parts = [p for p in parts if p and len(p) <= 24]
        if len(parts) >= 2:
            return parts
    return []


def classify(labels: list[str], text: str, sure: bool, rng: random.Random) -> dict[str, Any]:
    """The label whose name and usual words the text has most of; none: one called "other" if offered, else the last."""
    scores = []
    for label in labels:
        hints = f"{label} " + " ".join(hint for name, hint in _HINTS.items() if name in label.lower())
        scores.append(sum(_has(text, word) for word in set(hints.lower().split())))
    if max(scores, default=0) == 0:
        other = [x for x in labels if re.search(r"other|general|none|其他|其它|一般", x, re.IGNORECASE)]
        chosen = other[0] if other else labels[-1]
    else:
        chosen = labels[scores.index(max(scores))]
    if not sure and len(labels) > 1:
        chosen = rng.choice([label for label in labels if label != chosen])
    return {"label": chosen}


_AS_QUERIES = re.compile(r"quer(?:y|ies)|rephras|rewrit|检索词|改写|说法|查询", re.IGNORECASE)


_QUERIES = {
    "zh": ("{}", "{}评价", "{}怎么选", "{}说明", "{}价格", "{}常见问题"),
    "en": ("{}", "{} reviews", "how to choose {}", "{} instructions", "{} price", "{} common problems"),
}
_ANGLES = {
    "zh": ("{}的定义是什么", "{}有哪些条件或例外", "{}的实际评价如何"),
    "en": (
        "What exactly is meant by: {}",
        "Which exceptions apply to: {}",
        "What do customers say about: {}",
    ),
}


def questions(instruction: str, text: str, lang: Lang, limit: int) -> dict[str, Any]:
    """A question as several smaller ones (by its own parts, else by the usual angles), or as several search queries."""
    asked = text.strip().rstrip("?？。.")
    if _AS_QUERIES.search(instruction):
        words = (" " if lang == "en" else "").join(phrases(asked)) or asked
        return {"questions": [form.format(words) for form in _QUERIES[lang][:limit]]}
    shortest = 4 if lang == "zh" else 8
    pieces = re.split(r"[，,；;]|\band\b|以及|还有|并且", asked)
    parts = [piece.strip() for piece in pieces if len(piece.strip()) >= shortest]
    if len(parts) < 2:
        parts = [angle.format(asked) for angle in _ANGLES[lang]]
    mark = "？" if lang == "zh" else "?"
    return {"questions": [p.rstrip("?？") + mark for p in parts[:limit]]}
