"""Which vaults and documents are being worked on? Open buffers as the client tells of them, and a room for each vault that one of them lies in.

A document outside of every vault, and what is no entry there, is nobody's. A store is opened anew for each request, as time goes on and settings change.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

from memcli import clock
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.errors import MemError
from memcli.life.catalog import Catalog, Known
from memcli.serve.lsp.places import changed, whole
from memcli.serve.lsp.sheet import Sheet
from memcli.store import Store

FRESH_S, PAUSED_S = 5.0, 1.0  # how long the names of a vault are taken to be as they were, unless we are told: while someone types, in a pause


class Room:
    """A vault that is worked in. `opened` gives a store of the present instant."""

    def __init__(self, root: str, opened: Callable[[str], Store]) -> None:
        self.root = root
        self._opened = opened
        self._catalog: Catalog | None = None
        self._at = -FRESH_S

    @property
    def store(self) -> Store:
        """The vault, opened for one request."""
        return self._opened(self.root)

    @property
    def catalog(self) -> Catalog:
        """The names of its entries."""
        if self._catalog is None or clock.monotonic_s() - self._at > FRESH_S:
            self._catalog = self.store.catalog(self._catalog)
            self._at = clock.monotonic_s()
        return self._catalog

    def stale(self, age_s: float = 0.0) -> None:
        """Files may have changed: look again before the next answer, if the last look is as old as that."""
        if clock.monotonic_s() - self._at >= age_s:
            self._at = -FRESH_S


class House:
    """All rooms, and the open buffers by the client's own uri. `fallback` is the vault of requests that no document belongs to, "" for none."""

    def __init__(self, opened: Callable[[str], Store], fallback: str) -> None:
        self._opened = opened
        self._rooms: dict[str, Room] = {}
        self._buffers: dict[str, tuple[str, int]] = {}
        self._sheets: dict[str, Sheet] = {}
        self._uris: dict[str, str] = {}  # by absolute path
        self._fallback = fallback
        self.encoding = "utf-16"
        self.folder = ""  # where the client works

    # -- buffers ---------------------------------------------------------------------------------------------------------------

    def open(self, uri: str, text: str, version: int) -> None:
        """A buffer was opened, or is told anew."""
        self._set(uri, whole(text), version)
        path = path_of(uri)
        if path:
            self._uris[path] = uri

    def change(self, uri: str, version: int, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        """A buffer changed."""
        text = self._buffers.get(uri, ("", 0))[0]
        for one in changes:
            text = changed(text, one, self.encoding)
        self._set(uri, text, version)

    def close(self, uri: str) -> None:
        """A buffer was closed: the file counts again."""
        self._buffers.pop(uri, None)
        self._sheets.pop(uri, None)
        self._uris.pop(path_of(uri), None)

    def _set(self, uri: str, text: str, version: int) -> None:
        self._buffers[uri] = (text, version)
        self._sheets.pop(uri, None)

    def opened(self) -> list[str]:
        """The uris of the open buffers."""
        return list(self._buffers)

    def version(self, uri: str) -> int | None:
        """The version of an open buffer."""
        return self._buffers[uri][1] if uri in self._buffers else None

    # -- where things are --------------------------------------------------------------------------------------------------------

    def room(self, folder: str) -> Room | None:
        """The room of the vault that a folder lies in."""
        vault = vaults.around(folder)
        if vault is None:
            return None
        return self._rooms.setdefault(vault.root, Room(vault.root, self._opened))

    def rooms(self) -> Iterator[Room]:
        """The rooms that were entered."""
        yield from self._rooms.values()

    def main(self) -> Room | None:
        """The room of requests that no document belongs to: where the client works, else the one entered last, else the user's own vault."""
        for folder in (self.folder, *reversed(list(self._rooms)), self._fallback):
            room = self.room(folder) if folder and os.path.isdir(folder) else None
            if room is not None:
                return room
        return None

    def find(self, uri: str) -> tuple[Room, Sheet] | None:
        """A document with its room; None for one that is no entry of any vault, is not open and not there, or is too long to be read whole."""
        path = path_of(uri)
        room = self.room(os.path.dirname(path)) if path else None
        if room is None:
            return None
        relative = path[len(room.root) + 1:]
        sheet = self.sheet(room, relative)
        return None if sheet is None else (room, sheet)

    def sheet(self, room: Room, relative: str) -> Sheet | None:
        """An entry of a room: its open buffer, else its file."""
        try:
            vaults.Vault(room.root).entry(relative)
            limit = room.store.settings.whole("entry.max_bytes")
        except MemError:
            return None
        uri = self.uri(room, relative)
        if uri in self._buffers:
            text, version = self._buffers[uri]
            if uri not in self._sheets:
                self._sheets[uri] = Sheet(uri, relative, text, self.encoding, version)
            return self._sheets[uri] if len(text) <= limit else None
        data = self.on_disk(room, relative, limit)
        return None if data is None or len(data) > limit else Sheet(uri, relative, data.decode("utf-8", "replace"), self.encoding)

    def on_disk(self, room: Room, relative: str, limit: int) -> bytes | None:
        """What the file of an entry holds, a byte more than `limit` at most; None when there is none."""
        try:
            return atomic.read(room.store.vault.at(relative), limit + 1)
        except (OSError, MemError):
            return None

    def unsaved(self, room: Room, sheet: Sheet) -> bool:
        """Whether an open buffer holds what its file does not."""
        return sheet.version is not None and self.on_disk(room, sheet.path, len(sheet.data) * 2 + 8) not in (sheet.data, sheet.data.replace(b"\r\n", b"\n"))

    def uri(self, room: Room, relative: str) -> str:
        """The uri of an entry: the client's own where it is open."""
        path = f"{room.root}/{relative}"
        return self._uris.get(path) or uri_of(path)

    def known(self, room: Room, sheet: Sheet) -> Known:
        """A document as the catalog knows entries, by what stands in it now."""
        entry, aliases = sheet.entry, sheet.entry.meta.get("aliases")
        names = tuple(str(item) for item in (aliases if isinstance(aliases, list) else [aliases]) if item)
        return Known(sheet.path, entry.id, entry.title, entry.type, entry.state, entry.created, entry.tags, names, "")


def path_of(uri: str) -> str:
    """The absolute path that a uri names, links in its folder followed; "" for none."""
    try:
        parts = urlsplit(uri)
        path = unquote(parts.path, errors="surrogateescape")
    except ValueError:
        return ""
    if parts.scheme != "file" or "\0" in path or not path.startswith("/"):
        return ""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def uri_of(path: str) -> str:
    """The uri of an absolute path."""
    return "file://" + quote(os.fsencode(path))
