"""Is every file an entry, whatever it holds, and is what we write read back as it was meant?"""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from memcli.entries import emit, frontmatter, ids, text
from memcli.entries.model import Value
from memcli.errors import EntryInvalid

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"
DESIGN = f"""\
---
id: {ID}
title: Prefer uv for Python environments
type: fact
state: long
created: 2026-11-23T08:00:00Z
updated: 2026-11-23T08:00:00Z
tags: [python, tooling]
importance: 0.7            # 0..1; a person's value is kept, else predicted
key: user/python-env-tool  # optional slot
links: [{{rel: supports, to: {ID}}}]
memory: {{uses: 7, last: 2026-11-20T09:00:00Z, stability: 12.5, difficulty: 4.8, days: 5, at: 2026-11-22T03:00:00Z}}
---
Body: markdown, [[wikilinks]], #tags.
"""


def fronted(front: str, body: str = "") -> bytes:
    return f"---\n{front}\n---\n{body}".encode()


# -- read -------------------------------------------------------------------------------------------------------------


def test_reads_the_entry_of_the_design() -> None:
    entry = text.read(DESIGN.encode(), "fact/2026/11/prefer-uv-6r0wze.md")
    assert (entry.id, entry.has_id, entry.type, entry.state) == (ID, True, "fact", "long")
    assert entry.title == "Prefer uv for Python environments"
    assert entry.created == entry.updated == "2026-11-23T08:00:00Z"
    assert entry.tags == ("python", "tooling")
    assert entry.body == "Body: markdown, [[wikilinks]], #tags.\n"
    assert entry.body_line == 14 and DESIGN.split("\n")[13].startswith("Body")
    assert entry.meta["importance"] == 0.7
    assert entry.problem is None and text.check(entry, DESIGN.encode()) == []


def test_windows_text_and_a_byte_order_mark_make_no_difference() -> None:
    entry = text.read(DESIGN.encode(), "x.md")
    assert text.read(b"\xef\xbb\xbf" + DESIGN.replace("\n", "\r\n").encode(), "x.md") == entry


@pytest.mark.parametrize(
    ("data", "path", "title"),
    [
        (b"text\n\n## Sub\n# The *first* heading #\n# Second", "x.md", "The first heading"),
        (b"```sh\n# a comment\n```\n# Heading", "x.md", "Heading"),
        (b"# \n\n- [ ] buy **milk** and [bread](http://x.y)\n", "x.md", "buy milk and bread"),
        (b"---\ntitle: 2026\n---\n# Other", "x.md", "2026"),
        (b"---\ntitle: ' two\n  lines '\n---\n", "x.md", "two lines"),
        (b"---\ntitle: [a]\n---\n> see [[target|the target]], snake_case\n", "x.md", "see the target, snake_case"),
        (b"\n***\n<!-- hidden -->\n1. first\n", "x.md", "first"),
        (b"", "folder/2026-11-23 Walk.md", "2026-11-23 Walk"),
        (b"---\n!!!\n---\n", ".md", ".md"),
        (b"word " * 60, "x.md", " ".join(["word"] * 24)),
        ("字".encode() * 200, "x.md", "字" * 120),
    ],
)  # fmt: skip
def test_every_entry_has_a_title(data: bytes, path: str, title: str) -> None:
    assert text.read(data, path).title == title


def test_a_file_without_an_id_has_one_from_its_path_until_it_is_written() -> None:
    for front in ("a: 1", "id: 202611230810", "id: [x]", "id: 81jdbq4m9x3t5v7n2k8c6r0wze"):
        entry = text.read(fronted(front), "a/b.md")
        assert (entry.id, entry.has_id) == (ids.derived_id("a/b.md"), False)
    assert text.read(fronted(f"id: {ID.upper()}"), "x.md").id == ID


