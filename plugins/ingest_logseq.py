"""Reads a Logseq graph of markdown files: its pages, and its journals as events of their days. Bullets become lists, headings and tasks; a reference to a block
becomes the block's text, linked to the page where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from memcli.errors import PluginFailed
from memcli.extend import choices, frontmatter, moments, naming, notes, outline
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "logseq"
summary = "A Logseq graph of markdown files: pages and journals."
api_version = API_VERSION

_NOT_READ = ("logseq/", "assets/", "whiteboards/", "draws/", "bak/")
_OWN = re.compile(r"(?:id|collapsed|heading|background-color|ls-type|created-at|updated-at|filters|icon|logseq\..*|query-.*|card-.*|hl-.*)\Z")
_FORMAT = re.compile(r'^[^;\n]*:journal/page-title-format\s+"([^"\n]+)"', re.MULTILINE)
_TOKEN = re.compile(r"do|d{1,2}|E{1,4}|M{1,4}|y{2,4}")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_LINK = (rf"\{{\{{embed\s+(?:\(\((?P<embedded>{_UUID})\)\)|\[\[(?P<page>[^\[\]\n]+)\]\])\s*\}}\}}|\(\((?P<block>{_UUID})\)\)"
         rf"|\[(?P<label>[^\[\]\n]*)\]\((?:\(\((?P<to>{_UUID})\)\)|\[\[(?P<other>[^\[\]\n]+)\]\])\)|\[\[(?P<plain>[^\[\]\n]+)\]\]")
REFERENCES_DEEP = 3  # of a block that refers to a block


@dataclass(slots=True)
class _Graph:
    """What pages need to know of each other: how journals are called, and the blocks that are referred to, by id: (page, text)."""

    format: str = "MMM do, yyyy"
    blocks: dict[str, tuple[str, str]] = field(default_factory=dict)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per page that says something. Position: the file's path in the graph."""
    choices.only(name, options)
    held = None if source.is_folder else list(notes.pages(source, ".md"))
    graph = _Graph(_format(source))
    for page in held if held is not None else notes.pages(source, ".md", without=_NOT_READ):
        if isinstance(page, notes.Page):
            _learn(graph, page)
    for page in held if held is not None else notes.pages(source, ".md", without=_NOT_READ):
        one = page if isinstance(page, Rejected) else _draft(page, graph)
        if one is not None:
            yield one
    others = [path for path in source.files(".org") if path.endswith(".org") and not path.startswith(_NOT_READ)] if source.is_folder else []
    if others:
        yield Rejected(others[0], f"{'an Org page' if len(others) == 1 else f'one of {len(others)} Org pages'}: mem ingest org-roam reads such")


def _format(source: Source) -> str:
    """How the graph's settings have journals be called."""
    try:
        settings = source.read("logseq/config.edn", 1 << 20).decode("utf-8", "replace") if source.is_folder else ""
    except PluginFailed:
        settings = ""
    match = _FORMAT.search(settings)
    return match[1] if match else _Graph().format


def _parts(page: notes.Page) -> tuple[dict[str, str], list[outline.Block]]:
    """A page's properties, those of YAML front matter too, and its blocks."""
    entry = frontmatter.read(page.text.encode(), page.shown)
    properties, found = outline.blocks(entry.body)
    return {**{key.lower(): ", ".join(frontmatter.words(value)) for key, value in entry.meta.items()}, **properties}, found


def _title(page: notes.Page, properties: Mapping[str, str], graph: _Graph) -> tuple[str, datetime | None]:
    """What a page is called there, and the day if it is a journal."""
    stem = page.stem if page.home != "stdin" else ""
    day, rest = notes.day(stem)
    if day is not None and not rest:
        return formatted(day, graph.format), day
    return properties.get("title") or " ".join(unquote(stem.replace("___", "/")).split()), None


