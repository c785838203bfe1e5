"""Do text and data say the same? Generated front matter against ruamel.yaml, and files through read, render and edit.

`MEM_EXAMPLES` sets how many examples each test tries (300 unless told; 10,000 is the release figure).
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from memcli import plainyaml
from memcli.entries import frontmatter, text
from memcli.entries.model import STATES, TYPES, Entry, Value
from memcli.errors import EntryInvalid

many = settings(
    max_examples=int(os.environ.get("MEM_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


class _Texts(SafeConstructor):
    """ruamel's own constructor, timestamps left as text."""


_Texts.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def ruamel(front: str) -> Any:
    """What ruamel.yaml makes of `front`; raises whatever it raises."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Texts
    return yaml.load(front)


# -- pieces of front matter -------------------------------------------------------------------------------------------

NASTY = (
    "a", "b c", "é", "日本", "👍", "\u200d", "\xa0", "\u3000", "\x85", "\u2028", "\ufeff", "\t", "\x00", "1", "0", "-", "--", "+",
    ".",
    "_", "e", "0x1f", "0o17", "0b1", "017", "1_000", "-_", "._", "1e3", "-.inf", ".nan", ".5", "5.", "~", "null", "Null", "true",
    "TRUE", "no", "yes", "2026-11-23", "2024-13-45", "2026-11-23T08:00:00Z", "12:30", ":", ": ", " :", "::", "#", " #", "# ", "?",
    "? ", "[", "]", "{", "}", ",", ", ", "'", "''", '"', "\\", "\\n", "\\u00e9", "\\ud83d", "\\x41", "\\q", "|", ">", "&a", "*a",
    "!", "!x", "%", "@", "`",
    "=", "<<", "<", "/", "(", "$", "---", "...", "- ", "\n", "\n ", "\n  ", "\n- ", " ", "  ",
)  # fmt: skip
bits = st.sampled_from(NASTY) | st.text(max_size=4)
nasty_scalars = st.lists(bits, max_size=5).map("".join)
names = st.sampled_from((*"abcd", "title", "tags", "date created", "größe", "x-y", "_z", "null", "true", "1", '"q"', "'s'", '"a b"'))
realistic = st.sampled_from(
    (
        "plain words", "Prefer uv: for Python", "it's", "C# and F#", "a #comment", "https://a.b/c?d=e#f", "0.7", "7", "-3", "1e5",
        "true",
        "~", "null", "2026-11-23T08:00:00Z", "2026-01-01", "[a, b]", "[]", "[ a , b ]", "['x, y', \"z\"]", "{}", "{a: 1, b: two}",
        "{a: [1, 2], b: {c: d}}",
        "[{rel: supports, to: 01jd}]", '"quoted \\"text\\" \\u00e9"', "'it''s'", '"a: b # c"', "", "  ", "|\n  block\n  text",
        ">-\n  folded\n\n  text",
        "\n  - one\n  - two # c\n", "\n- one\n- two", "\n  sub: 1\n  other:\n    - x", "two\n  lines", "[a,\n  b]",
        "\n  - {a: 1}\n  - [b]", "# only a comment",
    )
)  # fmt: skip
values = realistic | nasty_scalars | st.lists(nasty_scalars, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
lines = st.one_of(
    st.builds(lambda name, gap, value, end: f"{name}:{gap}{value}{end}", names, st.sampled_from(("", " ", "  ")), values, st.sampled_from(("", " ", " # c"))),
    st.sampled_from(("", "  ", "# comment", "  # indented comment", "- item", "  - item", "  more", "  sub: x", "    deep: y", "---", "...")),
)
documents = st.lists(lines, max_size=8).map("\n".join) | st.lists(bits, max_size=25).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A document with a few characters put in, taken out or exchanged."""
    document = draw(documents)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(document)))
        document = document[:at] + draw(bits | st.just("")) + document[at + draw(st.integers(0, 2)) :]
    return document


def _all_text_names(data: object) -> bool:
    if isinstance(data, dict):
        return all(isinstance(name, str) for name in data) and all(map(_all_text_names, data.values()))
    return all(map(_all_text_names, data)) if isinstance(data, list) else True


@many
@given(mutated())
def test_the_fast_reader_agrees_with_ruamel_on_all_it_accepts(front: str) -> None:
    data = plainyaml.load(front)
    if data is not None:
        expected = ruamel(front)
        assert frontmatter.same(data, {} if expected is None else expected)


