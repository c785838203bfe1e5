"""Which requests are answered, by whom, and when are findings told? The language server of mem, over standard input and output.

Requests are answered one after the other. Findings follow a change when the typing pauses, at once when a document is opened or saved.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from memcli.entries import vault as vaults
from memcli.errors import MemError, NoVault, UserError
from memcli.serve.lsp import acting, completing, diagnosing, looking, renaming
from memcli.serve.lsp.house import PAUSED_S, House, path_of
from memcli.serve.lsp.protocol import BROKEN_OFF, Server

PAUSE_S = 0.3  # of typing, before findings are told
WATCH_S = 3.0  # between two looks at whether the client is still there
_FAILED = -32803  # RequestFailed
_WATCHED = "**/*.md"


class Mem(Server):
    """The server, with its timers."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def started(self, params: types.InitializeParams) -> None:
        """A client is there: what it can, and where it works."""
        encoding = self.workspace.position_encoding
        self.house.encoding = encoding.value if isinstance(encoding, types.PositionEncodingKind) else str(encoding)
        folders = [folder.uri for folder in params.workspace_folders or ()]
        self.house.folder = path_of(next(iter(folders), params.root_uri or ""))

    def touched(self, uri: str, *, soon: bool = False) -> None:
        """Tell the findings of a document in a while, or as soon as nothing else is to be done and by the files as they are then."""
        self._later(uri, *((0.0, 0.0) if soon else (PAUSE_S, PAUSED_S)))

    def _later(self, uri: str, wait_s: float, age_s: float) -> None:
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
        self._timers[uri] = asyncio.get_running_loop().call_later(wait_s, self._tell, uri, age_s)

    def _tell(self, uri: str, age_s: float) -> None:
        self._timers.pop(uri, None)
        if uri not in self.house.opened():
            return
        room = self.house.room(os.path.dirname(path_of(uri)) or "/")
        if room is not None:
            room.stale(age_s)
        try:
            found = diagnosing.diagnostics(self.house, uri)
        except (MemError, OSError):
            return  # a vault that is gone or cannot be read now has nothing to say
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version=self.house.version(uri)))

    def closed(self, uri: str) -> None:
        """Take the findings back."""
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
        self.house.close(uri)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def moved(self) -> None:
        """Files changed: look at all again."""
        for room in self.house.rooms():
            room.stale()
        for uri in self.house.opened():
            self._later(uri, 0.0, PAUSED_S)

    # -- what the client can ---------------------------------------------------------------------------------------------------

    def watch_files(self) -> None:
        """Ask to be told of changed files, where the client can do that."""
        asked = self.client_capabilities.workspace and self.client_capabilities.workspace.did_change_watched_files
        if asked and asked.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
            self.client_register_capability(types.RegistrationParams([
                types.Registration("mem-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)]))

    def edit(self, changes: list[types.TextDocumentEdit]) -> types.WorkspaceEdit:
        """Edits as the client takes them: with versions where it knows these."""
        known = self.client_capabilities.workspace and self.client_capabilities.workspace.workspace_edit
        if known and known.document_changes:
            return types.WorkspaceEdit(document_changes=changes)
        plain = {one.text_document.uri: [edit for edit in one.edits if isinstance(edit, types.TextEdit)] for one in changes}
        return types.WorkspaceEdit(changes=plain)

    def done(self, what: acting.Done) -> str:
        """Tell what a command did."""
        if what.edit is not None:
            self.workspace_apply_edit(types.ApplyWorkspaceEditParams(self.edit([what.edit]), label=what.said))
        window = self.client_capabilities.window
        if what.show and window and window.show_document and window.show_document.support:
            self.window_show_document(types.ShowDocumentParams(what.show, take_focus=True))
        self.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"mem: {what.said}"))
        self.moved()
        return what.said


def serve(house: House, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer until the client says goodbye, closes its end, or is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        made(house).start_io(source, sink)
    except (MemoryError, OverflowError):
        raise UserError("a message of a length that none has", "the client is broken, or it is none") from None


def _watch(parent: int) -> None:
    """End with the process that started us, even where somebody else holds its end of the pipe. (The number that a client tells is not its own where it
    lives in a container.)"""
    while os.getppid() == parent:
        threading.Event().wait(WATCH_S)
    os._exit(BROKEN_OFF)


def made(house: House) -> Mem:
    """A server that answers for a house."""
    server = Mem(house)

    def answers(name: str, act: Callable[[House, Any], Any], options: Any = None) -> None:
        def handler(params: Any) -> Any:
            return _asked(house, act, params)

        server.feature(name, options)(handler)

    answers(types.INITIALIZE, lambda _, params: server.started(params))
    answers(types.INITIALIZED, lambda _, params: server.watch_files())
    answers(types.TEXT_DOCUMENT_COMPLETION, completing.complete, types.CompletionOptions(trigger_characters=completing.TRIGGERS))
    answers(types.TEXT_DOCUMENT_HOVER, looking.hover)
    answers(types.TEXT_DOCUMENT_DEFINITION, looking.definition)
    answers(types.TEXT_DOCUMENT_REFERENCES, looking.references)
    answers(types.TEXT_DOCUMENT_DOCUMENT_LINK, looking.links)
    answers(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, looking.outline)
    answers(types.WORKSPACE_SYMBOL, looking.symbols)
    answers(types.TEXT_DOCUMENT_RENAME, lambda _, params: server.edit(renaming.rename(house, params)), types.RenameOptions(prepare_provider=True))
    answers(types.TEXT_DOCUMENT_PREPARE_RENAME, renaming.prepare)
    answers(types.TEXT_DOCUMENT_CODE_ACTION, acting.actions, types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.Source]))
    answers(types.TEXT_DOCUMENT_DID_SAVE, lambda _, params: server.moved(), types.SaveOptions(include_text=False))
    answers(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, lambda _, params: server.moved())
    answers(types.WORKSPACE_DID_CHANGE_CONFIGURATION, lambda _, params: server.moved())
    for name in acting.COMMANDS:
        _command(server, name)
    return server


def _command(server: Mem, name: str) -> None:
    def handler(*arguments: Any) -> Any:
        return server.done(_asked(server.house, lambda house, given: acting.run(house, name, given), arguments))

    server.command(name)(handler)


def _asked(house: House, act: Callable[[House, Any], Any], params: Any) -> Any:
    """The answer to a request. What cannot be done is an error with the next step; a vault that went away has nothing to say."""
    try:
        return act(house, params)
    except NoVault:
        return None
    except (MemError, OSError) as error:
        uri = getattr(getattr(params, "text_document", None), "uri", "")
        if uri and vaults.around(os.path.dirname(path_of(uri)) or "/") is None:
            return None
        hint = error.hint if isinstance(error, MemError) else ""
        said = error.message if isinstance(error, MemError) else str(error)
        raise JsonRpcException(f"{said}{f' ({hint})' if hint else ''}", _FAILED) from None
    except RecursionError:
        raise JsonRpcException("nested too deeply", _FAILED) from None
