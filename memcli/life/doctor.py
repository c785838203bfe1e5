"""What is wrong with this vault, and what is to be done about it? Looks at everything; `fix` never touches a person's text."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from memcli.entries import archive, atomic, commit, fields, gitlocks, merging, text
from memcli.entries import vault as vaults
from memcli.entries.model import Entry
from memcli.errors import EntryInvalid, IndexUnusable, MemError
from memcli.index import catchup, verify
from memcli.life import driver, screening
from memcli.life.desk import Desk
from memcli.life.names import count
from memcli.memory import events

_CONFLICT = ("<<<<<<< ", ">>>>>>> ")
_DIRECTIVE = ("%YAML ", "%TAG ")
_MISLEADING = ("Cc", "Cf", "Zl", "Zp")  # Unicode categories: control, format (direction, no width), line and paragraph separators
_JOINERS = "\u200c\u200d"  # spelling needs them, and so do emoji


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `code` is stable; `path` relative to the vault or ""; `fixed` says that it was mended just now."""

    code: str
    path: str
    message: str
    hint: str
    fixed: bool = False


def examine(desk: Desk, *, deep: bool, fix: bool) -> list[Problem]:
    """Every problem, sorted by path. `deep` also proves that the index equals a rebuild and that git's objects are whole."""
    problems = [*_house(desk, fix), *_files(desk), *_log(desk)]
    problems += _index(desk, deep=deep, fix=fix)
    if deep:
        problems += _objects(desk)
    return sorted(problems, key=lambda problem: (problem.path, problem.code))


def _house(desk: Desk, fix: bool) -> Iterator[Problem]:
    """Leftovers of dead commands, and the files mem itself needs."""
    try:
        commit.branch(desk.vault.root)
    except MemError as error:
        yield Problem("no-history", "", error.message, error.hint)
        return
    yield from _clone(desk, fix)
    left = [path for path in (f"{desk.vault.state}/journal", desk.vault.purging) if os.path.exists(path)] + gitlocks.left(desk.vault.root)
    if fix:
        with desk.run("doctor"):  # taking the lock finishes what is left
            stray = [path for where in _folders(desk) for path in atomic.sweep(f"{desk.vault.root}/{where}".rstrip("/"))]
    else:
        stray = [f"{where}/{name}".lstrip("/") for where in _folders(desk)
                 for name in _names(f"{desk.vault.root}/{where}") if name.startswith(".") and name.endswith(atomic.TEMPORARY)]
    for path in [*left, *stray]:
        yield Problem("leftover", os.path.relpath(path, desk.vault.root) if os.path.isabs(path) else path,
                      "left by a command that was killed", "mem doctor --fix settles it; nothing is lost", fixed=fix)
    for name in (vaults.IGNORE,):
        if not os.path.exists(f"{desk.vault.root}/{name}"):
            if fix:
                with desk.run("doctor") as run:
                    desk.save(run, [(name, None, vaults.IGNORED)], f"{name} put back")
            yield Problem("missing-file", name, "missing, so git would track the index and the lock", "mem doctor --fix puts it back", fixed=fix)


def _clone(desk: Desk, fix: bool) -> Iterator[Problem]:
    """The settings of this clone, without which a plain `git merge` knows nothing of entries."""
    lacking = driver.missing(desk.git())
    if lacking:
        if fix:
            driver.connect(desk.git())
        yield Problem("git-unset", "", f"git merges and compares entries as plain text in this clone: {', '.join(lacking)} not set",
                      f"mem doctor --fix sets {'it' if len(lacking) == 1 else 'them'}; mem sync does without", fixed=fix)


def _folders(desk: Desk) -> list[str]:
    scan = vaults.scan(desk.vault.root)
    return [folder for folder in scan.folders if folder not in scan.skipped]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _files(desk: Desk) -> Iterator[Problem]:
    scan = vaults.scan(desk.vault.root)
    limit = desk.settings.whole("entry.max_bytes")
    for path in (*scan.paths, *scan.skipped):
        if _misleading(path):
            yield Problem("odd-name", path, "its name holds a control, direction or zero-width character", "rename it; what is shown is not what it is called")
    for path, reason in scan.skipped.items():
        yield Problem("not-an-entry", path, f"passed over: {reason}", "move or rename it if it should be an entry")
    seen: dict[str, str] = {}
    for number, (path, size) in enumerate(zip(scan.paths, scan.sizes)):
        if number % 500 == 0 and len(scan.paths) > 1000:
            desk.talk.progress("examining", number, len(scan.paths))
        if size > limit:
            yield Problem("too-long", path, f"{size} bytes; only the first {limit} are indexed", "split it, or raise entry.max_bytes")
        try:
            data = text.head(atomic.read(f"{desk.vault.root}/{path}", limit), limit)
        except OSError as error:
            yield Problem("unreadable", path, f"cannot be read: {error.strerror}", "check its permissions")
            continue
        entry = text.read(data, path)
        yield from of_entry(entry, data)
        yield from _packed(desk, entry)
        secret = screening.remarks(desk.settings, path, data)
        if secret:
            yield Problem("secret", path, secret, f"take it out; mem purge {path} takes it out of history too; mem set {path} flags+=secret if it may stay")
        if entry.id in seen:
            whose = "has the same id as" if entry.has_id else "states no id, and the one made of its path is that of"
            found = EntryInvalid(path, fields.line_of(data, "id"), f"{whose} {seen[entry.id]}")
            yield Problem("duplicate-id", path, found.message, "give one of them another id, or delete the copy")
        seen.setdefault(entry.id, path)
    if len(scan.paths) > 1000:
        desk.talk.progress("examining", len(scan.paths), len(scan.paths))


