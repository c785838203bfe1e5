"""Reads markdown: a file, a folder with all below it, or standard input. Front matter is kept, Obsidian's too."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping

from memcli.errors import PluginFailed
from memcli.extend import choices, frontmatter, moments, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "markdown"
summary = "Markdown files: one, a folder, or standard input."
api_version = API_VERSION

_LIMIT = 16 * 1024 * 1024
_OWN = ("id", "title", "type", "state", "created", "updated", "modified", "tags", "tag", "aliases", "alias", "valid_from", "valid_to", "key", "source",
        "memory")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per file. Position: the path below the folder; for standard input the text's own sum."""
    choices.only(name, options)
    for relative in source.files(".md") if source.is_folder else [""]:
        shown = relative or source.name
        try:
            yield _draft(source, relative, shown, source.read(relative, _LIMIT))
        except PluginFailed as error:
            yield Rejected(shown, error.message.removeprefix(f"{shown} is ").removeprefix(f"{shown}: "))


def _draft(source: Source, relative: str, shown: str, data: bytes) -> Draft | Rejected:
    rows.text(data, shown)
    entry = frontmatter.read(data, shown)
    if entry.problem is not None:
        return Rejected(shown, entry.problem.message)
    if not entry.body.strip() and not entry.meta.get("title"):
        return Rejected(shown, "empty")
    position = relative if relative else source.name if source.path else hashlib.sha256(data).hexdigest()
    meta = entry.meta
    return Draft(
        body=entry.body, source=source.name if relative else "file" if source.path else "stdin", position=unicodedata.normalize("NFC", position),
        title=entry.title, type=entry.type, tags=entry.tags, aliases=frontmatter.words(meta.get("aliases", meta.get("alias"))),
        created=moments.iso(str(meta.get("created"))) or moments.iso(entry.created), valid_from=moments.iso(str(meta.get("valid_from"))),
        valid_to=moments.iso(str(meta.get("valid_to"))), key=str(meta.get("key") or ""), uri=unicodedata.normalize("NFC", shown),
        extra={key: value for key, value in meta.items() if key not in _OWN})
