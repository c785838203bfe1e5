"""Reads the documents of a BEIR corpus (Thakur et al. 2021): corpus.jsonl, one {"_id", "title", "text"} a line. For measuring recall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from memcli.errors import PluginFailed
from memcli.extend import choices, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "beir"
summary = "Documents of a BEIR corpus.jsonl: one note each."
api_version = API_VERSION


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per line. Position and session: the document's `_id`."""
    choices.only(name, options)
    found = False
    with source.stream() as stream:
        for one in rows.json_lines(stream):
            number, row = (one.position.removeprefix("line "), None) if isinstance(one, Rejected) else one
            if not isinstance(row, dict) or not isinstance(row.get("_id"), str) or not row["_id"] or not isinstance(row.get("text"), str):
                if not found:
                    raise PluginFailed(f"{source.name}:{number}: expected {{\"_id\": ..., \"title\": ..., \"text\": ...}}")
                yield Rejected(f"line {number}", "no document with _id and text")
                continue
            found = True
            title = str(row.get("title") or "")
            body = row["text"].strip() or title
            if body:
                yield Draft(body + "\n", source.name, row["_id"], title=title, session=row["_id"])
            else:
                yield Rejected(f"line {number}", "an empty document")
