"""Reads the documents of a BEIR corpus (Thakur et al. 2021): corpus.jsonl, one {"_id", "title", "text"} a line. For measuring recall."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from memcli.errors import PluginFailed
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "beir"
summary = "Documents of a BEIR corpus.jsonl: one note each."
api_version = API_VERSION


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per line. Position and session: the document's `_id`."""
    if options:
        raise PluginFailed(f"beir knows no option {next(iter(options))!r}")
    lines = source.read().decode("utf-8", "replace").splitlines()
    found = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("_id"), str) or not row["_id"] or not isinstance(row.get("text"), str):
            if not found:
                raise PluginFailed(f"{source.name}:{number}: expected {{\"_id\": ..., \"title\": ..., \"text\": ...}}")
            yield Rejected(f"line {number}", "no document with _id and text")
            continue
        found = True
        title = str(row.get("title") or "")
        body = row["text"].strip() or title
        if not body:
            yield Rejected(f"line {number}", "an empty document")
            continue
        yield Draft(body + "\n", source.name, row["_id"], title=title, session=row["_id"])
