"""Reads bookmarks: the HTML that every browser exports, Chrome's `Bookmarks`, Firefox's places.sqlite and its JSON backups. One note per address.

An address that is marked twice is one note with the tags of both. What runs or holds data (javascript:, data:) and a browser's own pages are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import charsets, choices, links, moments, plain, rows, sqlite, tags
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "bookmarks"
summary = "Bookmarks: a browser's HTML export, Chrome's Bookmarks, Firefox's places.sqlite."
api_version = API_VERSION

_LIMIT = 64 * 1024 * 1024
_WINDOWS = timedelta(days=134_774)  # from 1601 to 1970
_ROOTS = frozenset({"bookmarks bar", "bookmarks toolbar", "bookmarks menu", "other bookmarks", "mobile bookmarks", "unsorted bookmarks", "toolbar", "menu",
                    "unfiled", "mobile", "favorites bar", "other favorites", "imported", "bookmarks", "lesezeichen-symbolleiste", "weitere lesezeichen"})
_FIREFOX = ("root________", "menu________", "toolbar_____", "unfiled_____", "mobile______")
_DEEP, _TITLE_CHARS, _TOLD_CHARS = 100, 1_000, 4_000  # folders in folders, characters of a title, of a description that are kept
_BLANK = re.compile(r"[^\w/-]+")


@dataclass(slots=True)
class _Mark:
    """A bookmark as it is found."""

    url: str
    title: str
    folder: tuple[str, ...]
    added: datetime | None
    tags: tuple[str, ...] = ()
    told: str = ""


@dataclass(slots=True)
class _Kept:
    """What is known of an address."""

    title: str
    added: datetime | None
    folders: dict[tuple[str, ...], None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    told: dict[str, None] = field(default_factory=dict)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per address. Position: the address."""
    choices.only(name, options)
    if source.is_folder:
        raise PluginFailed(f"{source.name} is a folder", "give the file: an exported bookmarks.html, Bookmarks, or places.sqlite")
    kept: dict[str, _Kept] = {}
    broken = ""
    try:
        for mark in _marks(source):
            _keep(kept, mark)
    except PluginFailed as error:
        if not kept:
            raise
        broken = error.message
    if not kept:
        raise PluginFailed(f"{source.name} holds no bookmarks", "give an exported bookmarks.html, Chrome's Bookmarks, or Firefox's places.sqlite")
    for url, one in kept.items():
        yield _draft(url, one)
    if broken:
        yield Rejected(source.name, broken)


def _marks(source: Source) -> Iterator[_Mark]:
    """The bookmarks of a source, whichever kind it is."""
    if source.path:
        with source.stream() as stream:
            begin = stream.read(len(sqlite.MAGIC))
        if begin == sqlite.MAGIC:
            with sqlite.database(source) as tables:
                yield from _firefox(tables, source.name)
            return
    data = source.read("", _LIMIT)
    if data.startswith(sqlite.MAGIC):
        raise PluginFailed("a database cannot be read from standard input", "give the file itself")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        yield from _tree(rows.value(data, source.name))
    else:
        yield from _netscape(charsets.decoded(data)[0])


def _netscape(text: str) -> Iterator[_Mark]:
    """The bookmarks of an export as HTML: folders are lists behind an H3, a description follows a DD."""
    folders: list[str] = []
    heading, mark, into = "", None, ""
    for token in tags.tokens(text):
        tag, told = token.name, token.attributes
        if token.kind == "text":
            if into == "h3" and len(heading) < _TITLE_CHARS:
                heading += token.text.strip()[:_TITLE_CHARS]
            elif mark and into == "a" and len(mark.title) < _TITLE_CHARS:
                mark.title += token.text[:_TITLE_CHARS]
            elif mark and into == "dd" and len(mark.told) < _TOLD_CHARS:
                mark.told += token.text[:_TOLD_CHARS]
        elif token.kind == "end":
            into = into if into == "dd" and tag not in ("dl", "dd") else ""
            if tag == "dl" and folders:
                folders.pop()
        elif token.kind == "start" and tag in ("h3", "dl", "a", "dt", "hr", "dd"):
            if mark and tag != "dd":
                yield mark
                mark = None
            into = tag
            if tag == "h3":
                heading = ""
            elif tag == "dl":
                folders.append(heading)
                heading = ""
            elif tag == "a":
                mark = _Mark(told.get("href", ""), "", tuple(filter(None, folders[:_DEEP])), moments.either(told.get("add_date", "")),
                             tuple(told.get("tags", "").split(",")))
    if mark:
        yield mark


