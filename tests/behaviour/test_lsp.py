"""What does an editor get from mem lsp, by a real client over a real pipe?"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from box import Box
from language import Editor
from lsprotocol import types
from pygls.exceptions import JsonRpcException

KEY = ("---\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\ntitle: Spare key\ntype: fact\ncreated: 2026-01-05T08:00:00Z\ntags: [house, keys]\naliases: [the key]\n---\n"
       "Ada keeps it behind the barrel.\n\n# Where\nSee [[Barrel]].\n")
BARREL = "---\ntitle: Barrel\ntype: note\ntags: [garden]\nlinks: [{rel: supports, to: Spare key}]\n---\n😀 漢字 see [[Spare key#Where|it]] and [[the key]].\n"
PLAIN = "# 地下室\n\nBelow the house. [[Nothing here]] `[[code]]`\n"


def filled(box: Box) -> Box:
    """A vault of three entries that point to each other."""
    for path, text in (("key.md", KEY), ("deep/barrel.md", BARREL), ("cellar.md", PLAIN)):
        box.write(path, text)
    return box


@pytest.fixture
def kept(copied: Box) -> Box:
    """That vault."""
    return filled(copied)


@pytest.fixture
def editor(kept: Box) -> Iterator[Editor]:
    """An editor in a vault of its own."""
    with Editor(kept) as one:
        yield one


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor for tests that leave the files alone."""
    with Editor(filled(Box(str(tmp_path_factory.mktemp("reader"))).init())) as one:
        yield one


def raw(box: Box, messages: list[object]) -> list[dict[str, Any]]:
    """What is answered to messages as they stand, until the pipe is closed."""
    bodies = [json.dumps(one).encode() for one in messages]
    out = box.run("lsp", input=b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies), check=0).data
    return [json.loads(body) for body in re.findall(rb"\r\n\r\n(\{.*?\})(?=Content-Length|\Z)", out, re.DOTALL)]


def labels(found: types.CompletionList) -> list[str]:
    return [item.label for item in found.items]


def written(item: types.CompletionItem) -> str:
    assert isinstance(item.text_edit, types.TextEdit)
    return item.text_edit.new_text


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """A text after edits, none of which is on a line with wide characters."""
    lines = text.splitlines(keepends=True) + [""]
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        start, end = edit.range.start, edit.range.end
        head, tail = lines[start.line][:start.character], lines[end.line][end.character:]
        lines[start.line:end.line + 1] = [head + edit.new_text + tail]
    return "".join(lines)


def test_completion(reader: Editor) -> None:
    reader.open("draft.md", "---\ntype: \nst\ntags: [ho\nlinks: [{rel: su, to: spare}]\n---\n😀 [[key and #ga\n[[]]\n")
    found = reader.complete("draft.md", 6, 8)
    assert labels(found) == ["Spare key", "the key"] and not found.is_incomplete
    assert [written(item) for item in found.items] == ["Spare key]]", "the key]]"]
    edit = found.items[0].text_edit
    assert isinstance(edit, types.TextEdit) and edit.range == types.Range(types.Position(6, 5), types.Position(6, 8))
    assert written(next(item for item in reader.complete("draft.md", 7, 2).items if item.label == "Barrel")) == "Barrel"
    assert labels(reader.complete("draft.md", 6, 16)) == ["garden"]
    assert "procedure" in labels(reader.complete("draft.md", 1, 6)) and labels(reader.complete("draft.md", 2, 2)) == ["state"]
    assert labels(reader.complete("draft.md", 3, 9)) == ["house"]
    assert labels(reader.complete("draft.md", 4, 16)) == ["supports"]
    assert written(reader.complete("draft.md", 4, 26).items[0]) == "01jdbq4m9x3t5v7n2k8c6r0wze"
    assert reader.complete("draft.md", 5, 2).items == []


