"""How is git called? One environment for every git process of ours, direct calls for the write path, GitPython for reading.

Nothing that a repository configures is ever run: hooks, signing, pagers, fsmonitor, external diff, text conversion, filters and
transports are off; what a file holds is what history gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from memcli.errors import UserError

if TYPE_CHECKING:
    import subprocess

_SAFE = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "log.showSignature": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "trailer.separators": ":",
    "protocol.ext.allow": "never",
    "gc.auto": "0",
    "gc.writeCommitGraph": "false",
    "core.fsync": "committed,loose-object",
    "core.fsyncMethod": "batch",
    "advice.detachedHead": "false",
    "diff.external": "",
}
_LEAKED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE",
           "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
           "GIT_EXTERNAL_DIFF", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_LITERAL_PATHSPECS",
           "GIT_DEFAULT_HASH", "GIT_QUARANTINE_PATH", "GIT_TRACE", "GIT_SSH_COMMAND", "GIT_ATTR_SOURCE", "GIT_NO_REPLACE_OBJECTS",
           "GIT_IMPLICIT_WORK_TREE", "GIT_REPLACE_REF_BASE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
           "GIT_ICASE_PATHSPECS")
FILTERS = r"filter\..*\.(clean|smudge|process|required)"  # programs that git pipes files through, as names of settings


def leaked(env: Mapping[str, str]) -> list[str]:
    """The variables that git sets for its hooks and that would point our git at another repository."""
    return [key for key in env if key in _LEAKED or key.startswith(("GIT_CONFIG_KEY", "GIT_CONFIG_VALUE"))]


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what git leaves in its hooks, with our safe settings laid over every configuration."""
    unwanted = leaked(env)
    clean = {key: value for key, value in env.items() if key not in unwanted}
    clean.update(GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", LC_ALL="C.UTF-8", GIT_LITERAL_PATHSPECS="1", GIT_ALLOW_PROTOCOL="none",
                 GIT_CONFIG_COUNT="0")
    for key, value in _SAFE.items():
        override(clean, key, value)
    return clean


def override(env: dict[str, str], key: str, value: str) -> None:
    """Lay a setting over every configuration that git reads."""
    number = env["GIT_CONFIG_COUNT"]
    env[f"GIT_CONFIG_KEY_{number}"], env[f"GIT_CONFIG_VALUE_{number}"] = key, value
    env["GIT_CONFIG_COUNT"] = str(int(number) + 1)


class Git:
    """Runs git in `root`. `keep` is a descriptor (the vault's lock) that stays open in every child."""

    def __init__(self, root: str, env: Mapping[str, str], keep: int = -1) -> None:
        self.root = root
        self.env = environment(env)
        self.keep = keep
        self._unfiltered = False

    def unfilter(self, configured: bytes | None = None) -> None:
        """Let no configured filter run in the commands that follow; needed by those that read or write files of the work tree.

        `configured` is the answer to `git config -z --get-regexp` with FILTERS, where that was asked already.
        """
        if self._unfiltered:
            return
        self._unfiltered = True
        out = self.call("config", "-z", "--get-regexp", f"^{FILTERS}$", accept=(0, 1)) if configured is None else configured
        for row in out.split(b"\0"):
            key = row.partition(b"\n")[0].decode("utf-8", "surrogateescape")
            if key.startswith("filter."):
                override(self.env, key, "false" if key.endswith(".required") else "")

    def start(self, arguments: Sequence[str], *, feed: bool = False) -> subprocess.Popen[bytes]:
        """A git process started and not waited for."""
        import subprocess

        try:
            return subprocess.Popen(
                ["git", *arguments], cwd=self.root, env=self.env, pass_fds=(self.keep,) if self.keep >= 0 else (),
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise UserError("git is not installed or not on PATH", "install git, then run the command again") from None

    def call(self, *arguments: str, feed: bytes | None = None, accept: Sequence[int] = (0,)) -> bytes:
        """git's standard output. Raises UserError with git's own first line when its exit status is not in `accept`."""
        process = self.start(arguments, feed=feed is not None)
        out, err = process.communicate(feed)
        if process.returncode not in accept:
            raise refusal(self.root, arguments[0], err)
        return out

    def within(self, arguments: Sequence[str], timeout_s: float) -> tuple[int, bytes] | None:
        """git's exit status and all that it said, None when it was not done in time and was stopped."""
        import subprocess

        process = self.start(arguments)
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        return process.returncode, out + err

    def text(self, *arguments: str, accept: Sequence[int] = (0,)) -> str:
        """A reading command through GitPython's command interface, as text (undecodable bytes replaced)."""
        import git

        shell = git.cmd.Git(self.root)
        shell.update_environment(**self.env)
        status, out, err = shell.execute(["git", *arguments], with_extended_output=True, with_exceptions=False, stdout_as_string=False,
                                         strip_newline_in_stdout=False)
        if status not in accept:
            raise refusal(self.root, arguments[0], err.encode() if isinstance(err, str) else bytes(err))
        return out.decode("utf-8", "replace") if isinstance(out, bytes) else str(out)


def refusal(root: str, what: str, err: bytes) -> UserError:
    """What git said, as one clear line and a next step."""
    lines = [line for line in err.decode("utf-8", "replace").splitlines() if line.strip() and not line.startswith("hint:")]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no message")
    if "dubious ownership" in said:
        return UserError(f"git refuses {root}: it belongs to another user", f"git config --global --add safe.directory {root}")
    if "No space left" in err.decode("utf-8", "replace") or "Disk quota" in said or "File too large" in err.decode("utf-8", "replace"):
        return UserError(f"no space left for git in {root}", "free some space and run the command again; nothing is lost")
    if "ot a git repository" in said:
        return UserError(f"{root} is not a git work tree any more", "mem init brings the history back to life without touching the entries")
    return UserError(f"git {what} failed: {said}", "mem doctor looks for the reason")