def _tree(value: Any) -> Iterator[_Mark]:
    """The bookmarks of Chrome's file, and of a backup that Firefox writes."""
    roots = value.get("roots") if isinstance(value, dict) else None
    tops = list(roots.values()) if isinstance(roots, dict) else [value]
    todo: list[tuple[Any, tuple[str, ...], bool]] = [(one, (), isinstance(roots, dict)) for one in reversed(tops)]
    while todo:
        node, folder, root = todo.pop()
        if not isinstance(node, dict):
            continue
        said = node.get("name") or node.get("title")
        said = said if isinstance(said, str) else ""
        url, children = node.get("url") or node.get("uri"), node.get("children")
        if isinstance(url, str):
            told = node.get("meta_info")
            note = told.get("description") if isinstance(told, dict) else None
            words = node.get("tags")
            yield _Mark(url, said, folder, _windows(node["date_added"]) if "date_added" in node else moments.epoch(node.get("dateAdded"), 1e6),
                        tuple(words.split(",")) if isinstance(words, str) else (), note if isinstance(note, str) else "")
        elif isinstance(children, list):
            inside = folder if root or not said or node.get("guid") in _FIREFOX else (*folder, said)
            todo += [(child, inside, False) for child in reversed(children)]


def _windows(value: object) -> datetime | None:
    """Microseconds since 1601."""
    try:
        found = moments.epoch(float(value) / 1e6 - _WINDOWS.total_seconds()) if isinstance(value, (str, int, float)) and len(str(value)) < 24 else None
    except ValueError:
        return None
    return found.replace(microsecond=0) if found else None


def _firefox(tables: sqlite.Tables, shown: str) -> Iterator[_Mark]:
    """The bookmarks of places.sqlite; its tags are folders of their own."""
    if not {"id", "type", "fk", "parent", "title", "dateAdded", "guid"} <= tables.columns("moz_bookmarks") or not tables.columns("moz_places"):
        raise PluginFailed(f"{shown} holds no bookmarks of Firefox", "its file is called places.sqlite")
    folders = {id_: (parent, str(title or ""), str(guid)) for id_, parent, title, guid in
               tables.rows("SELECT id, parent, title, guid FROM moz_bookmarks WHERE type = 2")}
    words: dict[int, list[str]] = {}
    pages: list[tuple[Any, ...]] = []
    note = "p.description" if "description" in tables.columns("moz_places") else "NULL"
    for page, parent, title, added, url, told in tables.rows(
            f"SELECT b.fk, b.parent, coalesce(b.title, p.title), b.dateAdded, p.url, {note} FROM moz_bookmarks b JOIN moz_places p ON p.id = b.fk "
            "WHERE b.type = 1 ORDER BY b.id"):
        above = folders.get(parent, (None, "", ""))
        if folders.get(above[0], (None, "", ""))[2] == "tags________":
            words.setdefault(page, []).append(above[1])
        else:
            pages.append((page, parent, title, added, url, told))
    for page, parent, title, added, url, told in pages:
        yield _Mark(str(url), str(title or ""), _above(folders, parent), moments.epoch(added, 1e6), tuple(words.get(page, ())), str(told or ""))


def _above(folders: Mapping[Any, tuple[Any, str, str]], at: Any) -> tuple[str, ...]:
    """The names of the folders around a bookmark, outermost first, without Firefox's own roots."""
    found: list[str] = []
    seen = set()
    while at in folders and at not in seen:
        seen.add(at)
        parent, title, guid = folders[at]
        if guid not in _FIREFOX and title:
            found.append(title)
        at = parent
    return tuple(reversed(found))


def _keep(kept: dict[str, _Kept], mark: _Mark) -> None:
    """Put a bookmark with what is known of its address."""
    url = links.address(mark.url)
    if not url:
        return
    one = kept.setdefault(url, _Kept("", mark.added))
    one.title = one.title or mark.title
    one.added = min(filter(None, (one.added, mark.added)), default=None)
    folder = tuple(name for name in mark.folder if name.strip().lower() not in _ROOTS)
    if folder:
        one.folders[folder] = None
    for words in (*((word,) for word in mark.tags), folder):
        tag = "/".join(filter(None, (_BLANK.sub("-", word.strip().lower()).strip("-/") for word in words[-4:])))
        if tag:
            one.tags[tag[:100]] = None
    if mark.told.strip():
        one.told[mark.told.replace("\0", "").strip()[:_TOLD_CHARS]] = None


def _draft(url: str, one: _Kept) -> Draft:
    title = plain.line(one.title) or url.split("://")[-1]
    parts = [f"[{title.replace('[', '(').replace(']', ')')}]({url})", *one.told]
    if one.folders:
        parts.append("Kept in " + "; ".join(" / ".join(folder) for folder in one.folders))
    body = plain.clean("\n\n".join(parts))
    return Draft(body=f"{body}\n", source="bookmarks", title=title, tags=tuple(one.tags), created=one.added,
                 uri=url, trust="web", position=url if ".." not in url.split("/") else hashlib.sha256(url.encode()).hexdigest())