def test_a_name_that_two_have_is_inserted_so_that_it_resolves(reader: Editor) -> None:
    reader.box.write("long/way/down/barrel.md", "---\ntitle: Barrel\n---\nAnother.\n")
    found = reader.open("draft.md", "[[Barr\n[[Barrel]]\n")
    assert [(one.code, one.range.start.line) for one in found] == [("ambiguous-link", 1)]
    texts = [written(item) for item in reader.complete("draft.md", 0, 6).items]
    assert sorted(texts) == ["Barrel]]", "long/way/down/barrel|Barrel]]"]
    os.remove(reader.box.path("long/way/down/barrel.md"))


def test_looking(reader: Editor) -> None:
    reader.open("deep/barrel.md")
    column = len("😀 漢字 see [[".encode("utf-16-le")) // 2
    hover = reader.hover("deep/barrel.md", 6, column)
    assert "**Spare key**" in hover.contents.value and "retrievability" in hover.contents.value and "behind the barrel" in hover.contents.value
    assert hover.range == types.Range(types.Position(6, column), types.Position(6, column + 9))
    assert reader.hover("deep/barrel.md", 6, 0) is None
    place = reader.definition("deep/barrel.md", 6, column + 2)
    assert (place.uri, place.range.start.line) == (reader.uri("key.md"), 10)
    assert reader.definition("deep/barrel.md", 4, 30).range.start == types.Position(2, 7)
    context = types.ReferenceContext(include_declaration=False)
    found = reader.ask(types.TEXT_DOCUMENT_REFERENCES, types.ReferenceParams(context, reader.name("key.md"), types.Position(8, 0)))
    assert {(one.uri, one.range.start.line) for one in found} == {(reader.uri("deep/barrel.md"), 4), (reader.uri("deep/barrel.md"), 6)} and len(found) == 3
    links = reader.ask(types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DocumentLinkParams(reader.name("key.md")))
    assert [(link.target, link.range.start) for link in links] == [(reader.uri("deep/barrel.md"), types.Position(11, 6))]
    outline = reader.ask(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.DocumentSymbolParams(reader.name("key.md")))
    assert [(one.name, one.range.end.line) for one in outline] == [("Where", 12)]
    symbols = reader.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams("ada behind"))
    assert symbols[0].name == "Spare key" and symbols[0].location.uri == reader.uri("key.md")
    assert {one.name for one in reader.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams(""))} == {"Spare key", "Barrel", "地下室"}


def test_findings(editor: Editor) -> None:
    assert [one.code for one in editor.open("cellar.md")] == ["dead-link"]
    assert [(one.code, one.range.start.line) for one in editor.change("cellar.md", ((2, 20), (2, 32), "Barrel"))] == []
    found = editor.open("bad.md", "---\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\nstate: gone\nvalid_to: 2020-01-01\nlinks: [01jdbq4m9x3t5v7n2k8c6r0wzz]\n---\n"
                                  "aws key AKIA" + "IOSFODNN7EXAMPLQ\n")
    assert [(one.code, one.range.start.line) for one in found] == [
        ("duplicate-id", 1), ("field-invalid", 2), ("expired", 3), ("dead-link", 4), ("secret", 6)]
    assert "IOSFODNN" not in "".join(one.message for one in found)
    broken = editor.change("bad.md", "---\ntitle: [a\n---\ntext\n")
    assert [one.code for one in broken] == ["entry-invalid"] and broken[0].severity == types.DiagnosticSeverity.Error
    editor.box.run("forget", "key.md", check=0)
    assert [one.code for one in editor.open("new.md", "[[Spare key]]")] == ["forgotten-link"]


