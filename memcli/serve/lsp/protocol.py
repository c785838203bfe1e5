"""How are messages taken? As pygls does, but that buffers are ours, a request that cannot be read gets its error, and the end is the end."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification
from pygls.protocol.language_server import lsp_method

from memcli import __version__

if TYPE_CHECKING:
    from memcli.serve.lsp.house import House

_PASSED_OVER = "$/mem/unreadable"  # a notification that nobody answers
ENDED, BROKEN_OFF = 0, 1  # how we end: after a shutdown, without one


class Protocol(LanguageServerProtocol):
    """The protocol of one client."""

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """A buffer is open."""
        document = params.text_document
        self._server.house.open(document.uri, document.text, document.version)
        self._server.touched(document.uri, soon=True)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """A buffer changed."""
        document = params.text_document
        self._server.house.change(document.uri, document.version, list(params.content_changes))
        self._server.touched(document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """A buffer is closed."""
        self._server.closed(params.text_document.uri)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> None:  # type: ignore[override]
        """The client says goodbye. Nothing waits for the reader, which may stand in the middle of a read."""
        os._exit(ENDED if self._shutdown else BROKEN_OFF)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as its type; for one that is not, its sender is told and what is passed over stands in its place."""
        try:
            return super().structure_message(data)
        except Exception as error:
            id_, method = data.get("id"), data.get("method")
            if isinstance(id_, (int, str)) and isinstance(method, str):
                code = JsonRpcInternalError.CODE if isinstance(error, JsonRpcInternalError) else JsonRpcInvalidParams.CODE
                failure = JsonRpcException(f"the parameters of {method[:100]} are not what the protocol says", code)
                self._send_response(id_, error=failure.to_response_error())
            return JsonRPCNotification(_PASSED_OVER, "2.0", None)


class Server(LanguageServer):
    """A language server over one House. `touched` and `closed` hear of buffers; what watches them sets both."""

    def __init__(self, house: House) -> None:
        for name in ("pygls", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what fails is answered; nobody reads a trace
        super().__init__("mem", __version__, protocol_cls=Protocol)
        self.house = house

    def touched(self, uri: str, *, soon: bool = False) -> None:
        """A buffer is open or changed."""

    def closed(self, uri: str) -> None:
        """A buffer is closed."""
        self.house.close(uri)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What fails without a request to answer is nobody's to read: not a box on the screen at every keystroke."""
