"""The keyword index: what is found, in which order, with which score terms, and what happens to a damaged folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from memcli.entries.model import Entry, Value
from memcli.errors import IndexUnusable, Locked
from memcli.index import analysis, bm25
from memcli.index.document import Document, of
from memcli.index.guard import damaged
from memcli.index.keyword import KeywordIndex
from memcli.search.query import parse


def doc(path: str, body: str = "", *, title: str = "", tags: Sequence[str] = (), **more: str) -> Document:
    return Document(
        path, more.get("id", "01jd"), title, more.get("type", "note"), more.get("state", "short"), more.get("created", ""),
        more.get("updated", ""), "", tuple(tags), tuple(more.get("aliases", "").split()), (), more.get("key", ""), more.get("source", ""), body,
        more.get("sum", "00"),
    )


def made(*documents: Document) -> KeywordIndex:
    index = KeywordIndex.in_memory()
    index.write(documents, [])
    return index


def found(index: KeywordIndex, query: str, limit: int = 10, *, fuzzy: bool = False) -> list[str]:
    return [hit.path for hit in index.search(parse(query, fuzzy=fuzzy), limit)]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("run", "we were running"), ("happiness", "a happy dog"), ("etat", "l'état"), ("résumé", "my resume"), ("don't", "they don't know"),
        ("dont", "they don't know"), ("fold_log", "call fold_log()"), ("fold_log", "call foldLog()"), ("foldLog", "call fold_log()"),
        ("foldlog", "call fold_log()"), ("log", "call foldLog()"), ("log", "call fold_log()"), ("atomic.py", "see memcli/entries/atomic.py:12"),
        ("memcli/entries/atomic.py", "see memcli/entries/atomic.py:12"), ("entries", "see memcli/entries/atomic.py:12"),
        ("E2BIG", "failed with E2BIG"), ("e2big", "failed with E2BIG"), ("BIG", "failed with E2BIG"), ("C++", "written in C++, mostly"),
        ("C#", "or C# then"), ("email", "an e-mail"), ("e-mail", "an email"), ("HTTPServer", "class HTTPServer:"), ("server", "class HTTPServer:"),
        ("天気", "今日は天気がいい"), ("今日の天気", "今日は天気がいい"), ("気", "今日は天気"), ("서울", "서울에서 만나요"), ("สวัสดี", "สวัสดีครับ"),
        ("😀", "well done 😀!"), ("👍", "ok 👍🏽"), ('"to be or not to be"', "to be or not to be"), ("to be or not to be", "to be or not"),
        ("the who", "the who"), ("pyth*", "in Python"), ("organiz*", "an organization"), ("fold_l*", "fold_log"), ("天*", "天気"), ("0.27.0", "tantivy 0.27.0"),
        ("ﾊﾟｽﾜｰﾄﾞ", "新しいパスワード"), ("パスワード", "ﾊﾟｽﾜｰﾄﾞ"), ("ΟΔΥΣΣΕΑΣ", "Ο Οδυσσέας"), ("οδυσσέας", "ΟΔΥΣΣΕΑΣ"), ("елка", "Ёлка"),
        ("istanbul", "İSTANBUL'DA"), ("İZMİR", "Izmir"), ("ἄνθρωπος", "ΑΝΘΡΩΠΟΣ"), ('"η ιθακη"', "στην Η ΙΘΆΚΗ μας"), ("οδυσσ*", "Ο Οδυσσέας"),
        ("ＡＢＣ", "ABC"), ("cafe\u0301", "café"), ("café", "cafe\u0301"), ("👨‍👩‍👧", "our 👨‍👩‍👧"), ("a1b2c3" * 8, "hash " + "a1b2c3" * 8),
    ],
)  # fmt: skip
def test_a_word_is_found_however_it_is_written(query: str, text: str) -> None:
    committed = made(doc("it.md", text), doc("other.md", "zebra crossing"))
    assert found(committed, query) == ["it.md"]
    beside = made(doc("other.md", "zebra crossing")).search(parse(query), 10, {"it.md": doc("it.md", text)})
    assert [hit.path for hit in beside] == ["it.md"]


@pytest.mark.parametrize(("query", "text"), [
    ('"the cat"', "a cat, the dog"), ('"runs"', "running"), ("xyz", "abc"), ("!", "what!"), ("天地", "天気と地"), ('"天地"', "天気地"),
    ("pyt*", "happy"), ('"title body"', "body"),
])
def test_what_is_not_there_is_not_found(query: str, text: str) -> None:
    index = made(doc("it.md", text, title="a title"))
    assert index.search(parse(f"{query} tag:none" if query == "!" else query), 10) == []
    assert made().search(parse(f"{query} tag:none" if query == "!" else query), 10, {"it.md": doc("it.md", text, title="a title")}) == []


def test_whole_identifiers_come_before_their_parts_and_titles_before_bodies() -> None:
    index = made(doc("part.md", "fold the log and log it"), doc("whole.md", "call fold_log here now"), doc("camel.md", "use foldLog here now"))
    assert found(index, "fold_log")[0] == "whole.md"
    assert set(found(index, "fold_log")) == {"whole.md", "camel.md", "part.md"}
    titles = made(doc("body.md", "python", title="other words"), doc("title.md", "other words", title="python"))
    assert found(titles, "python") == ["title.md", "body.md"]


def test_the_path_aliases_key_and_tags_are_words_too() -> None:
    index = made(doc("work/alpha-plan.md", aliases="Betatron", key="user/gamma", tags=["delta-wing"]), doc("x.md", "nothing"))
    for query in ("alpha", "work", "betatron", "gamma", "delta", "delta-wing", '"delta wing"'):
        assert found(index, query) == ["work/alpha-plan.md"], query


def test_more_of_the_words_is_better_and_equal_scores_come_by_path() -> None:
    index = made(*(doc(f"{name}.md", "red apple") for name in "dbca"), doc("z.md", "red apple pie"))
    assert found(index, "apple pie") == ["z.md", "a.md", "b.md", "c.md", "d.md"]
    assert found(index, "apple", 2) == ["a.md", "b.md"]
    many = made(*(doc(f"{number:03}.md", "red") for number in reversed(range(300))))
    assert found(many, "red", 3) == ["000.md", "001.md", "002.md"]


def test_filters() -> None:
    index = made(
        doc("fact/a.md", "x", title="Alpha One", type="fact", tags=["Python/uv", "b"], created="2026-01-31T23:59:59Z", state="core", id="01aa"),
        doc("fact/2026/b.md", "x", title="The end", tags=["pytest"], created="2026-02-01T00:00:00Z", key="user/tool", source="Claude-code"),
        doc("Note/c.md", "x y", title="天気 alpha", updated="2026-03-01T00:00:00Z", id="01bb"),
    )
    a, b, c = "fact/a.md", "fact/2026/b.md", "Note/c.md"
    for query, expected in {
        "tag:python": {a}, "tag:#python/uv": {a}, "tag:PY*": {a, b}, "tag:python tag:b": {a}, "tag:python,pytest": {a, b}, "tag:uv": set(),
        "type:fact": {a}, "type:fact type:note": {a, b, c}, "state:core": {a}, "-type:fact x": {b, c}, "title:alpha": {a, c}, "title:the": {b},
        "title:天": {c}, 'title:"alpha one"': {a}, "path:fact/": {a, b}, "path:note": {c}, "path:fact/2": {b}, "path:*.md": {a, b, c},
        "path:fact/?.md": {a}, "path:fact/a.md": {a}, "path:fact": {a, b}, "key:user/*": {b}, "key:user/tool": {b}, "key:user": set(),
        "source:claude-code": {b}, "id:01a": {a}, "created:2026-01": {a}, "created:>2026-01": {b}, "created:2026": {a, b}, "created:<2026-02": {a},
        "created:2026-01..2026-02": {a, b}, "updated:2026-03-01": {c}, "y created:2026": set(), "x -tag:py* -path:note/": set(), "x -created:2026": {c},
        "path:[": set(), "path:(*": set(), "tag:a+b*": set(),
    }.items():  # fmt: skip
        assert set(found(index, query)) == expected, query
    assert found(index, "path:md") == [b, a, c]  # newest first, undated last
    assert found(index, "path:md", 1) == [b]
    assert [hit.score for hit in index.search(parse("type:fact"), 5)] == [1.0]


def test_exclusions_and_fuzzy() -> None:
    index = made(doc("a.md", "red apple"), doc("b.md", "green apple pie"), doc("c.md", "the organisation"))
    assert found(index, "apple -pie") == ["a.md"]
    assert found(index, 'apple -"red apple"') == ["b.md"]
    assert found(index, "apple organisation -org*") == ["a.md", "b.md"]
    assert found(index, "apple the -the") == ["a.md", "b.md"]
    assert found(made(doc("a.md", "see C++"), doc("b.md", "see c")), "see -C++") == ["b.md"]
    assert found(made(doc("a.md", "see foldLog"), doc("b.md", "see fold, log")), "see -fold_log") == ["b.md"]
    assert found(index, "appel") == []
    assert found(index, "appel", fuzzy=True) == ["a.md", "b.md"]
    assert found(index, "orgnaisatoin", fuzzy=True) == ["c.md"]
    assert found(index, "rde", fuzzy=True) == []


@pytest.mark.parametrize("query", ["run fold_log 天気", '"run the race" race', "ru* org*", "runing orgaisation", "the", "C++ a/b café 😀"])
def test_score_terms_add_up(query: str) -> None:
    bodies = ["run the race in C++", "fold_log runs 天気 " * 30, "organised ruins, an organisation", "café a/b the 😀 running", "天気" * 40]
    index = made(*(doc(f"{at}.md", body, title="run it", tags=["race"]) for at, body in enumerate(bodies)))
    for overlay in ({}, {"n.md": doc("n.md", bodies[1] + bodies[0])}):
        hits = index.search(parse(query, fuzzy=True), 10, overlay, explain=True)
        assert hits
        for hit in hits:
            assert sum(part.contribution for part in hit.parts) == pytest.approx(hit.score, abs=1e-4)
            for part in hit.parts:
                assert part.contribution == pytest.approx(part.boost * part.idf * bm25.saturation(part.tf, part.length, part.average))
                assert part.df > 0 or " " in part.term


def test_field_lengths_are_rounded_as_the_engine_rounds_them() -> None:
    lengths = [*range(1, 140), 255, 500, 1_000, 5_000, 60_000]
    index = made(*(doc(f"{length}.md", "ab " * (length - 1) + "needle") for length in lengths))
    hits = index.search(parse("needle"), 200, explain=True)
    assert len(hits) == len(lengths)
    assert all(part.length == bm25.quantised(int(hit.path[:-3])) for hit in hits for part in hit.parts)


def test_phrases_do_not_run_across_fields_or_over_longish_data() -> None:
    inside = doc("a.md", f"first {'x' * 200} last", title="one two")
    for index, overlay in ((made(inside), {}), (made(), {"a.md": inside})):
        assert [hit.path for hit in index.search(parse('"one two"'), 5, overlay)] == ["a.md"]
        assert index.search(parse('"two first"'), 5, overlay) == []
        assert index.search(parse('"first last"'), 5, overlay) == []


def test_an_overlay_over_a_large_index_scores_within_two_percent() -> None:
    base = [doc(f"{at:03}.md", f"word{at % 7} common " + "filler " * (at % 30)) for at in range(400)]
    newer: dict[str, Document | None] = {f"n{at}.md": doc(f"n{at}.md", "word3 common " + "filler " * 5 * at) for at in range(6)}
    index = made(*base)
    before = index.search(parse("word3 filler"), 400, newer)
    index.write([document for document in newer.values() if document], [])
    after = {hit.path: hit.score for hit in index.search(parse("word3 filler"), 400)}
    assert {hit.path for hit in before} == after.keys()
    assert all(hit.score == pytest.approx(after[hit.path], rel=0.02) for hit in before)


def test_writing_replaces_removes_and_leaves_out(tmp_path: Path) -> None:
    index = KeywordIndex.create(str(tmp_path / "keyword"))
    index.write([doc("a.md", "old", sum="1"), doc("a.md", "new", sum="2"), doc("b.md", "b", sum="3"), doc("c.md", state="forgotten")], [])
    assert index.sums() == {"a.md": "2", "b.md": "3"}
    assert found(index, "old") == []
    other = KeywordIndex.open(index.folder)
    index.write([doc("b.md", state="forgotten"), doc("d.md", "d", sum="4")], ["a.md", "none.md"])
    assert index.sums() == {"d.md": "4"}
    assert other.count == 2
    other.refresh()
    assert (other.count, other.sums()) == (1, {"d.md": "4"})
    for at in range(30):
        index.write([doc(f"{at}.md", "text")], [])
    assert len(os.listdir(index.folder)) < 120
    assert KeywordIndex.open(index.folder).count == 31


def test_a_failed_write_changes_nothing_and_frees_the_lock() -> None:
    index = made(doc("a.md", "kept"))

    def stream() -> Iterator[Document]:
        yield doc("b.md", "half")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        index.write(stream(), ["a.md"])
    assert index.sums() == {"a.md": "00"}
    index.write([doc("c.md")], [])
    assert index.count == 2


def test_a_second_writer_is_told_so(tmp_path: Path) -> None:
    index = KeywordIndex.create(str(tmp_path / "k"))
    other = KeywordIndex.open(index.folder)

    def stream() -> Iterator[Document]:
        with pytest.raises(Locked):
            other.write([doc("b.md")], [])
        yield doc("a.md")

    index.write(stream(), [])
    assert index.count == 1


def test_a_missing_foreign_or_damaged_folder_is_unusable(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    with pytest.raises(IndexUnusable, match="not there"):
        KeywordIndex.open(str(folder))
    KeywordIndex.create(str(folder)).write([doc("a.md", "text")], [])
    meta = (folder / "meta.json").read_bytes()
    for bad in (b"", b"{", b"null", b"\0" * 50, meta.replace(b'"stem2"', b'"stem9"'), meta[: len(meta) // 2]):
        (folder / "meta.json").write_bytes(bad)
        with pytest.raises(IndexUnusable) as caught:
            KeywordIndex.open(str(folder))
        assert "mem index --rebuild" in caught.value.hint
    (folder / "meta.json").write_bytes(meta)
    for name in os.listdir(folder):
        if name.endswith((".term", ".store", ".idx")):
            (folder / name).write_bytes(b"")
    with pytest.raises(IndexUnusable):
        KeywordIndex.open(str(folder))


def test_flipped_bits_are_told_by_the_checksums(tmp_path: Path) -> None:
    index = KeywordIndex.create(str(tmp_path / "k"))
    index.write([doc(f"{at}.md", f"text {at}") for at in range(50)], [])
    assert damaged(index.folder) == []
    for name in sorted(os.listdir(index.folder)):
        path = tmp_path / "k" / name
        if "." in name[1:] and not name.startswith((".", "meta")):
            good = path.read_bytes()
            for bad in (bytes([good[0] ^ 4]) + good[1:], good[:-5], good[:3], good[:-12] + b"x" + good[-11:]):
                path.chmod(0o644)
                path.write_bytes(bad)
                assert damaged(index.folder) == [name]
            path.write_bytes(good)


def test_a_long_query_and_hostile_text_do_no_harm() -> None:
    hostile = "\0\x1f \u202e [[ \\ \" ' {} (*) " + "a" * 70_000 + " " + "_".join("ab" * 40) + " \ud800 end"
    index = made(doc("a\x1fb.md", hostile.encode("utf-8", "replace").decode(), title="t\x1ft", tags=["\x1f"]), doc("b.md", "word7 word9"))
    assert found(index, "end") == ["a b.md"]
    assert found(index, " ".join(f"word{at}" for at in range(5_000))) == ["b.md"]
    assert found(index, "天" * 5_000) == []


def test_a_document_of_an_entry_and_its_row() -> None:
    meta: dict[str, Value] = {"aliases": ["One", 2], "key": "user/x", "source": {"plugin": "claude-code", "uri": "u"}}
    entry = Entry("a.md", "01", True, "T", "note", "short", "", "", ("x",), "text ^d1-3\nx^2 stays ^\n  ^ab-c  \nend", 5, meta)
    document = of(entry, "ff")
    assert document.body == "text\nx^2 stays ^\n\nend"
    assert (document.aliases, document.key, document.source, document.sum) == (("One", "2"), "user/x", "claude-code", "ff")
    assert Document.from_row(document.to_json_row()) == document
    rows: list[object] = [None, [], ["a"] * 13, [*document.to_json_row()[:12], [1]], {}]
    for bad in rows:
        with pytest.raises(ValueError, match="not a document row"):
            Document.from_row(bad)


def test_compounds() -> None:
    assert analysis.code_words("see memcli/entries/atomic.py, fold_log and plain words. C++ HTTPServer don't") == [
        "memclientriesatomicpy", "atomicpy", "foldlog", "C++", "HTTPServer", "HTTP", "Server", "dont",
    ]  # fmt: skip
    assert analysis.grams("今日は、Python 気 😀") == ["今日", "日は", "は", "気", "😀"]
    assert analysis.pieces("fold_logFile.py") == ["fold", "log", "File", "py"]


def test_a_folder_that_cannot_be_written_to_is_read_through_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    KeywordIndex.create(str(tmp_path)).write([doc("a.md", "heron")], [])
    for lock in tmp_path.glob(".*.lock"):
        lock.unlink()
        lock.symlink_to("/nowhere/at/all")  # neither to be opened nor made
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert KeywordIndex.open(str(tmp_path)).count == 1
