"""What does the plugin `shell` make of histories: each kind's own spelling, growth, damage, and what is not to be remembered?"""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from box import Box

from memcli.errors import PluginFailed
from memcli.extend import histories, registry
from memcli.extend.contracts import Draft, Rejected, Source, draft_id
from memcli.extend.histories import Command, unmetafied
from memcli.extend.rows import LINE_MAX, lines


def typed(data: bytes, which: str = "") -> list[tuple[int | None, str]]:
    """(seconds, text) of each command."""
    found = histories.commands(lines(io.BytesIO(data)), which or histories.kind(data))
    return [(int(one.at.timestamp()) if one.at else None, one.text) for one in found if isinstance(one, Command)]


def pieces(folder: Path, data: bytes, **options: str) -> list[Draft | Rejected]:
    path = folder / "history"
    path.write_bytes(data)
    return list(registry.load("shell").read(Source.open(str(path)), options))


def drafts(folder: Path, data: bytes, **options: str) -> list[Draft]:
    return [one for one in pieces(folder, data, **options) if isinstance(one, Draft)]


def metafied(data: bytes) -> bytes:
    """As zsh writes bytes: NUL, 0x83 and its own tokens up to 0xa2 behind 0x83."""
    return b"".join(bytes((0x83, byte ^ 0x20)) if byte == 0 or 0x83 <= byte <= 0xa2 else bytes((byte,)) for byte in data)


@pytest.mark.parametrize(("data", "which"), [
    (b"SQLite format 3\0...", "atuin"), (b"- cmd: make x\n  when: 1\n", "fish"), (b": 1700000000:0;make x\n", "zsh"), (b"#1700000000\nmake x\n", "bash"),
    (b"make x\n", "plain"), (b"", "plain"), (b"make\0x\n", ""), (b"make old\n: 1700000000:12;make x\n", "zsh"), (b"make old\n#1700000000\nmake\n", "bash"),
])
def test_a_history_is_told_by_its_content(data: bytes, which: str) -> None:
    assert histories.kind(data) == which


def test_every_byte_that_zsh_metafies_comes_back() -> None:
    every = bytes(range(256))
    assert unmetafied(metafied(every)) == every
    said = "echo ムード 日本 çé \u00a0 – 🌱"
    assert metafied(said.encode()) != said.encode()
    assert typed(b": 1700000000:0;" + metafied(said.encode()) + b"\n") == [(1700000000, said)]
    assert typed(metafied(said.encode()) + b"\n", "plain") == [(None, said)]  # a zsh that keeps no times
    assert typed(said.encode() + b"\n", "plain") == [(None, said)]  # bash, where the same bytes mean themselves


def test_zsh_commands_of_several_lines() -> None:
    data = b": 5:0;cat <<X\\\na\\\nX\n: 6:0;echo a \\\\\n  b\n: 7:0;echo end\\ \n: 8:0;make x \nplain one\n: 9:0;cut off\\"
    assert typed(data) == [(5, "cat <<X\na\nX"), (6, "echo a \\\n  b"), (7, "echo end\\"), (8, "make x"), (None, "plain one"), (9, "cut off")]


def test_bash_commands_of_several_lines() -> None:
    data = b"old one\nold two\n#10\nfor a in b\ndo\n\n  x\ndone\n#11\n#12\nmake x\n#13"
    assert typed(data) == [(None, "old one"), (None, "old two"), (10, "for a in b\ndo\n\n  x\ndone"), (12, "make x")]


def test_fish_escapes_are_its_own() -> None:
    data = b"- cmd: a\\\\nb\\nc \\t: \"d\"\n  when: 20\n  paths:\n    - x\n- cmd: no time\n- cmd: bad time\n  when: soon\n"
    assert typed(data) == [(20, 'a\\nb\nc \\t: "d"'), (None, "no time"), (None, "bad time")]


