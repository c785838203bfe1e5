"""What does Org text say as markdown? Blocks, lists, tables and markup; headings and drawers of properties are for whoever cuts the file. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Link = Callable[[str, str], str]  # a link's target and label ("" for none) as markdown

_BEGIN = re.compile(r"([ \t]*)#\+begin_(\S+)[ \t]*(.*)$", re.IGNORECASE)
_KEYWORD = re.compile(r"[ \t]*#\+([\w-]+)(?:\[[^\]]*\])?:[ \t]*(.*)$")
_DRAWER = re.compile(r"[ \t]*:([\w-]+):[ \t]*$")
_PASSED = re.compile(r"[ \t]*(?:#(?: .*)?|CLOCK:.*)$")
_FIXED = re.compile(r"[ \t]*:(?: (.*))?$")
_ITEM = re.compile(r"(?:([ \t]*)([-+]|[0-9]{1,9}[.)])|([ \t]+)\*)(?:[ \t]+(.*))?$", re.DOTALL)
_BOX = re.compile(r"(?:\[@[0-9]+\][ \t]*)?(?:\[([ xX-])\](?=[ \t]|$))?")
_TERM = re.compile(r"(.{1,120}?)[ \t]+::(?:[ \t]+|$)", re.DOTALL)
_NOTE = re.compile(r"\[fn:([\w-]+)\][ \t]*")
_INLINE = re.compile(
    r"\[\[(?P<target>(?:[^\[\]\\\n]|\\.)+)\](?:\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])+)\])?\]"
    r"|\[fn:(?P<note>[\w-]+)\]"
    r"|(?P<open>[<\[])(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[^<>\[\]\n]{0,60})[>\]]"
    r"|(?P<url>\bhttps?://[^\s<>\]]+)"
    r"|(?<![^\s\-('\"{])(?P<mark>[*/_=~+])(?P<marked>[^\s](?:.{0,300}?[^\s])?)(?P=mark)(?=[\s\-.,:;!?'\")}\[\\]|$)", re.DOTALL)
_MARKS = {"*": "**", "/": "*", "_": "_", "+": "~~"}
_DEEP = 4  # of marks in marks, and of blocks in blocks


def markdown(lines: Sequence[str], link: Link, deep: int = _DEEP) -> list[str]:
    """Lines of Org below a heading as lines of markdown."""
    found: list[str] = []
    text: list[str] = []
    ends = _Ends(lines)
    at = 0
    while at < len(lines):
        taken, made = _special(lines, at, ends, link, deep)
        item = _ITEM.match(lines[at])
        if taken or item:
            found += _flushed(text, link)
        if taken:
            found += made
        else:
            text.append(lines[at])
        at += taken or 1
    return [*found, *_flushed(text, link)]


def _flushed(text: list[str], link: Link) -> list[str]:
    """Lines of running text, or of an item of a list, as markdown; `text` is empty after it."""
    whole = "\n".join(text)
    text.clear()
    if not whole:
        return []
    match = _ITEM.match(whole)
    if not match:
        note = _NOTE.match(whole)
        return (f"[^{note[1]}]: {inline(whole[note.end():], link)}" if note else inline(whole, link)).split("\n")
    said = match[4] or ""
    box = _BOX.match(said)
    said, mark = said[box.end():].lstrip() if box else said, f"[{'x' if box[1] in 'xX' else ' '}] " if box and box[1] else ""
    term = _TERM.match(said)
    if term and "\n" not in term[1]:
        said = said[term.end():]
        plain = re.fullmatch(r"[^\W\d][\w -]{0,40}", term[1]) and said.startswith("[[")
        mark += f"{term[1]}:: " if plain else f"**{inline(term[1], link)}**: "
    return f"{match[1] or match[3] or ''}{match[2].replace('+', '-') if match[2] else '-'} {mark}{inline(said, link)}".rstrip().split("\n")


def _special(lines: Sequence[str], at: int, ends: _Ends, link: Link, deep: int) -> tuple[int, list[str]]:
    """What begins at a line and is no running text: how many lines it takes, 0 for none, and the markdown."""
    line = lines[at]
    if not line.strip():
        return 1, [""]
    begin = _BEGIN.match(line)
    if begin:
        return _block(lines, at, ends.after(at, f"#+end_{begin[2].lower()}"), begin, link, deep)
    drawer = _DRAWER.match(line)
    if drawer:
        end = ends.after(at, ":end:") if drawer[1].upper() in ("PROPERTIES", "LOGBOOK") else 0
        return max(end + 1 - at, 1), []
    fixed = _run(lines, at, _FIXED)
    if fixed:
        return fixed, fenced([(match[1] or "") if (match := _FIXED.match(one)) else one for one in lines[at:at + fixed]], "")
    if line.lstrip().startswith("|"):
        count = next((to for to in range(at, len(lines)) if not lines[to].lstrip().startswith("|")), len(lines)) - at
        return count, _table(lines[at:at + count], link)
    keyword = _KEYWORD.match(line)
    if keyword:
        return 1, [inline(keyword[2], link), ""] if keyword[1].lower() == "caption" else []
    if re.fullmatch(r"-{5,}[ \t]*", line):
        return 1, ["", "---"]
    return (1, []) if _PASSED.match(line) else (0, [])


class _Ends:
    """Where do blocks and drawers end? Looked up once for all lines, so that many that never end cost no more."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._at: dict[str, list[int]] | None = None

    def after(self, at: int, word: str) -> int:
        """The first line after `at` that is `word`, 0 for none."""
        from bisect import bisect_right

        if self._at is None:
            self._at = {}
            for number, line in enumerate(self._lines):
                said = line.strip().lower()
                if said.startswith((":end:", "#+end_")):
                    self._at.setdefault(said, []).append(number)
        places = self._at.get(word, [])
        place = bisect_right(places, at)
        return places[place] if place < len(places) else 0


