"""What stands in another program's SQLite database? Read from its bytes in memory: nothing of it is changed, locked or run, and the program may be running.

What the program wrote last may still lie in the write-ahead log beside the database (FILE-wal); its committed pages are laid over the database's own, as
https://www.sqlite.org/fileformat2.html section 4 says. The file is a stranger's: its triggers and views are never used, its queries have an end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend.source import MAX_BYTES, Source

if TYPE_CHECKING:
    import sqlite3

MAGIC = b"SQLite format 3\0"
STEPS_MAX = 2_000_000_000  # of the engine, for one database: what needs more is no honest reading
_STEPS = 1_000_000  # between two looks
_WAL_HEAD, _FRAME_HEAD = 32, 24  # bytes
_JOURNAL = bytes.fromhex("d9d505f920a163d7")  # of a transaction half written


class Tables:
    """The tables of a database, to be read."""

    def __init__(self, connection: sqlite3.Connection, shown: str) -> None:
        self._connection, self._shown = connection, shown
        names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND lower(sql) NOT LIKE 'create virtual%'")
        self.names = frozenset(str(name) for name, in names)

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table, none when there is no such table: a view or a virtual table is none."""
        if table not in self.names:
            return frozenset()
        return frozenset(str(name) for name, in self.rows("SELECT name FROM pragma_table_info(?)", table))

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT one by one. Text is UTF-8, what is none of it replaced. Raises PluginFailed, after the good rows, where the file is damaged."""
        import sqlite3

        try:
            yield from self._connection.execute(query, values)
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:  # the last when the message quotes what is no text
            why = "reading it takes too long" if "interrupted" in str(error) else f"is damaged: {error}"
            raise PluginFailed(f"{self._shown} {why}", "what was read before is kept") from None


@contextmanager
def database(source: Source, relative: str = "", limit: int = MAX_BYTES) -> Iterator[Tables]:
    """The tables of the database that a source is, or of `relative` in a folder, of at most `limit` bytes. Raises PluginFailed."""
    import sqlite3

    shown = relative or source.name
    connection = sqlite3.connect(":memory:")
    try:
        data = _snapshot(source, relative, shown, limit)
        try:
            connection.deserialize(data)
        except (sqlite3.Error, OverflowError) as error:
            raise PluginFailed(f"{shown} cannot be opened: {error}") from None
        del data
        _guard(connection)
        yield Tables(connection, shown)
    finally:
        connection.close()


def _guard(connection: sqlite3.Connection) -> None:
    """Nothing is written, nothing that the schema brings along is trusted, nothing goes on for ever."""
    looks = 0

    def too_long() -> bool:
        nonlocal looks
        looks += 1
        return looks > STEPS_MAX // _STEPS

    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_progress_handler(too_long, _STEPS)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def _snapshot(source: Source, relative: str, shown: str, limit: int) -> bytearray:
    """The bytes of one moment of a database that may be in use, with its log laid over them, as one that has no log."""
    for _ in range(4):
        before = _beside(source, relative, "-wal", _WAL_HEAD), _head(source, relative)
        data = bytearray(source.read(relative, limit))
        if not data.startswith(MAGIC) or len(data) < 100:
            raise PluginFailed(f"{shown} is no SQLite database", "give the program's own file, or a copy of it")
        log = _beside(source, relative, "-wal", limit)
        quiet = before == (log[:_WAL_HEAD], _head(source, relative)) or not source.path
        if quiet and not _beside(source, relative, "-journal", len(_JOURNAL)).startswith(_JOURNAL):
            if data[18] == 2:  # bytes 18 and 19 say that there is a log
                _lay_over(data, log)
            data[18:20] = b"\1\1"
            return data
    raise PluginFailed(f"{shown} is being written to", "close the program that uses it and run the command again")


def _head(source: Source, relative: str) -> bytes:
    """The first bytes of a database, which every write changes where there is no log."""
    if not source.path:
        return b""
    with source.stream(relative) as stream:
        return stream.read(100)


def _beside(source: Source, relative: str, ending: str, size: int) -> bytes:
    """The first bytes of the file beside a database, b"" when there is none."""
    if not source.path:
        return b""
    if not relative:
        real = os.path.realpath(source.path)
        source, relative = Source(os.path.dirname(real), os.path.basename(real)), os.path.basename(real)
    if not os.path.lexists(os.path.join(source.path, relative + ending)):
        return b""
    with source.stream(relative + ending) as stream:
        found = stream.read(size + 1)
    if size > 100 and len(found) > size:
        raise PluginFailed(f"{relative}{ending} is longer than {size} bytes", "close the program that uses it, which folds its log into the database")
    return found[:size]


def _lay_over(data: bytearray, log: bytes) -> None:
    """Lay the committed pages of a write-ahead log over the database; what follows the last whole transaction is as if it were not there."""
    if len(log) < _WAL_HEAD or log[:4] not in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"):
        return
    order = "big" if log[3] & 1 else "little"
    size = int.from_bytes(log[8:12], "big")
    if size not in (512 << power for power in range(8)) or _sum(log[:24], order, (0, 0)) != _words(log[24:32], "big"):
        return
    so_far, pages = _words(log[24:32], "big"), dict[int, int]()
    for at in range(_WAL_HEAD, len(log) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        number, length = _words(log[at:at + 8], "big")
        so_far = _sum(log[at + _FRAME_HEAD:at + _FRAME_HEAD + size], order, _sum(log[at:at + 8], order, so_far))
        if log[at + 8:at + 16] != log[16:24] or so_far != _words(log[at + 16:at + 24], "big") or number == 0:
            return
        pages[number] = at + _FRAME_HEAD
        if length:  # the end of a transaction, and how many pages there are then
            if length > (len(data) + len(log)) // size:
                return
            data[:] = data[:length * size].ljust(length * size, b"\0")
            for page, where in pages.items():
                if page <= length:
                    data[(page - 1) * size:page * size] = log[where:where + size]
            pages.clear()


def _sum(data: bytes, order: str, so_far: tuple[int, ...]) -> tuple[int, ...]:
    """The log's running checksum over `data`, whose length is a multiple of 8."""
    one, two = so_far
    words = iter(_words(data, order))
    for first, second in zip(words, words):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _words(data: bytes, order: str) -> tuple[int, ...]:
    """Bytes as unsigned numbers of 32 bits."""
    import struct

    return struct.unpack(f"{'>' if order == 'big' else '<'}{len(data) // 4}I", data)
