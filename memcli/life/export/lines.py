"""How is a vault written as JSON Lines, and read back? One object per file, with its exact text; bytes that are not UTF-8 in base64.

    {"format_version": 1, "path": "fact/2026/11/prefer-uv-6r0wze.md", "id": "01jd...", "text": "---\\n..."}

`id` is null for what is no entry: settings, archive packs, attachments (schemas/export-line.schema.json).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from memcli.extend.contracts import Rejected
from memcli.extend.rows import json_lines
from memcli.life.export.contents import FILE_MAX, File

if TYPE_CHECKING:
    from typing import BinaryIO

VERSION = 1
_LINE_MAX = 2 * FILE_MAX  # bytes; a text that JSON would make longer is written in base64


def written(files: Iterable[File]) -> Iterator[bytes]:
    """A line per file."""
    for file in files:
        yield line(file)


def line(file: File) -> bytes:
    """One file as one line."""
    row: dict[str, object] = {"format_version": VERSION, "path": file.path, "id": file.entry.id if file.entry else None}
    try:
        shown = _json({**row, "text": file.data.decode()})
        if len(shown) < _LINE_MAX:
            return shown
    except UnicodeDecodeError:
        pass  # no text
    import base64

    return _json({**row, "base64": base64.b64encode(file.data).decode()})


def _json(row: dict[str, object]) -> bytes:
    """A line; bytes of a name that are not UTF-8 as `\\udcXX`."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def read(stream: BinaryIO) -> Iterator[tuple[str, str, bytes] | Rejected]:
    """(path, id as stated or "", bytes) of each line; a Rejected for one that is no file of a vault."""
    for found in json_lines(stream, _LINE_MAX):
        if isinstance(found, Rejected):
            yield found
            continue
        number, row = found
        try:
            yield _file(row)
        except ValueError as error:
            yield Rejected(f"line {number}", str(error))


def _file(row: Any) -> tuple[str, str, bytes]:
    """The file of one line. Raises ValueError saying what is wrong."""
    if not isinstance(row, dict) or "path" not in row or not ("text" in row or "base64" in row):
        raise ValueError("no file of a vault: an object with path and text or base64 is expected")
    if type(row.get("format_version")) is not int or row["format_version"] != VERSION:
        raise ValueError(f"format_version is {str(row.get('format_version'))[:20]}, this version reads {VERSION}")
    path, id_ = row["path"], row.get("id") or ""
    if not isinstance(path, str) or not isinstance(id_, str) or ("text" in row) == ("base64" in row):
        raise ValueError("path and id have to be texts, and either text or base64 be there")
    return path, id_, _bytes(row)


def _bytes(row: dict[str, Any]) -> bytes:
    import base64

    text = row.get("text", row.get("base64"))
    if not isinstance(text, str):
        raise ValueError("the text is none")
    try:
        data = text.encode() if "text" in row else base64.b64decode(text, validate=True)
    except UnicodeEncodeError:
        raise ValueError("the text holds half a character") from None
    if len(data) > FILE_MAX:
        raise ValueError(f"longer than {FILE_MAX >> 20} MiB")
    return data
