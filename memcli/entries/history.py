"""What happened, and how was it before? Reading git's history: log, diff, contents and trees at a date or revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from memcli import clock
from memcli.entries import atomic
from memcli.entries.git import Git
from memcli.entries.vault import Vault
from memcli.errors import NothingFound, Usage, UserError

_FIELDS = "%x1f".join(["%H", "%cI", "%an", "%s", *(f"%(trailers:key={key},valueonly,separator=%x20)" for key in ("Mem-Verb", "Mem-Run", "Mem-Undoes"))]
                       + ["%(trailers:key=Mem-Move,valueonly,separator=%x1e)"])
_NEW_MAX = 1 << 20  # bytes of a new file that a diff shows


@dataclass(frozen=True, slots=True)
class Record:
    """One commit. `verb` is "" for a commit that a person made; `undoes` is the id of the commit an undo took back; `moves` are the entries that
    went from one state to another, as `6r0wze short -> cold: the reason`."""

    commit: str
    date: str
    author: str
    subject: str
    verb: str
    run: str
    undoes: str
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """One path that a commit changed: blob ids before and after, "" for absent."""

    path: str
    before: str
    after: str


def records(git: Git, *, limit: int = 0, path: str = "", revision: str = "HEAD") -> list[Record]:
    """Commits, newest first (`limit` 0: all); only those that touched `path`, through renames, when given. Empty when there are none."""
    arguments = ["log", "-z", "--first-parent" if not path else "--follow", f"--format={_FIELDS}"]
    if limit:
        arguments.append(f"-{limit}")
    arguments += [revision, "--"] + ([path] if path else [])
    out = git.text(*arguments, accept=(0, 128))
    found = []
    for row in out.split("\0"):
        fields = row.strip("\n").split("\x1f")
        if len(fields) == 8:
            commit, date, author, subject, verb, run, undoes, moves = fields
            found.append(Record(commit, date, author, subject, verb, run, undoes, tuple(filter(None, moves.split("\x1e")))))
    return found


def of_one(record: Record, id_: str) -> Record:
    """A commit with those of its moves that are this entry's."""
    return replace(record, moves=tuple(move for move in record.moves if id_.endswith(move.partition(" ")[0])))


def resolve(git: Git, when: str) -> str:
    """The commit meant by a revision (`HEAD~3`, a hash prefix, a branch) or a date (the last commit at or before it; a bare day includes it).

    Raises Usage when it is neither, NothingFound when the date is before the first commit.
    """
    if when.startswith("-"):
        raise Usage(f"{when!r} is neither a date nor a revision", "a date looks like 2026-11-23, a revision like HEAD~2")
    try:
        date = clock.parse(when)
    except ValueError:
        found = git.call("rev-parse", "--verify", "--quiet", "--end-of-options", when + "^{commit}", accept=(0, 1, 128)).decode().strip()
        if not found:
            raise Usage(f"{when!r} is neither a date nor a revision of this vault", "mem log lists revisions; a date looks like 2026-11-23") from None
        return found
    seconds = int(date.timestamp()) + (86_399 if len(when.strip()) == 10 else 0)
    found = git.call("rev-list", "-1", "--first-parent", f"--before={seconds}", "HEAD", accept=(0, 128)).decode().strip()
    if not found:
        raise NothingFound(f"the vault's history begins after {when}", "mem log shows its first commit")
    return found


def tree(git: Git, revision: str) -> dict[str, str]:
    """Blob ids by path of every `*.md` at a revision."""
    found: dict[str, str] = {}
    for row in git.call("ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0"):
        head, _, path = row.partition(b"\t")
        if path.endswith(b".md") and head.startswith(b"100"):
            found[path.decode("utf-8", "surrogateescape")] = head.split(b" ")[2].decode()
    return found