def test_dates_come_as_utc_text_or_not_at_all() -> None:
    def created(value: str, path: str = "x.md") -> str:
        return text.read(fronted(f"created: {value}"), path).created

    assert created("2026-11-23") == "2026-11-23T00:00:00Z"
    assert created("2026-11-23 10:00:00+02:00") == "2026-11-23T08:00:00Z"
    assert created("'2026-11-23T08:00:00.5Z'") == "2026-11-23T08:00:00Z"
    for bad in ("2024-13-45", "soon", "7", "0001-01-01T00:00:00+05:00", "[2026-01-01]", "2026-02-30T08:00:00Z"):
        assert created(bad) == ""
        assert created(bad, "daily/2026-03-01.md") == "2026-03-01T00:00:00Z"


def test_tags_come_as_lists_or_as_obsidian_texts() -> None:
    for front in ("tags: [a, '#b/c', a, 7, '', null, [x]]", "tags: a, b/c 7", "tags:\n  - a\n  - b/c\n  - '7'"):
        assert text.read(fronted(front), "x.md").tags == ("a", "b/c", "7")
    assert text.read(fronted("tags: {a: 1}"), "x.md").tags == ()


def test_a_bad_field_costs_only_itself() -> None:
    data = fronted("type: novel\nstate: 7\nupdated: now\ntitle: Kept\nextra: {deep: [1]}", "body\n")
    entry = text.read(data, "x.md")
    assert (entry.type, entry.state, entry.updated, entry.title) == ("note", "short", "", "Kept")
    assert entry.meta["type"] == "novel" and entry.meta["extra"] == {"deep": [1]} and entry.body == "body\n"
    assert [(error.line, error.reason.split("`")[1]) for error in text.check(entry, data)] == [(2, "type"), (3, "state"), (4, "updated")]


