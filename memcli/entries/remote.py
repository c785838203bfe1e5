"""How does git reach another machine? Fetch and push of one branch by an explicit refspec, never forced, and nothing else.

Only the transports of PROTOCOLS are let out. A program that the clone's own configuration names for them (a clone may have come as a copy from
others) is not run: the call is refused and says where such a setting belongs. What the user's own configuration names is theirs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from memcli.entries import commit
from memcli.entries.git import Git, override, refusal
from memcli.errors import MemError, Refused, UserError

PROTOCOLS = "file:ssh:https:git"
TIMEOUT_S = 600.0
_PROGRAMS = (r"^(core\.(sshcommand|gitproxy|askpass|alternaterefscommand)|credential\.(.*\.)?helper|remote\..*\.(uploadpack|receivepack|vcs)|"
             r"gpg\..*program|ssh\..*command)$")
_AWAY = re.compile(r"could not resolve|name or service not known|temporary failure in name|network is (?:unreachable|down)|no route to host|connection refused|"
                   r"timed out|failed to connect|couldn't connect|connection reset|unable to connect|operation too slow|host is down|closed by", re.IGNORECASE)
_BEATEN = re.compile(r"\[(?:remote )?rejected\].*\((?:fetch first|non-fast-forward|stale info|failed to update ref|incorrect old value|cannot lock ref"
                     r"|reference already exists|failed to lock)", re.IGNORECASE | re.DOTALL)


class Away(MemError):
    """The other machine cannot be reached now."""

    code = "cannot"
    exit_status = 4


@dataclass(frozen=True, slots=True)
class Remote:
    """Where to sync with: git's name for it or a URL, the branch there, and the reference that keeps what was last seen of it."""

    name: str
    branch: str
    tracking: str
    place: str

    @property
    def told(self) -> str:
        """What it is called in messages and in history: a URL without the user and password in it, on one line."""
        return " ".join(re.sub(r"^([\w.+-]+://)[^/]*@", r"\1", self.name).split())


def chosen(git: Git, name: str = "") -> Remote | None:
    """The remote that is meant: `name`, else the branch's own, else `origin`, else the only one; None when there is none. Raises UserError for a
    name that is no remote, no path and no URL."""
    ours = commit.branch(git.root).removeprefix("refs/heads/")
    there = git.call("remote").decode("utf-8", "replace").split("\n")[:-1]
    upstream = _value(git, f"branch.{ours}.remote")
    merge = _value(git, f"branch.{ours}.merge").removeprefix("refs/heads/")
    if not name:
        name = upstream if upstream in there else "origin" if "origin" in there else there[0] if len(there) == 1 else ""
        if not name and there:
            raise UserError(f"this vault has several remotes: {', '.join(there)}", "mem sync NAME, or once git push -u NAME HEAD")
        if not name:
            return None
    if name in there:
        branch = merge if name == upstream and merge else ours
        return Remote(name, branch, f"refs/remotes/{name}/{branch}", _value(git, f"remote.{name}.url") or name)
    if name.startswith("-") or not ("/" in name or ":" in name):
        raise UserError(f"no remote {name!r}", f"git -C {git.root} remote add {name} URL" if name.isidentifier() else "git remote lists the remotes")
    if not re.match(r"[\w.+-]+:", name):
        name = os.path.abspath(name)
    return Remote(name, ours, "refs/mem/sync", name)


def _value(git: Git, key: str) -> str:
    return git.call("config", "-z", "--get", key, accept=(0, 1, 5)).decode("utf-8", "replace").rstrip("\0")


def opened(root: str, env: Mapping[str, str], keep: int = -1) -> Git:
    """A git that may reach other machines. Raises Refused when the clone's configuration names a program for that."""
    git = Git(root, env, keep)
    out = git.call("config", "-z", "--show-scope", "--get-regexp", _PROGRAMS, accept=(0, 1))
    words = out.decode("utf-8", "replace").split("\0")
    for scope, row in zip(words[::2], words[1::2]):
        key, _, value = row.partition("\n")
        if scope in ("local", "worktree") and value:
            raise Refused(f"the vault's own git configuration names a program to run: {key} = {value}",
                          f"if it is yours: git config --global {key} '...', and git -C {root} config --unset {key}")
    git.env["GIT_ALLOW_PROTOCOL"] = PROTOCOLS
    git.env.update((key, env[key]) for key in ("GIT_SSH_COMMAND", "GIT_SSH") if key in env)
    for key, value in (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "30"), ("fetch.fsckObjects", "true"), ("push.followTags", "false"),
                       ("push.recurseSubmodules", "no"), ("push.gpgSign", "false"), ("maintenance.auto", "false")):
        override(git.env, key, value)
    return git


