"""Reading Chinese and English text without a parser: language, sentences, words."""

import re
from collections.abc import Iterable
from typing import Literal

Lang = Literal["zh", "en"]

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'\-]*")
_SENTENCE = re.compile(r".+?(?:[。！？；!?]+[”」』\"']?|\.(?=\s|$)|\n+|$)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'\-]*|\d+(?:\.\d+)?|[\u3400-\u9fff]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP_EN = _words("""
    a about after all also am an and any are as at be been but by can could did do does for from had has have he her
    here his how i if in into is it its just me more my no not of on one or our out please she should so some than
    that the their them then there these they this to too up us very was we were what when where which who why will
    with would you your give tell make write let following text answer question only use using
""")
_STOP_ZH = _words("""
    的 了 是 在 我 有 和 就 不 人 都 一 上 也 很 到 说 要 去 你 会 着 没 看 好 自己 这 那 他 她 它 们 吗 呢 吧 啊
    什么 怎么 如何 哪 请 为 与 及 或 并 对 把 被 给 从 向 以 用 于 而 但 个 里 下 能 可 以及 可以 多少 几 还
""")


def language(text: str) -> Lang:
    """The language most of the text is in."""
    return "zh" if len(_CJK.findall(text)) > len(_LATIN_WORD.findall(text)) else "en"


def sentences(text: str) -> list[str]:
    """The text's sentences, trimmed; list markers are dropped."""
    found = (re.sub(r"^(?:[-*•]\s+|\d+[.、)]\s*)", "", s.strip()) for s in _SENTENCE.findall(text))
    return [s for s in found if re.search(r"\w", s)]


def is_function_word(word: str) -> bool:
    """Whether a word carries grammar rather than meaning."""
    return word.lower() in _STOP_EN or word in _STOP_ZH


def terms(text: str) -> list[str]:
    """Words to compare texts by: English words (lower case, plural s dropped) and pairs of Chinese characters."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if _CJK.match(word):
            found.extend(_chinese_pairs(word))
        else:
            lower = word.lower()
            if lower not in _STOP_EN:
                found.append(_stem(lower))
    return found


def _chinese_pairs(run: str) -> Iterable[str]:
    pairs = (run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else [run]
    return (pair for pair in pairs if pair not in _STOP_ZH and not (set(pair) <= _STOP_ZH))


# Common words that hold a character which elsewhere is a function word.
_WHOLE_ZH = """
    人工智能 机器人 智能 性能 功能 能力 能源 可靠 可用 可持续 可观测 应用 用户 使用 作用 用途 会员 会议
    社会 机会 地图 地区 本地 土地 上海 上线 线上 里程 公里 目的 目标 个人 工人 人员 人口 人才
    以太坊 用量 费用 信用 中国 中心 不锈钢 线下 下载 分析 得分 说明 小说 教会 重要 主要 需要 要求
    摘要 就业 成就 和平 对话 对象 面对 从业 向量 方向 到货 报到 看板 在线
"""
_CUT_ZH = re.compile(
    "("
    + "|".join(_WHOLE_ZH.split())
    + ")|什么|怎么|如何|为什么|请问|以及|并且|但是|可以|没有|我们|你们|他们|它们|一个|这个|那个"
    "|正在|已经|仍然|能够|因为|所以|如果|虽然|通过|带来|改变|影响|提高|降低|帮助|让|它|其"
    "|[的了是在我有和就不人都也很到说要去你会着这那吗呢吧啊与及或并对把被给从向以用于而但个里下能可得地]"
)


def phrases(text: str) -> list[str]:
    """Words to name a text by: English words as they are, and runs of Chinese between function words."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if _CJK.match(word):
            found.extend(run for run in _runs(word) if 2 <= len(run) <= 6)
        elif word.lower() not in _STOP_EN and not word.isdigit():
            found.append(word.lower())
    return found


def _runs(word: str) -> list[str]:
    """Runs of Chinese between function words; a known word stays whole, together with what it touches."""
    runs, end = [""], 0
    for match in _CUT_ZH.finditer(word):
        runs[-1] += word[end : match.start()]
        end = match.end()
        if match.group(1):
            runs[-1] += match.group(1)
        else:
            runs.append("")
    runs[-1] += word[end:]
    return runs


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def overlap(question: str, passage: str) -> float:
    """How much of the question's wording a passage has, from 0 to 1."""
    asked = set(terms(question))
    return len(asked & set(terms(passage))) / len(asked) if asked else 0.0


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word or a mark."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    at = max(head.rfind(mark) for mark in " ，,。.；;")
    return head[: at if at > limit // 2 else limit].rstrip(" ，,。.；;") + "…"