def blobs(git: Git, wanted: list[str]) -> dict[str, bytes]:
    """The bytes of blobs by id, by one `git cat-file --batch`. Raises UserError when git lacks one (a partial clone, damage)."""
    if not wanted:
        return {}
    out = git.call("cat-file", "--batch", feed="".join(name + "\n" for name in wanted).encode())
    found: dict[str, bytes] = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        words = out[at:end].split(b" ")
        if len(words) != 3:
            raise UserError(f"git lacks an earlier text: {out[at:end].decode()}", "fetch it with git, or restore it from a clone")
        at, size = end + 1, int(words[2])
        found[words[0].decode()] = out[at:at + size]
        at += size + 1
    return found


def content(git: Git, revision: str, path: str) -> bytes | None:
    """A file's bytes at a revision, or None."""
    from memcli.entries.run import blobs_at

    blob = blobs_at(git, revision, [path]).get(path)
    return blobs(git, [blob])[blob] if blob else None


def deltas(git: Git, commit: str) -> list[Delta]:
    """What a commit changed against its first parent, renames as removal and addition."""
    out = git.call("diff-tree", "-r", "-z", "--root", "--no-renames", "--no-commit-id", "--no-ext-diff", "-m", "--first-parent", commit)
    rows = out.split(b"\0")
    found = []
    for head, path in zip(rows[::2], rows[1::2]):
        words = head.decode().split(" ")
        before, after = ("" if set(blob) == {"0"} else blob for blob in words[2:4])
        found.append(Delta(path.decode("utf-8", "surrogateescape"), before, after))
    return found


def diff(git: Git, old: str, new: str, path: str, *, color: bool) -> str:
    """A unified diff of entries between two revisions; `new` "" is the work tree, `old` "" its last commit."""
    git.unfilter()
    arguments = ["diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty", f"--color={'always' if color else 'never'}", old or "HEAD"]
    if new:
        arguments.append(new)
    return git.text(*arguments, "--", *([path] if path else [])) + ("" if new else _new_files(git, path))


def _new_files(git: Git, path: str) -> str:
    """The part of a diff that git leaves out: entries it does not know yet."""
    out = git.call("ls-files", "--others", "--exclude-standard", "-z", *(["--", path] if path else []))
    parts = []
    for name in sorted(row.decode("utf-8", "surrogateescape") for row in out.split(b"\0") if row.endswith(b".md")):
        try:
            Vault(git.root).entry(name)
            lines = atomic.read(f"{git.root}/{name}", _NEW_MAX).decode("utf-8", "replace").splitlines()
        except (OSError, UserError):
            continue  # gone meanwhile, or of another vault
        parts.append(f"diff --git a/{name} b/{name}\nnew file\n--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{len(lines)} @@\n")
        parts += [f"+{line}\n" for line in lines]
    return "".join(parts)


def undo_target(git: Git, revision: str = "") -> Record:
    """The command to take back: `revision`, else the newest of ours that is neither an undo nor undone already. What a sync merged in
    was done by others, and is passed over.

    Raises NothingFound when there is none. Naming an undo takes the undo back.
    """
    if revision:
        return records(git, limit=1, revision=resolve(git, revision))[0]
    undone: set[str] = set()
    for record in records(git):
        if record.verb == "undo":
            if record.commit not in undone:
                undone.add(record.undoes)
        elif record.verb not in ("", "init", "record", "sync") and record.commit not in undone:
            return record
    raise NothingFound("nothing left to undo", "mem log shows what happened; naming an undo's commit takes the undo back")


def last_before_loss(git: Git, path: str, is_tombstone: Callable[[bytes], bool]) -> bytes:
    """The newest content of `path` in history that is neither gone nor a tombstone. Raises UserError when there is none."""
    out = git.call("log", "--format=%H", "HEAD", "--", path).decode().split()
    for commit in out:
        for revision in (commit, f"{commit}^"):
            data = content(git, revision, path)
            if data is not None and not is_tombstone(data):
                return data
    raise UserError(f"history holds no earlier text of {path}", "it may have been purged")
