"""Reads the commits of a git repository: one event per commit that says or does something, with its message, files and people.

Merges without a text of their own, empty commits and mere version bumps are passed over. A commit's hash names it for good, in every clone and fork.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import choices, moments
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.gitlog import Change, Commit, History

name = "git"
summary = "Commits of a git repository: one event each."
api_version = API_VERSION
bulk = True

FILES_SHOWN = 12
MESSAGE_CHARS = 20_000
BUMP_CHARS = 200  # that a subject of a mere version bump can have
_BUMP = re.compile(r"(?:(?:chore|build|release)(?:\([\w./-]*\))?: *)?(?:(?:bump|release|prepare|version|tag|cut|set)\b[\w ./@-]*?)?\bv?\d+\.\d+[\w.+-]*\.?",
                   re.IGNORECASE)
_MERGE_NOISE = re.compile(r"(?:#|\t|Conflicts:|\* '?\S+'?:?|  \S).*|# Conflicts:")
_TRAILER = re.compile(r"(?:co-authored-by|signed-off-by|reviewed-by|acked-by|tested-by|change-id|cc|git-svn-id): .*", re.IGNORECASE)
_DONE = {"A": "new", "D": "deleted", "T": "type changed"}


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per commit worth remembering, oldest first. Options: `since` (a date), `author` (a part of the name), `paths` and
    `commits` (nothing but these; both separated by commas).

    Position: the commit's hash.
    """
    choices.only(name, options, "since", "author", "paths", "commits")
    since = _since(options)
    author = options.get("author", "").casefold()
    if not source.path:
        raise PluginFailed("git reads no standard input", "give the folder of a git repository")
    history = History(source.path, source.name)
    remote = history.remote()
    called = _called(remote or source.name)
    paths, only = (tuple(filter(None, options.get(word, "").split(","))) for word in ("paths", "commits"))
    if not all(re.fullmatch("[0-9a-f]{4,64}", word) for word in only):
        raise PluginFailed(f"git: commits takes hashes separated by commas, not {options['commits']!r}")
    for commit in history.commits(since=since, paths=paths, only=only):
        if author and author not in commit.author.casefold() or since and commit.at and commit.at < since:
            continue
        subject, text = _parts(commit)
        if _worth(commit, subject, text):
            yield _draft(commit, subject, text, called, remote)


def _since(options: Mapping[str, str]) -> datetime | None:
    if "since" not in options:
        return None
    found = moments.iso(options["since"])
    if found is None:
        raise PluginFailed(f"git: since takes a date such as 2025-03-31, not {options['since']!r}")
    return found


def _called(place: str) -> str:
    """A repository's name: the last part of its URL or path."""
    return re.split(r"[/:]", place.rstrip("/"))[-1].removesuffix(".git") or place


def _parts(commit: Commit) -> tuple[str, str]:
    """The subject in one line, and the rest of the message without the trailers that only name people."""
    head, _, rest = commit.message[:MESSAGE_CHARS].lstrip().partition("\n\n")
    lines = [line.rstrip() for line in rest.split("\n") if not _TRAILER.fullmatch(line.strip())]
    return " ".join(head.split()), "\n".join(lines).strip()


def _worth(commit: Commit, subject: str, text: str) -> bool:
    if len(commit.parents) > 1:
        return any(line.strip() and not _MERGE_NOISE.match(line) for line in text.split("\n"))
    return bool(text) or bool(commit.changes) and (len(subject) > BUMP_CHARS or _BUMP.fullmatch(subject) is None)


def _draft(commit: Commit, subject: str, text: str, called: str, remote: str) -> Draft:
    who = f"By {_line(commit.author) or 'someone'}" + (f" with {' and '.join(map(_line, commit.people))}" if commit.people else "") + f", in {called}."
    title = subject or f"Commit {commit.id[:12]}"
    if len(commit.parents) > 1 and subject.startswith("Merge "):  # what was merged says more than that it was
        title, who = " ".join(text.partition("\n\n")[0].split()).partition(". ")[0], f"{who} {subject}."
    parts = [text, who, "\n".join(_files(commit))]
    return Draft("\n\n".join(filter(None, parts)) + "\n", "commit", commit.id, title=title, type="event", tags=("commit",),
                 created=commit.at, valid_from=commit.at, uri=f"{remote or called}#{commit.id}", session=called, message=commit.id,
                 span=f"commit {commit.id[:12]}", extra={"people": [_line(one) for one in (commit.author, *commit.people) if _line(one)]})


def _line(text: str) -> str:
    return " ".join(text.split())


def _files(commit: Commit) -> Iterator[str]:
    """The files with the most lines changed first, then how many more there are."""
    order = sorted(commit.changes, key=lambda change: (-(change.added or 0) - (change.deleted or 0), change.path))
    for change in order[:FILES_SHOWN]:
        yield f"- {_told(change)}"
    rest = len(order) - FILES_SHOWN + commit.more if len(order) > FILES_SHOWN else commit.more
    if rest:
        yield f"- and {rest} more {'file' if rest == 1 else 'files'}"


def _told(change: Change) -> str:
    path = f"`{_line(change.path)}`"
    lines = "binary" if change.added is None or change.deleted is None else f"+{change.added} -{change.deleted}"
    said = [word for word in (_DONE.get(change.kind, ""), f"from `{_line(change.before)}`" if change.before else "", lines) if word]
    return f"{path} ({', '.join(said)})"
