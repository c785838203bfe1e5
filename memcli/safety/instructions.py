"""Does a text try to tell a language model what to do? By rules that are data (safety/rules/instructions.json), and by characters no reader sees; pure.

A guess for a flag, not a proof: who writes about such texts is flagged as well, and a new trick is not. What protects a prompt is the fence
(`memcli.safety.neutral`), whatever this says.
"""

from __future__ import annotations

import re

from memcli.safety import gate

_TAGS = "[\U000e0000-\U000e007f]"
_FLAG = f"\U0001f3f4{_TAGS}{{2,7}}"  # England, Scotland and Wales are written with tag characters
_THIN = "[\u200b-\u200d\u2060-\u2064\ufeff]"
_OVERRIDE = "[\u202d\u202e]"


def suspicious(text: str) -> str:
    """Why a text looks as if it were written to steer a model, in a few words; "" when it does not. In time proportional to its length."""
    if not gate.instructions(text):
        return ""
    hidden = _hidden(text)
    if hidden:
        return hidden
    from memcli.safety import rules

    for seen in dict.fromkeys((text, re.sub(_THIN, "", text))):  # words can be cut by what is not seen
        low = rules.lowered(seen)
        for rule in rules.load("instructions"):
            for _ in rules.matches(rule, seen, low):
                return rule.why
    return ""


def _hidden(text: str) -> str:
    """What a text hides in characters that are not shown."""
    if text.isascii():
        return ""
    if max(text) > "\U000dffff" and re.search(_TAGS, re.sub(_FLAG, "", text)):
        return "hides text in tag characters"
    if re.search(f"{_THIN}{{6}}", text):
        return "hides text in characters without width"
    if re.search(_OVERRIDE, text):
        return "turns the direction of text around"
    return ""
