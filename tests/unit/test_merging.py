"""How does each kind of field merge, and what is done where nothing can be decided?"""

from __future__ import annotations

import pytest

from memcli.entries import lines, merging, text
from memcli.errors import EntryInvalid

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"
OTHER = "01jdbq4m9x3t5v7n2k8c6r0wzf"


def entry(front: str, body: str = "A stone.\n") -> bytes:
    return f"---\n{front}---\n{body}".encode()


@pytest.mark.parametrize(("base", "ours", "theirs", "expected"), [
    ("title: a\n", "title: b\n", "title: a\n", "title: b\n"),
    ("updated: 2026-01-01\ntitle: a\n", "updated: 2026-01-02\ntitle: b\n", "updated: 2026-01-03\ntitle: c\n", "updated: 2026-01-03\ntitle: c\n"),
    ("title: a\npinned: true\n", "title: a\n", "title: b\npinned: true\n", "title: b\n"),
    ("title: a\nmine: 1\n", "title: a\n", "title: b\nmine: 2\n", "title: b\nmine: 2\n"),
    ("tags: [a, b]\n", "tags: [b, c]\n", "tags: [a, d]\n", "tags: [c, d]\n"),
    ("tags: a b\n", "tags: a b c\n", "tags: [b]\n", "tags: [b, c]\n"),
    ("created: 2026-01-05\n", "created: 2026-01-04\n", "created: 2026-01-03\n", "created: 2026-01-03\n"),
    ("memory: {uses: 5, last: 2026-01-01, stability: 3.0, difficulty: 5, days: 2, at: 2026-01-02}\n",
     "memory: {uses: 7, last: 2026-01-09, stability: 4.0, difficulty: 4, days: 3, at: 2026-01-10}\n",
     "memory: {uses: 6, last: 2026-01-08, stability: 4.5, difficulty: 5, days: 4, at: 2026-01-11}\n",
     "memory: {uses: 8, last: 2026-01-09, stability: 4.5, difficulty: 4.5, days: 4, at: 2026-01-11}\n"),
    ("memory: {uses: 5}\n", "memory: {uses: 6}\n", "memory: {uses: 6}\nx: 1\n", "memory: {uses: 6}\nx: 1\n"),
    ("title: a\n", "title: a\nconfirmed: 1  # ours\n", "title: a\n# theirs\nkey: a/b\n", "title: a\nkey: a/b\nconfirmed: 1  # ours\n"),
])
def test_a_field_merges_by_its_kind(base: str, ours: str, theirs: str, expected: str) -> None:
    done = merging.merge(entry(base), entry(ours), entry(theirs))
    assert (done.data, done.conflicts) == (entry(expected), ())
    turned = merging.merge(entry(base), entry(theirs), entry(ours))
    assert dict(text.read(turned.data, "x").meta) == dict(text.read(entry(expected), "x").meta)


def test_comments_of_the_side_that_changed_something_live_on() -> None:
    base, theirs = entry("title: a\n"), entry("title: 'a'   # so it is\nkey: a/b\n", "A stone.\n")
    assert merging.merge(base, entry("title: a\n", "A pebble.\n"), theirs).data == entry("title: 'a'   # so it is\nkey: a/b\n", "A pebble.\n")


def test_two_ids_are_a_conflict() -> None:
    done = merging.merge(None, entry(f"id: {ID}\n", "One.\n"), entry(f"id: {OTHER}\n", "Two.\n"))
    found = text.read(done.data, "x")
    assert len(done.conflicts) == 2 and found.id == ID and found.meta["conflict"] is True and "One." in found.body and "Two." in found.body


LIVING = f"id: {ID}\ntitle: a\ntags: [x]\n"
GONE = f"id: {ID}\ntitle: a\nstate: forgotten\nupdated: 2026-02-01\nreason: old\n"
PACKED = f"id: {ID}\ntitle: a\ntags: [x]\nstate: archived\narchive: {{pack: 0123456789.pack, sha256: abc}}\n"


def test_forgotten_against_edited_shows_a_conflict_and_keeps_the_text() -> None:
    for sides in ((entry(GONE, ""), entry(LIVING, "A pebble.\n")), (entry(LIVING, "A pebble.\n"), entry(GONE, ""))):
        done = merging.merge(entry(LIVING), *sides)
        found = text.read(done.data, "x")
        assert len(done.conflicts) == 1 and found.body == "A pebble.\n" and found.state == "short" and found.tags == ("x",) and "reason" not in found.meta


