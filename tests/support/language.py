"""A client of mem lsp: pygls's own, over a real pipe, in one event loop for a whole test."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

from box import MEM, Box
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

T = TypeVar("T")
WAIT_S = 20.0
_converter = cache(default_converter)  # made once, as it takes long


class Editor:
    """An editor in a vault. Documents are named by their path in it; positions are (line, column) in the units that were agreed on."""

    def __init__(self, box: Box, encodings: tuple[str, ...] = (), argv: tuple[str, ...] = ("lsp",)) -> None:
        self.box = box
        self.encodings = [types.PositionEncodingKind(one) for one in encodings]
        self.argv = argv
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("editor", "1", converter_factory=_converter)
        self.found: dict[str, list[types.Diagnostic]] = {}
        self.told: dict[str, int] = defaultdict(int)
        self.edits: list[types.WorkspaceEdit] = []
        self.shown: list[str] = []
        self.messages: list[str] = []
        self.versions: dict[str, int] = {}

        def published(params: types.PublishDiagnosticsParams) -> None:
            self.found[params.uri] = list(params.diagnostics)
            self.told[params.uri] += 1

        def edit(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.edits.append(params.edit)
            return types.ApplyWorkspaceEditResult(True)

        def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            self.shown.append(params.uri)
            return types.ShowDocumentResult(True)

        def said(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        feature: Any = self.client.feature
        for name, act in ((types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, published), (types.WORKSPACE_APPLY_EDIT, edit),
                          (types.WINDOW_SHOW_DOCUMENT, show), (types.WINDOW_SHOW_MESSAGE, said)):
            feature(name)(act)

    def __enter__(self) -> Editor:
        self.wait(self.client.start_io(MEM, *self.argv, env=self.box.env, cwd=self.box.vault))
        window = types.WindowClientCapabilities(show_document=types.ShowDocumentClientCapabilities(True))
        edit = types.WorkspaceEditClientCapabilities(document_changes=True)
        able = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(workspace_edit=edit), window=window,
                                        general=types.GeneralClientCapabilities(position_encodings=self.encodings or None))
        self.able = self.ask(types.INITIALIZE, types.InitializeParams(able, process_id=os.getpid(), root_uri=self.uri(""))).capabilities
        self.client.initialized(types.InitializedParams())
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.ask(types.SHUTDOWN, None)
            self.client.exit(None)
            self.wait(self.process.wait())
        client: Any = self.client
        self.wait(client.stop())
        self.loop.close()

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server."""
        process: asyncio.subprocess.Process = self.client._server  # type: ignore[assignment]
        return process

    def wait(self, what: Awaitable[T]) -> T:
        """The result of something that takes its time."""
        return self.loop.run_until_complete(asyncio.wait_for(what, WAIT_S))

    def ask(self, method: str, params: Any) -> Any:
        """The answer to a request."""
        async def asked() -> Any:
            return await self.client.protocol.send_request_async(method, params)

        return self.wait(asked())

    def actions(self, path: str, where: types.Range, found: list[types.Diagnostic]) -> Any:
        """What is offered at a place, as plain data: lsprotocol takes an action for a command."""
        params = types.CodeActionParams(self.name(path), where, types.CodeActionContext(found))

        async def asked() -> Any:
            answer = self.client.protocol.send_request(types.TEXT_DOCUMENT_CODE_ACTION, params, msg_id="actions")
            self.client.protocol._result_types.pop("actions")
            return await asyncio.wrap_future(answer)

        return self.wait(asked())

    def uri(self, path: str) -> str:
        """The uri of a document."""
        return "file://" + quote(self.box.path(path).rstrip("/"))

    def name(self, path: str) -> types.TextDocumentIdentifier:
        """A document, as requests name it."""
        return types.TextDocumentIdentifier(self.uri(path))

    def open(self, path: str, text: str | None = None) -> list[types.Diagnostic]:
        """Open a document, with the text that it has or another; its findings."""
        self.versions[path] = 1
        text = self.box.read(path).decode() if text is None else text
        return self.after(path, lambda: self.client.text_document_did_open(types.DidOpenTextDocumentParams(
            types.TextDocumentItem(self.uri(path), "markdown", 1, text))))

    def change(self, path: str, *changes: tuple[tuple[int, int], tuple[int, int], str] | str) -> list[types.Diagnostic]:
        """Change a document piece by piece, or as a whole; its findings."""
        told: list[types.TextDocumentContentChangeEvent] = [
            types.TextDocumentContentChangeWholeDocument(one) if isinstance(one, str) else types.TextDocumentContentChangePartial(
                types.Range(types.Position(*one[0]), types.Position(*one[1])), one[2]) for one in changes]
        self.versions[path] += 1
        return self.after(path, lambda: self.client.text_document_did_change(types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(self.versions[path], self.uri(path)), told)))

    def after(self, path: str, act: Any) -> list[types.Diagnostic]:
        """The findings of a document that are told after something."""
        before = self.told[self.uri(path)]
        act()

        async def told() -> list[types.Diagnostic]:
            while self.told[self.uri(path)] == before:
                await asyncio.sleep(0.01)
            return self.found[self.uri(path)]

        return self.wait(told())

    def complete(self, path: str, line: int, column: int) -> types.CompletionList:
        """What can be written at a place."""
        found = self.ask(types.TEXT_DOCUMENT_COMPLETION, types.CompletionParams(self.name(path), types.Position(line, column)))
        return found if found is not None else types.CompletionList(False, [])

    def hover(self, path: str, line: int, column: int) -> Any:
        """What is told of a place."""
        return self.ask(types.TEXT_DOCUMENT_HOVER, types.HoverParams(self.name(path), types.Position(line, column)))

    def definition(self, path: str, line: int, column: int) -> Any:
        """Where a place leads."""
        return self.ask(types.TEXT_DOCUMENT_DEFINITION, types.DefinitionParams(self.name(path), types.Position(line, column)))

    def run(self, command: str, *arguments: Any) -> Any:
        """Carry out a command."""
        return self.ask(types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams(command, list(arguments)))
