"""Reads a project of basic-memory: notes with a permalink, observations `- [category] text #tag (context)` and relations `- relation [[Target]]`, which become
`- relation:: [[Target]]`. What the notes say otherwise stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from memcli.extend import choices, frontmatter, moments, naming, notes
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "basic-memory"
summary = "A project of basic-memory: notes, observations, relations."
api_version = API_VERSION

_RELATION = r"^(?P<mark>[ \t]*+[-*+] ++)(?P<rel>\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'|[^\W\d][\w-]*(?: [\w-]+){0,2})?[ \t]*(?=\[\[)"
_LINE = rf"{_RELATION}|\[\[memory://(?P<url>[^\[\]|#\n]+)"


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per note. Position: its permalink, which stays when the file is moved; the path of a note that has none, or one that another has."""
    choices.only(name, options)
    taken: set[str] = set()
    for page in notes.pages(source, ".md"):
        if isinstance(page, Rejected):
            yield page
            continue
        entry = frontmatter.read(page.text.encode(), page.shown)
        if entry.problem is not None:
            yield Rejected(page.shown, entry.problem.message)
        elif not entry.body.strip() and not entry.meta.get("title"):
            yield Rejected(page.shown, "empty")
        else:
            draft = _draft(page, entry)
            if draft.position in taken:
                draft = replace(draft, position=page.position, aliases=tuple(alias for alias in draft.aliases if alias != draft.position))
            taken.add(draft.position)
            yield draft


def _draft(page: notes.Page, entry: frontmatter.Entry) -> Draft:
    meta = entry.meta
    permalink = next(iter(frontmatter.words(meta.get("permalink"))), "")
    kind = str(meta.get("type") or "").strip().lower()
    created = moments.iso(str(meta.get("created") or ""))
    read_ = {"title", "permalink", "tags", "aliases", "created" if created else "", "type" if kind in (*frontmatter.TYPES, "note") else ""}
    stem = page.stem if page.home != "stdin" else ""
    title = next(iter(frontmatter.words(meta.get("title"))), "") or stem or entry.title
    return Draft(
        body=naming.outside_code(entry.body, _LINE, _line), source=page.home, position=_inside(permalink) or page.position, title=title,
        type=kind if kind in frontmatter.TYPES else "note", tags=frontmatter.tags_of(meta.get("tags")),
        aliases=naming.aliases(title, (*frontmatter.words(meta.get("aliases")), permalink, stem)), created=created, uri=page.shown,
        trust="user", extra=frontmatter.kept(meta, read_, name))


def _inside(permalink: str) -> str:
    """A permalink as a position; "" for one that no program would have made."""
    parts = permalink.strip("/").split("/")
    return "" if ".." in parts else "/".join(parts)


def _line(match: re.Match[str]) -> str:
    """The beginning of a relation, or a link by address, as mem reads it."""
    if match["url"]:
        return f"[[{match['url']}"
    rel = (match["rel"] or "relates_to").strip("\"'")
    words = " ".join(re.sub(r"[^\w -]|^[\d_ -]+", " ", rel).split())[:41].strip()
    return f"{match['mark']}{words or 'relates_to'}:: "
