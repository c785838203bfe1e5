"""What does a message ask, and what is the reply? The Model Context Protocol over JSON-RPC 2.0, without a library; no input or output here.

Two ways to talk are spoken side by side, request by request. From 2024-11-05 to 2025-11-25 a client begins with `initialize`; since 2026-07-28 there is
no beginning: each request says in `_meta` which revision it is of. What a revision does not know yet is left out of answers to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from memcli import __version__
from memcli.errors import MemError
from memcli.serve.mcp import arguments
from memcli.serve.mcp.profiles import Profile
from memcli.serve.mcp.room import Room
from memcli.serve.mcp.tool import Answer, Tool, refusal

HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
STATELESS = ("2026-07-28",)
PARSE, INVALID, NO_METHOD, BAD_PARAMS, INTERNAL, NO_RESOURCE, NO_VERSION = -32700, -32600, -32601, -32602, -32603, -32002, -32022
_HINTS, _SHAPES = "2025-03-26", "2025-06-18"  # since when tools have annotations; titles, output schemas, structured results and links
_OURS = "io.modelcontextprotocol/"
_LISTS = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
_FRESH_MS = 3_600_000  # a list of tools does not change while we run


class Fault(Exception):
    """A protocol error: `code` as JSON-RPC has it."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def failure(id_: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    """The reply that a request is answered with when it cannot be answered."""
    error = {"code": code, "message": message}
    return {"jsonrpc": "2.0", "id": id_, "error": error if data is None else {**error, "data": data}}


def id_of(message: Any) -> Any:
    """The id of a request, None for what is none."""
    id_ = message.get("id") if isinstance(message, dict) and isinstance(message.get("method"), str) else None
    return id_ if isinstance(id_, (str, int)) and not isinstance(id_, bool) or isinstance(id_, float) and abs(id_) < float("inf") else None


class Peer:
    """One client. `log` is told what went wrong with us."""

    def __init__(self, room: Room, profile: Profile, log: Callable[[str], None]) -> None:
        self._room = room
        self._profile = profile
        self._tools = {tool.name: tool for tool in profile.tools if not room.read_only or not tool.writes or tool.mixed}
        self._log = log
        self._agreed = HANDSHAKE[0]

    def reply(self, message: Any) -> dict[str, Any] | list[dict[str, Any]] | None:
        """The reply to a message, None for one that wants none."""
        if isinstance(message, list) and message:
            return [one for part in message if (one := self._reply(part)) is not None] or None
        return self._reply(message)

    def _reply(self, message: Any) -> dict[str, Any] | None:
        """The reply to one message, which is no batch."""
        if not isinstance(message, dict):
            return failure(None, INVALID, "not a JSON-RPC message")
        method, id_ = message.get("method"), id_of(message)
        if not isinstance(method, str):
            return None if "result" in message or "error" in message else failure(None, INVALID, "a message without a method")
        if "id" not in message:
            return None
        if id_ is None:
            return failure(None, INVALID, "an id is a text or a number")
        try:
            return {"jsonrpc": "2.0", "id": id_, "result": self._result(method, message.get("params"))}
        except Fault as fault:
            return failure(id_, fault.code, fault.message, fault.data)
        except Exception as error:
            self._log(f"{method} failed: unexpected {type(error).__name__}: {error}")
            return failure(id_, INTERNAL, f"unexpected {type(error).__name__}; this is a bug of mem")

    def _result(self, method: str, params: Any) -> dict[str, Any]:
        params = {} if params is None else params
        if not isinstance(params, dict):
            raise Fault(BAD_PARAMS, "params is not an object")
        meta = params.get("_meta")
        if method != "initialize" and isinstance(meta, dict) and f"{_OURS}protocolVersion" in meta:
            return _complete(method, self._stateless(method, params, meta))
        if method == "initialize":
            return self._initialize(params)
        return {} if method == "ping" else self._asked(method, params, self._agreed)

    def _initialize(self, params: Mapping[str, Any]) -> dict[str, Any]:
        asked = params.get("protocolVersion")
        self._agreed = asked if isinstance(asked, str) and asked in HANDSHAKE else HANDSHAKE[-1]
        return {"protocolVersion": self._agreed, "capabilities": self._profile.abilities, "serverInfo": _info(self._agreed),
                "instructions": self._profile.instructions}

    def _stateless(self, method: str, params: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
        version = meta[f"{_OURS}protocolVersion"]
        if not isinstance(version, str):
            raise Fault(BAD_PARAMS, f"_meta: {_OURS}protocolVersion is not text")
        if not isinstance(meta.get(f"{_OURS}clientCapabilities"), dict):
            raise Fault(BAD_PARAMS, f"_meta: {_OURS}clientCapabilities is missing")
        if version not in STATELESS:
            raise Fault(NO_VERSION, "Unsupported protocol version", {"supported": list(STATELESS), "requested": version})
        if method == "server/discover":
            return {"supportedVersions": list(STATELESS), "capabilities": self._profile.abilities, "instructions": self._profile.instructions}
        return self._asked(method, params, version)

    def _asked(self, method: str, params: Mapping[str, Any], version: str) -> dict[str, Any]:
        if method == "tools/list":
            return {"tools": [_shown(tool, version) for tool in self._tools.values()]}
        if method == "tools/call":
            return _given(self._call(params), version)
        act = self._profile.more.get(method)
        if act is None:
            raise Fault(NO_METHOD, f"Method not found: {method[:100]}")
        try:
            return act(self._room, params)
        except MemError as error:
            code = NO_RESOURCE if method == "resources/read" and version in HANDSHAKE else BAD_PARAMS
            raise Fault(code, refusal(error).text) from None

    def _call(self, params: Mapping[str, Any]) -> Answer:
        name = params.get("name")
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            raise Fault(BAD_PARAMS, f"Unknown tool: {str(name)[:100]}")
        given = params.get("arguments")
        try:
            return tool.call(self._room, arguments.checked(tool.input, {} if given is None else given, extra=tool.extra))
        except MemError as error:
            return refusal(error)
        except Exception as error:
            self._log(f"{name} failed: unexpected {type(error).__name__}: {error}")
            return Answer(f"unexpected {type(error).__name__}: {error} (bug)\nhint: this is a bug of mem; what was acknowledged before is safe", failed=True)


def _info(version: str) -> dict[str, str]:
    return {"name": "mem", **({"title": "mem: memory in plain files"} if version >= _SHAPES else {}), "version": __version__}


def _complete(method: str, result: dict[str, Any]) -> dict[str, Any]:
    """A result of the stateless revision: it says that it is one, who made it, and how long it may be kept."""
    still = method in (*_LISTS, "server/discover") and method != "resources/list"
    kept = {"ttlMs": _FRESH_MS if still else 0, "cacheScope": "private"} if method in (*_LISTS, "server/discover", "resources/read") else {}
    return {"resultType": "complete", **kept, **result, "_meta": {f"{_OURS}serverInfo": _info(STATELESS[-1])}}


def _shown(tool: Tool, version: str) -> dict[str, Any]:
    """A tool as a revision knows it."""
    shape: dict[str, Any] = {"name": tool.name, "description": tool.about, "inputSchema": tool.input}
    if version >= _HINTS:
        shape["annotations"] = tool.hints
    if version >= _SHAPES:
        shape["title"] = tool.title
        if tool.output:
            from memcli.serve.mcp import shapes

            shape["outputSchema"] = shapes.named(tool.output) if isinstance(tool.output, str) else tool.output
    return shape


def _given(answer: Answer, version: str) -> dict[str, Any]:
    """An answer as a revision knows it."""
    content: list[dict[str, Any]] = [{"type": "text", "text": answer.text}]
    result: dict[str, Any] = {"content": content}
    if version >= _SHAPES:
        content += [{"type": "resource_link", "uri": uri, "name": title, "mimeType": "text/markdown"} for uri, title in answer.links]
        if answer.record is not None:
            result["structuredContent"] = dict(answer.record)
    return {**result, "isError": True} if answer.failed else result
