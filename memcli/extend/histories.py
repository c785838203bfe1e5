"""What was typed into a shell? The histories of bash, zsh and fish as commands with their times, in the order of the file; told apart by content.

bash: a line each; where times are kept, `#1700000000` stands before a command, which may then have several lines (bash manual, HISTTIMEFORMAT).
zsh: `: 1700000000:0;command`; a newline in a command stands behind a backslash; the bytes that zsh needs for itself stand as 0x83 and the byte
with bit 5 turned (zsh, Src/utils.c, metafy). fish: `- cmd: ` and `  when: `, with `\\n` and `\\\\` as its only escapes: not YAML. atuin: the table
`history` of an SQLite database, with times in nanoseconds; what was deleted there is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memcli.errors import PluginFailed
from memcli.extend import moments, sqlite
from memcli.extend.contracts import Rejected, Source
from memcli.extend.plain import clean
from memcli.extend.rows import LINE_MAX, lines

if TYPE_CHECKING:
    from typing import BinaryIO

COMMAND_LINES = 500  # that one command may have; what goes on beyond is a command of its own
_ZSH = re.compile(rb": ?([0-9]{1,12}):([0-9]{1,12});")
_BASH = re.compile(rb"#([0-9]{1,12})\Z")
_META = re.compile(rb"\x83(.)", re.DOTALL)
_FISH = re.compile(r"\\(n|\\)")

Row = tuple[int, "bytes | None"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was typed, which may have several lines; `at` is when, None where the history does not tell; `line` is the first in the file.

    `session`, `place` (the folder it ran in), `status` (how it ended) and `id` are told by atuin only.
    """

    at: datetime | None
    text: str
    line: int
    session: str = ""
    place: str = ""
    status: int = 0
    id: str = ""


def kind(head: bytes) -> str:
    """Which history begins with these bytes: "atuin", "fish", "zsh", "bash" (with times), or "plain" (a command a line, no times); "" for what is no text."""
    if head.startswith(sqlite.MAGIC):
        return "atuin"
    if b"\0" in head:
        return ""
    begun = head.split(b"\n")
    if any(line.startswith(b"- cmd: ") for line in begun[:50]):
        return "fish"
    if any(_ZSH.match(line) for line in begun):
        return "zsh"
    return "bash" if any(_BASH.match(line) for line in begun) else "plain"


def read(source: Source) -> tuple[str, Iterator[Command | Rejected]]:
    """The kind of history that a source is, and its commands, read as they are taken. Raises PluginFailed for what is none."""
    stream = source.stream()
    which = kind(stream.peek(1 << 16))  # type: ignore[attr-defined]
    if which not in ("", "atuin"):
        return which, _closing(stream, commands(lines(stream), which))
    stream.close()
    if not which:
        raise PluginFailed(f"{source.name} is no shell history: it holds NUL bytes")
    if not source.path:
        raise PluginFailed("an atuin database is not read from standard input", "give its file: ~/.local/share/atuin/history.db")
    return which, _atuin(source)


def _closing(stream: BinaryIO, found: Iterator[Command | Rejected]) -> Iterator[Command | Rejected]:
    with stream:
        yield from found


def _atuin(source: Source) -> Iterator[Command | Rejected]:
    """What was not deleted, in the order of time."""
    with sqlite.database(source) as tables:
        columns = tables.columns("history")
        if not {"id", "timestamp", "exit", "command", "cwd", "session"} <= columns:
            raise PluginFailed(f"{source.name} is no atuin database: it has no table history with commands", "give ~/.local/share/atuin/history.db")
        kept = "WHERE deleted_at IS NULL" if "deleted_at" in columns else ""
        rows = tables.rows(f"SELECT id, timestamp, exit, command, cwd, session FROM history {kept} ORDER BY timestamp, id")
        for number, (id_, ticks, status, command, cwd, session) in enumerate(rows, 1):
            at = moments.epoch(ticks, 1e9)
            if at is None or not all(isinstance(text, str) for text in (id_, command, cwd, session)):
                yield Rejected(f"row {number}", "its time is none" if at is None else "its command is no text")
            elif command.strip():
                yield Command(at, _text(command.encode("utf-8", "replace")), number, session, cwd, status if isinstance(status, int) and status > 0 else 0, id_)