def _log(desk: Desk) -> Iterator[Problem]:
    """Lines of the access log that are none."""
    garbage = events.garbage(desk.vault.state)
    if garbage:
        yield Problem("log-garbage", os.path.relpath(events.path_in(desk.vault.state), desk.vault.root),
                      f"{count(garbage, 'line')} of the access log {'is' if garbage == 1 else 'are'} no event and passed over", "delete them, if they disturb")


def _misleading(path: str) -> bool:
    """Whether a path holds what a terminal obeys or hides instead of showing it."""
    return not path.isprintable() and any(unicodedata.category(one) in _MISLEADING and one not in _JOINERS for one in path)


def _packed(desk: Desk, entry: Entry) -> Iterator[Problem]:
    """An archived entry whose text cannot be had."""
    if entry.state == "archived" and "archive" in entry.meta:
        try:
            archive.original(desk.vault.root, entry)
        except MemError as error:
            yield Problem("archive-damaged", entry.path, f"its text cannot be read: {error.message}", error.hint)


def of_entry(entry: Entry, data: bytes) -> Iterator[Problem]:
    """What is wrong with one entry by itself; `data` are its file's bytes."""
    damage = text.damage(entry)
    if damage is not None:
        yield Problem("entry-invalid", entry.path, damage.message, damage.hint or "its text is still found; correct the front matter")
        return
    if not entry.body.strip() and not entry.meta.get("title") and entry.state not in ("forgotten", "archived"):
        yield Problem("empty", entry.path, "empty: nothing to remember", "write something in it, or delete it")
    if entry.state == "forgotten" and entry.body.strip():
        yield Problem("forgotten-text", entry.path, "forgotten, but its text is still in the file",
                      "mem restore brings it back as it is; mem forget leaves the text to history alone")
    if entry.body.startswith(_DIRECTIVE):
        cut = EntryInvalid(entry.path, entry.body_line, "a YAML directive in the text: the front matter ended in the line before it")
        yield Problem("front-matter-cut", entry.path, cut.message, "remove the `...` and the directive if what follows is front matter too")
    for problem in text.check(entry, data):
        yield Problem("field-invalid", entry.path, problem.message, problem.hint or "mem man entry")
    lines = entry.body.split("\n")
    marks = [number for number, line in enumerate(lines, entry.body_line) if line.startswith(_CONFLICT)]
    flagged = entry.meta.get(merging.FLAG) is True
    if len(marks) >= 2:
        yield Problem("merge-conflict", entry.path, f"{entry.path}:{marks[0]}: conflict markers of a merge",
                      f"choose a side and remove the markers{' and the line `conflict: true`' if flagged else ''}")
    elif flagged:
        yield Problem("merge-conflict", entry.path, "flagged by a merge: both sides changed it", f"read it, then mem set {entry.id[-6:]} {merging.FLAG}=")


def _index(desk: Desk, *, deep: bool, fix: bool) -> list[Problem]:
    hint = "mem index --rebuild makes it anew from the files; nothing is lost"
    try:
        view = desk.index.load()
        view = desk.index.fresh("files")
        found = verify.differences(desk.index, view, deep=deep)
        waiting = catchup.waiting(desk.index, view)
    except IndexUnusable as error:
        if not os.path.exists(f"{desk.vault.index}/manifest"):
            return []  # the first search makes it
        found, waiting = [error.message], 0
    if found and fix:
        desk.reindex()
        if waiting:
            waiting = catchup.waiting(desk.index, desk.index.load())
    lacking = [Problem("no-vector", ".mem/index", f"{waiting} {'piece has' if waiting == 1 else 'pieces have'} no vector and can be found by words only",
                       "mem index tries again, and says what the embedder lacks")] if waiting else []
    broken = catchup.broken(desk.index)
    if broken:
        what, _, do = broken.rpartition("; ")
        lacking.append(Problem("no-embedder", ".mem/index", what, do))
    return [Problem("index-differs", ".mem/index", line, hint, fixed=fix) for line in found[:20]] + lacking


def _objects(desk: Desk) -> list[Problem]:
    process = desk.git().start(["fsck", "--full", "--no-dangling", "--no-progress"])
    out, err = process.communicate()
    lines = [line for line in (out + err).decode("utf-8", "replace").splitlines() if not line.startswith(("notice:", "dangling"))]
    return [Problem("git-damaged", ".git", line, "restore the repository from a clone or a backup; the entries themselves are plain files")
            for line in lines[:20] if line and process.returncode != 0]