def fetch(git: Git, remote: Remote) -> str:
    """The commit that the remote's branch is at, "" where it has no such branch yet. Raises Away, or UserError."""
    status, err = _run(git, ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance", "--refmap=",
                             remote.name, f"+refs/heads/{remote.branch}:{remote.tracking}"])
    if status == 0:
        return git.call("rev-parse", "--verify", f"{remote.tracking}^{{commit}}").decode().strip()
    if "couldn't find remote ref" not in err:
        raise _failure(git, remote, "fetch", err)
    heads = git.call("ls-remote", "--heads", remote.name).decode("utf-8", "replace").split("\n")[:-1]
    others = [row.partition("\trefs/heads/")[2] for row in heads]
    if others:
        raise UserError(f"{remote.told} has no branch {remote.branch}, but {', '.join(others[:3])}",
                        f"git -C {git.root} branch -m {others[0]}, or git -C {git.root} push -u {remote.told} {remote.branch} to begin a second one")
    return ""


def push(git: Git, remote: Remote, target: str) -> bool:
    """Give the remote's branch a commit that follows from its own; False when somebody was quicker. Raises Away, or UserError."""
    status, err = _run(git, ["push", "--porcelain", "--no-verify", "--no-signed", remote.name, f"{target}:refs/heads/{remote.branch}"])
    if status == 0:
        git.call("update-ref", remote.tracking, target)
        return True
    if _BEATEN.search(err):
        return False
    if "checked out" in err:
        raise UserError(f"{remote.told} is a work tree that is on {remote.branch}, so git does not take it", "sync through a bare repository: git clone --bare")
    refused = re.search(r"\[remote rejected\].*\((.*)\)", err)
    if refused:
        said = "; ".join(line.removeprefix("remote:").strip() for line in err.splitlines() if line.startswith("remote:"))
        raise UserError(f"{remote.told} refused what was pushed ({refused[1]}){': ' if said else ''}{said[:500]}",
                        "what came from there is taken in, and nothing is lost; mem sync again when it lets you")
    raise _failure(git, remote, "push", err)


def _run(git: Git, words: list[str]) -> tuple[int, str]:
    """A git that talks to another machine: its status and everything it said. Raises Away when it takes too long."""
    done = git.within(words, TIMEOUT_S)
    if done is None:
        raise Away(f"git {words[0]} took longer than {TIMEOUT_S:g} seconds and was stopped", "nothing is lost; mem sync again")
    return done[0], done[1].decode("utf-8", "replace")


def _failure(git: Git, remote: Remote, what: str, err: str) -> MemError:
    """What git said when it could not reach or use a remote."""
    place = remote.place.removeprefix("file://")
    place = place if re.match(r"[^/]*:", place) else os.path.normpath(os.path.join(git.root, place))
    if _AWAY.search(err) or (os.path.isabs(place) and not os.path.exists(place)):
        said = next((line for line in err.splitlines() if _AWAY.search(line)), f"{place} is not there")
        return Away(f"{remote.told} cannot be reached ({said.strip()})", "nothing is lost; mem sync again when it can")
    if "transport" in err and "not allowed" in err:
        return UserError(f"{remote.told}: only {PROTOCOLS.replace(':', ', ')} are used to sync, and this is none of them", f"git -C {git.root} remote -v")
    if re.search("permission denied|authentication failed|could not read (?:username|password)|host key", err, re.IGNORECASE):
        return UserError(f"{remote.told} does not let you in: {_first(err)}", f"try git -C {git.root} {what} {remote.told} by hand; git asks for what it needs")
    return refusal(git.root, what, err.encode())


def _first(err: str) -> str:
    return next((line.strip() for line in err.splitlines() if re.search("denied|failed|could not|host key", line, re.IGNORECASE)), "no reason given")