HOSTILE = {
    "unclosed": (b"---\ntitle: x\n", 1, "not closed"),
    "only a fence": (b"---", 1, "not closed"),
    "a sequence": (fronted("- a\n- b"), 2, "name: value"),
    "a text": (fronted("Hello there"), 2, "name: value"),
    "duplicate": (fronted("a: 1\nb: 2\na: 3"), 4, "stated twice"),
    "duplicate inside": (fronted("a:\n  b: 1\n  b: 2"), 4, "stated twice"),
    "anchor": (fronted("a: 1\nb: &x 1"), 3, "anchors"),
    "alias": (fronted("a: *x"), 2, "anchors"),
    "tag": (fronted("a: !!python/object:os.system x"), 2, "tags"),
    "bare tag": (fronted("a: !x"), 2, "tags"),
    "long number": (fronted("a: 1\nb: " + "9" * 5000), 3, "not a number"),
    "no number": (fronted("a: -_"), 2, "not a number"),
    "NUL": (fronted("a: 1\nb: \x00"), 3, "U+0000"),
    "tab": (fronted("a:\n\t- b"), 3, ""),
    "deep list": (fronted("a: " + "[" * 20_000), 2, "deeper than 16"),
    "deep map": (fronted("{a: " * 10_000), 2, "deeper than 16"),
    "deep dashes": (fronted("- " * 20_000), 2, "deeper than 16"),
    "deep block": (fronted("\n".join(" " * depth + "a:" for depth in range(300))), 18, "deeper than 16"),
    "large": (fronted("a: " + "x" * 70_000), 1, "64 KiB"),
    "large in bytes": (fronted("a: " + "字" * 30_000), 1, "64 KiB"),
    "list as name": (fronted("[a, b]: c"), 2, "cannot be a name"),
    "broken list": (fronted("a: 1\nb: [c"), 4, ""),
    "second document": (fronted("a: 1\n--- b"), 3, ""),
    "half character": (fronted('a: "\\ud83d"'), 2, "half a character"),
    "not UTF-8": (b"ok\n\xff", 2, "0xff is not UTF-8"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_front_matter_is_one_problem_with_its_line_and_stays_searchable(name: str) -> None:
    data, line, reason = HOSTILE[name]
    started = time.process_time()
    entry = text.read(data, "notes/x.md")
    assert time.process_time() - started < 2
    assert entry.problem is not None and entry.problem.hint
    assert (entry.problem.path, entry.problem.line) == ("notes/x.md", line) and reason in entry.problem.reason
    assert entry.body == data.decode(errors="replace") and entry.body_line == 1 and entry.meta == {} and not entry.has_id
    assert text.check(entry, data) == [entry.problem]
    with pytest.raises(EntryInvalid):
        text.edit(data, {"title": "x"}, path="notes/x.md")


def test_wrong_bytes_in_the_body_do_not_cost_an_entry_its_identity() -> None:
    entry = text.read(fronted(f"id: {ID}\nstate: forgotten") + b"caf\xe9", "x.md")
    assert entry.problem is not None and entry.problem.line == 5
    assert (entry.id, entry.state, entry.body_line) == (ID, "forgotten", 1)


def test_what_yaml_allows_beyond_the_fast_subset_is_read_too() -> None:
    entry = text.read(fronted('title: >-\n  folded\n  text\n1: {? a : b}\ntrue: [c: d]\nlone:\n  "\\ud83d\\udc4d"\nhex: 0x_1F\n2026-01-01: 2024-13-45'), "x.md")
    assert entry.problem is None
    assert entry.meta == {
        "title": "folded text", "1": {"a": "b"}, "true": [{"c": "d"}], "lone": "👍", "hex": 31, "2026-01-01": "2024-13-45",
    }  # fmt: skip


def test_lines_that_only_resemble_a_fence_are_text() -> None:
    for data in (b"----\na: 1\n---\n", b"--- \na: 1\n---\n", b" ---\na: 1\n---\n", b"text\n---\na: 1\n---\n"):
        entry = text.read(data, "x.md")
        assert entry.meta == {} and entry.problem is None and entry.body.encode() == data
    assert text.read(b"---\na: 1\n...\nbody", "x.md").body == "body"
    assert text.read(b"---\n---\nbody", "x.md").body == "body"
    assert text.read(b"---\na: 1\n--- \t\nbody", "x.md").body == "body"


# -- check ------------------------------------------------------------------------------------------------------------

BAD: Mapping[str, list[Value]] = {
    "id": ["x", 7], "title": ["x" * 121, 7, ["x"]], "type": ["novel", 1], "state": ["gone"],
    "created": ["soon", 2026, "2024-13-45"],
    "tags": [{"a": 1}, [1]], "aliases": [[None]], "importance": [1.01, -0.1, "0.5", True, float("nan")], "confidence": [2],
    "pinned": ["yes", 1],
    "valid_to": ["never"], "key": ["subject", "/x", "a/", 7], "supersedes": ["x", [ID, "y"]],
    "links": [7, [7], [{"rel": "x"}], [{"to": ID, "weight": 2}]],
    "source": ["cli"], "memory": [[], {"uses": -1}, {"uses": "x"}, {"last": "x"}, {"difficulty": 11}, {"stability": True}],
}  # fmt: skip
GOOD: Mapping[str, list[Value]] = {
    "id": [ID.upper()], "title": ["x" * 120, ""], "type": ["Fact"], "created": ["2026-11-23", "2026-11-23T08:00:00+02:00"],
    "tags": ["a b", [], ["x"]],
    "importance": [0, 1, 0.5], "pinned": [False], "key": ["user/editor/theme"], "supersedes": [ID, [ID]], "mine": [{"any": [1]}],
    "links": [[{"rel": "x", "to": ID, "weight": 0.5}, f"[[{ID}]]"], "x"],
    "memory": [{"uses": 0, "difficulty": 4.8, "last": "2026-11-20"}],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_check_names_each_bad_field_and_its_line(name: str, value: Value) -> None:
    data = text.render({name: value, "zz": 1}, "")
    (error,) = text.check(text.read(data, "x.md"), data)
    assert error.line == 2 and error.reason.startswith(f"`{name}` ")
    assert text.check(text.read(data, "x.md"))[0].line == 0


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in [*values, None]])
def test_check_passes_what_is_right_or_unknown(name: str, value: Value) -> None:
    assert text.check(text.read(text.render({name: value}, ""), "x.md")) == []


def test_check_sees_a_validity_that_ends_before_it_starts() -> None:
    data = fronted("valid_from: 2026-02-01\nvalid_to: 2026-01-01")
    assert [error.line for error in text.check(text.read(data, "x.md"), data)] == [3]


# -- render -----------------------------------------------------------------------------------------------------------


def test_renders_the_entry_of_the_design() -> None:
    entry = text.read(DESIGN.encode(), "x.md")
    shuffled = dict(reversed(list(entry.meta.items())))
    assert text.render({**shuffled, "mine": 1}, entry.body).decode() == (
        DESIGN.replace("            # 0..1; a person's value is kept, else predicted", "").replace("  # optional slot", "").replace("}\n---", "}\nmine: 1\n---")
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words, [x] it's", "plain words, [x] it's"), ("a: b", '"a: b"'), ("a #b", '"a #b"'), ("C# x", "C# x"),
        ('say "x"', 'say "x"'), ('"x": y', "'\"x\": y'"),
        ("", '""'), ("true", '"true"'), ("no", '"no"'), ("7", '"7"'), ("1e5", '"1e5"'), ("-_", '"-_"'), ("12:30", '"12:30"'),
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("a\nb\t\x1b\u2028", '"a\\nb\\t\\e\\u2028"'), ("- x", '"- x"'), ("x:", '"x:"'), (" x", '" x"'), (None, "null"),
        (True, "true"), (1e-7, "1e-07"), (5.0, "5.0"),
        (["a, b", "c:d", "e"], '["a, b", c:d, e]'), ([], "[]"), ({}, "{}"),
        ({"a b": 1, "x": [{"y": "z"}]}, '{"a b": 1, x: [{y: z}]}'), ([ID, "0"], f'[{ID}, "0"]'),
    ],
)  # fmt: skip
def test_values_are_quoted_only_where_they_must_be(value: Value, written: str) -> None:
    assert emit.pair("k", value) == f"k: {written}\n"


