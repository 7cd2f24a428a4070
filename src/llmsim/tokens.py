"""An approximate tokenizer: the same text always gives the same pieces, and the pieces join to the text.

Real tokenizers need tables of megabytes.  This one takes up to five Latin letters, three digits or two Chinese
characters as one token, which lands near the rules of thumb that providers publish (about four English
characters, or one to two Chinese characters, a token).  Good enough to bill and to limit by, and only that.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_PIECE = re.compile(
    r"\s?[^\W\d_\u2e80-\u9fff\uac00-\ud7af]{1,5}"  # letters of alphabetic scripts, with the space before them
    r"|\d{1,3}"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}"  # Chinese, Japanese, Korean
    r"|\s+"
    r"|.",
    re.DOTALL,
)

PER_MESSAGE = 3
"""Tokens a chat message costs beyond its text (role and separators)."""
PRIMING = 3
"""Tokens that open the reply."""


def split(text: str) -> list[str]:
    """Cut a text into tokens; `"".join(split(text)) == text`."""
    return _PIECE.findall(text)


@lru_cache(maxsize=4096)
def count(text: str) -> int:
    """How many tokens a text has."""
    return len(split(text))


def count_messages(texts: Iterable[str]) -> int:
    """How many tokens a chat prompt of these message texts has, framing included."""
    return PRIMING + sum(PER_MESSAGE + count(text) for text in texts)
