"""What did a mail say that is its own? Its text without what it quotes, its signature and what lists and providers append; pure.

Each place where something was left out is marked `[...]`. What follows a question stays readable: the first line of a quotation that is answered is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEFT_OUT = "[...]"
QUOTE_CHARS = 160  # of a quotation that is answered
_SIGNATURE_LINES = 30
_ATTRIBUTION = re.compile(r"(?:\d{4}|\d{1,2}[:.]\d{2}|@|\bwrote\b|\bschrieb\b|\bécrit\b|\bescribió\b|\bha scritto\b).*[:：]\s*$", re.DOTALL)
_ORIGINAL = re.compile(r"-{3,}\s*(?:original message|ursprüngliche nachricht|original-nachricht|message d'origine|mensaje original)\s*-{3,}\s*$", re.IGNORECASE)
_HEADER = re.compile(r"\**(?:from|von|de|da|van)\s*:\**\s", re.IGNORECASE)
_FOOTER = re.compile(
    r"to unsubscribe|unsubscribe (?:from|here)|manage (?:your )?(?:subscription|preferences)|you (?:are receiving|received) this|abbestellen|abmelden|"
    r"sent from my |von meinem .{0,40} gesendet|get outlook for|mailing list|mailman/listinfo|confidential.{0,200}(?:intended|recipient)|"
    r"intended (?:only|solely) for|vertrauliche.{0,80}informationen|consider the environment|virus[- ]free|this e-?mail (?:and|is|may)|"
    r"view (?:this|it) in your browser",
    re.IGNORECASE | re.DOTALL)
FOOTER_CHARS = 1_500


def own(text: str, *, reply: bool) -> str:
    """The own part of a mail's text. `reply` says that it answers another one, so that what stands under a header-like block is that other one."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = _until_original(lines) if reply else lines
    lines = _without_footers(_without_signature(_without_quotes(lines)))
    out: list[str] = []
    for line in lines:
        if (line or out and out[-1]) and not (line == LEFT_OUT and out and _last(out) == LEFT_OUT):
            out.append(line)
    return "\n".join(out).strip()


def flowed(text: str, *, joined: bool) -> str:
    """`format=flowed` text (RFC 3676) with its paragraphs on one line each; `joined` is its DelSp."""
    out: list[str] = []
    open_ = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quoted = line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        soft = line.endswith(" ") and line != "-- " and not quoted
        said = line[:-1] if soft and joined else line
        if open_ and not quoted and line != "-- ":
            out[-1] += said
        else:
            out.append(said)
        open_ = soft
    return "\n".join(out)


def _last(lines: Sequence[str]) -> str:
    return next((line for line in reversed(lines) if line), "")


def _until_original(lines: Sequence[str]) -> list[str]:
    """The lines before a whole copy of the mail that is answered."""
    for at, line in enumerate(lines):
        ruled = len(line) >= 10 and not line.strip("_-")
        if _ORIGINAL.match(line.strip()) or ruled and any(_HEADER.match(one) for one in lines[at + 1:at + 3]):
            return [*lines[:at], LEFT_OUT]
    return list(lines)


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """Runs of `>` lines: the first line of one that is answered, nothing of the last one, and of none the line that introduces it."""
    out: list[str] = []
    at = 0
    full = next((at for at in range(len(lines) - 1, -1, -1) if lines[at]), -1)  # the last line with words
    while at < len(lines):
        if not lines[at].startswith(">"):
            out.append(lines[at])
            at += 1
            continue
        end = at
        while end < len(lines) and (lines[end].startswith(">") or not lines[end] and end + 1 < len(lines) and lines[end + 1].startswith(">")):
            end += 1
        _without_attribution(out)
        first = next((bare for line in lines[at:end] if (bare := line.lstrip("> ").strip()) and not bare.endswith(":")), "")
        after = next((lines[one] for one in range(end, full + 1) if lines[one]), "")
        answered = bool(after) and not (after in ("--", "-- ") or _rule(after))
        out += [f"> {first[:QUOTE_CHARS]} {LEFT_OUT}", ""] if answered and first else [LEFT_OUT]
        at = end
    return out


def _without_attribution(out: list[str]) -> None:
    """Drop `On … Lena wrote:` from the end of the lines."""
    while out and not out[-1]:
        out.pop()
    begin = len(out)
    while begin and out[begin - 1]:
        begin -= 1
    if len(out) - begin > 3:
        begin = len(out) - 1
    if begin < len(out) and _ATTRIBUTION.search("\n".join(out[begin:])[-400:]):
        del out[begin:]
    if out and out[-1]:
        out.append("")


def _without_signature(lines: Sequence[str]) -> list[str]:
    """What stands before the line of two dashes, where only a signature's worth follows."""
    end, at = len(lines), len(lines) - 1
    while at >= 0 and end - at <= _SIGNATURE_LINES:
        end = at if lines[at] in ("--", "-- ") else end
        at -= 1
    return [*lines[:end], LEFT_OUT] if end < len(lines) else list(lines)


def _without_footers(lines: Sequence[str]) -> list[str]:
    """The paragraphs without the last ones that a list, a provider or a lawyer has put there."""
    kept = list(lines)
    cut = False
    while True:
        while kept and (not kept[-1] or kept[-1] == LEFT_OUT or _rule(kept[-1])):
            cut = cut or kept[-1] == LEFT_OUT
            kept.pop()
        begin = len(kept)
        while begin and kept[begin - 1]:
            begin -= 1
        paragraph = "\n".join(kept[begin:])
        if not begin or len(paragraph) > FOOTER_CHARS or not _FOOTER.search(paragraph):
            return [*kept, "", LEFT_OUT] if cut else kept
        del kept[begin:]
        cut = True


def _rule(line: str) -> bool:
    return len(line) >= 5 and not line.strip("_-=*~ ")