def test_rename_keeps_links(editor: Editor) -> None:
    editor.open("deep/barrel.md")
    params = types.RenameParams(editor.name("key.md"), types.Position(2, 8), "Key: the 2nd")
    edit = editor.ask(types.TEXT_DOCUMENT_RENAME, params)
    changes = {one.text_document.uri: one for one in edit.document_changes}
    assert changes[editor.uri("deep/barrel.md")].text_document.version == 1 and changes[editor.uri("key.md")].text_document.version is None
    for path in ("key.md", "deep/barrel.md"):
        editor.box.write(path, applied(editor.box.read(path).decode(), changes[editor.uri(path)].edits))
    assert editor.box.read("key.md").decode() == KEY.replace("Spare key", '"Key: the 2nd"', 1)
    assert editor.box.read("deep/barrel.md").decode() == BARREL.replace("to: Spare key", 'to: "Key: the 2nd"').replace("[[Spare key", "[[Key: the 2nd")
    assert "deep/barrel.md" in editor.box.run("related", "key.md", check=0).out
    with pytest.raises(JsonRpcException, match="called 'Barrel' already"):
        editor.ask(types.TEXT_DOCUMENT_RENAME, types.RenameParams(editor.name("key.md"), types.Position(2, 8), "Barrel"))
    assert editor.ask(types.TEXT_DOCUMENT_PREPARE_RENAME, types.PrepareRenameParams(editor.name("key.md"), types.Position(8, 0))) is None


def test_actions(editor: Editor) -> None:
    dead = editor.open("cellar.md")
    offered = editor.actions("cellar.md", dead[0].range, dead)
    assert [one["command"]["command"] for one in offered] == ["mem.new", "mem.pin", "mem.forget", "mem.supersede"]
    assert offered[0]["diagnostics"][0]["code"] == "dead-link"
    editor.run(offered[0]["command"]["command"], *offered[0]["command"]["arguments"])
    new = editor.shown[-1][len(editor.uri("")) + 1:]
    assert b"title: Nothing here" in editor.box.read(new)
    assert editor.after("cellar.md", lambda: editor.client.text_document_did_save(types.DidSaveTextDocumentParams(editor.name("cellar.md")))) == []

    editor.open("key.md")
    editor.run("mem.pin", editor.uri("key.md"))
    assert b"pinned: true" in editor.box.read("key.md") and editor.edits == []
    editor.change("key.md", editor.box.read("key.md").decode() + "more\n")
    editor.run("mem.unpin", editor.uri("key.md"))
    edit = editor.edits.pop().document_changes
    assert edit and isinstance(edit[0], types.TextDocumentEdit) and edit[0].text_document.version == 2
    assert b"pinned: true" in editor.box.read("key.md")
    with pytest.raises(JsonRpcException, match="not saved"):
        editor.run("mem.forget", editor.uri("key.md"))
    editor.change("key.md", editor.box.read("key.md").decode())
    editor.run("mem.supersede", editor.uri("key.md"))
    assert b"superseded_by: " in editor.box.read("key.md") and b"valid_to: 2026-11-23" in editor.box.read("key.md")
    successor = editor.shown[-1][len(editor.uri("")) + 1:]
    assert b"supersedes: [01jdbq4m9x3t5v7n2k8c6r0wze]" in editor.box.read(successor)
    editor.run("mem.forget", editor.uri("deep/barrel.md"))
    assert b"state: forgotten" in editor.box.read("deep/barrel.md")
    editor.box.sound()


def test_positions_in_another_encoding(kept: Box) -> None:
    with Editor(kept, ("utf-8", "utf-16")) as editor:
        assert editor.able.position_encoding == "utf-8"
        before = "é 漢字 👩‍👧 "
        width = len(before.encode())
        found = editor.open("draft.md", f"﻿one\r\n{before}[[Nowhere]]\u2028x\x0cy\rlast [[Gone]]")
        assert [(one.range.start, one.range.end) for one in found] == [
            (types.Position(1, width + 2), types.Position(1, width + 9)), (types.Position(2, 7), types.Position(2, 11))]
        assert [one.range.start.line for one in editor.change("draft.md", ((1, width + 2), (1, width + 9), "Barrel"), ((2, 5), (9, 99), ""))] == []
        assert editor.complete("draft.md", 1, width + 5).items[0].label == "Barrel"