def test_forgotten_against_used_stays_forgotten() -> None:
    used = entry(LIVING + "memory: {uses: 3}\n")
    assert merging.merge(entry(LIVING), entry(GONE, ""), used) == merging.Merged(entry(GONE, ""))


def test_archived_gives_way_to_an_edit_and_comes_back_when_restored() -> None:
    done = merging.merge(entry(LIVING), entry(PACKED, "cue\n"), entry(LIVING, "A pebble.\n"))
    found = text.read(done.data, "x")
    assert (done.conflicts, found.body, found.state, "archive" in found.meta) == ((), "A pebble.\n", "short", False)
    kept = merging.merge(entry(LIVING), entry(PACKED, "cue\n"), entry(LIVING + "memory: {uses: 3}\n"))
    assert text.read(kept.data, "x").state == "archived" and text.read(kept.data, "x").body == "cue\n"
    restored = merging.merge(entry(PACKED, "cue\n"), entry(LIVING), entry(PACKED + "memory: {uses: 3}\n", "cue\n"))
    assert text.read(restored.data, "x").state == "short" and text.read(restored.data, "x").body == "A stone.\n" and not restored.conflicts
    both = merging.merge(entry(LIVING), entry(PACKED, "cue\n"), entry(GONE, ""))
    assert text.read(both.data, "x").state == "forgotten" and "archive" not in text.read(both.data, "x").meta and not both.conflicts


@pytest.mark.parametrize("damaged", [b"---\ntitle: [\n---\nHurt.\n", b"---\ntitle: a\nHurt.\n", b"---\na: &x 1\n---\nHurt.\n"])
def test_front_matter_that_cannot_be_read_stands_whole_in_the_text(damaged: bytes) -> None:
    for sides in ((damaged, entry(LIVING, "Well.\n")), (entry(LIVING, "Well.\n"), damaged)):
        done = merging.merge(entry(LIVING), *sides)
        found = text.read(done.data, "x")
        assert done.conflicts and found.problem is None and found.id == ID and damaged.decode() in found.body and "Well." in found.body


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(EntryInvalid, match="not UTF-8"):
        merging.merge(entry(LIVING), entry(LIVING, "x\n"), b"\xff\xfe")


def test_too_much_for_one_front_matter_is_refused() -> None:
    one, other = (entry("".join(f"{side}{number}: {'x' * 90}\n" for number in range(500))) for side in "ab")
    with pytest.raises(EntryInvalid, match="larger than"):
        merging.merge(entry(""), one, other)


@pytest.mark.parametrize(("base", "ours", "theirs", "expected"), [
    ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n"),
    ("a\nb\n", "A\nb\n", "a\nB\n", "A\nB\n"),
    ("a\n", "a\nb\n", "b\na\n", "b\na\nb\n"),
    ("a\nb\n", "a\n", "a\nb\nc\n", "a\nc\n"),
    ("a", "a\nb", "0\na", "0\na\nb\n"),
    ("", "x\n", "x\n", "x\n"),
    ("a\u2028b\n", "a\u2028B\n", "a\u2028b\nc\n", "a\u2028B\nc\n"),
])
def test_lines_that_do_not_meet_merge(base: str, ours: str, theirs: str, expected: str) -> None:
    assert lines.merged(base, ours, theirs) == lines.merged(base, theirs, ours) == (expected, 0)


def test_a_conflict_is_as_small_as_it_can_be() -> None:
    done, number = lines.merged("a\nb\nc\n", "a\n1\n2\nc\n", "a\n1\n3\nc\n", ("me", "you"), 9)
    assert (done, number) == ("a\n1\n<<<<<<<<< me\n2\n=========\n3\n>>>>>>>>> you\nc\n", 1)


def test_equal_lines_of_which_each_side_took_another_are_not_all_lost() -> None:
    done, number = lines.merged("L\nx\nL\n", "x\nL\n", "L\nx\n")
    assert number == 1 and done.count("L\n") == 2


def test_a_huge_text_of_equal_lines_takes_no_time() -> None:
    base = "x\n" * 20_000
    done, number = lines.merged(base, "start\n" + base + "end\n", base.replace("x\n", "y\n"))
    assert number == 1 and done.count("x\n") == 20_000 and done.count("y\n") == 20_000
    long = "".join(f"{number}\n\n" for number in range(1500))
    assert lines.merged(long, "a\n" + long.replace("700\n", "seven\n"), long.replace("1400\n", "end\n") + "z\n")[1] == 0
