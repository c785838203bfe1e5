"""What does a file say as an entry, and what text does an entry make? Bytes in, `Entry` out, and back; no file access here.

`read` never raises on content: a file whose front matter cannot be read is still an entry, found by its text, with the
reason in `problem`. A single field of the wrong kind costs only itself: the default stands in, `meta` keeps what was
written, and `check` names it. `render` and `edit` give the bytes to store; `edit` leaves every byte it was not asked to change.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from memcli import clock
from memcli.entries import frontmatter, ids
from memcli.entries.model import STATES, TYPES, Entry, Value
from memcli.errors import EntryInvalid

TITLE_LENGTH = 120

_CANONICAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII).fullmatch
_FENCE_LINE = r"(?m)^ {0,3}(?:```|~~~)"
_MARKS = r"^(?:[#>\s]|[-*+](?=\s)|\d{1,9}[.)](?=\s)|\[[ xX]\](?=\s))+|[`*]+|(?<!\w)_+|_+(?!\w)|!?\[\[(?:[^\]|]*\|)?|\]\]"
_LINK = r"!?\[([^\]]*)\]\([^)]*\)"


class Remove(enum.Enum):
    """The kind of `REMOVE`."""

    FIELD = "remove"


REMOVE = Remove.FIELD  # as a value in `edit`: the field goes away


def read(data: bytes, path: str) -> Entry:
    """The entry that `data` holds. `path` is relative to the vault, with forward slashes. Never raises on content."""
    problem: EntryInvalid | None = None
    meta: Mapping[str, Value] = {}
    body_at = 0
    try:
        text = frontmatter.unify(data.decode())
    except UnicodeDecodeError as error:
        text = frontmatter.unify(data.decode(errors="replace"))
        problem = _not_utf8(data, error, path)
    try:
        parts = frontmatter.split(text, path)
        if parts is not None:
            meta = frontmatter.parse(parts.front, path)
            body_at = parts.body_at
    except EntryInvalid as error:
        problem = error
    if problem is not None:
        body_at = 0
    body = text[body_at:]
    stated, known = meta.get("id"), False
    if isinstance(stated, str) and ids.is_id(stated):
        stated, known = ids.normalise(stated), True
    return Entry(
        path=path,
        id=stated if known and isinstance(stated, str) else ids.derived_id(path),
        has_id=known,
        title=_title(meta.get("title")) or _title_of_text(body, problem is not None) or _stem(path),
        type=_one_of(meta.get("type"), TYPES, "note"),
        state=_one_of(meta.get("state"), STATES, "short"),
        created=_time(meta.get("created")) or _time(path.rpartition("/")[2][:10]),
        updated=_time(meta.get("updated")),
        tags=tags_of(meta.get("tags")),
        body=body,
        body_line=text.count("\n", 0, body_at) + 1,
        meta=meta,
        problem=problem,
    )


def render(fields: Mapping[str, Value], body: str) -> bytes:
    """The text of a new entry: known fields in their order, then the others as given; LF, final line end.

    Raises EntryInvalid (without a path) for what no entry can hold: half characters, front matter past its limits.
    """
    from memcli.entries import emit

    try:
        names = sorted(fields, key=emit.rank)
        front = "".join(emit.pair(name, fields[name]) for name in names)
        data = f"---\n{front}---\n{closed(body)}".encode()
    except (ValueError, RecursionError) as error:
        raise EntryInvalid("new entry", 0, f"cannot be written: {error}") from error
    if len(front.encode()) > frontmatter.MAX_BYTES:
        raise EntryInvalid("new entry", 0, f"front matter is larger than {frontmatter.MAX_BYTES // 1024} KiB")
    if not frontmatter.same(frontmatter.parse(front, "new entry"), dict(fields)):
        raise EntryInvalid("new entry", 0, "front matter would not read back as it was meant")
    return data


def edit(data: bytes, changes: Mapping[str, Value | Remove], body: str | None = None, path: str = "") -> bytes:
    """`data` with top-level fields set or (`REMOVE`) taken away and, where given, another body; all else byte for byte.

    Only the line ends (CRLF becomes LF) and a byte order mark change besides. Raises EntryInvalid, and has then changed
    nothing, where the front matter cannot be read or the change cannot be made without touching more.
    """
    from memcli.entries.edit import edited

    return edited(data, changes, body, path)


def check(entry: Entry, data: bytes = b"") -> list[EntryInvalid]:
    """Everything in the fields of `entry` that `read` passed over; `data`, the file's bytes, makes lines exact."""
    from memcli.entries.fields import faults

    return faults(entry, data)


