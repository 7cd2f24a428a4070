"""Understanding a prompt: what is asked, of which text, in which language, in which form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmsim.chat import Message
from llmsim.text import Lang, language

# Each task and the words that ask for it.  Where several match, the one that comes first in the instruction wins.
TASKS: Mapping[str, str] = {
    "judge": r"\b(?:judge|grade|evaluat\w+|score|rate)\b"
    r"|\bwhich .{0,30}(?:answers?|repl(?:y|ies)|one)\b.{0,4} (?:is|are) better|better answer"
    r"|评审|评委|裁判|评分|打分|评估|哪个(?:回答|答案)?更好|更好的(?:回答|答案)",
    "translate": r"\btranslat\w+|翻译|译成|译为",
    "sentiment": r"\bsentiment|\bpositive or negative|\bhow (?:does|do) .{0,40} feel\b|\bmood\b"
    r"|情感|情绪|正面还是负面|褒贬",
    "summary": r"\bsummar\w+|\btl;?dr\b|\bcondense|摘要|总结|概括|概述|小结",
    "keywords": r"\bkey ?words?\b|关键词|关键字",
    "topics": r"\btopics?\b|\bthemes?\b|主题|话题",
    "entities": r"\bentit(?:y|ies)\b|\bnamed\b|\bextract (?:the )?(?:names|people|places|products)|实体|命名|抽取",
    "classify": r"\bclassif\w+|\bcategor\w+|\broute\b|\bone of\b|\blabel\b|分类|归类|类别|路由|意图|属于哪",
    "questions": r"\bsub-?questions?\b|\bbreak .{0,30}down|\bdecompos\w+|\bsearch queries\b|\brephras\w+"
    r"|\brewrite the (?:question|query)|子问题|拆解|拆分|改写(?:问题|查询)|检索词|换.{0,4}说法",
    "title": r"\btitles?\b|\bheadline|标题|题目",
    "joke": r"\bjokes?\b|笑话|段子",
    "poem": r"\bpoems?\b|\bhaikus?\b|\bverses?\b|诗|俳句",
    "reply": r"\b(?:write|draft|compose)\b.{0,40}\b(?:reply|response|email)\b|\breply to\b"
    r"|回复(?:这|该|客户|顾客|一下)|写.{0,12}回复|邮件",
    "pros_cons": r"\bpros and cons\b|\badvantages\b|\bstrengths\b|优缺点|利弊|优点",
}
_COMPILED = {task: re.compile(pattern, re.IGNORECASE) for task, pattern in TASKS.items()}

_ASKS = r"(?:question|query|user question|问题|提问|用户问题)\s*[:：]"
_GIVES = r"(?:\bcontext|\bdocuments?|\bsources?|\bpassages?|上下文|资料|背景|文档|检索结果|已知信息)\s*[:：]"
_LABELLED = r"\n\s*\w+(?: \w+)?\s*[:：]"
_ANSWERS = re.compile(r"answer|reply|response|回答|答案", re.IGNORECASE)
_CONTEXT = re.compile(rf"{_GIVES}\s*(.+?)(?=\n\s*{_ASKS}|\Z)", re.IGNORECASE | re.DOTALL)
_QUESTION = re.compile(rf"(?:^|\n)\s*{_ASKS}\s*(.+?)(?=\n\s*\n|{_LABELLED}|\Z)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(
    r"```(?:\w*\n)?(.+?)```|\"\"\"(.+?)\"\"\"|<(?P<tag>\w+)>(.+?)</(?P=tag)>|「(.+?)」|“(.+?)”|\"([^\"\n]{12,})\"",
    re.DOTALL,
)
_TEXT_HERE = (
    r"\n\s*(?i:text|input|message|customer message|review|content|文本|原文|内容|消息|用户消息|评论"
    r"|用户问题|用户输入|输入)"
    r"\s*[:：]\s*"
)
_TO_ENGLISH = re.compile(r"\b(?:in|into|to) english\b|(?:成|为|用)英[文语]", re.IGNORECASE)
_TO_CHINESE = re.compile(
    r"\b(?:in|into|to) (?:simplified )?chinese\b|(?:成|为|用)(?:简体)?中文", re.IGNORECASE
)
_BRIEF = re.compile(
    r"\b(?:reply|answer|respond) (?:only )?with\b"
    r"|\bone word\b|\bsingle word\b|\bonly (?:the )?(?:label|word|score|number|name)\b|\bjust the\b"
    r"|只(?:回答|输出|返回|给)|一个词|仅(?:回答|输出|返回)",
    re.IGNORECASE,
)
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)


@dataclass(frozen=True)
class Brief:
    """A prompt, understood.

    `text` is what the task is about, `instruction` what is asked, `lang` the language to answer in.  `terse` asks for
    the bare result, `json` for an object.
    """

    task: str
    instruction: str
    text: str
    lang: Lang
    whole: str = ""
    """The system messages and the user's last message, as they are."""
    question: str = ""
    context: str = ""
    terse: bool = False
    json: bool = False
    named_language: bool = False
    """Whether the instruction names the language to answer in."""

    @property
    def asked(self) -> str:
        """Instruction and text together."""
        return self.text if self.text in self.instruction else f"{self.instruction}\n{self.text}"


