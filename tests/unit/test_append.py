"""Is a log that is appended to always whole lines?"""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from memcli.entries import atomic
from memcli.errors import UserError


def test_a_torn_line_is_cut_off_before_the_next(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for torn in (b"", b"t", b"torn " * 50_000):
        log.write_bytes(b"one\n" + torn)
        atomic.append(str(log), b"two\n")
        assert log.read_bytes() == b"one\ntwo\n"
    log.write_bytes(b"torn" * 20_000)
    atomic.append(str(log), b"two\n")
    assert log.read_bytes() == b"two\n"


def test_lines_that_do_not_fit_leave_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    atomic.append(str(log), b"one\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(UserError):
            atomic.append(str(log), b"a line that is too long\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert log.read_bytes() == b"one\n"


def test_a_log_that_was_divided_and_died_in_between_is_not_divided_twice(tmp_path: Path) -> None:
    log, older = tmp_path / "log", tmp_path / "older"
    lines = [b"old 1\n", b"new 2\n", b"old 3\n"]
    for kept in range(3):  # how many of the lines that go the dead one had written, and half a line more
        log.write_bytes(b"".join(lines))
        older.write_bytes(b"first\n" + b"".join([lines[0], lines[2]][:kept]) + (b"ol" if kept < 2 else b""))
        assert atomic.divide(str(log), str(older), lambda line: line.startswith(b"new")) == 2
        assert (log.read_bytes(), older.read_bytes().replace(b"\nol\n", b"\n")) == (b"new 2\n", b"first\nold 1\nold 3\n")
