"""How does text from memory stand in a prompt so that nothing in it acts? Without control characters and unseen ones, chat markup defused; pure.

What a reader sees stays: only `<` of markup that steers a model becomes `&lt;`, and a line that looks like one of our own headings is escaped.
"""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|[@-Z\\^_])|\x9b[0-?]{0,64}[@-~]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
                     "\U000e0000-\U000e0fff]|(?<![^\x00-\x7f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d])")
_MARKUP = re.compile(
    r"<(?=[ \t]{0,3}/?[ \t]{0,3}(?:antml|system|assistant|human|developer|memory|instruction|function_|tool_|invoke|start_of_turn|end_of_turn|"
    r"(?:user|prompt|context|functions?|tools?|parameters?|thinking|important|admin|sys|s)(?:[-_:][a-z_-]{0,40})?(?:[\s>/<]|\Z)))|<(?=[|<]|/?<)|"
    r"(?<=\[)(?=/?INST\])", re.IGNORECASE)
_TURN = re.compile(r"^(?=(?:human|assistant|system)\s?:\s)", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"^(?=#{1,2}\s[^\n]{0,400}\[[0-9a-z]{6}\][^\n]{0,80}$)", re.MULTILINE)


def neutral(text: str, nonce: str = "") -> str:
    """The text as it may stand in a prompt. `nonce`, the word that closes the fence, does not occur in it."""
    if not text.isprintable():
        text = _UNSEEN.sub("", _ANSI.sub("", text.encode("utf-8", "replace").decode()))
    if "<" in text or "[" in text:
        text = _MARKUP.sub(_defused, text)
    text = _TURN.sub("\\\\", _HEADING.sub("\\\\", text))
    return text.replace(nonce, nonce[:6] + ".") if nonce else text


def _defused(match: re.Match[str]) -> str:
    return "&lt;" if match[0] == "<" else "\\"