def commands(rows: Iterable[Row], which: str) -> Iterator[Command | Rejected]:
    """The commands of a history of that kind. A line that is too long is rejected; bytes that are no UTF-8 become question marks."""
    return {"fish": _fish, "zsh": _zsh, "bash": _bash}.get(which, _plain)(rows)


def unmetafied(data: bytes) -> bytes:
    """The bytes that zsh wrote as these: each 0x83 goes and turns bit 5 of the byte behind it."""
    return _META.sub(lambda match: bytes((match[1][0] ^ 0x20,)), data)


def _plain(rows: Iterable[Row]) -> Iterator[Command | Rejected]:
    """A command a line. A line that is UTF-8 only once it is unmetafied was written by a zsh that keeps no times."""
    for number, line in rows:
        if line is None:
            yield _too_long(number)
        elif line.strip():
            yield Command(None, _text(line if _is_utf8(line) or not _is_utf8(unmetafied(line)) else unmetafied(line)), number)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bash(rows: Iterable[Row]) -> Iterator[Command | Rejected]:
    """All lines up to the next time are one command, as bash itself reads them back; before the first time each line is one."""
    at, first, held = b"", 0, list[bytes]()
    for number, line in rows:
        if line is None:
            yield _too_long(number)
            continue
        stamp = _BASH.match(line)
        if held and (stamp or not at or len(held) == COMMAND_LINES):
            yield Command(moments.epoch(at.decode()) if at else None, _text(b"\n".join(held)), first)
            held = []
        if stamp:
            at = stamp[1]
        elif line.strip() or held:
            first = first if held else number
            held.append(line)
    if held:
        yield Command(moments.epoch(at.decode()) if at else None, _text(b"\n".join(held)), first)


def _zsh(rows: Iterable[Row]) -> Iterator[Command | Rejected]:
    """With and without times, as both may stand in one file."""
    first, held = 0, list[bytes]()
    for number, line in rows:
        if line is None:
            yield _too_long(number)
            continue
        first = first if held else number
        held.append(line[:-1] if line.endswith(b"\\") else line)
        if not line.endswith(b"\\") or len(held) == COMMAND_LINES:
            yield from _zsh_command(b"\n".join(held), first)
            held = []
    if held:
        yield from _zsh_command(b"\n".join(held), first)


def _zsh_command(data: bytes, line: int) -> Iterator[Command]:
    begin = _ZSH.match(data)
    typed = data[begin.end():] if begin else data
    if typed.endswith(b" ") and typed.rstrip(b" ").endswith(b"\\"):  # zsh puts a space behind a backslash that ends a command
        typed = typed[:-1]
    if typed.strip():
        yield Command(moments.epoch(begin[1].decode()) if begin else None, _text(unmetafied(typed)), line)


def _fish(rows: Iterable[Row]) -> Iterator[Command | Rejected]:
    """`- cmd:` begins a command, `  when:` dates it; `  paths:` and what else stands between is passed over."""
    typed, first, at = b"", 0, b""
    for number, line in rows:
        if line is None:
            yield _too_long(number)
        elif line.startswith(b"- cmd: "):
            if typed.strip():
                yield _fish_command(typed, at, first)
            typed, first, at = line[7:], number, b""
        elif line.startswith(b"  when: ") and not at:
            at = line[8:].strip()
    if typed.strip():
        yield _fish_command(typed, at, first)


def _fish_command(typed: bytes, at: bytes, line: int) -> Command:
    told = _FISH.sub(lambda match: "\n" if match[1] == "n" else "\\", typed.decode("utf-8", "replace"))
    return Command(moments.epoch(at.decode("ascii", "replace")), _text(told.encode("utf-8", "replace")), line)


def _text(data: bytes) -> str:
    """What was typed, with a space before it where there was one: such a command was not meant to be remembered."""
    text = data.decode("utf-8", "replace")
    return (" " if text[:1].isspace() else "") + clean(text)


def _too_long(number: int) -> Rejected:
    return Rejected(f"line {number}", f"longer than {LINE_MAX} bytes")
