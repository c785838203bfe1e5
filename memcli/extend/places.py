"""Where do the sources that are known lie on a machine? A table of places, and which of them are there, for `mem ingest --auto`.

It reads no environment and no clock: home, variables and the folder one stands in are handed in. It opens no file: it looks only at names and sizes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

LOOKED_AT_MAX = 20_000  # files and folders, of all places together


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of place: the `plugin` that reads it, a `label` for people, and where it may be.

    A pattern begins with `~` (home), `.` (the folder one stands in), `..` (that or the nearest above it), or `${NAME}`, `${NAME:-~/else}` (a variable that
    holds an absolute path, or else what follows). `*` stands for part of one name. `endings`: which files of a folder count, all without any.
    """

    plugin: str
    label: str
    patterns: tuple[str, ...]
    endings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place that is there: its path, how many files that count it holds and their bytes. `whole` is False where there was too much to look at."""

    plugin: str
    label: str
    path: str
    files: int
    size_bytes: int
    whole: bool = True


_CONFIG, _DATA, _MAC = "${XDG_CONFIG_HOME:-~/.config}", "${XDG_DATA_HOME:-~/.local/share}", "~/Library/Application Support"


def _chromium(linux: str, mac: str, *packed: str) -> tuple[str, ...]:
    """Where a browser of Chromium's family has its bookmarks: its folders on Linux and macOS, and as packed by others."""
    return tuple(f"{folder}/*/Bookmarks" for folder in (f"{_CONFIG}/{linux}", f"{_MAC}/{mac}", *packed))


KNOWN = (
    Known("claude-code", "Claude Code", ("${CLAUDE_CONFIG_DIR:-~/.claude}/projects",), (".jsonl", ".md")),
    Known("codex", "Codex", ("${CODEX_HOME:-~/.codex}/sessions", "${CODEX_HOME:-~/.codex}/archived_sessions"), (".jsonl",)),
    Known("aider", "aider", ("./.aider.chat.history.md", "${AIDER_CHAT_HISTORY_FILE}")),
    Known("shell", "bash", ("~/.bash_history",)),
    Known("shell", "zsh", ("${ZDOTDIR:-~}/.zsh_history", "${ZDOTDIR:-~}/.zhistory")),
    Known("shell", "fish", (f"{_DATA}/fish/fish_history",)),
    Known("shell", "atuin", ("${ATUIN_DB_PATH}", f"{_DATA}/atuin/history.db")),
    Known("shell", "shell", ("${HISTFILE}",)),
    Known("bookmarks", "Firefox", tuple(f"{folder}/*/places.sqlite" for folder in (
        "~/.mozilla/firefox", f"{_CONFIG}/mozilla/firefox", "~/snap/firefox/common/.mozilla/firefox", "~/.var/app/org.mozilla.firefox/.mozilla/firefox",
        f"{_MAC}/Firefox/Profiles"))),
    Known("bookmarks", "Chrome", _chromium("google-chrome", "Google/Chrome", "~/.var/app/com.google.Chrome/config/google-chrome")),
    Known("bookmarks", "Chromium", _chromium("chromium", "Chromium", "~/snap/chromium/common/chromium", "~/.var/app/org.chromium.Chromium/config/chromium")),
    Known("bookmarks", "Brave", _chromium("BraveSoftware/Brave-Browser", "BraveSoftware/Brave-Browser",
                                          "~/snap/brave/current/.config/BraveSoftware/Brave-Browser",
                                          "~/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser")),
    Known("bookmarks", "Edge", _chromium("microsoft-edge", "Microsoft Edge", "~/.var/app/com.microsoft.Edge/config/microsoft-edge")),
    Known("git", "git", ("../.git",)),
)
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::-([^}]*))?\}")


def found(home: str, env: Mapping[str, str], cwd: str, known: tuple[Known, ...] = KNOWN) -> list[Place]:
    """The places that are there and hold something, sorted by plugin, label and path; each path once.

    Links are not followed below what a pattern names in words, and a place that is a link itself is passed over. What is looked at in all is at most
    LOOKED_AT_MAX names; behind that, a place is counted as far as it was seen.
    """
    look = _Look()
    places: dict[str, Place] = {}
    for one in known:
        for pattern in one.patterns:
            for path in look.matches(*_rooted(pattern, home, env, cwd)):
                real = os.path.realpath(path)
                if real not in places and (place := look.at(one, path)) is not None:
                    places[real] = place
    return sorted(places.values(), key=lambda place: (place.plugin, place.label, place.path))


def _rooted(pattern: str, home: str, env: Mapping[str, str], cwd: str) -> tuple[str, str]:
    """(absolute folder, what of the pattern is below it); ("", "") when a variable is not set to an absolute path and nothing stands for it."""
    variable = _VARIABLE.match(pattern)
    if variable is not None:
        value = env.get(variable[1], "")
        if not os.path.isabs(value):
            value = variable[2] or ""
        pattern = value + pattern[variable.end():]
    start, _, below = pattern.partition("/")
    if start == "~":
        return home, below
    if start == ".":
        return cwd, below
    if start == "..":
        return _above(cwd, below), below
    return ("/", below) if variable is not None and not start and below else ("", "")


def _above(folder: str, name: str) -> str:
    """The folder itself or the nearest above it that holds `name`, "" when none does."""
    while not os.path.lexists(os.path.join(folder, name)):
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            return ""
    return folder


class _Look:
    """Looks at names, and counts how many."""

    def __init__(self) -> None:
        self._left = LOOKED_AT_MAX

    def matches(self, root: str, pattern: str) -> list[str]:
        """The paths that fit a pattern below a folder, sorted."""
        paths = [root] if root and pattern else []
        for part in pattern.split("/") if paths else []:
            if "*" in part:
                paths = [os.path.join(path, entry.name) for path in paths for entry in self._entries(path)
                         if fnmatchcase(entry.name, part) and not entry.is_symlink()]
            else:
                paths = [os.path.join(path, part) for path in paths]
        return sorted(path for path in paths if os.path.lexists(path))

    def at(self, known: Known, path: str) -> Place | None:
        """What is at a path; None where nothing is that counts."""
        try:
            info = os.lstat(path)
        except OSError:
            return None
        if known.plugin == "git":
            return self._folder(known, os.path.dirname(path), path) if stat.S_ISDIR(info.st_mode) else \
                Place(known.plugin, known.label, os.path.dirname(path), 1, info.st_size) if stat.S_ISREG(info.st_mode) else None
        if stat.S_ISREG(info.st_mode):
            counts = info.st_size and (not known.endings or path.endswith(known.endings))
            return Place(known.plugin, known.label, path, 1, info.st_size) if counts else None
        return self._folder(known, path, path) if stat.S_ISDIR(info.st_mode) else None

    def _folder(self, known: Known, path: str, counted: str) -> Place | None:
        """A place whose files are those below the folder `counted`."""
        files = size_bytes = 0
        todo = [counted]
        while todo:
            for entry in self._entries(todo.pop()):
                try:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) and (not known.endings or entry.name.endswith(known.endings)):
                        size_bytes += entry.stat(follow_symlinks=False).st_size
                        files += 1
                except OSError:
                    continue  # gone meanwhile
        return Place(known.plugin, known.label, path, files, size_bytes, self._left > 0) if files else None

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        """What a folder holds, as far as may still be looked at; nothing of one that may not be read."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if self._left <= 0:
                        return
                    self._left -= 1
                    yield entry
        except OSError:
            return