@many
@given(st.dictionaries(st.text(max_size=6), nasty_scalars, max_size=4), st.sampled_from(("{}: {}", "{}:  {} # c")))
def test_quoted_and_plain_scalars_agree_with_ruamel(pairs: dict[str, str], form: str) -> None:
    for quote in ("", "'", '"'):
        front = "\n".join(form.format(name, quote + value + quote) for name, value in pairs.items())
        data = plainyaml.load(front)
        if data is not None:
            assert frontmatter.same(data, ruamel(front) or {})


@many
@given(mutated())
def test_the_full_reader_reads_what_ruamel_reads_or_refuses(front: str) -> None:
    try:
        data = frontmatter.parse_fully(front, "x.md")
    except EntryInvalid as error:
        assert error.line >= 1
        return
    try:
        expected = ruamel(front)
    except Exception as error:  # what only we accept: names and words that ruamel gives a meaning of their own
        assert "<<" in front or "=" in front or "?" in front or "found duplicate key" in str(error)
        return
    assume(_all_text_names(expected) and "<<" not in front and "\\u" not in front)
    assert frontmatter.same(data, {} if expected is None else expected)


@many
@given(
    st.binary()
    | documents.map(str.encode)
    | st.binary().map(lambda data: b"---\n" + data + b"\n---\n")
    | mutated().map(lambda front: f"---\n{front}\n---\nbody".encode())
)
def test_reading_never_raises_and_always_yields_a_whole_entry(data: bytes) -> None:
    entry = text.read(data, "note/2026/x.md")
    assert isinstance(entry, Entry)
    assert len(entry.id) == 26 and entry.title
    assert entry.type in TYPES and entry.state in STATES
    whole = frontmatter.unify(data.decode(errors="replace"))
    assert whole.endswith(entry.body)
    assert entry.body_line == whole[: len(whole) - len(entry.body)].count("\n") + 1
    assert entry.problem is None or entry.body == whole
    assert all(error.path == entry.path for error in text.check(entry, data))


# -- render -----------------------------------------------------------------------------------------------------------

scalars: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), nasty_scalars, st.integers(10**17, 10**30)
)  # fmt: skip


def _nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | nasty_scalars, inner, max_size=3)


plain_data = scalars | _nested(scalars) | _nested(scalars | _nested(scalars)) | _nested(_nested(scalars | _nested(scalars)))
field_names = st.sampled_from(("id", "title", "tags", "links", "memory", "source", "created", "mine")) | st.text(min_size=1, max_size=12)
entries = st.dictionaries(field_names, plain_data, max_size=6)
bodies = st.text(max_size=60) | st.sampled_from(("", "---\n", "---", "text\n---\nmore", "\r\n", "a\r\nb\r", "\n\n x"))


@many
@given(entries, bodies)
def test_what_is_rendered_reads_back_by_both_readers(fields: dict[str, Value], body: str) -> None:
    data = text.render(fields, body)
    entry = text.read(data, "x.md")
    assert entry.problem is None
    assert frontmatter.same(dict(entry.meta), fields)
    assert entry.body == text.closed(body) and b"\r\n" not in data
    assert text.render(entry.meta, entry.body) == data
    parts = frontmatter.split(data.decode(), "x.md")
    assert parts is not None and frontmatter.same(ruamel(parts.front) or {}, fields)


@many
@given(st.dictionaries(field_names, scalars | st.lists(scalars, max_size=4) | st.dictionaries(field_names, scalars, max_size=4), max_size=6))
def test_flat_entries_are_rendered_for_the_fast_reader(fields: dict[str, Value]) -> None:
    parts = frontmatter.split(text.render(fields, "").decode(), "x.md")
    assert parts is not None and frontmatter.same(plainyaml.load(parts.front), fields)


# -- edit -------------------------------------------------------------------------------------------------------------

