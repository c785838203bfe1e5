"""Does the next search see what was done behind mem's back? Ten thousand entries, seen through the command."""

from __future__ import annotations

import copy
import os
import threading
from pathlib import Path

import pytest
from box import Box, killed

ENTRIES = 10_000
MONTHS = 120
WAYS = {"files": "20000", "folders": "0"}  # how changes are looked for: index.scan_limit


def where(number: int) -> str:
    """The path of an entry of the large vault."""
    month = number % MONTHS
    return f"note/{2016 + month // 12}/{1 + month % 12:02d}/e{number:05d}.md"


def entry(number: int, words: str) -> str:
    """The text of an entry."""
    return f"---\nid: 01h{number:023d}\ntitle: Entry\n---\n{words}\n"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """One vault of ten thousand entries, indexed. Each test edits entries of its own."""
    box = Box(str(tmp_path_factory.mktemp("large")))
    for month in range(MONTHS):
        os.makedirs(os.path.dirname(box.path(where(month))))
    for number in range(ENTRIES):
        with open(box.path(where(number)), "w", encoding="ascii") as file:
            file.write(entry(number, f"kept{number:05d}"))
    box.init()
    assert box.found("kept09999") == [where(9999)]
    return box


@pytest.fixture(params=WAYS)
def either(large: Box, request: pytest.FixtureRequest) -> Box:
    """The large vault, each file looked at or only each folder."""
    box = copy.copy(large)
    box.env = {**large.env, "MEM_INDEX_SCAN_LIMIT": WAYS[request.param]}
    return box


@pytest.fixture
def own(request: pytest.FixtureRequest, either: Box) -> int:
    """The number of an entry that no other test touches; its next 200 belong to it too."""
    number = 400 * sorted(TESTS).index(request.node.originalname) + 200 * list(WAYS).index(request.node.callspec.params["either"])
    assert either.found(f"kept{number:05d}") == [where(number)]
    return number


def moved_to(box: Box, number: int, words: str, path: str) -> None:
    """What a search must see once an entry holds other words at a path."""
    assert box.found(words) == [path]
    assert box.found(f"kept{number:05d}") == []


def test_save_in_place_of_the_same_size_within_the_same_second(large: Box) -> None:
    assert large.found("kept09000") == [where(9000)]
    second = os.stat(large.path(where(9000))).st_mtime_ns // 10**9
    for word in ("newa09000", "newb09000", "newc09000"):
        large.write(where(9000), entry(9000, word))
        os.utime(large.path(where(9000)), ns=(0, second * 10**9 + int.from_bytes(word.encode()[3:4]) * 1000))
        moved_to(large, 9000, word, where(9000))
    assert large.found("newa09000", "newb09000") == []


def test_two_saves_in_place_with_a_search_between(large: Box) -> None:
    for word in ("newa09001", "newb09001"):
        large.write(where(9001), entry(9001, word))
        moved_to(large, 9001, word, where(9001))
    assert large.found("newa09001") == []


def test_a_file_time_in_the_past(large: Box) -> None:
    large.write(where(9002), entry(9002, "newa09002"))
    large.call(["touch", "-d", "2001-02-03 04:05:06", where(9002)], check=0)
    moved_to(large, 9002, "newa09002", where(9002))


def test_the_same_file_time_in_the_past_after_another_save(large: Box) -> None:
    for word in ("newa09003", "newb09003"):
        large.write(where(9003), entry(9003, word))
        large.call(["touch", "-d", "2001-02-03 04:05:06", where(9003)], check=0)
        moved_to(large, 9003, word, where(9003))
    assert large.found("newa09003") == []


def test_save_by_rename(either: Box, own: int) -> None:
    os.replace(either.write(where(own) + ".part", entry(own, f"newa{own:05d}")), either.path(where(own)))
    moved_to(either, own, f"newa{own:05d}", where(own))


def test_delete(either: Box, own: int) -> None:
    os.remove(either.path(where(own)))
    assert either.found(f"kept{own:05d}") == []
    assert either.found(f"kept{own + 1:05d}") == [where(own + 1)]


def test_rename(either: Box, own: int) -> None:
    os.rename(either.path(where(own)), either.path(where(own) + ".other.md"))
    assert either.found(f"kept{own:05d}") == [where(own) + ".other.md"]


def test_a_new_folder(either: Box, own: int) -> None:
    path = f"of/{own}/its/own/new.md"
    either.write(path, f"newa{own:05d}\n")
    assert either.found(f"newa{own:05d}") == [path]
    either.write(f"of/{own}/its/own/second.md", f"newb{own:05d}\n")
    assert either.found(f"newb{own:05d}") == [f"of/{own}/its/own/second.md"]


