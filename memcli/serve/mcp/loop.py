"""In which order are messages answered? As they came, one after the other; a reader beside it hears of cancellations in time.

A request that is cancelled before its turn is never begun; one that is cancelled while it runs is finished, and nobody is told.
"""

from __future__ import annotations

import queue
import threading
from typing import Any

from memcli.serve.mcp import pipe
from memcli.serve.mcp.protocol import INVALID, PARSE, Peer, failure, id_of

WAITING_MAX = 256  # messages read ahead


class _Desk:
    """What the reader and the worker share."""

    def __init__(self) -> None:
        self.todo: queue.Queue[tuple[Any, bool]] = queue.Queue(WAITING_MAX)
        self.lock = threading.Lock()
        self.open: dict[Any, int] = {}  # ids that wait or are worked on, and how often
        self.dropped: set[Any] = set()


def serve(peer: Peer, source: int, sink: int) -> None:
    """Answer until the client closes its end."""
    desk = _Desk()
    threading.Thread(target=_listen, args=(desk, source), daemon=True).start()
    try:
        while True:
            message, ready = desk.todo.get()
            if message is None and not ready:
                return
            reply = message if ready else _worked(desk, peer, message)
            if reply is not None:
                pipe.send(sink, reply)
    except BrokenPipeError:
        return


def _worked(desk: _Desk, peer: Peer, message: Any) -> Any:
    id_ = id_of(message)
    try:
        return None if _gone(desk, id_) else _unless_gone(desk, id_, peer.reply(message))
    finally:
        with desk.lock:
            if id_ in desk.open:
                desk.open[id_] -= 1
                if not desk.open[id_]:
                    del desk.open[id_]
                    desk.dropped.discard(id_)


def _gone(desk: _Desk, id_: Any) -> bool:
    with desk.lock:
        return id_ is not None and id_ in desk.dropped


def _unless_gone(desk: _Desk, id_: Any, reply: Any) -> Any:
    return None if _gone(desk, id_) else reply


def _listen(desk: _Desk, source: int) -> None:
    for line in pipe.lines(source):
        if isinstance(line, pipe.TooLong):
            desk.todo.put((failure(None, INVALID, f"a message of more than {pipe.LINE_MAX} bytes"), True))
            continue
        try:
            message = pipe.decoded(line)
        except ValueError as error:
            desk.todo.put((failure(None, PARSE, f"not JSON: {str(error)[:200]}"), True))
            continue
        if message is None:
            desk.todo.put((failure(None, INVALID, "not a JSON-RPC message"), True))
        elif isinstance(message, dict) and message.get("method") == "notifications/cancelled":
            _cancel(desk, message.get("params"))
        else:
            _admit(desk, message)
    desk.todo.put((None, False))


def _admit(desk: _Desk, message: Any) -> None:
    id_ = id_of(message)
    if id_ is not None:
        with desk.lock:
            desk.open[id_] = desk.open.get(id_, 0) + 1
    desk.todo.put((message, False))


def _cancel(desk: _Desk, params: Any) -> None:
    id_ = params.get("requestId") if isinstance(params, dict) else None
    if isinstance(id_, (str, int, float)):
        with desk.lock:
            if id_ in desk.open:
                desk.dropped.add(id_)