def test_what_says_nothing_or_was_hidden_is_not_kept(tmp_path: Path) -> None:
    quiet = ["ls", "ls -la", "cd /srv", "exit", "make", "git status", "# a comment", " make secret", "\tmake secret", "echo hello", ""]
    loud = ["make all", "cd /srv && make", "ls | wc", "git status -s", "sudo ls-files x"]
    data = "".join(f": {1700000000 + number}:0;{text}\n" for number, text in enumerate(quiet + loud)).encode()
    (one,) = drafts(tmp_path, data)
    assert [line[7:] for line in one.body.splitlines()[1:-1]] == loud
    assert drafts(tmp_path, "\n".join(quiet).encode()) == []


def test_a_day_grows_in_place_and_is_cut_at_the_same_places(tmp_path: Path) -> None:
    rows = [b"#%d\nmake target-%d\n" % (1700006400 + number, number) for number in range(250)]
    before, after = drafts(tmp_path, b"".join(rows[:150])), drafts(tmp_path, b"".join(rows))
    assert [one.position for one in after] == ["2023-11-15", "2023-11-15/2", "2023-11-15/3"]
    assert after[0] == before[0] and after[1].body.startswith(before[1].body.removesuffix("```\n")) and len({draft_id("shell", one) for one in after}) == 3
    assert draft_id("shell", before[1]) == draft_id("shell", after[1])
    cut = drafts(tmp_path, b"".join(rows[10:]))  # the shell drops its oldest lines
    assert draft_id("shell", cut[0]) == draft_id("shell", after[0])
    again = drafts(tmp_path, b"".join([*rows, b"#1700007000\nmake target-3\n"]))
    assert "make target-3  # 2 times, until 00:10" in again[0].body and [one.body for one in again[1:]] == [one.body for one in after[1:]]


def test_a_vault_follows_a_history_that_grows(box: Box, tmp_path: Path) -> None:
    path = tmp_path / "zsh_history"
    path.write_text(": 1700006400:0;make quagga\n: 1700006460:0;rsync -a photos/ backup:\n")
    assert box.json("ingest", "shell", str(path))["added"] == 1
    path.write_text(path.read_text() + ": 1700006520:0;dot -Tsvg tarpan.dot\n")
    assert box.json("ingest", "shell", str(path))["added"] == 0
    (entry,) = box.json("list")["entries"]
    shown = box.json("show", entry["id"])
    assert shown["body"].splitlines()[1:-1] == ["00:00  make quagga", "00:01  rsync -a photos/ backup:", "00:02  dot -Tsvg tarpan.dot"]
    assert shown["front_matter"]["source"]["trust"] == "user" and len(box.found("tarpan")) == 1
    box.sound()


def test_a_day_begins_where_the_person_says(tmp_path: Path) -> None:
    data = b"#1700006400\nmake x\n"  # midnight UTC
    (one,) = drafts(tmp_path, data, offset="-5.5", host="attic")
    assert (one.position, one.source, one.session) == ("2023-11-14", "attic:bash", "attic") and "18:30  make x" in one.body
    with pytest.raises(PluginFailed, match="offset takes a number from -14 to 14"):
        drafts(tmp_path, data, offset="east")
    with pytest.raises(PluginFailed, match="no option 'since'"):
        drafts(tmp_path, data, since="x")


def test_a_program_with_many_commands_has_its_own_note(tmp_path: Path) -> None:
    data = b"docker build .\nFOO=1 sudo /usr/bin/docker push x\ndocker build .\ntar x y\ndocker run z\n"
    found = drafts(tmp_path, data)
    assert [(one.position, one.title, one.type, one.valid_from) for one in found] == [
        ("undated docker", "Shell commands with docker", "note", None), ("undated", "Shell commands", "note", None)]
    assert "docker build .  # 2 times" in found[0].body


