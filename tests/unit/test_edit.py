"""Does an edit change nothing but what it was asked to?"""

from __future__ import annotations

import pytest

from memcli.entries import text
from memcli.entries.model import Value
from memcli.errors import EntryInvalid

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"


def fronted(front: str, body: str = "") -> bytes:
    return f"---\n{front}\n---\n{body}".encode()


EDITS: list[tuple[str, str, dict[str, Value | text.Remove]]] = [
    ("title:   Old # why\nz: 1", "title:   New # why\nz: 1", {"title": "New"}),
    ("title: 'Old'\nz: 1", "title: \"a: b\"\nz: 1", {"title": "a: b"}),
    ("importance: 0.70", "importance: 0.70", {"importance": 0.7}),
    ("importance: 1", "importance: 1.0", {"importance": 1.0}),
    ("tags: [ a,  'b' ] # c", "tags: [ a,  'b', \"c, d\" ] # c", {"tags": ["a", "b", "c, d"]}),
    ("tags: [a, b, c]", "tags: [a, c]", {"tags": ["a", "c"]}),
    ("tags: [a, b, c]", "tags: [b, d]", {"tags": ["b", "d"]}),
    ("tags: [a, b, ]", "tags: [a, b, c, ]", {"tags": ["a", "b", "c"]}),
    ("tags: []", "tags: [a]", {"tags": ["a"]}),
    ("tags: # mine\nz: 1", "tags: [a] # mine\nz: 1", {"tags": ["a"]}),
    ("tags:\n    -   a # one\n    # two\n    - b\nz: 1", "tags:\n    -   a # one\n    # two\n    - b\n    - c\nz: 1", {"tags": ["a", "b", "c"]}),
    ("tags:\n- a # one\n- b\nz: 1", "tags:\n- b\n- c\nz: 1", {"tags": ["b", "c"]}),
    ("tags: # mine\n  - a\n  - b # x\nz: 1", "tags: # mine\n  - c\n  - d # x\nz: 1", {"tags": ["c", "d"]}),
    ("tags:\n- a\nz: 1", "tags: []\nz: 1", {"tags": []}),
    ("tags: a, b", "tags: [a, b, c]", {"tags": ["a", "b", "c"]}),
    ("links:\n  - rel: x\n    to: y\nz: 1", "links:\n  - rel: x\n    to: y\n  - {rel: v, to: w}\nz: 1",
     {"links": [{"rel": "x", "to": "y"}, {"rel": "v", "to": "w"}]}),
    ("memory:\n  uses: 7 # n\n\n  # c\n  last: x\nz: 1", "memory:\n  uses: 8 # n\n\n  # c\n  last: x\n  at: y\nz: 1",
     {"memory": {"uses": 8, "last": "x", "at": "y"}}),
    ("x: |\n  old\n\nz: 1", "x: new\n\nz: 1", {"x": "new"}),
    ("x: >-\n  old\n  text\n# c\nz: 1", "# c\nz: 1", {"x": text.REMOVE}),
    ("a: 1 # gone too\n# stays\nz: 1", "# stays\nz: 1", {"a": text.REMOVE, "none": text.REMOVE}),
    ("# top\ntitle: x\nmine: 1\ntags: [a]\n# end", "# top\ntitle: x\nupdated: 2026-11-23\nmine: 1\ntags: [a]\nimportance: 0.5\n# end\nnew: true",
     {"new": True, "importance": 0.5, "updated": "2026-11-23"}),
    ("mine: 1", f"id: {ID}\nmine: 1\ntags: [a]", {"tags": ["a"], "id": ID}),
    ("mine: 1\n# about tags\ntags: [a]", "mine: 1\nstate: long\n# about tags\ntags: [a]", {"state": "long"}),
    ("  a: 1\n  title: x", "  a: 1\n  title: y\n  type: fact", {"title": "y", "type": "fact"}),
    ("# nothing yet", "# nothing yet\ntitle: x", {"title": "x"}),
    ("? a\n: b\nz: 1", "? a\n: c\nz: 1", {"a": "c"}),
    ("'a' : b", "'a' : null", {"a": None}),
    ("größe: 日本 👍 # é\nz: 1", "größe: 日本 # é\nz: 2", {"größe": "日本", "z": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "changes"), EDITS)
def test_an_edit_touches_only_what_it_was_asked_to(before: str, after: str, changes: dict[str, Value | text.Remove]) -> None:
    body = "---\n\ttext  \r more\n\n"
    result = text.edit(fronted(before, body), changes)
    assert result == fronted(after, body)
    assert text.edit(result, changes) == result


def test_an_edit_normalises_line_ends_and_the_byte_order_mark_only() -> None:
    data = b"\xef\xbb\xbf---\r\na:  1 # c\r\n...\r\nbody\r\n"
    assert text.edit(data, {}) == b"---\na:  1 # c\n...\nbody\n"
    assert text.edit(data, {"a": 2}) == b"---\na:  2 # c\n...\nbody\n"


def test_a_body_is_exchanged_without_touching_the_front_matter() -> None:
    assert text.edit(b"---\na:  1\n---", {}, "new\r\ntext") == b"---\na:  1\n---\nnew\ntext\n"
    assert text.edit(b"---\na:  1\n---\nold", {"a": 2}, "") == b"---\na:  2\n---\n"
    assert text.edit(b"old", {}, "new") == b"new\n"
    assert text.edit(b"old", {}, "---\nnew\n") == b"---\n---\n---\nnew\n"


def test_a_file_without_front_matter_gets_one_and_keeps_its_text() -> None:
    assert text.edit(b"# Hi\n", {"title": "x", "id": ID}) == f"---\nid: {ID}\ntitle: x\n---\n# Hi\n".encode()
    assert text.edit(b"no end", {"a": text.REMOVE}) == b"no end"
    assert text.edit(b"--- \nno end", {"a": 1}) == b"---\na: 1\n---\n--- \nno end"
    assert text.edit(b"", {"a": 1}) == b"---\na: 1\n---\n"


def test_all_fields_can_go_and_the_fences_stay() -> None:
    assert text.edit(b"---\na: 1\nb: 2\n---\nx", {"a": text.REMOVE, "b": text.REMOVE}) == b"---\n---\nx"


@pytest.mark.parametrize("front", ["{a: 1}", "{a: 1, b: 2}\n# c"])
def test_front_matter_in_braces_is_not_edited(front: str) -> None:
    with pytest.raises(EntryInvalid) as caught:
        text.edit(fronted(front), {"a": 2}, path="x.md")
    assert caught.value.path == "x.md" and caught.value.hint


def test_blank_lines_never_move_into_a_value_that_keeps_them() -> None:
    front = "x: |+\n  kept\n\nsource: 1\n\n# c\n"
    result = text.edit(fronted(front), {"source": text.REMOVE, "title": "t"})
    assert text.read(result, "x.md").meta == {"x": "kept\n\n", "title": "t"}