def formatted(day: datetime, form: str) -> str:
    """A day as a journal's title: `MMM do, yyyy` gives May 3rd, 2026."""
    nth = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    month, weekday = moments.MONTHS[day.month - 1], _DAYS[day.weekday()]
    said = {"do": f"{day.day}{nth}", "d": str(day.day), "dd": f"{day.day:02}", "M": str(day.month), "MM": f"{day.month:02}", "MMM": month[:3], "MMMM": month,
            "EEEE": weekday, "yy": f"{day.year % 100:02}"}
    return _TOKEN.sub(lambda match: said.get(match[0]) or (weekday[:3] if match[0][0] == "E" else f"{day.year:04}"), form)


def _learn(graph: _Graph, page: notes.Page) -> None:
    """Take in the blocks of a page that have an id."""
    properties, found = _parts(page)
    title, _ = _title(page, properties, graph)
    for block in found:
        if "id" in block.properties:
            text = re.sub(r"^(?:[A-Z-]{3,11} +)?(?:\[#[A-C]\] +)?(?:#{1,6} +)?", "", block.text)
            graph.blocks.setdefault(block.properties["id"].lower(), (title, text))


def _draft(page: notes.Page, graph: _Graph) -> Draft | None:
    properties, found = _parts(page)
    title, day = _title(page, properties, graph)
    for block in found:
        block.properties = {key: value for key, value in block.properties.items() if not _OWN.match(key)}
    told = {key: value for key, value in properties.items() if value and not _OWN.match(key) and key not in ("title", "alias", "aliases")}
    body = outline.markdown(found)
    if not body and not told:
        return None
    linked = "".join(_relations(key, value) for key, value in told.items() if "[[" in value)
    body = naming.outside_code("\n".join(part for part in (linked, body) if part), _LINK, lambda match: _link(match, title, graph, 0))
    kind = told.get("type", "").lower()
    read_ = {"tags", "tag", "type" if kind in frontmatter.TYPES else "", *(key for key, value in told.items() if "[[" in value)}
    named = [*_list(properties.get("alias", "")), *_list(properties.get("aliases", "")), f"{day:%Y-%m-%d}" if day else ""]
    return Draft(
        body=body, source=page.home, position=page.position, title=title, type=kind if kind in frontmatter.TYPES else "event" if day else "note",
        tags=tuple(dict.fromkeys(tag for key in ("tags", "tag") for one in _list(told.get(key, "")) if (tag := naming.tag(one)))),
        aliases=naming.aliases(title, named), created=day or moments.either(properties.get("created-at")), valid_from=day, uri=page.shown, trust="user",
        extra=frontmatter.kept(frontmatter.modest(told), read_, name))


def _relations(key: str, value: str) -> str:
    """A property that links, as lines: each link on its own where it is a list of links (or of tags), else as it is."""
    items = re.findall(r"#?(\[\[[^\[\]]+\]\])", value)
    others = re.sub(r"#?\[\[[^\[\]]+\]\]", "", value).strip(" ,")
    return "".join(f"{key}:: {item}\n" for item in items) if not others or key in ("tags", "tag") else f"{key}:: {value}\n"


def _list(value: str) -> list[str]:
    """The items of a property: `a, [[b c]], #d`."""
    return [item for part in re.findall(r"#?\[\[[^\[\]]+\]\]|[^,]+", value) if (item := part.strip().lstrip("#").strip('[]" '))]


def _link(match: re.Match[str], here: str, graph: _Graph, deep: int) -> str:
    """A link as mem reads it; a reference to a block as the block's text."""
    if match["page"]:
        return f"!{naming.wikilink(match['page'])}"
    if match["other"]:
        return naming.wikilink(match["other"], match["label"])
    if match["plain"]:
        return naming.wikilink(match["plain"])
    title, text = graph.blocks.get((match["embedded"] or match["block"] or match["to"]).lower(), ("", ""))
    if not title or deep == REFERENCES_DEEP:
        return match["label"] or match[0]
    text = match["label"] or naming.outside_code(text, _LINK, lambda inner: _link(inner, title, graph, deep + 1))
    if title == here:
        return text
    return f"{text} ({naming.wikilink(title)})" if "[" in text else naming.wikilink(title, text)