def test_long_lists_and_maps_are_written_one_item_per_line() -> None:
    tags: list[Value] = [f"tag-number-{number}" for number in range(12)]
    source: Value = {f"name{number}": "x" * 30 for number in range(9)}
    data = text.render({"tags": tags, "source": source}, "x")
    assert data.startswith(b"---\ntags:\n  - tag-number-0\n  - tag-number-1\n") and b"\nsource:\n  name0: xxx" in data and data.endswith(b"\n---\nx\n")
    assert text.read(data, "x.md").meta == {"tags": tags, "source": source}


def test_bodies_are_stored_with_one_kind_of_line_end() -> None:
    assert text.render({}, "") == b"---\n---\n"
    assert text.render({}, "a\r\nb\r\r\nc") == b"---\n---\na\nb\nc\n"


@pytest.mark.parametrize("fields", [{"a": "\ud800"}, {"a": "x" * 70_000}, {"k" * 101: 1}, {"a": 10**5000}])
def test_what_no_entry_can_hold_is_refused(fields: dict[str, Value]) -> None:
    with pytest.raises(EntryInvalid):
        text.render(fields, "")
    with pytest.raises(EntryInvalid):
        text.edit(b"---\nb: 1\n---\n", fields)


def test_nesting_past_the_limit_is_refused() -> None:
    deep: Value = "x"
    for _ in range(16):
        deep = [deep]
    with pytest.raises(EntryInvalid):
        text.render({"a": deep}, "")
    with pytest.raises(EntryInvalid):
        text.render({}, "\udcff")


def test_same_tells_types_and_not_numbers_apart() -> None:
    assert frontmatter.same({"a": [1, float("nan")]}, {"a": [1, float("nan")]})
    for one, other in ((1, True), (1, 1.0), (0, False), ("1", 1), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (None, "")):
        assert not frontmatter.same(one, other)  # type: ignore[arg-type]


def test_the_sum_of_a_file_is_short_and_its_own() -> None:
    assert text.data_sum(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2"  # git hash-object of an empty file begins so
    assert text.data_sum(b"a") != text.data_sum(b"b")


def test_a_long_run_of_carriage_returns_takes_no_longer_than_another_text() -> None:
    data = b"\r" * 300_000 + b"x\r\r\nend\r"
    entry = text.read(data, "a.md")
    assert entry.body.endswith("x\nend\r") and text.closed(entry.body).endswith("x\nend\n")
