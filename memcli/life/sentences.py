"""Which sentences does a text have, and where? Spans that can be quoted: body[start:end] is the sentence as it stands.

Headings, code, tables, quotations and front matter are not quoted. A line ends a sentence; marks of lists and block ids do not belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAST, MOST = 20, 300  # characters
_LINE = re.compile(r"[^\n]+")
# Possessive quantifiers, and a run of full stops looked at from its first only: a megabyte of one sign is read once, not once per sign.
_FENCE = re.compile(r"\s{0,3}(```(?=`*+[^`]*+$)|~~~)")
_SKIP = re.compile(r"\s{4,}+\S|\s*+(?:#{1,6}\s|>|\||<!--|-{3,}+\s*+$|!\[|\[\^)")
_MARK = re.compile(r"\s*+(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)?")
_BLOCK = re.compile(r"\s*\^[\w-]+\s*$|\s+$")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?=\s++[\"'“‘(\[*_]*[A-Z0-9À-ÞΑ-ΩА-Я])|[。！？]+[”’」』]*")
_SHORT = re.compile(r"(?:^|[\s(])(?:[A-Z]|e\.g|i\.e|etc|vs|cf|No|Dr|Mr|Mrs|Ms|St|Prof|approx|ca|bzw|z\.B)\.$")


def sentences(body: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of LEAST to MOST characters, in order. Linear in the length of the text."""
    return [(start, end) for start, end in _spans(body) if LEAST <= end - start <= MOST]


def _spans(body: str) -> Iterator[tuple[int, int]]:
    fence = ""
    for line in _LINE.finditer(body):
        opened = _FENCE.match(line[0])
        if opened:
            fence = "" if fence == opened[1] else fence or opened[1]
            continue
        if fence or _SKIP.match(line[0]):
            continue
        mark = _MARK.match(line[0])
        start, end = line.start() + (mark.end() if mark else 0), line.end()
        block = _BLOCK.search(line[0][-80:])
        if block:
            end -= len(line[0][-80:]) - block.start()
        yield from _cut(body, start, end)


def _cut(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _END.finditer(body, start, end):
        if not _SHORT.search(body[max(start, match.end() - 12):match.end()]):
            yield start, match.end()
            start = match.end()
            while start < end and body[start] in " \t":
                start += 1
    if start < end:
        yield start, end