def test_what_is_nobodys_is_left_alone(reader: Editor) -> None:
    for path in ("../outside.md", ".mem/hidden.md", "text.txt"):
        assert reader.open(path, "[[Nothing]]\n") == []
        assert reader.complete(path, 0, 4).items == []
        assert reader.actions(path, types.Range(types.Position(0, 3), types.Position(0, 3)), []) is None


def test_hostile_texts_do_no_harm(reader: Editor) -> None:
    texts = ["", "---", "---\n" + "a: [" * 9_000, "---\ntitle: \x00\n---\n\x00", "\ud800[[\udfff]]", "---\n" + "k:\n" * 5_000 + "---\n",
             "[[" * 50_000, "#" * 100_000, "x" * 2_000_000, "\r" * 500_000, "# a\n" * 100_000, "`" * 3_000 + "\n[[a]]",
             "---\nlinks: {a: {b: 1}}\ntags: 7\naliases: [1, {a: b}]\n---\n[[../../../etc/passwd]] [x](%00.md)\n"]
    for number, text in enumerate(texts):
        path = f"odd{number}.md"
        reader.open(path, text)
        reader.hover(path, 0, 3), reader.complete(path, 1, 4), reader.definition(path, 7, 99)
        reader.ask(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.DocumentSymbolParams(reader.name(path)))
    reader.box.write("evil.md", "---\ntitle: \"a\\e[2J\\u202e`![x](http://example.org/)\"\n---\n\x1b[31m````\n<script>\n")
    reader.open("last.md", "[[evil]]")
    said = reader.hover("last.md", 0, 3).contents.value
    assert "\x1b" not in said and "\u202e" not in said and "![x](" not in said and "`````markdown" in said


def test_a_failed_request_is_answered_and_the_next_works(reader: Editor) -> None:
    asked = [("initialize", {"capabilities": {}, "processId": None, "rootUri": None}), ("textDocument/hover", {"textDocument": 7}), ("mem/unheard", {}),
             ("workspace/symbol", {"query": "spare key"})]
    answers = raw(reader.box, [{"jsonrpc": "2.0", "id": number, "method": method, "params": params} for number, (method, params) in enumerate(asked)])
    assert [one["id"] for one in answers] == [0, 1, 2, 3] and [one["error"]["code"] for one in answers[1:3]] == [-32602, -32601]
    assert "Spare key" in [one["name"] for one in answers[3]["result"]]
    with pytest.raises(JsonRpcException, match="no entry of a vault"):
        reader.run("mem.pin", 7)
    with pytest.raises(JsonRpcException):
        reader.run("mem.format", "disk")
    assert reader.complete("key.md", 0, 0).items == []


def test_a_vault_that_goes_is_gone_quietly(editor: Editor) -> None:
    editor.open("key.md")
    os.rename(editor.box.vault, f"{editor.box.home}/elsewhere")
    assert editor.hover("key.md", 2, 8) is None
    assert editor.change("key.md", "[[Nothing]]") == [] and editor.complete("key.md", 0, 3).items == []
    assert not os.path.exists(editor.box.vault)


def test_it_ends_with_the_pipe(kept: Box) -> None:
    assert kept.run("lsp", input=b"garbage\r\n\r\nContent-Length: 5\r\n\r\n[[[[[", check=0).data == b""
    for length in ("99999999999999", "9" * 30):
        assert "a message of a length that none has" in kept.run("lsp", input=f"Content-Length: {length}\r\n\r\n{{}}", check=4).err
    line = "mkfifo p; sleep 30 > p & (mem lsp < p > out & echo $! > pid; sleep 1.5); sleep 3.5; grep -s '^State:.*[RSD] ' /proc/$(cat pid)/status; kill %1"
    assert kept.sh(line, check=None).out == ""


def test_without_pygls_it_says_what_to_do(kept: Box) -> None:
    kept.write("shadow/pygls/__init__.py", "raise ImportError\n")
    done = kept.run("lsp", env={"PYTHONPATH": kept.path("shadow")}, check=4)
    assert done.data == b"" and done.err == 'mem: error: mem lsp needs pygls, which is not installed\nhint: pip install "memcli[lsp]"\n'
