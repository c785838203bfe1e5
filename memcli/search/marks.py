"""Where in a text are the words of a query? The spans to highlight, found the way the index finds entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from memcli.index import analysis
from memcli.index.ask import Ask, Phrase, Positive, Prefix, Term
from memcli.index.keyword import analyzers

SPANS_MAX = 400
_WORD = r"[^\W_]"
_SIGNS = r"[\W_]{0,3}"  # between the parts of a compound: `fold_log`, `fold-log`, `foldLog`
_EVERY_WORD = re.compile(rf"{_WORD}+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A matched span [start, end) and what of the query it matches."""

    start: int
    end: int
    word: str


class Marker:
    """Finds a query's words. Make it once per query, use it on every hit's text."""

    def __init__(self, ask: Ask) -> None:
        self._cutter = analyzers()
        self._stems: dict[str, str] = {}  # a stem, and the query word it comes from
        self._known: dict[str, str] = {}  # a word of a text, and the query word it matches or ""
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for clause in ask.positive:
            self._learn(clause)
        if not (self._stems or self._patterns):  # nothing but stop words: as written
            for clause in ask.positive:
                self._pattern(_EVERY_WORD.findall(clause.text), clause.text)
        heads = sorted({stem[:1 if len(stem) <= 3 else 2] for stem in self._stems})
        either = "|".join("".join(f"[{re.escape(char)}{re.escape(char.upper())}]" for char in head) for head in heads)
        self._candidates = re.compile(rf"(?<!{_WORD})(?:{either}){_WORD}*")

    def marks(self, text: str) -> list[Mark]:
        """The matches in a text in order of place, longer ones first, at most SPANS_MAX of each kind; none overlap."""
        found = [*self._words(text)]
        for pattern, word in self._patterns:
            found += _first(Mark(match.start(), match.end(), word) for match in pattern.finditer(text))
        found.sort(key=lambda mark: (mark.start, -mark.end))
        kept: list[Mark] = []
        for mark in found:
            if not kept or mark.start >= kept[-1].end:
                kept.append(mark)
        return kept

    def _learn(self, clause: Positive) -> None:
        for _, run in analysis.runs(clause.text):
            self._patterns.append((re.compile(re.escape(run) if isinstance(clause, Phrase) else _any_pair(run)), clause.text))
        text = analysis.spaced(clause.text)
        words = _EVERY_WORD.findall(text)
        if isinstance(clause, Term):
            self._stems.update(dict.fromkeys(self._cutter.words("stem", analysis.without_endings(text)), clause.text))
            if analysis.is_compound(text):
                self._pattern(analysis.pieces(text), clause.text, _SIGNS)
        else:
            self._pattern(words, clause.text, tail=rf"{_WORD}*" if isinstance(clause, Prefix) else "")

    def _pattern(self, words: list[str], label: str, between: str = r"[\W_]+", tail: str = "") -> None:
        if words:
            spelled = between.join(re.escape(word) for word in words)
            self._patterns.append((re.compile(rf"(?<!{_WORD}){spelled}{tail}(?!{_WORD})", re.IGNORECASE), label))

    def _words(self, text: str) -> Iterator[Mark]:
        """Words with a wanted stem. In plain ASCII only those are looked at that begin like one."""
        if not self._stems:
            return
        pattern = self._candidates if text.isascii() else _EVERY_WORD
        count = 0
        for match in pattern.finditer(text):
            word = match[0]
            of = self._known.get(word)
            if of is None:
                stems = (stem for stem in self._cutter.words("all", word) if stem in self._stems)
                of = self._known[word] = self._stems.get(next(stems, ""), "")
            if of:
                yield Mark(match.start(), match.end(), of)
                count += 1
                if count == SPANS_MAX:
                    return


def _first(marks: Iterator[Mark]) -> list[Mark]:
    return [mark for _, mark in zip(range(SPANS_MAX), marks, strict=False)]


def _any_pair(run: str) -> str:
    """A pattern for a stretch of a run's pairs, so that neighbouring pairs make one mark."""
    if len(run) == 1:
        return re.escape(run)
    starts = "|".join(re.escape(pair) for pair in dict.fromkeys(analysis.pairs(run)))
    return f"(?:{re.escape(run)}|(?:{starts})+)"
