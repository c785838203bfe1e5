"""What is put into a settings file and taken out again leaves it as it was, byte for byte, whatever it looks like; everything else in it stays."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from memcli.serve import jsonc
from memcli.serve.edits import Block, Edit, Json, Toml

SERVER: dict[str, object] = {"command": "mem", "args": ["mcp"]}
BOTH = Json("mcpServers", SERVER, ("SessionStart", "Stop"), "mem hook claude")
KEYS = st.sampled_from(["mcpServers", "hooks", "mem", "Stop", "a", "é\u2028", "", 'quo"te'])
GAPS = st.sampled_from(["", " ", "\n", "\n  ", "\n\t", " // note, }\n", "/* x ] , */", "\n // a\n  ", "\r\n"])
SCALARS = st.sampled_from(['"x"', '"//"', '"a\\"}"', "0", "-1.5e3", "9" * 5000, "true", "null", '"mem hook claude"'])


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON as people and programs write it: comments, trailing commas, any white space; no key twice."""
    kind = draw(st.sampled_from(["{", "[", "s"] if depth else ["s"]))
    if kind == "s":
        return draw(SCALARS)
    items: list[str] = []
    keys: list[str] = draw(st.lists(KEYS, max_size=4, unique=True))
    for key in keys:
        item = draw(GAPS) + (json.dumps(key) + draw(GAPS) + ":" + draw(GAPS) if kind == "{" else "") + draw(values(depth - 1)) + draw(GAPS)
        items.append(item)
    inner = ",".join(items) + ("," + draw(GAPS) if bool(items) and draw(st.booleans()) else "")
    return kind + inner + ("}" if kind == "{" else "]")


def objects() -> st.SearchStrategy[str]:
    """Whole files: an object with something before and after."""
    return st.tuples(st.sampled_from(["", "\ufeff", "// head\n", "\n"]), values(), st.sampled_from(["", "\n", "\r\n", " // end"])).map("".join)


def plain(text: str) -> Any:
    text = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    return jsonc.plain(text, jsonc.parse(text))


@settings(max_examples=120, deadline=None)
@given(objects())
@example('{"a": 1}')
@example('{\n  "a": 1 // x\n}')
@example('{\n  "hooks": {"Stop": [], },\n}\n')
@example('{"mcpServers":{"a":{}}}')
def test_json_comes_back_as_it_was(text: str) -> None:
    before = plain(text)
    try:
        result = BOTH.put(text)
    except jsonc.Unreadable:
        return  # something else stands where an object or list is needed
    after = plain(result.text)
    assert {key: value for key, value in after.items() if key not in ("hooks", "mcpServers")} == {
        key: value for key, value in before.items() if key not in ("hooks", "mcpServers")}
    assert result.left or after["mcpServers"]["mem"] == SERVER
    assert all(any(BOTH.command in json.dumps(group) for group in after["hooks"][event]) for event in BOTH.events)
    assert BOTH.put(result.text).text == result.text, "a second time changes nothing"
    back = BOTH.take(result.text, result.made)
    if result.text.count("mem hook claude") - text.count("mem hook claude") == 2 and not result.left:
        assert plain(back) == before
        if not any(f"{pair[0]}{gap}{pair[1]}" in text for pair in ("{}", "[]") for gap in (" ", "\n", "\n  ", "\n\t", "\r\n")):
            assert back == text


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["[a]", "x = 1", 'y = """\n[mcp_servers.mem]\n"""', "# note", "", "[mcp_servers.other]", 'command = "x"', "[[list]]",
                                 "b = [\n 1,\n]"]), max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_toml_comes_back_as_it_was(lines: list[str], end: str, last: bool) -> None:
    text = "\n".join(lines).replace("\n", end) + (end if last and lines else "")
    edit = Toml("mcp_servers", SERVER)
    try:
        before = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        with pytest.raises(jsonc.Unreadable):
            edit.put(text)
        return
    result = edit.put(text)
    assert tomllib.loads(result.text.replace("\r\n", "\n"))["mcp_servers"]["mem"] == SERVER
    assert edit.put(result.text).text == result.text
    back = edit.take(result.text, result.made)
    assert tomllib.loads(back.replace("\r\n", "\n")) == before
    assert back == text or not text.endswith("\n")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["# Title", "", "text", "```", "<!-- mem:begin", "mem:end -->"]), max_size=6), st.booleans())
def test_a_block_comes_back_as_it_was(lines: list[str], last: bool) -> None:
    text = "\n".join(lines) + ("\n" if last else "")
    assume(text.endswith("\n") or not text)
    edit: Edit = Block("## Memory\n\nlook")
    result = edit.put(text)
    assert edit.put(result.text).text == result.text
    assert edit.take(result.text, result.made) == text
    longer = Block("other").put(result.text + "\nmine\n").text
    assert "look" not in longer and longer.endswith("\nmine\n")


@pytest.mark.parametrize(("text", "line"), [
    ('{\n  "a": 1\n  "b": 2\n}', 3), ('{\n  "a":\n', 3), ("[1]\n", 1), ("{}\n{}", 2), ('{\n"mcpServers": []}', 2), ('{\n\n"hooks": {"Stop": {}}}', 3),
    ("{'a': 1}", 1), ('{"a": 01}', 1), ('{"a": "\n"}', 1), ("[" * 100_000, 1), ('{"a":' * 100_000, 1), ('{"hooks": {},\n"hooks": {}}', 1), ("{/* ", 1),
])
def test_what_is_not_understood_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(jsonc.Unreadable) as caught:
        BOTH.put(text)
    assert caught.value.line == line, caught.value.reason
