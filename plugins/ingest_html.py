"""Reads saved pages: an HTML file, a folder of them, or standard input. The main text becomes markdown; a long page, several entries."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import charsets, choices, htmltext, moments, sections
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "html"
summary = "Saved web pages: one, a folder of them, or standard input."
api_version = API_VERSION
apart = True

_LIMIT = 64 * 1024 * 1024  # a page that carries its pictures with it is long
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|p|div|h1|article|table|span|a|br)\b", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """A page's entries. Position: its path below the folder; for standard input the text's own sum."""
    choices.only(name, options)
    for relative in source.files(".html", ".htm", ".xhtml") if source.is_folder else [""]:
        try:
            yield from _page(source, relative, source.read(relative, _LIMIT))
        except PluginFailed as error:
            yield Rejected(relative or source.name, error.message)


def _page(source: Source, relative: str, data: bytes) -> Iterator[Draft | Rejected]:
    shown = unicodedata.normalize("NFC", relative or source.name)
    declared = _CHARSET.search(data[:4_096])
    text, _ = charsets.decoded(data, declared[1].decode("ascii") if declared else "")
    if "\0" in text or not _TAG.search(text[:100_000]):
        yield Rejected(shown, "is no HTML page")
        return
    page = htmltext.page(text)
    if not page.text:
        yield Rejected(shown, "holds no text: a page that a script fills, or a frame around others; save it from the browser, complete")
        return
    position = shown if source.path else hashlib.sha256(data).hexdigest()
    stem = shown.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    at = _published(page.published)
    like = Draft(body="", source=source.name if relative else "file" if source.path else "stdin", position=position, title=page.title or stem,
                 created=at, uri=page.url or shown, trust="web")
    yield from sections.drafts(sections.numbered(page.text), like, unit="")


def _published(text: str) -> datetime | None:
    """A page's own date; what is no ISO time may still begin with a day."""
    match = _DAY.match(text.strip())
    return moments.iso(text) or (moments.iso(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None)
