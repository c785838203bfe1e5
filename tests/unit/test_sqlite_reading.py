"""Is a database of another program read as that program has it, without a byte of it changed?"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from memcli.errors import PluginFailed
from memcli.extend import sqlite
from memcli.extend.source import Source


def _open(path: Path, *, wal: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)")
    return connection


def _rows(path: Path) -> list[tuple[object, ...]]:
    with sqlite.database(Source.open(str(path))) as tables:
        return list(tables.rows("SELECT id, word FROM words ORDER BY id"))


def _sums(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(os.listdir(folder))}


@pytest.mark.parametrize("wal", [False, True])
def test_a_database_in_use_is_read_with_what_was_written_last(tmp_path: Path, wal: bool) -> None:
    path = tmp_path / "a.sqlite"
    connection = _open(path, wal=wal)
    for round in range(3):
        connection.executemany("INSERT INTO words (word) VALUES (?)", [(f"{round} {n} " + "x" * 500,) for n in range(200)])
        if round == 1 and wal:
            connection.execute("PRAGMA wal_checkpoint(RESTART)")  # what comes next begins the log anew, over old frames
    connection.execute("UPDATE words SET word = 'changed' WHERE id = 5")
    connection.execute("DELETE FROM words WHERE id > 550")
    before = _sums(tmp_path)
    found = _rows(path)
    assert _sums(tmp_path) == before
    assert found == connection.execute("SELECT id, word FROM words ORDER BY id").fetchall()
    assert len(found) == 550 and found[4] == (5, "changed")
    connection.close()


def test_a_log_cut_anywhere_gives_the_state_after_a_whole_transaction(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    connection = _open(path, wal=True)
    for n in range(30):
        connection.execute("INSERT INTO words (word) VALUES (?)", (f"{n} " + "x" * 900,))
    data, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    connection.close()
    copy = tmp_path / "copy" / "b.sqlite"
    copy.parent.mkdir()
    seen = set()
    for cut in range(0, len(log) + 1, 3000):
        copy.write_bytes(data)
        Path(f"{copy}-wal").write_bytes(log[:cut] + b"\xff" * 5000)
        with sqlite.database(Source.open(str(copy))) as tables:
            rows = list(tables.rows("SELECT id FROM words ORDER BY id")) if tables.columns("words") else []
            assert list(tables.rows("PRAGMA integrity_check")) == [("ok",)]
        assert rows == [(n,) for n in range(1, len(rows) + 1)]
        seen.add(len(rows))
    assert 0 in seen and max(seen) >= 29 and len(seen) > 20


def test_what_is_no_whole_database_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    _open(path, wal=False).executemany("INSERT INTO words (word) VALUES (?)", [("x" * 900,)] * 100)
    whole = path.read_bytes()
    for data in (b"", b"hello", whole[:60]):
        path.write_bytes(data)
        with pytest.raises(PluginFailed, match="is no SQLite database"):
            _rows(path)
    for data in (whole[:2000], whole[:9000], whole[:4096] + b"\xff" * 40_000, whole[:100] + b"\0" * 5000,
                 whole.replace(b"CREATE TABLE words", b"CREATE TABLE \xff\xfe\xbf\"(")):
        path.write_bytes(data)
        with pytest.raises(PluginFailed, match="damaged|no such table"):
            _rows(path)
    path.write_bytes(whole)
    Path(f"{path}-journal").write_bytes(bytes.fromhex("d9d505f920a163d7") + b"\0" * 500)
    with pytest.raises(PluginFailed, match="is being written to"):
        _rows(path)


def test_a_hostile_schema_runs_nothing_and_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.sqlite"
    connection = _open(path, wal=False)
    connection.execute("CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
    connection.execute("INSERT INTO words (word) VALUES (CAST(x'ff41' AS TEXT))")
    connection.close()
    monkeypatch.setattr(sqlite, "STEPS_MAX", 5_000_000)
    with sqlite.database(Source.open(str(path))) as tables:
        assert tables.names == {"words"} and tables.columns("endless") == frozenset() and tables.columns("words") == {"id", "word"}
        assert list(tables.rows("SELECT word FROM words")) == [("\ufffdA",)]
        with pytest.raises(PluginFailed, match="damaged: attempt to write"):
            list(tables.rows("DELETE FROM words"))
        with pytest.raises(PluginFailed, match="takes too long"):
            list(tables.rows("SELECT max(i) FROM endless"))


def test_the_log_is_no_link_to_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    _open(path, wal=False).close()
    (tmp_path / "other").write_bytes(b"x" * 100)
    Path(f"{path}-wal").symlink_to(tmp_path / "other")
    with pytest.raises(PluginFailed, match="a link, never followed"):
        _rows(path)
