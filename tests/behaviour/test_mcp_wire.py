"""Does mem mcp keep to the protocol, byte by byte, whatever it is sent?"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from box import Box
from wire import Wire

from memcli.serve.mcp.pipe import LINE_MAX


@pytest.fixture
def kept(copied: Box) -> Box:
    """A vault with one entry."""
    copied.run("add", "The backup is restored with restic.", "--title", "Restore", check=0)
    return copied


def test_the_oldest_revision_gets_only_what_it_knows(kept: Box) -> None:
    with Wire(kept) as wire:
        began = wire.begin("2024-11-05")
        assert began["protocolVersion"] == "2024-11-05" and set(began["capabilities"]) == {"tools", "resources", "prompts"}
        assert set(began["serverInfo"]) == {"name", "version"}
        assert wire.ask("ping")["result"] == {}
        assert all(set(tool) == {"name", "description", "inputSchema"} for tool in wire.ask("tools/list")["result"]["tools"])
        result = wire.call("recall", query="backup")
        assert set(result) == {"content"} and [one["type"] for one in result["content"]] == ["text"]
        assert wire.ask("resources/read", {"uri": "mem://entry/zzzzzz"})["error"]["code"] == -32002
        assert wire.end() == (0, b"", "")


def test_a_later_revision_gets_more(kept: Box) -> None:
    with Wire(kept) as wire:
        for version in ("2025-03-26", "2025-06-18", "2025-11-25"):
            assert wire.begin(version)["protocolVersion"] == version
            tool = wire.ask("tools/list")["result"]["tools"][0]
            assert tool["annotations"]["readOnlyHint"] is True
            assert {"outputSchema" in tool, "title" in tool, "structuredContent" in wire.call("recall", query="backup")} == {version >= "2025-06-18"}
        assert wire.begin("2031-01-01")["protocolVersion"] == "2025-11-25"  # the newest of its kind


def test_the_stateless_revision(kept: Box) -> None:
    with Wire(kept, modern=True) as wire:
        found = wire.ask("server/discover")["result"]
        assert found["supportedVersions"] == ["2026-07-28"] and found["resultType"] == "complete" and found["cacheScope"] == "private"
        assert found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "mem"
        tools = wire.ask("tools/list")["result"]
        assert tools["ttlMs"] > 0 and len(tools["tools"]) == 9 and all("outputSchema" in tool for tool in tools["tools"])
        result = wire.call("recall", query="backup")
        assert result["resultType"] == "complete" and [one["type"] for one in result["content"]] == ["text", "resource_link"]
        read = wire.ask("resources/read", {"uri": result["content"][1]["uri"]})["result"]
        assert read["ttlMs"] == 0 and "restored with restic" in read["contents"][0]["text"]
        assert wire.ask("resources/read", {"uri": "mem://nothing"})["error"]["code"] == -32602
        assert wire.ask("ping")["error"]["code"] == -32601
        assert wire.end() == (0, b"", "")


def test_an_envelope_that_is_off(kept: Box) -> None:
    name = "io.modelcontextprotocol/"
    with Wire(kept) as wire:
        wrong = wire.ask("tools/list", {"_meta": {f"{name}protocolVersion": "2027-01-01", f"{name}clientCapabilities": {}}})["error"]
        assert wrong["code"] == -32022 and wrong["data"] == {"supported": ["2026-07-28"], "requested": "2027-01-01"}
        assert wire.ask("tools/list", {"_meta": {f"{name}protocolVersion": "2026-07-28"}})["error"]["code"] == -32602
        assert wire.ask("tools/list", {"_meta": {f"{name}protocolVersion": 7, f"{name}clientCapabilities": {}}})["error"]["code"] == -32602


GARBAGE = [
    (b"not json", -32700), (b"{", -32700), (b"\xff\xfe\x00", -32700), (b"[" * 100_000, -32700), (b'{"id": ' + b"9" * 5_000 + b"}", -32700),
    (b'{"x": NaN}', -32700), (b"null", -32600), (b"7", -32600), (b"[]", -32600), (b'"x"', -32600), (b"{}", -32600), (b'{"method": 3, "id": 1}', -32600),
    (b'{"jsonrpc": "2.0", "method": "ping", "id": null}', -32600), (b'{"jsonrpc": "2.0", "method": "ping", "id": [1]}', -32600),
    (b'{"jsonrpc": "2.0", "method": "ping", "id": 1e999}', -32600), (b"x" * (LINE_MAX + 5), -32600),
]


def test_garbage_is_answered_and_survived(kept: Box) -> None:
    with Wire(kept) as wire:
        wire.begin("2025-11-25")
        for data, code in GARBAGE:
            wire.raw(data + b"\n")
            found = wire.answer()
            assert (found["id"], found["error"]["code"]) == (None, code), (data[:60], found)
        wire.raw(b'\n\n  \n{"jsonrpc": "2.0", "method": "no/such/notice"}\n{"jsonrpc": "2.0", "id": 4, "result": {}}\n')  # nobody waits for an answer
        wrong: list[Any] = [[], "x", 7]
        for params in wrong:
            wire.say("tools/call", params, 1)
            assert wire.answer()["error"]["code"] == -32602
        assert wire.ask("no/such")["error"]["code"] == -32601
        assert wire.ask("tools/call", {"name": "no_such", "arguments": {}})["error"]["code"] == -32602
        assert wire.ask("tools/call", {"name": ["recall"]})["error"]["code"] == -32602
        assert wire.ask("ping")["result"] == {}
        assert wire.end() == (0, b"", "")


def test_bad_arguments_are_results_that_say_what_is_wrong(kept: Box) -> None:
    with Wire(kept) as wire:
        wire.begin("2025-11-25")
        cases: list[tuple[dict[str, Any], str]] = [({}, "query is missing"), ({"query": 7}, "query: expected a string, not 7"),
                                                   ({"query": "  "}, "query is empty"),
                                 ({"query": "x" * 9_000}, "9000 characters"), ({"query": "x", "limit": 99}, "limit: 99 is not within 1 to 50"),
                                 ({"query": "x", "limit": True}, "limit: expected an integer"), ({"query": "x", "limt": 3}, "'limt' is no argument"),
                                 ({"query": "x", "type": "poem"}, "'poem' is none of note"), ({"query": "a\ud800b"}, "half a character"),
                                 ({"query": "a\0b"}, "NUL"), ({"query": "x", "tags": ["a", 3]}, "tags[1]: expected a string"),
                                 ({"query": "x", "budget": 10 ** 4_000}, "budget"), ({"query": "x", "at": "yesteryear"}, "yesteryear")]
        for arguments, words in cases:
            assert words in wire.refused("recall", **arguments), arguments
        assert wire.ask("tools/call", {"name": "recall", "arguments": [1]})["result"]["isError"] is True
        assert wire.text("recall", query="backup", limit=3.0).count("Restore") == 1
        assert wire.end() == (0, b"", "")


def test_requests_are_answered_in_order_and_after_the_end_of_input(kept: Box) -> None:
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call",
                         "params": {"name": "recall" if number % 3 else "memory_status", "arguments": {"query": "backup"} if number % 3 else {}}})
             for number in range(30)]
    result = kept.run("mcp", input="\n".join(lines), check=0)
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == list(range(30)) and not result.err


def test_a_batch_is_answered_as_one(kept: Box) -> None:
    with Wire(kept) as wire:
        wire.raw(b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "method": "x"}, 5, {"jsonrpc": "2.0", "id": "b", "method": "ping"}]\n')
        assert [one["id"] for one in wire.answer()] == [1, None, "b"]
        wire.raw(b'[{"jsonrpc": "2.0", "method": "x"}]\n')
        assert wire.ask("ping")["result"] == {}
        wire.raw(b"[" * 900 + b"]" * 900 + b"\n")  # a batch in a batch is none
        assert [one["error"]["code"] for one in wire.answer()] == [-32600]
        assert wire.ask("ping")["result"] == {}


def test_what_is_cancelled_in_time_is_not_done(kept: Box) -> None:
    with Wire(kept) as wire:
        wire.begin("2025-11-25")
        entries = [{"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": "remember", "arguments": {"text": f"number {number}"}}}
                   for number in range(10, 14)]
        cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 13, "reason": "changed my mind"}}
        wire.raw("".join(json.dumps(one) + "\n" for one in (*entries, cancel)).encode())
        assert [wire.answer()["id"] for _ in range(3)] == [10, 11, 12]
        wire.say("notifications/cancelled", {"requestId": 999})
        wire.say("notifications/cancelled", {"requestId": {}})
        assert wire.ask("ping")["result"] == {}
        assert wire.end()[:2] == (0, b"")
    assert not kept.found('"number 13"') and kept.found('"number 12"')


def test_the_first_answer_comes_at_once(kept: Box) -> None:
    took = []
    for _ in range(2):
        began = time.monotonic()
        with Wire(kept) as wire:
            wire.begin("2025-11-25")
            wire.ask("tools/list")
            took.append(time.monotonic() - began)
    assert min(took) < 1.5, took


def test_it_speaks_without_a_vault_and_ends_when_its_client_goes(bare: Box) -> None:
    with Wire(bare) as wire:
        wire.begin("2025-11-25")
        assert "(no-vault)\nhint: create one: mem init" in wire.refused("recall", query="x")
        bare.init()
        assert wire.text("memory_status").startswith("0 entries")
        status, out, err = wire.end()
        assert (status, out) == (0, b"") and err.startswith("mem: no vault here")


def test_a_client_that_stops_reading_ends_it(kept: Box) -> None:
    wire = Wire(kept)
    process = wire._process
    assert process.stdout and process.stdin
    process.stdout.close()
    wire.say("ping", id_=1)
    assert process.wait(20) == 0
    process.stdin.close()
    assert process.stderr and process.stderr.read() == b""
    process.stderr.close()


def test_two_servers_write_at_once(kept: Box) -> None:
    def many(name: str) -> None:
        with Wire(kept) as wire:
            for number in range(3):
                wire.text("remember", text=f"{name} says {number}")
            assert wire.end()[0] == 0

    threads = [threading.Thread(target=many, args=(name,)) for name in ("ada", "bob")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert kept.git("rev-list", "--count", "HEAD").strip() == "8"
    kept.sound()


def test_what_a_plugin_prints_is_no_protocol(kept: Box, tmp_path: Path) -> None:
    """A program that embeds writes to its standard error and ours; nothing of it reaches the client."""
    noisy = tmp_path / "noisy"
    noisy.write_text("#!/bin/sh\necho noise >&2\nexit 3\n")
    noisy.chmod(0o755)
    kept.run("config", "embedder.name", f"command:{noisy}", "--user", check=0)
    with Wire(kept) as wire:
        wire.begin("2025-11-25")
        assert "Restore" in wire.text("recall", query="backup")
        assert wire.end()[:2] == (0, b"")
