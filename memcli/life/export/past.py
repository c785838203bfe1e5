"""Which earlier texts did entries have? From git's history, the newest first, a bounded number of each."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memcli.entries import history, text
from memcli.entries.git import Git
from memcli.entries.run import blob_id
from memcli.errors import UserError
from memcli.life.desk import Desk
from memcli.life.export.contents import File

VERSIONS_MAX = 20  # of one entry
TEXTS_MAX = 1 << 20  # bytes of earlier texts of one entry; of older ones only the checksums are kept
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier text: the SHA-256 of its bytes, the commit that wrote it, when and by which verb, and the bytes; None where only the sum is kept."""

    sum: str
    commit: str
    date: str
    verb: str
    data: bytes | None

    def line(self) -> bytes:
        """As a line of JSON."""
        row: dict[str, object] = {"sha256": self.sum, "commit": self.commit, "date": self.date, "verb": self.verb}
        if self.data is not None:
            try:
                row["text"] = self.data.decode()
            except UnicodeDecodeError:
                import base64

                row["base64"] = base64.b64encode(self.data).decode()
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class _Step:
    commit: str
    date: str
    verb: str
    blob: str


class Past:
    """The history of a vault, read once; `versions` then takes some entries at a time."""

    def __init__(self, desk: Desk) -> None:
        self._git = desk.git()
        self._warn = desk.talk.warn
        self._steps = _steps(self._git)
        self._moved = self._gone(desk.vault.root)

    def versions(self, files: Sequence[File]) -> dict[str, list[Version]]:
        """Earlier texts by id, newest first; of forgotten entries the sums alone."""
        wanted: dict[str, list[_Step]] = {}
        for file in files:
            assert file.entry
            digits = 40
            steps = self._steps.get(file.path, []) + self._moved.get(file.entry.id, [])
            if steps:
                digits = len(steps[0].blob)
            now = blob_id(file.data, digits)
            unique = {step.blob: step for step in reversed(steps) if step.blob != now}
            if unique:
                wanted[file.entry.id] = sorted(unique.values(), key=lambda step: step.date, reverse=True)[:VERSIONS_MAX]
        found = self._blobs([step.blob for steps in wanted.values() for step in steps])
        forgotten = {file.entry.id for file in files if file.entry and file.entry.state == "forgotten"}
        return {id_: _bounded([(step, found[step.blob]) for step in steps if step.blob in found], id_ not in forgotten) for id_, steps in wanted.items()}

    def _blobs(self, wanted: list[str]) -> dict[str, bytes]:
        try:
            return history.blobs(self._git, list(dict.fromkeys(wanted)))
        except UserError as error:
            self._warn(f"earlier texts are left out: {error.message}")
            return {}

    def _gone(self, root: str) -> dict[str, list[_Step]]:
        """Steps by id of the files that are not there any more: an entry that was moved had its earlier texts at another path."""
        gone = {path: steps for path, steps in self._steps.items() if not os.path.lexists(f"{root}/{path}")}
        found: dict[str, list[_Step]] = {}
        paths = list(gone)
        for start in range(0, len(paths), _BATCH):
            some = paths[start:start + _BATCH]
            blobs = self._blobs([gone[path][0].blob for path in some])
            for path in some:
                data = blobs.get(gone[path][0].blob)
                if data is not None:
                    found.setdefault(text.read(data, path).id, []).extend(gone[path])
        return found


def _bounded(steps: list[tuple[_Step, bytes]], texts: bool) -> list[Version]:
    """The versions of one entry, with texts as far as they are short enough together."""
    found, left = [], TEXTS_MAX if texts else 0
    for step, data in steps:
        left -= len(data)
        found.append(Version(hashlib.sha256(data).hexdigest(), step.commit, step.date, step.verb, data if left >= 0 else None))
    return found


def _steps(git: Git) -> dict[str, list[_Step]]:
    """What each commit made of each entry's file, by path, newest first."""
    out = git.call("log", "--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "-z",
                   "--format=%x1e%H%x1f%cI%x1f%(trailers:key=Mem-Verb,valueonly,separator=%x20)", "HEAD")
    found: dict[str, list[_Step]] = {}
    commit = date = verb = ""
    tokens: Iterator[bytes] = iter(out.split(b"\0"))
    for token in tokens:
        token = token.lstrip(b"\n")
        if token.startswith(b"\x1e"):
            commit, date, verb = (token[1:].decode("utf-8", "replace").split("\x1f") + ["", ""])[:3]
        elif token.startswith(b":"):
            words = token.decode().split(" ")
            path = os.fsdecode(next(tokens, b""))
            if path.endswith(".md") and words[1].startswith("100"):
                found.setdefault(path, []).append(_Step(commit, date, verb, words[3]))
    return found