def _run(lines: Sequence[str], at: int, pattern: re.Pattern[str]) -> int:
    """How many lines from one on match a pattern."""
    return next((to for to in range(at, len(lines)) if not pattern.match(lines[to])), len(lines)) - at


def _block(lines: Sequence[str], at: int, end: int, begin: re.Match[str], link: Link, deep: int) -> tuple[int, list[str]]:
    """A block from its #+begin to its #+end; one that does not end is text."""
    kind = begin[2].lower()
    if not end or not deep:
        return 0, []
    inside = list(lines[at + 1:end])
    if kind in ("src", "example", "export"):
        word = begin[3].split()[0] if kind != "example" and begin[3].split() else ""
        code = [re.sub(r"^([ \t]*),(?=\*|#\+|,)", r"\1", line.removeprefix(begin[1])) for line in inside]
        return end + 1 - at, [begin[1] + line if line else "" for line in fenced(code, word)]
    if kind == "comment":
        return end + 1 - at, []
    made = markdown(inside, link, deep - 1)
    return end + 1 - at, [f"> {line}".rstrip() for line in made] if kind in ("quote", "verse") else made


def fenced(lines: Sequence[str], word: str) -> list[str]:
    """Lines as a code block whose fence is longer than any in it."""
    longest = max((len(run) for line in lines for run in re.findall(r"`{3,}", line)), default=2)
    return ["`" * (longest + 1) + word, *lines, "`" * (longest + 1)]


def _table(rows: Sequence[str], link: Link) -> list[str]:
    """A table with the one line between head and rows that markdown wants."""
    told = [row.strip() for row in rows if not re.match(r"[ \t]*\|-", row)]
    if not told:
        return []
    columns = max(told[0].strip("|").count("|") + 1, 1)
    return [_cells(told[0], link), "|" + "---|" * min(columns, 1000), *(_cells(row, link) for row in told[1:])]


def _cells(row: str, link: Link) -> str:
    return inline(row, lambda target, label: link(target, label).replace("|", "\\|"))


def inline(text: str, link: Link, deep: int = _DEEP) -> str:
    """Running text: links, marks, notes and times as markdown has them."""
    return _INLINE.sub(lambda match: _inline(match, link, deep), text)


def _inline(match: re.Match[str], link: Link, deep: int) -> str:
    if match["target"]:
        return link(re.sub(r"\\([\[\]\\])", r"\1", match["target"]), " ".join((match["label"] or "").split()))
    if match["note"]:
        return f"[^{match['note']}]"
    if match["time"]:
        return match["time"].strip()
    mark, inner = match["mark"], match["marked"]
    if not mark or "\n\n" in inner:
        return match[0]
    if mark in "=~":
        return f"`` {inner} ``" if "`" in inner else f"`{inner}`"
    return f"{_MARKS[mark]}{inline(inner, link, deep - 1) if deep else inner}{_MARKS[mark]}"
