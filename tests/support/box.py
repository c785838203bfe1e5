"""What does a test run `mem` in? A home of its own, a vault, and a clean environment: nothing of the machine gets in."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standing import standing

BIN = os.path.dirname(os.path.abspath(sys.executable))
MEM = os.path.join(BIN, "mem")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIXTURES = os.path.join(TOP, "fixtures")
NOW = "2026-11-23T08:00:00Z"  # the present of sessions and of a fresh vault
_FOREIGN = ("MEM_", "PYTEST_", "XDG_", "GIT_", "LC_", "PYTHON", "VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "PAGER", "EDITOR", "VISUAL", "LESS")


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: exit status (negative: the signal's number), standard output and standard error."""

    status: int
    data: bytes
    err: str

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.data.decode("utf-8", "replace")


class Box:
    """A home with one vault in it, and `mem` run there."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.vault = os.path.join(home, "vault")
        keep = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        self.env = {**keep, "HOME": home, "PATH": BIN + os.pathsep + keep.get("PATH", ""), "GIT_CONFIG_NOSYSTEM": "1", "TERM": "dumb",
                    "LANG": "C.UTF-8", "TZ": "UTC", "FIXTURES": FIXTURES, "MEM_NOW": NOW}
        os.makedirs(self.vault, exist_ok=True)

    def run(self, *args: str, input: bytes | str | None = None, env: Mapping[str, str] | None = None, cwd: str | None = None,
            check: int | None = None, timeout_s: float = 120) -> Result:
        """Run `mem ARGS` in the vault, as a child of the standing process where that is the same. `check`: the exit status it must end with."""
        whole = {**self.env, **(env or {})}
        stands = standing({**self.env, "HOME": "/"})
        if not stands.fits(whole):
            return self.call([MEM, *args], input=input, env=env, cwd=cwd, check=check, timeout_s=timeout_s)
        data = input.encode() if isinstance(input, str) else input
        status, out, err = stands.run(args, data, whole, cwd or self.vault, timeout_s)
        return _judged([MEM, *args], Result(status, out, err.decode("utf-8", "replace")), check)

    def sh(self, line: str, *, input: bytes | str | None = None, env: Mapping[str, str] | None = None, cwd: str | None = None,
           check: int | None = 0) -> Result:
        """Run a line of bash in the vault, with `mem` on the path."""
        return self.call(["bash", "-c", line], input=input, env=env, cwd=cwd, check=check)

    def call(self, words: list[str], *, input: bytes | str | None = None, env: Mapping[str, str] | None = None, cwd: str | None = None,
             check: int | None = None, timeout_s: float = 120) -> Result:
        """Run a command in this environment."""
        data = input.encode() if isinstance(input, str) else input
        done = subprocess.run(words, input=data, stdin=subprocess.DEVNULL if data is None else None, capture_output=True, check=False,
                              env={**self.env, **(env or {})}, cwd=cwd or self.vault, timeout=timeout_s)
        return _judged(words, Result(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")), check)

    def json(self, *args: str, check: int | None = 0) -> Any:
        """Run `mem ARGS --json` and read what it prints."""
        return json.loads(self.run(*args, "--json", check=check).out)

    def init(self) -> Box:
        """Make the vault a vault."""
        self.run("init", ".", check=0, env={"MEM_NOW": NOW})
        return self

    def like(self, other: Box) -> Box:
        """Make the vault a copy of another one, which costs less than to make it."""
        shutil.copytree(other.vault, self.vault, symlinks=True, dirs_exist_ok=True)
        return self

    def git(self, *args: str, check: int | None = 0) -> str:
        """git in the vault."""
        identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
        return self.call(["git", *args], check=check, env=identity).out

    def path(self, name: str) -> str:
        """The absolute path of a file of the vault."""
        return os.path.join(self.vault, name)

    def read(self, name: str) -> bytes:
        """A file of the vault."""
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name: str, data: bytes | str) -> str:
        """Write a file of the vault behind mem's back; returns its absolute path."""
        full = self.path(name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return full

    def settle(self, name: str) -> None:
        """Make a file of the vault a minute old: one that was written this very moment is looked at once more by the next command."""
        then = time.time() - 60
        os.utime(self.path(name), (then, then))

    def files(self, root: str = "") -> dict[str, bytes]:
        """Every regular file below a folder (the vault), by relative path, without `.git`, `.mem/index` and `.mem/state`."""
        root = root or self.vault
        found: dict[str, bytes] = {}
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if not (name == ".git" or os.path.relpath(f"{folder}/{name}", root) in (".mem/index", ".mem/state"))]
            for name in names:
                full = os.path.join(folder, name)
                if os.path.isfile(full) and not os.path.islink(full):
                    with open(full, "rb") as file:
                        found[os.path.relpath(full, root)] = file.read()
        return found

    def found(self, *query: str) -> list[str]:
        """The paths that a search finds by words, best first."""
        result = self.run("search", *query, "--channels", "keyword", "--limit", "1000", "--format", "{path}\n")
        assert result.status in (0, 1), result
        return result.out.splitlines()

    def sound(self) -> None:
        """Fails unless doctor --deep and git fsck find nothing, and nothing half-written lies about."""
        result = self.run("doctor", "--deep", "--json")
        assert result.status == 0, result
        fsck = self.call(["git", "fsck", "--strict", "--no-dangling"])
        assert fsck.status == 0, fsck
        left = [name for _, _, names in os.walk(self.vault) for name in names if name.endswith(".mem-tmp")]
        assert not left, left


def _judged(words: list[str], result: Result, check: int | None) -> Result:
    """The result, if the exit status is the wanted one and no traceback was shown."""
    assert check is None or result.status == check, f"{words} ended with {result.status}, not {check}\n{result.out}\n{result.err}"
    assert "Traceback" not in result.err, result.err
    return result


def killed(status: int) -> bool:
    """Whether an exit status means that SIGKILL ended the process."""
    return status in (-signal.SIGKILL, 128 + signal.SIGKILL)
