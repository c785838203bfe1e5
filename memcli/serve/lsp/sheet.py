"""What stands in a document, and where? An open buffer or a file, read as an entry, with its links placed; nothing is looked up here."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from memcli.entries import text
from memcli.entries.frontmatter import unify
from memcli.entries.model import Entry
from memcli.index import graph
from memcli.serve.lsp.places import Places

_DROPPED = re.compile(r"\A\ufeff|(?<!\r)\r+(?=\n)")
_CLOSING = re.compile(r"(?:---|\.\.\.)[ \t]*")
_ID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{26}(?![0-9a-zA-Z])")
_TO = re.compile(r"\bto:[ \t]*(?P<quote>[\"']?)(?P<target>[^\"'\n,{}\[\]]+)(?P=quote)")
_POINTERS = ("supersedes", "superseded_by", "derived_from", "links")
HEADINGS_MAX = 2_000
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A link as it stands in the text: its target, offsets of what is written, and whether it stands in brackets `[[ ]]`."""

    target: str
    start: int
    end: int
    wiki: bool


class Sheet:
    """A document of a vault: `path` relative to it, `version` None for a file that is not open."""

    def __init__(self, uri: str, path: str, source: str, encoding: str, version: int | None = None) -> None:
        self.uri = uri
        self.path = path
        self.source = source
        self.version = version
        self.encoding = encoding

    @cached_property
    def places(self) -> Places:
        """Its lines."""
        return Places(self.source, self.encoding)

    @cached_property
    def data(self) -> bytes:
        """Its bytes, if it were saved."""
        return self.source.encode()

    @cached_property
    def entry(self) -> Entry:
        """What it says as an entry."""
        return text.read(self.data, self.path)

    # -- from the text as entries are read, without carriage returns, to the text as it is ----------------------------------------

    @cached_property
    def _cuts(self) -> list[int]:
        """Where, in the text as read, each character was dropped."""
        dropped = [at for match in _DROPPED.finditer(self.source) for at in range(*match.span())]
        return [at - number for number, at in enumerate(dropped)]

    def offset(self, read: int) -> int:
        """The offset in the source of an offset in the text as it is read."""
        return read + bisect_left(self._cuts, read) if self._cuts else read

    @cached_property
    def plain(self) -> str:
        """The text as it is read."""
        return unify(self.source)

    @property
    def body_at(self) -> int:
        """Where the entry's body begins in `plain`."""
        return len(self.plain) - len(self.entry.body)

    # -- front matter ----------------------------------------------------------------------------------------------------------

    @cached_property
    def front(self) -> range:
        """The lines of the front matter, closed or not yet; without its fences."""
        places = self.places
        if places.line(0).lstrip("\ufeff") != "---":
            return range(0)
        for number in range(1, places.lines):
            if _CLOSING.fullmatch(places.line(number)):
                return range(1, number)
        return range(1, next((number for number in range(1, places.lines) if not places.line(number).strip()), places.lines - 1) + 1)

    @cached_property
    def fields(self) -> list[str]:
        """The name of the field that each line of the front matter belongs to, "" for none; the first is that of the fence."""
        names = [""]
        for number in self.front:
            found = re.match(r"([^\s:#-][^:]{0,80}?)[ \t]*:", self.places.line(number))
            names.append(found[1].strip("\"'") if found else names[-1])
        return names

    # -- links -----------------------------------------------------------------------------------------------------------------

    @cached_property
    def spots(self) -> list[Spot]:
        """Every link, in the order of the text."""
        at = self.body_at
        found = [self._spot(link.target, at + start, at + end) for link, start, end in graph.placed(self.entry.body, posixpath.dirname(self.path))]
        return sorted([*found, *(self._pointers() if self.entry.problem is None else ())], key=lambda spot: spot.start)[:graph.LINKS_MAX * 4]

    def _spot(self, target: str, start: int, end: int) -> Spot:
        return Spot(target, self.offset(start), self.offset(end), self.plain[max(start - 8, 0):start].rstrip(" ").endswith("[["))

    def _pointers(self) -> Iterator[Spot]:
        """What the front matter points to: ids, targets of `links`, and wikilinks in any field."""
        front = self.plain[:self.body_at]
        seen: set[int] = set()
        spans = [(link.target, start, end) for link, start, end in graph.placed(front, "")]
        for field, line in zip(self.fields, re.finditer(r"^.*$", front, re.MULTILINE)):
            if field in _POINTERS:
                spans += [(match["target"].strip(), *match.span("target")) for match in _TO.finditer(front, line.start(), line.end())]
                spans += [(match[0], *match.span()) for match in _ID.finditer(front, line.start(), line.end())]
        for target, start, end in spans:
            if start not in seen and target:
                seen.add(start)
                yield self._spot(target, start, end)

    def spot_at(self, offset: int) -> Spot | None:
        """The link that an offset lies in."""
        return next((spot for spot in self.spots if spot.start <= offset <= spot.end), None)

    def anchor(self, spot: Spot) -> str:
        """The heading that a link in brackets leads to, "" for none."""
        found = re.match(r"\s*#([^\[\]|\n]{1,300})", self.source[spot.end:spot.end + 302]) if spot.wiki else None
        return found[1].strip() if found else ""

    @cached_property
    def headings(self) -> list[tuple[int, str, int, int]]:
        """(level, text, start, end) of the headings of the body, outside of code."""
        at = self.body_at
        body = graph.without_code(self.entry.body)
        return [(len(match[1]), match[2], self.offset(at + match.start()), self.offset(at + match.end()))
                for match in islice(_HEADING.finditer(body), HEADINGS_MAX)]

    def title_span(self) -> tuple[int, int]:
        """Where the title stands: in the field `title`, else the first heading, else the beginning."""
        for number in self.front:
            found = re.match(r"title[ \t]*:[ \t]*(?P<quote>[\"']?)(?P<title>.*?)(?P=quote)[ \t]*$", self.places.line(number))
            if found:
                start = self.places.start(number)
                return start + found.start("title"), start + found.end("title")
        for level, words, start, end in self.headings:
            if level == 1:
                at = self.source.find(words, start, end)
                return at, at + len(words)
        return 0, 0