def head(data: bytes, limit: int) -> bytes:
    """`data`, of which at most `limit` bytes were read, without a character that the limit cut in two."""
    if len(data) < limit:
        return data
    start = next((back for back in range(1, min(4, len(data)) + 1) if data[-back] & 0xC0 != 0x80), 0)
    size = 0 if not start else 4 if data[-start] >= 0xF0 else 3 if data[-start] >= 0xE0 else 2 if data[-start] >= 0xC0 else 1
    return data[:-start] if size > start else data


def damage(entry: Entry) -> EntryInvalid | None:
    """Why an entry is not to be edited: its problem, or a NUL, which no text holds."""
    at = entry.body.find("\0")
    if entry.problem is not None or at < 0:
        return entry.problem
    line = entry.body_line + entry.body.count("\n", 0, at)
    return EntryInvalid(entry.path, line, "a NUL byte: the file is damaged or not text", f"mem restore {entry.path} --at DATE brings back an earlier text")


def data_sum(data: bytes) -> str:
    """The checksum that tells two revisions of a file apart: the first 128 bits, as hex, of the id that git gives it (SHA-1)."""
    from _sha1 import sha1  # type: ignore[import-not-found]  # hashlib's own, without what hashlib loads beside it

    return blob_sum(sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


def blob_sum(blob: str) -> str:
    """The checksum of the file that git has under this id. (With ids of 64 digits it is no file's, so that all look changed.)"""
    return blob[:32]


def closed(body: str) -> str:
    """`body` as it is stored: LF line ends and, unless empty, a final one."""
    body = re.sub("(?<!\r)\r+(?:\n|\\Z)", "\n", body) if "\r" in body else body
    return body if not body or body.endswith("\n") else body + "\n"


def tags_of(value: Value) -> tuple[str, ...]:
    """The tags a `tags` field states: a list, or one text with commas or blanks between; `#` dropped, each once."""
    if isinstance(value, str):
        items: list[Value] = list(value.replace(",", " ").split())
    elif isinstance(value, list):
        items = value
    else:
        return ()
    named = (str(item).strip().lstrip("#") for item in items if isinstance(item, (str, int)) and not isinstance(item, bool))
    return tuple(dict.fromkeys(tag for tag in named if tag))


def _not_utf8(data: bytes, error: UnicodeDecodeError, path: str) -> EntryInvalid:
    line = data.count(b"\n", 0, error.start) + 1
    return EntryInvalid(path, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "store the file as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8")


def _one_of(value: Value, known: tuple[str, ...], default: str) -> str:
    """`value` where it is one of `known`, in any case."""
    if value in known and isinstance(value, str):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if word in known else default


def _time(value: Value) -> str:
    """A date or time as `2026-11-23T08:00:00Z`, "" for anything else."""
    if not isinstance(value, str) or not value[:1].isdigit():
        return ""
    try:
        at = clock.parse(value)
        return value if _CANONICAL_TIME(value) else clock.rfc3339(at)
    except ValueError:
        return ""


def _title(value: Value) -> str:
    """A stated title on one line; a bare number is taken as its text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _title_of_text(body: str, heading_only: bool) -> str:
    """The first heading of level one, else the first line with words, without markdown's marks."""
    body = body[:65536]
    at = 0 if body.startswith("# ") else body.find("\n# ") + 1 or -1
    seen = fences = 0
    while at >= 0:
        fences += len(re.findall(_FENCE_LINE, body[seen:at]))
        title = "" if fences % 2 else _bare(body[at : _line_end(body, at)].rstrip().rstrip("#"))
        if title:
            return title
        seen, at = at, body.find("\n# ", at) + 1 or -1
    if heading_only:
        return ""
    for line in body[:4096].splitlines():
        if not re.match(r"\s*(?:```|~~~|<!--|---+\s*$|===+\s*$|\|)", line):
            title = _bare(line)
            if any(map(str.isalnum, title)):
                return title
    return ""


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _bare(line: str) -> str:
    """A line of markdown as a title: no marks, at most 120 characters, cut at a word."""
    text = " ".join(re.sub(_MARKS, "", re.sub(_LINK, r"\1", line[:1000])).split())
    if len(text) <= TITLE_LENGTH:
        return text
    cut = text.rfind(" ", 0, TITLE_LENGTH + 1)
    return text[: cut if cut > TITLE_LENGTH // 2 else TITLE_LENGTH].rstrip()


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and stem and suffix else name
