"""What the simulated models say.

No language model runs here.  A prompt is matched to one of some fifteen tasks, and rules, word lists and a small
corpus work it out.  The answers are deterministic, plausible, and useful to build lessons on; they are not intelligent.
"""

from llmsim.answers.answer import Answer, answer
from llmsim.answers.brief import Brief, read

__all__ = ["Answer", "Brief", "answer", "read"]
