"""Reads what Claude Code keeps: the transcripts of its sessions (`projects/*/SESSION.jsonl`), one conversation each, and what it noted for itself
(`projects/*/memory/*.md`).

A transcript is a tree: each line names its parent. Told is the branch that ends in the last message, across the places where the talk was made
compact; what subagents said and what the program itself put in is left out.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import agents, choices, claude, frontmatter, plain, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.talk import segments

name = "claude-code"
summary = "Claude Code: sessions and auto memory, of ~/.claude, a project's folder or a file."
api_version = API_VERSION
apart = bulk = True

_MEMORY_MAX = 4 * 1024 * 1024  # bytes
_MARKS = ("uuid", "sessionId", "leafUuid", "messageId")  # of which a line has one
_BESIDE = 20  # transcripts that are looked into for the name of a project, and lines of each
_TYPES = {"user": "profile", "feedback": "procedure", "project": "fact", "reference": "note"}


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Sessions and notes by path. Position: the id of a segment's first message; for a note its path in the memory folder."""
    choices.only(name, options)
    if not source.is_folder:
        yield from _note(source, "") if source.name.endswith(".md") else _session(source, "")
        return
    files = _files(source)
    first = next(files, None)
    if first is None and source.only is None:
        raise PluginFailed(f"{source.name} holds no session and no memory", "give ~/.claude, the folder of a project in its projects/, or a session's file")
    for relative in [first, *files] if first else []:
        try:
            yield from _note(source, relative) if relative.endswith(".md") else _session(source, relative)
        except PluginFailed as error:
            yield Rejected(relative, error.message)


def _files(source: Source) -> Iterator[str]:
    """The transcripts and notes of a folder; of ~/.claude itself only those below projects/."""
    start = "projects/" if os.path.isdir(os.path.join(source.path, "projects")) else ""
    for relative in source.files(".jsonl", ".md"):
        folders = relative.split("/")[:-1]
        if relative.startswith(start) and "subagents" not in folders and (relative.endswith((".jsonl", "/")) or _is_note(source, relative, folders)):
            yield relative


def _is_note(source: Source, relative: str, folders: list[str]) -> bool:
    if os.path.basename(relative) == "MEMORY.md":  # the index of the others
        return False
    return "memory" in [source.name, *folders] or os.path.isfile(os.path.join(source.path, *folders, "MEMORY.md"))


# -- sessions --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Session:
    """What was read of a transcript: its lines by id, in the order of the file."""

    lines: dict[str, claude.Line] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)  # by who gave it
    summaries: dict[str, str] = field(default_factory=dict)  # by the last message that was summed up; those of other sessions may stand here too
    failed: set[str] = field(default_factory=set)  # calls of tools
    last: str | None = None
    known: int = 0  # lines of a form that transcripts have

    def title(self) -> str:
        """The title the person gave, else the program's, else "" """
        told = [self.titles.get("custom-title"), self.titles.get("ai-title"), *(text for leaf, text in reversed(self.summaries.items()) if leaf in self.lines)]
        return next(filter(None, map(plain.line, told)), "")


def _session(source: Source, relative: str) -> Iterator[Draft | Rejected]:
    shown, session = relative or source.name, _Session()
    yield from agents.log(source, relative, partial(_take, session))
    if not session.known:
        if relative and not source.size(relative):
            return
        raise PluginFailed(f"{shown} holds no lines of a Claude Code session", "expected {\"type\": \"user\", \"uuid\": ..., \"message\": ...} on each line")
    yield from _drafts(session, os.path.basename(shown))


def _take(session: _Session, number: int, row: Any) -> None:
    """A line of the transcript. Kinds that are not known are passed over: new ones come with every version."""
    if not isinstance(row, dict) or not isinstance(row.get("type"), str) or not any(key in row for key in _MARKS):
        return
    session.known += 1
    for kind, key in (("custom-title", "customTitle"), ("ai-title", "aiTitle")):
        if row["type"] == kind and isinstance(row.get(key), str):
            session.titles[kind] = row[key]
    if row["type"] == "summary" and isinstance(row.get("summary"), str) and isinstance(row.get("leafUuid"), str):
        session.summaries[row["leafUuid"]] = row["summary"]
    line = claude.line(row, number, session.last)
    if line is not None:
        session.lines.setdefault(line.id, line)
        session.failed.update(line.failed)
        session.last = session.last if row.get("isSidechain") else line.id


