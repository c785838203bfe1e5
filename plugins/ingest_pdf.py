"""Reads PDF documents: one, a folder of them, or standard input. Needs pypdf, which `pip install "memcli[pdf]"` brings; no other program is run.

Pages follow each other in entries of at most about 8,000 characters. A document that is encrypted, or holds only pictures of pages, is refused in one line.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import choices, plain, sections
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "pdf"
summary = "PDF documents (needs memcli[pdf]): one, a folder, or standard input."
api_version = API_VERSION
apart = True

PAGES_MAX = 3_000
PAGE_CHARS = 100_000  # of one page that are kept
_LIMIT = 256 * 1024 * 1024
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")
_HYPHEN = re.compile(r"(\w)[-\u00ad]\n(?=[a-zäöüßéèà])")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """A document's entries. Position: its path below the folder; for standard input the document's own sum."""
    choices.only(name, options)
    pypdf = _library()
    for relative in source.files(".pdf", ".PDF") if source.is_folder else [""]:
        shown = unicodedata.normalize("NFC", relative or source.name)
        try:
            data = source.read(relative, _LIMIT)
            yield from _document(pypdf, source, relative, shown, data)
        except PluginFailed as error:
            yield Rejected(shown, error.message)


def _library() -> Any:
    """pypdf, which is told to keep its remarks to itself. Raises PluginFailed when it is not installed."""
    import logging

    try:
        import pypdf
    except ImportError:
        raise PluginFailed("reading PDF needs pypdf, which is not installed", 'pip install "memcli[pdf]"') from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    return pypdf


def _document(pypdf: Any, source: Source, relative: str, shown: str, data: bytes) -> Iterator[Draft | Rejected]:
    if b"%PDF-" not in data[:1_024]:
        yield Rejected(shown, "is no PDF")
        return
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            yield Rejected(shown, "is encrypted; save a copy without its password")
            return
        count = len(reader.pages)
        title, at = _told(reader)
    except Exception as error:  # the library raises many kinds on damaged documents
        kind, said = type(error).__name__, " ".join(str(error).split())[:100]
        yield Rejected(shown, "is encrypted in a way that cannot be read here" if "Dependency" in kind else f"is damaged: {said or kind}")
        return
    bad: list[int] = []
    pages = [(number, text) for number in range(1, min(count, PAGES_MAX) + 1) if (text := _page(reader, number, bad))]
    if not pages:
        yield Rejected(shown, "is damaged: no page can be read" if bad else "holds no text: its pages are pictures; run text recognition (OCR) on it first")
        return
    position = shown if source.path else hashlib.sha256(data).hexdigest()
    like = Draft(body="", source=source.name if relative else "file" if source.path else "stdin", position=position, created=at, uri=shown,
                 title=title or shown.rsplit("/", 1)[-1].removesuffix(".pdf"))
    yield from sections.drafts(_lines(pages), like, unit="pages")
    if bad:
        yield Rejected(f"{shown} {'page' if len(bad) == 1 else 'pages'} {', '.join(map(str, bad[:20]))}", "cannot be read; the other pages are kept")
    if count > PAGES_MAX:
        yield Rejected(f"{shown} pages {PAGES_MAX + 1}-{count}", f"more than {PAGES_MAX} pages: split the document")


def _lines(pages: list[tuple[int, str]]) -> Iterator[sections.Line]:
    """The pages' lines, each with the number of its page; a page begins with a heading that names it."""
    for number, text in pages:
        yield number, f"## Page {number}"
        for line in ("", *text.split("\n"), ""):
            yield number, line


def _page(reader: Any, number: int, bad: list[int]) -> str:
    """A page's text, "" when it has none; `bad` takes the numbers of those that cannot be read."""
    try:
        text = str(reader.pages[number - 1].extract_text())[:PAGE_CHARS]
    except Exception:  # one page of many
        bad.append(number)
        return ""
    text = unicodedata.normalize("NFC", plain.clean(text)).replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff")
    return re.sub(r"\n{3,}", "\n\n", _HYPHEN.sub(r"\1", "\n".join(line.rstrip() for line in text.split("\n")))).strip()


def _told(reader: Any) -> tuple[str, datetime | None]:
    """The title and the day that a document states of itself; not a title that is a file's name or a program's placeholder."""
    meta = reader.metadata or {}
    title = plain.line(str(meta.get("/Title") or ""))
    if re.search(r"\.(docx?|odt|tex|indd|pdf|qxd|pages)$|^(untitled|unbenannt|microsoft word\b.*|document\d*)$", title, re.IGNORECASE):
        title = ""
    match = _DATE.match(str(meta.get("/CreationDate") or ""))
    try:
        parts = [int(part) if part else low for part, low in zip(match.groups(), (1, 1, 1, 0, 0, 0))] if match else []
        return title[:300], datetime(*parts, tzinfo=timezone.utc) if parts else None  # type: ignore[arg-type,misc]
    except ValueError:
        return title[:300], None