def test_a_command_cannot_leave_its_block(tmp_path: Path) -> None:
    (one,) = drafts(tmp_path, b"#5\necho '````' | tee x\n#6\nmake a\n```\nb\n")
    assert one.body.startswith("`````sh\n") and one.body.endswith("\n`````\n")


def test_damage_costs_itself_only(tmp_path: Path) -> None:
    data = (b": 5:0;make one\n" + b"x" * (LINE_MAX + 5) + b"\n: 99999999999999:0;far off\n: 253402300800:0;past the calendar\n: 7:0;caf\xe9 \xff\xfe x\n"
            + b": 8:0;" + b"make " + b"y" * 9000 + b"\n: 9:0;half \xed\xa0\xbd x\n")
    found = pieces(tmp_path, data)
    assert [one for one in found if isinstance(one, Rejected)] == [Rejected("line 2", f"longer than {LINE_MAX} bytes")]
    told = "".join(one.body for one in found if isinstance(one, Draft))
    assert "make one" in told and "past the calendar" in told and "caf\ufffd" in told and "y [...]" in told and "half" in told
    with pytest.raises(PluginFailed, match="holds NUL bytes"):
        pieces(tmp_path, b"\0\1\2")
    with pytest.raises(PluginFailed, match="is a folder"):
        list(registry.load("shell").read(Source.open(str(tmp_path)), {}))


# -- atuin -----------------------------------------------------------------------------------------------------------------


def atuin(folder: Path, *rows: tuple[object, ...], columns: str = "id, timestamp, duration, exit, command, cwd, session, hostname, deleted_at") -> Source:
    """A database with such rows of its table `history`."""
    path = folder / "history.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE history ({columns})")
        connection.executemany(f"INSERT INTO history VALUES ({', '.join('?' * (columns.count(',') + 1))})", rows)
        connection.commit()
    return Source.open(str(path))


def ran(number: int, at: float, command: object, session: str = "s", status: int = 0, deleted: int | None = None) -> tuple[object, ...]:
    return f"id{number}", int(at * 1e9), 5, status, command, "/srv", session, "attic:lena", deleted


def test_what_was_deleted_in_atuin_is_never_read(tmp_path: Path) -> None:
    source = atuin(tmp_path, ran(1, 1700000000, "make one"), ran(2, 1700000060, "make gone", deleted=1700000061), ran(3, 1700000120, "make two", "t", 2))
    found = [one for one in registry.load("shell").read(source, {}) if isinstance(one, Draft)]
    assert [(one.position, one.message, one.session) for one in found] == [("s", "id1", "s"), ("t", "id3", "t")]
    assert "gone" not in "".join(one.body for one in found) and "make two  # exit 2" in found[1].body


def test_an_atuin_session_of_several_days_says_when_one_begins(tmp_path: Path) -> None:
    rows = [ran(1, 1700000000, "make one"), ran(2, 1700092800, "make two"), ran(3, 1700179200, "make one")]
    (one,) = (one for one in registry.load("shell").read(atuin(tmp_path, *rows), {}) if isinstance(one, Draft))
    assert one.body.splitlines()[1:-1] == ["# in /srv", "22:13  make one  # 2 times, until 17 November 2023, 00:00", "# 16 November 2023", "00:00  make two"]


def test_other_databases_and_bad_rows_are_refused(tmp_path: Path) -> None:
    bad = [ran(1, 1700000000, b"make \xff"), ran(2, -5, "make early"), ran(3, 1700000060, "make good")]
    found = list(registry.load("shell").read(atuin(tmp_path, *bad), {}))
    assert [one.reason for one in found if isinstance(one, Rejected)] == ["its time is none", "its command is no text"]
    assert ["make good" in one.body for one in found if isinstance(one, Draft)] == [True]
    (tmp_path / "history.db").unlink()
    with pytest.raises(PluginFailed, match="no atuin database"):
        list(registry.load("shell").read(atuin(tmp_path, columns="id, url"), {}))