def _drafts(session: _Session, file: str) -> Iterator[Draft]:
    """The drafts of a session: its talk in segments, then a summary for each place where it was made compact."""
    chain = claude.chain(session.lines)
    if not chain:
        return
    story, summaries = agents.Story("Claude"), []
    for line in chain:
        for call, words in line.deeds:
            story.did(call, words, line.id, line.at)
            if call in session.failed:
                story.failed(call)
        if line.compact:
            summaries.append(line)
        elif line.kind == "user":
            story.asked(line.text, line.id, line.at)
        else:
            story.told(line.text, line.id, line.at)
    like = _like(chain, file, session.title() or agents.opening(story.turns) or "A session with Claude Code")
    yield from segments(story.turns, like)
    for line in summaries:
        if line.text:
            yield _summary(like, line)


def _like(chain: list[claude.Line], file: str, title: str) -> Draft:
    stem = file.removesuffix(".jsonl")
    session = stem if claude.is_uuid(stem) else next((line.session for line in chain if line.session), stem)
    project = next((found for line in chain if (found := agents.project(line.folder))), "")
    branch = next((line.branch for line in chain if line.branch), "")
    at = next((line.at for line in chain if line.at), None)
    return Draft("", session, "-", title=title, tags=("conversation", project) if project else ("conversation",), created=at, uri=file, session=session,
                 trust="agent", extra={"branch": branch} if branch else {})


def _summary(like: Draft, line: claude.Line) -> Draft:
    at = line.at or like.created
    return replace(like, body=line.text + "\n", position=line.id, title=f"Summary of {like.title}", type="summary", created=at, valid_from=at,
                   message=line.id, span=f"line {line.number}")


# -- auto memory -----------------------------------------------------------------------------------------------------------


def _note(source: Source, relative: str) -> Iterator[Draft | Rejected]:
    """A note that Claude Code wrote for itself. `name` and `description` are its title and an alias, its `type` says what it is about."""
    shown = relative or source.name
    data = source.read(relative, _MEMORY_MAX)
    rows.text(data, shown)
    entry = frontmatter.read(data, shown)
    if entry.problem is not None:
        yield Rejected(shown, entry.problem.message)
        return
    named, described = plain.line(entry.meta.get("name")), plain.line(entry.meta.get("description"))
    nested = entry.meta.get("metadata")
    kind = plain.line(entry.meta.get("type") or (nested.get("type") if isinstance(nested, dict) else ""))
    body = entry.body if entry.body.strip() else described
    if not body.strip():
        yield Rejected(shown, "empty")
        return
    where, position = _place(source, relative)
    tags = tuple(filter(None, (kind if kind in _TYPES else "", _worked_on(source, relative))))
    title = named if " " in named else named.replace("_", " ").replace("-", " ").strip().capitalize()
    aliases = dict.fromkeys(word for word in (named, os.path.splitext(os.path.basename(position))[0], described) if word and word != title)
    yield Draft(body.strip("\n") + "\n", where, position, title=title or entry.title, type=_TYPES.get(kind, "note"), tags=tags,
                aliases=tuple(aliases), uri=shown, trust="agent")


def _place(source: Source, relative: str) -> tuple[str, str]:
    """(project's folder, path of a note in its memory folder), the same whether ~/.claude, the project or the note is given."""
    parts = [*source.path.split("/")[-2:], *relative.split("/")] if relative else source.path.split("/")[-4:]
    last = max((at for at, part in enumerate(parts[:-1]) if part == "memory"), default=-1)
    project = parts[last - 1] if last > 0 and parts[last - 1].startswith("-") else source.name if relative and last < 0 else ""
    return f"memory of {project}" if project else "memory", "/".join(parts[last + 1:]) if last >= 0 else relative or source.name


def _worked_on(source: Source, relative: str) -> str:
    """The project that a note is about, as the transcripts beside its memory folder name it; "" where there are none to ask."""
    folders = relative.split("/")[:-1]
    if "memory" not in folders:
        return ""
    project = folders[:len(folders) - 1 - folders[::-1].index("memory")]
    beside = sorted(name for name in os.listdir(os.path.join(source.path, *project)) if name.endswith(".jsonl"))
    for transcript in beside[:_BESIDE]:
        with contextlib.suppress(PluginFailed), source.stream("/".join([*project, transcript])) as stream:  # that is told where the transcript itself is read
            for one in itertools.islice(rows.json_lines(stream, growing=True), _BESIDE):
                if isinstance(one, tuple) and isinstance(one[1], dict) and (found := agents.project(one[1].get("cwd"))):
                    return found
    return ""
