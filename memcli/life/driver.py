"""What does git call for the entries of a vault? The merge driver, the text conversion for its diffs, and the settings that name both.

These settings are of a clone and do not travel with it: `mem init` sets them, `mem doctor` looks after them, and a person's own are never touched.
git is not asked to cache what it converts: it would keep purged texts in notes, and could not show a diff to who has told it no name.
"""

from __future__ import annotations

from memcli.entries import atomic, lines, merging, text
from memcli.entries.git import Git
from memcli.entries.model import Value
from memcli.errors import EntryInvalid, Usage, UserError

SETTINGS = {
    "merge.mem.name": "entries of mem, by meaning",
    "merge.mem.driver": "mem merge-driver %O %A %B %L %P",
    "diff.mem.textconv": "mem textconv",
    "diff.mem.xfuncname": "^(#+ .*|[a-z_]+:.*)$",
}
VOLATILE = ("memory", "updated", "importance_by")  # fields that change without anything being said


def merge_files(base: str, ours: str, theirs: str, marker: int, path: str) -> merging.Merged:
    """Merge three files as git hands them to a merge driver, into the second. Raises UserError when one cannot be read; then nothing is written."""
    old, one, other = _bytes(base), _bytes(ours), _bytes(theirs)
    try:
        done = merging.merge(old or None, one, other, marker=marker)
    except EntryInvalid as error:
        raise UserError(f"{path} cannot be merged: {error.reason}; it holds our side",
                        f"git show :3:{path} shows theirs; choose, then git add {path}") from None
    if done.data != one:
        atomic.write(ours, done.data, durable=False)
    return done


def settled(path: str) -> bytes:
    """An entry's file without the fields that change by themselves, for a diff of what was said. What is no entry stays as it is."""
    data = _bytes(path)
    entry = text.read(data, "entry.md")
    hidden = [name for name in VOLATILE if name in entry.meta]
    if "importance" in entry.meta and entry.meta.get("importance_by") == "auto":
        hidden.append("importance")
    if entry.problem is not None or not hidden:
        return data
    changes: dict[str, Value | text.Remove] = dict.fromkeys(hidden, text.REMOVE)
    try:
        return text.edit(data, changes)
    except EntryInvalid:
        return data


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # git's own temporary, or a person's word: a link and /dev/null may be read
            return file.read()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", "git runs this by itself; mem man merge-driver") from None


def missing(git: Git) -> dict[str, str]:
    """The settings that this clone lacks; one that somebody has set otherwise, here or in their own configuration, is not missing."""
    out = git.call("config", "-z", "--get-regexp", r"^(merge|diff)\.mem\.", accept=(0, 1))
    known = {row.partition(b"\n")[0].decode("utf-8", "replace").lower() for row in out.split(b"\0")}
    wanted = {} if "merge.mem.driver" in known else {name: value for name, value in SETTINGS.items() if name.startswith("merge.")}
    if not known & {"diff.mem.textconv", "diff.mem.command"}:
        wanted.update((name, value) for name, value in SETTINGS.items() if name.startswith("diff."))
    return {name: value for name, value in wanted.items() if name not in known}


def connect(git: Git) -> list[str]:
    """Set what this clone lacks; returns the names of the settings."""
    wanted = missing(git)
    for name, value in wanted.items():
        git.call("config", "--local", name, value)
    return list(wanted)


def marker_length(word: str) -> int:
    """The length of conflict markers, as git's %L gives it. Raises Usage when it is none."""
    if word.isascii() and word.isdigit() and 0 < int(word[:5]) <= 1000:
        return int(word)
    raise Usage(f"{word!r} is no length of a conflict marker", f"git gives it as %L, usually {lines.MARKER}")
