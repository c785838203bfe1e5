"""Which links does an entry hold, and what do they lead to?"""

from __future__ import annotations

import pytest
from box import Box

from memcli.entries import text
from memcli.index.graph import Link, links, names


def of(body: str, front: str = "", path: str = "a/b.md") -> list[tuple[str, str]]:
    data = f"---\n{front}\n---\n{body}" if front else body
    return [(link.rel, link.target) for link in links(text.read(data.encode(), path))]


@pytest.mark.parametrize(("body", "wanted"), [
    ("see [[Plan]] and [[Plan]]", [("link", "Plan")]),
    ("[[folder/note#Heading|label]] ![[image note]]", [("link", "folder/note"), ("link", "image note")]),
    ("[[note^block]]", [("link", "note")]),
    ("| [[Plan\\|in a table]] | [[Whole \\|x]] |", [("link", "Plan"), ("link", "Whole")]),
    ("supports:: [[Plan]]\n- part_of:: [[Whole]]", [("supports", "Plan"), ("part of", "Whole")]),
    ("so that:: is not it [[Plan]]", [("link", "Plan")]),
    ("[words](other.md) [up](../top.md#here) [web](https://example.org/x.md) [enc](a%20b.md)",
     [("link", "a/other.md"), ("link", "top.md"), ("link", "a/a b.md")]),
    ("`[[code]]` and\n```\n[[fenced]]\n```\n[[out]]", [("link", "out")]),
    ("```\n[[never closed]]", []),
    ("[[]] [[ ]] [[a\nb]] [[", []),
    ("", []),
])
def test_links_of_a_text(body: str, wanted: list[tuple[str, str]]) -> None:
    assert of(body) == wanted


def test_links_of_the_front_matter() -> None:
    front = "links: [{rel: part_of, to: 01jdbq4m9x3t5v7n2k8c6r0wze}, '[[Plan]]', plain, 7]\nsupersedes: 01hr5e3s20caxtnaws6kvqtgmy\nabout: see [[Other]]"
    assert of("", front) == [("part of", "01jdbq4m9x3t5v7n2k8c6r0wze"), ("link", "Plan"), ("link", "plain"),
                             ("supersedes", "01hr5e3s20caxtnaws6kvqtgmy"), ("link", "Other")]


def test_hostile_links_end() -> None:
    assert len(of("[[" * 50_000)) == 0 and len(of("".join(f"[[n{number}]] " for number in range(5_000)))) == 500
    assert links(text.read(b"x:: " * 20_000, "a.md")) == () and Link("link", "a") == Link("link", "a")


def test_names_of_an_entry() -> None:
    assert names("01JD", "Big Plan", "work/2026/big-plan.md", ["Plan"]) == ["01jd", "big plan", "plan", "work/2026/big-plan", "2026/big-plan", "big-plan"]


@pytest.fixture
def web(tmp_path: object) -> Box:
    box = Box(str(tmp_path)).init()
    box.write("work/plan.md", "---\ntitle: The plan\naliases: [Vorhaben]\n---\nBuild it, then [[Launch]].\n")
    box.write("launch.md", "---\ntitle: Launch\nlinks: [{rel: requires, to: work/plan}]\n---\nIn May.\n")
    box.write("diary.md", "Thought about [[vorhaben|it]] and [[nothing]].\n")
    box.write("deep/launch.md", "---\ntitle: Launch\n---\nAnother of the same name.\n")
    box.run("index", check=0)
    return box


def near(box: Box, name: str) -> dict[str, list[str]]:
    found = box.json("related", name)["related"]
    return {one["path"]: [reason for reason in one["reasons"] if reason[:2] in ("->", "<-")] for one in found if one["linked"]}


def test_links_are_followed_both_ways(web: Box) -> None:
    assert near(web, "work/plan.md") == {"launch.md": ["-> link", "<- requires"], "diary.md": ["<- link"]}
    assert near(web, "launch.md")["work/plan.md"] == ["-> requires", "<- link"]


def test_a_name_that_two_have_means_the_one_with_the_shorter_path(web: Box) -> None:
    assert [path for path in near(web, "work/plan.md") if path.endswith("launch.md")] == ["launch.md"]


def test_links_just_written_count(web: Box) -> None:
    web.write("new.md", "On [[The plan]] again.\n")
    assert "new.md" in near(web, "work/plan.md")
    web.write("diary.md", "Nothing.\n")
    assert "diary.md" not in near(web, "work/plan.md")
