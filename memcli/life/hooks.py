"""Where do git's hooks of a repository lie, and how do ours get there and away again? A hook that was there is kept and called first.

It is renamed, never rewritten, so that taking ours away puts it back byte for byte. `core.hooksPath` is followed; a folder that serves every
repository of the user is touched only when that is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from memcli.entries import atomic
from memcli.entries.git import Git
from memcli.errors import Refused, UserError
from memcli.life import hookscripts
from memcli.life.hookscripts import PREVIOUS, VAULT, WORK

SHARED = ("global", "system")  # scopes of git's configuration that reach beyond one repository


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree, the folder that git runs its hooks from, and in which scope core.hooksPath says so ("" when it does not)."""

    top: str
    folder: str
    scope: str


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook. `state`: absent, installed, chained (the one that was there before runs first), edited (ours, changed by hand), replaced (the one
    that was there before took its place again), foreign (not ours)."""

    name: str
    path: str
    state: str


def repository(folder: str, env: Mapping[str, str]) -> Repository:
    """The repository whose work tree a folder lies in. Raises UserError when there is none."""
    git = Git(folder, env)
    out = git.call("rev-parse", "--show-toplevel", "--path-format=absolute", "--git-common-dir", accept=(0, 128)).decode("utf-8", "surrogateescape")
    lines = out.split("\n")
    if len(lines) < 3:
        raise UserError(f"{folder} is in no git work tree", "go to a repository, or make one: git init")
    told = git.call("config", "-z", "--type=path", "--show-scope", "--get-all", "core.hooksPath", accept=(0, 1)).decode("utf-8", "surrogateescape").split("\0")
    paths = [(scope, path) for scope, path in zip(told[::2], told[1::2]) if scope != "command"]  # ours is of that scope
    scope, path = paths[-1] if paths else ("", "")
    return Repository(lines[0], os.path.normpath(os.path.join(lines[0], path)) if path else f"{lines[1]}/hooks", scope)


def seen(repo: Repository, names: tuple[str, ...]) -> list[Hook]:
    """How the hooks of a repository stand."""
    return [Hook(name, f"{repo.folder}/{name}", _state(f"{repo.folder}/{name}")) for name in names]


def _state(path: str) -> str:
    data = _bytes(path)
    if data is None:
        return "foreign" if os.path.lexists(path) else "absent"
    if not hookscripts.is_ours(data):
        return "replaced" if data == _bytes(path + PREVIOUS) else "foreign"
    if not hookscripts.is_whole(data):
        return "edited"
    return "chained" if os.path.lexists(path + PREVIOUS) else "installed"


def _bytes(path: str) -> bytes | None:
    try:
        return atomic.read(path, 1 << 20)
    except OSError:
        return None


def install(repo: Repository, scripts: Mapping[str, bytes], *, everywhere: bool, dry_run: bool) -> list[tuple[str, str]]:
    """Put hooks in place; returns (name, what was done: written, chained, renewed, there). Raises Refused before anything is changed."""
    if repo.scope in SHARED and not everywhere:
        raise Refused(f"core.hooksPath in your {repo.scope} git configuration says that {repo.folder} serves every repository; nothing was changed",
                      "mem hooks install --everywhere takes it nevertheless")
    todo = [(hook, scripts[hook.name]) for hook in seen(repo, tuple(scripts))]
    for hook, _ in todo:
        if hook.state == "foreign" and os.path.lexists(hook.path + PREVIOUS):
            raise Refused(f"{hook.path} was replaced by another program since mem put its own there; nothing was changed",
                          f"if it calls {hook.path}{PREVIOUS} itself, remove that file; else join the two by hand")
        if hook.state == "edited":
            raise Refused(f"{hook.path} is mem's and was changed by hand; nothing was changed", "remove it, then mem hooks install")
    done = []
    for hook, data in todo:
        what = {"foreign": "chained", "replaced": "chained", "absent": "written"}.get(hook.state, "there" if _bytes(hook.path) == data else "renewed")
        done.append((hook.name, what))
        if dry_run or what == "there":
            continue
        if hook.state == "foreign":
            atomic.put(hook.path, hook.path + PREVIOUS, atomic.ABSENT)
        atomic.write(hook.path, data, executable=True)
    return done


def uninstall(repo: Repository, *, dry_run: bool) -> list[tuple[str, str]]:
    """Take our hooks away, and put back what was there before; returns (name, removed or restored). Raises Refused for one that was changed by hand."""
    ours = [hook for hook in seen(repo, (*WORK, *VAULT)) if hook.state in ("installed", "chained", "replaced", "edited")]
    for hook in ours:
        if hook.state == "edited":
            raise Refused(f"{hook.path} is mem's and was changed by hand; nothing was changed",
                          f"keep what you need of it and remove it; then mv {hook.path}{PREVIOUS} back, if that is there")
    for hook in ours:
        if dry_run:
            continue
        if hook.state in ("chained", "replaced"):
            atomic.put(hook.path + PREVIOUS, hook.path, None)
        else:
            atomic.remove(hook.path)
    if ours and not dry_run:
        atomic.remove_empty_folders(repo.folder, os.path.dirname(repo.folder))
    return [(hook.name, "restored" if hook.state in ("chained", "replaced") else "removed") for hook in ours]