def test_a_folder_moved_away_and_back(either: Box, own: int) -> None:
    either.write(f"box{own}/inner/a.md", f"newa{own:05d}\n")
    either.write(f"box{own}/b.md", f"newa{own:05d}\n")
    both = [f"box{own}/b.md", f"box{own}/inner/a.md"]
    os.utime(either.path(f"box{own}/inner"), (10**9, 10**9))  # long settled: its time proves that nothing followed
    os.utime(either.path(f"box{own}"), (10**9, 10**9))
    assert sorted(either.found(f"newa{own:05d}")) == both
    away = os.path.join(either.home, f"away{own}")
    os.rename(either.path(f"box{own}"), away)
    assert either.found(f"newa{own:05d}") == []
    os.rename(away, either.path(f"box{own}"))
    assert sorted(either.found(f"newa{own:05d}")) == both


def test_a_folder_replaced_by_a_link_to_it(either: Box, own: int) -> None:
    either.write(f"box{own}/inner/a.md", f"newa{own:05d}\n")
    either.write(f"box{own}/b.md", f"newa{own:05d}\n")
    assert len(either.found(f"newa{own:05d}")) == 2
    away = os.path.join(either.home, f"away{own}")
    os.rename(either.path(f"box{own}"), away)
    os.symlink(away, either.path(f"box{own}"))
    assert either.found(f"newa{own:05d}") == []


def test_a_folder_that_became_a_repository_of_its_own(either: Box, own: int) -> None:
    either.write(f"box{own}/inner/a.md", f"newa{own:05d}\n")
    either.write(f"box{own}/b.md", f"newa{own:05d}\n")
    assert len(either.found(f"newa{own:05d}")) == 2
    either.call(["git", "init", "-q", f"box{own}"], check=0)
    either.write(f"box{own}/inner/new.md", f"newa{own:05d}\n")
    assert either.found(f"newa{own:05d}") == []


def test_a_file_replaced_by_a_link(either: Box, own: int) -> None:
    target = os.path.join(either.home, f"outside{own}.md")
    Path(target).write_text(f"newa{own:05d}\n", encoding="ascii")
    os.remove(either.path(where(own)))
    os.symlink(target, either.path(where(own)))
    assert either.found(f"kept{own:05d}", f"newa{own:05d}") == []


def test_checkout_of_an_older_revision_and_back(either: Box, own: int) -> None:
    for word in ("newa", "newb"):
        os.replace(either.write("part", entry(own, f"{word}{own:05d}")), either.path(where(own)))
        either.git("commit", "-qm", word, "--", where(own))
    assert either.found(f"newb{own:05d}") == [where(own)]
    for revision, there, gone in (("HEAD~1", "newa", "newb"), ("main", "newb", "newa"), ("HEAD~2", "kept", "newb"), ("main", "newb", "kept")):
        either.git("checkout", "-q", revision)
        assert either.found(f"{there}{own:05d}") == [where(own)]
        assert either.found(f"{gone}{own:05d}") == []


TESTS = [name for name, test in globals().items() if name.startswith("test_") and "either" in test.__annotations__]


def test_edits_while_mem_writes_beside_them(either: Box) -> None:
    way = either.env["MEM_INDEX_SCAN_LIMIT"]
    either.write(f"beside{way}/hand.md", f"byhand{way}\n")
    either.run("add", f"bymem{way}", check=0)
    assert either.found(f"byhand{way}") == [f"beside{way}/hand.md"]
    assert len(either.found(f"bymem{way}")) == 1


def test_a_fold_that_was_killed_loses_nothing(box: Box) -> None:
    box.env.update(MEM_INDEX_SCAN_LIMIT="0", MEM_INDEX_PENDING_MAX="1")
    box.write("first.md", "first\n")
    box.run("index", "--rebuild", check=0)
    for number in range(3):
        box.write(f"in/e{number}.md", entry(number, "common"))
    os.utime(box.path("in"), (10**9, 10**9))
    assert killed(box.run("search", "common", env={"MEM_FAULT": "keyword-committed:kill"}).status)
    for _ in range(2):
        assert len(box.found("common")) == 3
    result = box.run("search", "common", "first")
    assert "anew" not in result.err
    assert len(result.out.splitlines()) >= 4


def test_a_setting_is_no_entry(box: Box) -> None:
    assert box.found("limit") == []
    box.run("config", "search.limit", "7", check=0)
    assert box.run("search", "limit", "--no-scan").status == 1


def test_search_never_fails_while_entries_are_added(box: Box) -> None:
    box.env["MEM_INDEX_PENDING_MAX"] = "2"  # every third add is folded into the keyword index
    acknowledged: list[str] = []

    def add() -> None:
        acknowledged.extend(box.run("add", f"common number{number}", check=0).out.split()[1] for number in range(12))

    adding = threading.Thread(target=add)
    adding.start()
    while adding.is_alive():
        before = list(acknowledged)
        assert set(before) <= set(box.found("common"))
    adding.join()
    assert len(acknowledged) == 12
    assert sorted(box.found("common")) == sorted(acknowledged)
