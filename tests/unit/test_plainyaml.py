"""Does the fast reader take the front matter people write, and leave alone what it does not know?"""

from __future__ import annotations

import math

import pytest

from memcli import plainyaml
from memcli.plainyaml import Value

ENTRY = """\
id: 01jdbq4m9x3t5v7n2k8c6r0wze
title: Prefer uv for Python environments
created: 2026-11-23T08:00:00Z
tags: [python, tooling]
importance: 0.7            # 0..1; a person's value is kept, else predicted
valid_from: 2026-01-01     # half-open [valid_from, valid_to)
supersedes: [01jdbq4m9x3t5v7n2k8c6r0wzd]
links: [{rel: supports, to: 01jdbq4m9x3t5v7n2k8c6r0wzd}]
source: {plugin: claude-code, uri: https://a.b/c, session: s-1}
memory: {uses: 7, last: 2026-11-20T09:00:00Z, stability: 12.5}
"""


def test_reads_an_entry_as_the_design_shows_it() -> None:
    assert plainyaml.load(ENTRY) == {
        "id": "01jdbq4m9x3t5v7n2k8c6r0wze",
        "title": "Prefer uv for Python environments",
        "created": "2026-11-23T08:00:00Z",
        "tags": ["python", "tooling"],
        "importance": 0.7,
        "valid_from": "2026-01-01",
        "supersedes": ["01jdbq4m9x3t5v7n2k8c6r0wzd"],
        "links": [{"rel": "supports", "to": "01jdbq4m9x3t5v7n2k8c6r0wzd"}],
        "source": {"plugin": "claude-code", "uri": "https://a.b/c", "session": "s-1"},
        "memory": {"uses": 7, "last": "2026-11-20T09:00:00Z", "stability": 12.5},
    }


def test_reads_block_lists_and_maps_as_config_files_and_other_programs_write_them() -> None:
    text = "search:\n  limit: 20 # hits\n\n  weights:\n    vector: 1.0\n    names:\n    - a\n# done\ntags:\n- one\n- 'two'\naliases:\n  - x: y\n"
    assert plainyaml.load(text) is None  # a map inside a block list
    assert plainyaml.load(text.replace("x: y", "{x: y}")) == {
        "search": {"limit": 20, "weights": {"vector": 1.0, "names": ["a"]}},
        "tags": ["one", "two"],
        "aliases": [{"x": "y"}],
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None), ("~", None), ("null", None), ("# nothing", None), ("true", True), ("FALSE", False), ("yes", "yes"),
        ("off", "off"),
        ("7", 7), ("-3", -3), ("+3", 3), ("017", 17), ("0o17", 15), ("0x1F", 31), ("1_000", 1000), ("0.70", 0.7), ("1e3", 1000.0),
        ("-.inf", -math.inf),
        ("2026-11-23", "2026-11-23"), ("2024-13-45", "2024-13-45"), ("12:30", "12:30"), ("1.2.3", "1.2.3"), ("-x", "-x"),
        ("3 apples", "3 apples"),
        ("it's", "it's"), ("C# notes", "C# notes"), ("a #b", "a"), ("a:b", "a:b"), ("a, [b]", "a, [b]"),
        ("größe 日本 👍", "größe 日本 👍"),
        ("'it''s: # 1'", "it's: # 1"), ('"a \\"b\\" \\u00e9\\n\\x41"  # c', 'a "b" é\nA'), ('""', ""), ("''", ""),
        ("[]", []), ("[ a , -1, 'x, y' ]  # c", ["a", -1, "x, y"]), ("{}", {}),
        ("{a: {b: [1, [2]]}, \"c d\": '#'}", {"a": {"b": [1, [2]]}, "c d": "#"}),
    ],
)  # fmt: skip
def test_values_follow_yaml_1_2(written: str, value: Value) -> None:
    data = plainyaml.load(f"key: {written}\nnext: 1")
    assert data == {"key": value, "next": 1}
    assert data is not None and type(data["key"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2", "a: &x 1", "a: *x", "a: !t 1", "a: |\n  x", "a: >\n  x", "a: b\n  c", "a: b\n\n  c", "a: 'b\n  c'",
        "a: [b,\n c]", "a:\tb", "a: b\tc",
        "a: b: c", "a: b:", "- a", "--- \na: 1", "true: 1", "? a\n: b", "1: a", "a: @b", "a: `b`", "a: %b", "a: [b", "a: [b,]",
        "a: [b: c]", "a: {b}", "a: [#x]",
        "a: 'b' c", 'a: "b" c', "a: \"\\q\"", 'a: "\\ud800"', "a: \x00", "a: \x85b", "\ufeffa: 1", "a:\r\n", "a: =", "a: <<",
        "a: -_", "a: " + "9" * 5000,
        " a: 1\nb: 2", "a:\n   b: 1\n  c: 2", "a:\n  - b\n c: 1",
        "a:\n  b:\n    c:\n      d:\n        e:\n          f:\n            g: 1",
        "a: " + "[" * 50 + "]" * 50, "a: [-]", "a: {b: 1, b: 2}", "plain", "a: ]", f"{'k' * 101}: 1", "a: [b ]]", "a: [b}",
    ],
)  # fmt: skip
def test_leaves_everything_else_to_the_full_reader(text: str) -> None:
    assert plainyaml.load(text) is None


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n  # comments\n"])
def test_text_without_content_is_an_empty_mapping(text: str) -> None:
    assert plainyaml.load(text) == {}


def test_a_hostile_size_costs_no_more_than_its_length() -> None:
    assert plainyaml.load("a: " + "[" * 30_000) is None
    assert plainyaml.load("a: " + "[x, " * 10_000) is None
    assert plainyaml.load("a:\n" + "  - b\n" * 10_000) == {"a": ["b"] * 10_000}
    assert plainyaml.load('a: "' + "\\" * 30_001) is None
    assert plainyaml.load("word " * 10_000) is None
