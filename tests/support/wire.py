"""What does `mem mcp` say to raw bytes? A client without a library: one process, messages as they are, answers by id."""

from __future__ import annotations

import json
import subprocess
from types import TracebackType
from typing import Any

from box import MEM, Box

_MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


class Wire:
    """A running `mem mcp`. With `modern` requests carry the envelope of 2026-07-28; `begin` opens one of the older ways of talking."""

    def __init__(self, box: Box, *args: str, modern: bool = False) -> None:
        self._process = subprocess.Popen([MEM, "mcp", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=box.env, cwd=box.vault)
        self._number = 0
        self._modern = modern

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def raw(self, data: bytes) -> None:
        """Bytes, as they are."""
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def answer(self) -> Any:
        """The next message that comes back."""
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def say(self, method: str, params: Any = None, id_: Any = None) -> None:
        """Send a request, or without an id a notification."""
        message = {"jsonrpc": "2.0", "method": method}
        if id_ is not None:
            message["id"] = id_
        if self._modern and id_ is not None:
            params = {**(params or {}), "_meta": _MODERN}
        if params is not None:
            message["params"] = params
        self.raw(json.dumps(message).encode() + b"\n")

    def ask(self, method: str, params: Any = None) -> Any:
        """Send a request and take its answer."""
        self._number += 1
        self.say(method, params, self._number)
        found = self.answer()
        assert found["jsonrpc"] == "2.0" and found["id"] == self._number, found
        return found

    def begin(self, version: str) -> Any:
        """The handshake of the older revisions."""
        found = self.ask("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})
        self.say("notifications/initialized")
        return found["result"]

    def call(self, tool: str, **arguments: Any) -> Any:
        """The result of a tool."""
        return self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]

    def text(self, tool: str, **arguments: Any) -> str:
        """The text of a result that is no error."""
        result = self.call(tool, **arguments)
        assert not result.get("isError"), result
        return str(result["content"][0]["text"])

    def refused(self, tool: str, **arguments: Any) -> str:
        """The text of a result that is an error."""
        result = self.call(tool, **arguments)
        assert result["isError"] is True and "structuredContent" not in result, result
        return str(result["content"][0]["text"])

    def end(self) -> tuple[int, bytes, str]:
        """Close our end: exit status, what else came on standard output, and standard error."""
        out, err = self._process.communicate(timeout=30)
        return self._process.returncode, out, err.decode()
