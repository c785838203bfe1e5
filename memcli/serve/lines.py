"""What does a line ask, and what is the line that answers it? One request, one answer, whatever was sent."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from memcli import __version__
from memcli.errors import Usage
from memcli.serve import operations
from memcli.serve.ask import PROTOCOL
from memcli.serve.guest import Caller, Outcome, call

if TYPE_CHECKING:
    from memcli.index.warm import Warm

LINE_MAX = 8 << 20  # bytes of one request
_HINT = 'one request is one line: {"op": "search", "args": {"query": "boiler"}, "id": 1}'
_KEYS = ("op", "args", "id", "input")


class Lines:
    """Bytes as they come, cut into lines, blank ones left out; of one longer than LINE_MAX nothing is kept, and None stands for it."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._seen = 0
        self._dropping = False

    def feed(self, data: bytes) -> None:
        """Take in some bytes."""
        if self._dropping:
            _, end, data = data.partition(b"\n")
            if not end:
                return
            self._dropping = False
        self._data += data

    @property
    def full(self) -> bool:
        """Whether a whole request must be among what is held, so that more can wait."""
        return len(self._data) > LINE_MAX

    def next(self) -> tuple[bool, bytes | None]:
        """(whether there is a whole line, the line)."""
        if self._data[:1].isspace():
            self._data, self._seen = self._data.lstrip(), 0
        at = self._data.find(b"\n", self._seen)
        if at < 0:
            self._seen = len(self._data)
            if self._seen > LINE_MAX:
                self._data.clear()
                self._seen, self._dropping = 0, True
                return True, None
            return False, b""
        line = bytes(self._data[:at])
        del self._data[:at + 1]
        self._seen = 0
        return True, (line if len(line) <= LINE_MAX else None)

    def take(self, size: int) -> bytes | None:
        """The next bytes, so many; None until they are all there."""
        if len(self._data) < size:
            return None
        found = bytes(self._data[:size])
        del self._data[:size]
        self._seen = 0
        return found


def hello(root: str) -> bytes:
    """The first line."""
    return _line({"mem": __version__, "format_version": 1, "protocol": PROTOCOL, "vault": root})


def answered(line: bytes | None, caller: Caller, warm: Warm) -> bytes:
    """The line that answers a request."""
    id_: Any = None
    try:
        request = _read(line)
        id_ = request.get("id")
        if isinstance(id_, (list, dict)):
            id_ = None
            raise Usage('"id" takes a text, a number or nothing', _HINT)
        unknown = [name for name in request if name not in _KEYS]
        if unknown:
            raise Usage(f"a request has no {unknown[0][:40]!r}", f"it has {', '.join(_KEYS)}")
        given = request.get("input", "")
        if not isinstance(given, str):
            raise Usage('"input" takes the text of the standard input', _HINT)
        if request.get("op") == "ops":
            return _line({"id": id_, "ok": True, "result": {"format_version": 1, "ops": operations.listed()}})
        work = operations.prepared(request.get("op"), request.get("args"))
    except Usage as error:
        return _line({"id": id_, "ok": False, "error": _error((error.code, error.message, error.hint, error.exit_status))})
    return _told(id_, call(caller, work, warm, stdin=given.encode("utf-8", "surrogateescape")))


def _told(id_: Any, done: Outcome) -> bytes:
    """The answer of an operation that ran: what it printed as its result, and what it said beside that."""
    result = done.out.rstrip(b"\n")
    if not done.error and (not result or b"\n" in result):
        done.error = "usage", "what this prints is not one JSON object", "run it by itself", 2
    if done.error and not result:
        told: dict[str, object] = {"id": id_, "ok": False, "error": _error(done.error)}
    elif done.error and done.error[3] == 2:
        told, result = {"id": id_, "ok": False, "error": _error(done.error)}, b""
    else:
        told = {"id": id_, "ok": True}
        if done.status:
            told["exit_status"] = done.status
        if done.error:
            told["error"] = _error(done.error)
    said = done.err.splitlines()
    if said:
        told["said"] = said
    head = _line(told)
    return head if not result else head[:-2] + b', "result": ' + result + b"}\n"


def _error(error: tuple[str, str, str, int]) -> dict[str, object]:
    code, message, hint, status = error
    return {"code": code, "message": message, "hint": hint, "exit_status": status}


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _read(line: bytes | None) -> dict[str, Any]:
    """The request in a line. Raises Usage for what is none."""
    if line is None:
        raise Usage(f"a line of more than {LINE_MAX >> 20} MiB", "mem ingest and mem import read large texts from files")
    try:
        request = json.loads(line.decode(), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Usage(f"the line is not UTF-8 (byte {error.start + 1})", _HINT) from None
    except RecursionError:
        raise Usage("the line is nested too deep", _HINT) from None
    except ValueError as error:
        raise Usage(f"the line is no JSON: {re.sub('[^ -~]', '?', str(error))[:100]}", _HINT) from None
    if not isinstance(request, dict):
        raise Usage("the line is no JSON object", _HINT)
    return request


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")