def read(messages: Sequence[Message]) -> Brief:
    """Understand a conversation: the system messages and the last words of the user."""
    system = "\n".join(m.content for m in messages if m.role == "system")
    said = [m.content for m in messages if m.role == "user"]
    last = said[-1] if said else ""
    instruction, text = _split(system, last)
    whole = f"{system}\n{last}"
    context, question = _first(_CONTEXT, whole), _first(_QUESTION, whole)
    task = _task(instruction, context, question, last)
    if task == "rag" and not question:
        question = last if not _CONTEXT.search(last) else text
    return Brief(
        task,
        instruction,
        text,
        _answer_language(instruction, task, text, question or last),
        whole,
        question,
        context,
        terse=bool(_BRIEF.search(instruction)),
        json=bool(_JSON.search(instruction)),
        named_language=bool(_TO_ENGLISH.search(instruction) or _TO_CHINESE.search(instruction)),
    )


def _split(system: str, last: str) -> tuple[str, str]:
    """What is asked, and what about."""
    quoted = _QUOTED.search(last)
    inside = next((g for i, g in enumerate(quoted.groups()) if g and i != 2), "") if quoted else ""
    if system and any(p.search(system) for p in _COMPILED.values()):
        return system, inside or last
    if quoted and inside:
        return f"{system}\n{last[: quoted.start()]} {last[quoted.end() :]}".strip(), inside.strip()
    for mark in (r"\n\s*\n", _TEXT_HERE, r"[:：]\s*\n", r"[:：]\s+|：", r"\n"):
        cut = re.search(mark, last)
        if cut and cut.start() <= 200 and last[cut.end() :].strip():
            head, rest = last[: cut.start()], last[cut.end() :].strip()
            if any(p.search(head) for p in _COMPILED.values()):
                return f"{system}\n{head}".strip(), rest
    return f"{system}\n{last}".strip(), last


def _task(instruction: str, context: str, question: str, last: str) -> str:
    if _COMPILED["judge"].search(instruction) and _ANSWERS.search(f"{instruction}\n{last}"):
        return "judge"
    if context:
        return "rag"
    found = (
        (match.start(), task) for task, pattern in _COMPILED.items() if (match := pattern.search(instruction))
    )
    return min(found, default=(0, "chat"))[1]


def _answer_language(instruction: str, task: str, text: str, asked: str) -> Lang:
    if _TO_ENGLISH.search(instruction):
        return "en"
    if _TO_CHINESE.search(instruction):
        return "zh"
    if task == "translate":
        return "en" if language(text) == "zh" else "zh"
    if task in ("rag", "chat"):
        return language(asked)
    # The language of the instruction, where it is more than a word or two of its own.
    return language(instruction if instruction.strip() else text)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1).strip() if match else ""