PIECES = (
    "title: Plain words # why", "title: 'it''s'", 'title: "a \\"b\\"   c"', "title:   odd   spacing  ",
    "title:\n  on the next line", "title: >-\n  folded\n  text",
    "tags: [python,  tooling]  # both", "tags: [ a ]", "tags:\n  - a # first\n  - 'b'\n\n  # between\n  - c", "tags:\n- a\n- b",
    "tags: [a,\n  b, # c\n  c]", "tags: []", "tags:",
    "importance: 0.70", "importance:    1e-1 # note", "created: 2026-11-23", "id: 01JDBQ4M9X3T5V7N2K8C6R0WZE",
    "memory: {uses: 7, last: 2026-11-20T09:00:00Z}",
    "memory:\n  uses: 7 # counted\n  # kept\n  last: x\n",
    "memory:\n    uses: 3\n    deep:\n      er: [1]\n    list:\n    - 1\n    - x: 1\n      y: 2",
    "source:\n  plugin: x\n  uri:\n",
    "odd key: ~", "x: |\n  block\n   scalar", "y: |+\n  keep\n\n\n", '"quoted": yes', "z: {a: [1, {b: c}],\n   d: e}",
    "null_: null", "größe: 0x1F", "t: 2024-13-45",
)  # fmt: skip
BETWEEN = ("", "\n", "# a comment\n", " # an indented comment\n", "\n\n", "  \n")
bare_values = scalars.filter(lambda value: not isinstance(value, str) or value < "\ud800") | st.lists(st.sampled_from("abcd"), max_size=4)
changed_values = bare_values | st.sampled_from(([*"abc", "new"], ["a", "c"], {"uses": 8, "last": "x"}, {"uses": 7}, {"plugin": "y", "uri": None, "n": 1}, {}))
REMOVED = st.just(text.REMOVE)


@st.composite
def fronts(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Front matter as (name, text) pieces that together are the whole; the name of a comment is empty."""
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=7, unique_by=lambda piece: piece.partition(":")[0]))
    found = [("", draw(st.sampled_from(BETWEEN)))]
    for piece in pieces:
        found.append((piece.partition(":")[0].strip('"'), piece if piece.endswith("\n") else piece + "\n"))
        found.append(("", draw(st.sampled_from(BETWEEN))))
    return found


@many
@given(fronts(), st.dictionaries(field_names | st.sampled_from("xyz"), changed_values | REMOVED, max_size=4), bodies)
def test_an_edit_leaves_every_other_byte_alone(pieces: list[tuple[str, str]], changes: dict[str, Any], body: str) -> None:
    front = "".join(piece for _, piece in pieces)
    body = text.closed(body)
    data = f"---\n{front}---\n{body}".encode()
    old = dict(text.read(data, "x.md").meta)
    new = {name: value for name, value in {**old, **changes}.items() if value is not text.REMOVE}
    result = text.edit(data, changes)

    entry = text.read(result, "x.md")
    assert entry.body == frontmatter.unify(body) and result.endswith(body.encode())
    assert frontmatter.same(dict(entry.meta), new)
    parts = frontmatter.split(result.decode(), "x.md")
    assert parts is not None
    left, foreign = parts.front.splitlines(keepends=True), ""
    for name, piece in pieces:  # the pieces not asked for stand there in order; between them only what was asked for
        if not piece.strip() or name in old and not (name in new and frontmatter.same(old[name], new[name])):
            continue
        lines_of = piece.splitlines(keepends=True)
        places = [at for at in range(len(left) - len(lines_of) + 1) if left[at : at + len(lines_of)] == lines_of]
        assert places, f"{piece!r} is gone"
        foreign, left = foreign + "".join(left[: places[0]]), left[places[0] + len(lines_of) :]
    asked = {name: value for name, value in new.items() if name not in old or not frontmatter.same(old[name], value)}
    assert frontmatter.same(frontmatter.parse(foreign + "".join(left), "x.md"), asked)
    assert text.edit(result, changes) == result


@many
@given(mutated(), st.dictionaries(field_names, changed_values | REMOVED, max_size=3), st.none() | bodies)
def test_an_edit_of_any_file_holds_exactly_what_was_meant_or_refuses(front: str, changes: dict[str, Any], body: str | None) -> None:
    data = f"---\n{front}\n---\nbody\n".encode()
    before = text.read(data, "x.md")
    try:
        result = text.edit(data, changes, body)
    except EntryInvalid:
        return
    entry = text.read(result, "x.md")
    assert entry.problem is None and before.problem is None
    assert frontmatter.same(dict(entry.meta), {name: value for name, value in {**before.meta, **changes}.items() if value is not text.REMOVE})
    assert entry.body == (before.body if body is None else text.closed(body))


@many
@given(bodies, st.dictionaries(field_names, bare_values, max_size=3))
def test_a_file_without_front_matter_gets_one_before_its_text(body: str, changes: dict[str, Any]) -> None:
    whole = frontmatter.unify(body)
    assume(not whole.startswith("---\n") and whole != "---")
    entry = text.read(text.edit(body.encode(), changes), "x.md")
    assert entry.problem is None and entry.body == whole
    assert frontmatter.same(dict(entry.meta), changes)
