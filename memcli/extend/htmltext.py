"""What does a page say? HTML to markdown: headings, lists, links, code and tables, without what is hidden or runs; pure, and bounded whatever it is fed.

A page that marks its main text (`main`, `article`) is reduced to that; menus, footers and forms are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from memcli.extend import links
from memcli.extend.tags import tokens

PAGE_CHARS = 16 * 1024 * 1024  # that are looked at
TEXT_CHARS = 2_000_000  # of markdown that are made
MARKED_CHARS = 2_000  # of a link's or an emphasis' text
DEPTH_MAX = 1_000  # of open elements that are remembered
DROPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video", "nav", "footer", "aside",
    "button", "select", "option", "textarea", "dialog", "head"})
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"})
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr",
    "ul", "caption", "center"})
_CLOSES = {"li": ("li", "p"), "dt": ("dt", "dd", "p"), "dd": ("dt", "dd", "p"), "tr": ("tr", "td", "th", "p"), "td": ("td", "th", "p"), "th": ("td", "th", "p")}
_INLINE = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "samp": "`", "tt": "`", "del": "~~", "s": "~~"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)", re.IGNORECASE)
_TITLES, _DATES = ("og:title", "twitter:title", "dc.title", "citation_title"), ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
                                                                               "dcterms.created", "citation_publication_date", "pubdate", "og:published_time")
_CELL = "\3"  # the end of a cell of a table that has no headings
_SPACE, _GAP, _LOOKS_MARKED = re.compile(r"\s+"), re.compile(r"\n{3,}"), re.compile(r"#{1,6}\s|-{3,}$|={3,}$")
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_SAVED_FROM = re.compile(r"\s*saved from url=\(\d+\)(\S+)|\s*Page saved with SingleFile\s+url: (\S+)")


@dataclass(slots=True)
class Page:
    """A page: its markdown `text`, and what it says of itself ("" where it does not)."""

    title: str = ""
    url: str = ""
    published: str = ""
    text: str = ""


@dataclass(slots=True)
class _Block:
    """A piece of the page: `kind` "li" pieces and "tr" pieces follow each other without a blank line."""

    text: str
    kind: str
    main: bool


def page(html: str) -> Page:
    """What an HTML document says."""
    reader = _Reader()
    reader.read(html[:PAGE_CHARS])
    found = reader.found
    meta = reader.meta
    title = next((meta[name] for name in _TITLES if meta.get(name)), "") or reader.head_title or reader.first_heading
    published = next((meta[name] for name in _DATES if meta.get(name)), "") or reader.ld_date or reader.first_time
    url = next((one for one in (meta.get("canonical", ""), meta.get("og:url", ""), reader.saved_from) if one and links.address(one)), "")
    return Page(" ".join(title.split()), links.address(url) if url else "", published, _joined(found))


def _joined(blocks: list[_Block]) -> str:
    main = [block for block in blocks if block.main]
    if sum(len(block.text) for block in main) * 5 < sum(len(block.text) for block in blocks):  # a teaser beside the page
        main = blocks
    parts: list[str] = []
    for at, block in enumerate(main):
        if at:
            parts.append("\n" if block.kind and block.kind == main[at - 1].kind else "\n\n")
        parts.append(block.text)
    return "".join(parts)[:TEXT_CHARS].strip()


@dataclass(slots=True)
class _Table:
    """A table being read: with `headed` rows it is written as one, else it is taken for layout and its cells for paragraphs."""

    headed: bool = False
    ruled: bool = False
    cells: list[str] = field(default_factory=list)


class _Reader:
    """The document from start to end, as blocks."""

    def __init__(self) -> None:
        self.found: list[_Block] = []
        self.meta: dict[str, str] = {}
        self.head_title = self.first_heading = self.first_time = self.ld_date = self.saved_from = ""
        self._open: list[tuple[str, bool]] = []  # (tag, whether it is left out)
        self._count: dict[str, int] = {}
        self._left_out = self._made = 0
        self._text: list[str] = []
        self._marks: list[tuple[int, str]] = []  # where in the text a link or an emphasis began: an address, or the sign
        self._lists: list[list[int | str]] = []
        self._tables: list[_Table] = []

    def read(self, html: str) -> None:
        """Read the document."""
        for token in tokens(html):
            if token.kind == "start":
                self._start(token.name, token.attributes)
            elif token.kind == "end":
                self._close(token.name)
            elif token.kind == "text":
                self._said(token.text, token.name)
            elif not self.saved_from and (match := _SAVED_FROM.match(token.text[:4_000])):
                self.saved_from = match[1] or match[2]
        while self._open:
            self._close(self._open[-1][0])
        self._flush()

    def _start(self, tag: str, told: dict[str, str]) -> None:
        """An element begins."""
        self._noted(tag, told)
        while self._open and self._open[-1][0] in _CLOSES.get(tag, ("p", "head") if tag in BLOCKS else ()):
            self._close(self._open[-1][0])
        hidden = tag in DROPPED or "hidden" in told or told.get("aria-hidden") == "true" or bool(_HIDDEN.search(told.get("style", "")[:2_000]))
        if tag not in VOID and len(self._open) < DEPTH_MAX:
            self._open.append((tag, hidden))
            self._count[tag] = self._count.get(tag, 0) + 1
            self._left_out += hidden
        if self._left_out or hidden:
            return
        if tag in BLOCKS:
            self._flush()
        self._begin(tag, told)

    def _begin(self, tag: str, told: dict[str, str]) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag == "img" and told.get("alt", "").strip():
            self._text.append(f"[image: {' '.join(told['alt'].split())[:300]}] ")
        elif tag == "a":
            self._marks.append((len(self._text), f"a {told.get('href', '')}"))
        elif tag in _INLINE:
            self._marks.append((len(self._text), tag))
        elif tag in ("ul", "ol"):
            self._lists.append([tag, 0])
        elif tag == "table":
            self._tables.append(_Table())
        elif tag == "th" and self._tables:
            self._tables[-1].headed = True

    def _close(self, tag: str) -> None:
        """An element ends, and with it those left open in it."""
        if not self._count.get(tag):
            return
        while self._open:
            name, hidden = self._open.pop()
            if not self._left_out:
                self._end(name)
            self._count[name] -= 1
            self._left_out -= hidden
            if name == tag:
                return

    def _end(self, tag: str) -> None:
        if tag == "a" or tag in _INLINE:
            self._marked(tag)
        elif tag in ("td", "th") and self._tables and self._tables[-1].headed:
            self._tables[-1].cells.append(" ".join("".join(self._text).split()).replace("|", "\\|"))
            self._text.clear()
            self._marks.clear()
        elif tag in ("td", "th"):
            self._text.append(_CELL)
        elif tag == "tr" and self._tables and self._tables[-1].headed:
            self._row(self._tables[-1])
        elif tag in BLOCKS:
            self._flush(tag)
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "table" and self._tables:
            self._tables.pop()

    def _marked(self, tag: str) -> None:
        """Put a link or an emphasis around the text since it began, where it holds any and the address may be kept."""
        if not self._marks or self._marks[-1][1].partition(" ")[0] != tag:
            return
        at, told = self._marks.pop()
        raw = "".join(self._text[at:])
        text = raw.strip()
        if not text or self._count.get("pre") or "\n\n" in text or len(text) > MARKED_CHARS:
            return
        if tag != "a":
            begin = end = _INLINE[tag]
        else:
            target = links.address(_joined_address(self.meta.get("canonical", "") or self.saved_from, told[2:]))
            if not target or "[" in text.replace("[image:", "") or text == target:
                return
            begin, end, text = "[", f"]({target})", text.replace("\n", " ").replace("[image: ", "").rstrip("]")
        self._text[at:] = [raw[:len(raw) - len(raw.lstrip())], begin, text, end, raw[len(raw.rstrip()):]]

    def _row(self, table: _Table) -> None:
        if any(table.cells):
            self._add("| " + " | ".join(table.cells) + " |", "tr")
            if not table.ruled:
                self._add("|" + " --- |" * len(table.cells), "tr")
                table.ruled = True
        table.cells.clear()

    def _flush(self, tag: str = "") -> None:
        """What was read since the last block is one."""
        if self._tables and self._tables[-1].headed and self._count.get("td", 0) + self._count.get("th", 0):
            self._text.append(" ")
            return
        if not self._text:
            return
        raw = " | ".join(cell.strip() for cell in "".join(self._text).split(_CELL) if cell.strip()) if _CELL in self._text else "".join(self._text)
        self._text.clear()
        self._marks.clear()
        if tag == "pre":
            body = raw.strip("\n")
            fence = "`" * max(3, max((len(run) for run in re.findall("`+", body)), default=0) + 1)
            self._add(f"{fence}\n{body}\n{fence}" if body.strip() else "", "")
            return
        text = _inline(raw)
        if not text:
            return
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            text = f"{'#' * int(tag[1])} {text.replace(chr(10), ' ').strip('*')}"
            self.first_heading = self.first_heading or text.strip("# ")
        elif self._lists and self._count.get("li"):
            self._add(self._item(text), "li")
            return
        self._add("\n".join(f"> {line}" for line in text.split("\n")) if self._count.get("blockquote") or tag == "blockquote" else text, "")

    def _item(self, text: str) -> str:
        """A line of a list."""
        now = self._lists[-1]
        now[1] = int(now[1]) + 1
        indent = "   " * min(len(self._lists) - 1, 8)
        begin = f"{now[1]}. " if now[0] == "ol" else "- "
        return f"{indent}{begin}{text.replace(chr(10), chr(10) + indent + '  ')}"

    def _add(self, text: str, kind: str) -> None:
        if text and self._made < TEXT_CHARS:
            self._made += len(text)
            self.found.append(_Block(text, kind, bool(self._count.get("main") or self._count.get("article"))))

    def _said(self, text: str, inside: str) -> None:
        """Text."""
        if inside == "title" and not self.head_title and not self._count.get("svg"):
            self.head_title = text[:1_000]
        elif inside == "script" and not self.ld_date and (match := _LD_DATE.search(text)):
            self.ld_date = match[1]
        if not self._left_out and not inside and self._made < TEXT_CHARS:
            self._text.append(text if self._count.get("pre") else _SPACE.sub(" ", text))

    def _noted(self, tag: str, told: dict[str, str]) -> None:
        """What an element says about the page."""
        key = (told.get("property") or told.get("name") or told.get("itemprop") or "").lower()
        if tag == "meta" and key and len(self.meta) < 500:
            self.meta.setdefault(key, told.get("content", "")[:2_000].strip())
        elif tag == "link" and "canonical" in told.get("rel", "").lower().split():
            self.meta.setdefault("canonical", told.get("href", "")[:2_000].strip())
        elif tag == "time" and not self.first_time:
            self.first_time = told.get("datetime", "")[:40]


def _inline(raw: str) -> str:
    """Text of a block, its spaces joined, its line breaks kept."""
    lines = [" ".join(line.split()) for line in raw.split("\n")]
    text = _GAP.sub("\n\n", "\n".join(lines)).strip()
    return "\\" + text if _LOOKS_MARKED.match(text) else text


def _joined_address(base: str, href: str) -> str:
    """The address that a link means on the page at `base`, "" for what is none and for places of the same page."""
    try:
        return "" if href.startswith("#") else urljoin(base, href.strip()[:4_000])
    except ValueError:
        return ""
