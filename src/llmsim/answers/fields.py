"""What fields are filled with: what their names ask for, as patterns, and the numbers of a text."""

import re

# Field names (as a pattern) → the task and the entry of its result.
FIELDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), task, entry)
    for pattern, task, entry in (
        (r"^(?:sentiment|polarity|mood|tone|emotion|情感|情绪)", "sentiment", "sentiment"),
        (r"confidence|certainty|置信", "sentiment", "confidence"),
        (r"^(?:topics?|themes?|tags?|aspects?|主题|话题|标签)", "topics", "topics"),
        (r"^(?:key_?words?|关键词)", "keywords", "keywords"),
        (r"entit|^(?:实体)", "entities", "entities"),
        (r"summar|abstract|gist|tl_?dr|摘要|总结", "summary", "summary"),
        (r"translat|译", "translate", "translation"),
        (r"^(?:setup)$", "joke", "setup"),
        (r"^(?:punch_?line)$", "joke", "punchline"),
        (r"^(?:title|headline|subject|标题)$", "title", "title"),
        (r"sub_?questions?|queries|questions|子问题", "questions", "questions"),
        (r"^(?:pros|strengths|advantages|优点)", "pros_cons", "pros"),
        (r"^(?:cons|weaknesses|drawbacks|issues|complaints|problems|缺点|问题)", "pros_cons", "cons"),
        (r"^(?:reply|response|回复)$", "reply", "reply"),
        (r"winner|better|preferred", "judge", "winner"),
        (r"^(?:passed|ok|correct|relevant|acceptable)$", "judge", "passed"),
        (r"sources?|citations?|来源", "rag", "sources"),
    )
)
REASON = re.compile(r"reason|explanation|justification|rationale|why|理由|依据|解释", re.IGNORECASE)
SCORE = re.compile(r"score|rating|grade|mark|stars|分", re.IGNORECASE)
ANSWER = re.compile(r"^(?:answer|result|output|text|content|message|答案|回答)$", re.IGNORECASE)
# Field names → the type of entity that belongs there.
NAMED = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"order|(?:^|_)id$|订单|单号", "order"),
        (r"e_?mail|邮箱", "email"),
        (r"date|日期", "date"),
        (r"price|amount|cost|金额|价格", "money"),
        (r"product|item|产品|商品", "product"),
    )
)


class Numbers:
    """The numbers of a text, handed out in order; the last one is repeated when they run out."""

    def __init__(self, text: str) -> None:
        self._left = re.findall(r"-?\d+(?:\.\d+)?", text)
        self._last = "1"

    def next(self) -> float:
        """The next number; 1 if the text has none."""
        if self._left:
            self._last = self._left.pop(0)
        return float(self._last)
