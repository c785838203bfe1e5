"""Reads an Obsidian vault: its markdown notes with their properties, so that they link to each other as they do there. Attachments, canvases and what Obsidian
keeps for itself are not read, nor is its folder of templates. A note named by a day is an event of that day.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from memcli.errors import PluginFailed
from memcli.extend import choices, frontmatter, moments, naming, notes
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "obsidian"
summary = "An Obsidian vault: its notes, properties and links."
api_version = API_VERSION

_CREATED = ("created", "date created", "created_at", "date")
_COMMENT = r"%%(?:(?!%%).)*%%"
_LINK = (rf"(?P<comment>(?<=\n\n){_COMMENT}[ \t]*\n\n|^{_COMMENT}[ \t]*\n?|[ \t]?{_COMMENT})"
         r"|\[\[(?P<target>[^\[\]|#^\n]++)(?P<rest>[^\[\]\n]*)\]\]|\[(?P<label>[^\[\]\n]*)\]\((?P<file><[^<>\n]+>|[^()\s]+)\)")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?", re.IGNORECASE)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per note. Position: the path in the vault. A note without a word or a property is passed over."""
    choices.only(name, options)
    places = _Places(list(source.files(".md")) if source.is_folder else [source.name])
    templates = _templates(source)
    for page in notes.pages(source, ".md", without=(templates,) if templates else ()):
        if isinstance(page, Rejected):
            yield page
            continue
        entry = frontmatter.read(page.text.encode(), page.shown)
        if entry.problem is not None:
            yield Rejected(page.shown, entry.problem.message)
        elif entry.body.strip() or entry.meta or not page.path:
            yield _draft(page, entry, places)


def _templates(source: Source) -> str:
    """The folder of templates as the vault's settings name it, "" where they name none."""
    try:
        settings = json.loads(source.read(".obsidian/templates.json", 65536)) if source.is_folder else {}
    except (PluginFailed, ValueError, RecursionError):
        return ""
    folder = settings.get("folder") if isinstance(settings, dict) else None
    return f"{folder.strip('/')}/" if isinstance(folder, str) and folder.strip("/") else ""


def _draft(page: notes.Page, entry: frontmatter.Entry, places: _Places) -> Draft:
    meta = entry.meta
    stem = page.stem if page.home != "stdin" else ""
    said = next(iter(frontmatter.words(meta.get("title"))), "")
    title = said or stem or entry.title
    body = naming.outside_code(entry.body, _LINK, lambda match: _link(match, page.path, places))
    day, rest = notes.day(stem)
    daily = day is not None and (not rest or bool(_WEEKDAY.fullmatch(rest)))
    created, taken = next(((at, key) for key in _CREATED if (at := moments.iso(str(meta.get(key) or "").strip('[]" ')))), (None, ""))
    kind = str(meta.get("type") or "").strip().lower()
    tags = tuple(dict.fromkeys((*frontmatter.tags_of(meta.get("tags")), *frontmatter.tags_of(meta.get("tag")))))
    others = (stem, *places.names(page.path), *frontmatter.words(meta.get("aliases")), *frontmatter.words(meta.get("alias")))
    done = {"title", "tags", "tag", "aliases", "alias", taken if taken != "date" else "", "type" if kind in frontmatter.TYPES else ""}
    clipped = any(tag.lower() == "clippings" for tag in tags) and str(meta.get("source")).startswith(("http://", "https://"))
    return Draft(
        body=body, source=page.home, position=page.position, title=title,
        type=kind if kind in frontmatter.TYPES else "event" if daily else "note", tags=tags, aliases=naming.aliases(title, others),
        created=created or day, valid_from=day if daily else None, uri=page.shown, trust="web" if clipped else "user",
        extra=frontmatter.kept(meta, done, name))


def _link(match: re.Match[str], path: str, places: _Places) -> str:
    """A link as it finds its note in any folder. A comment is dropped; what leads to no note stays as it is."""
    if match["comment"]:
        return ""
    if match["target"]:
        target = match["target"].rstrip(" \\")
        found = places.called(target, path) if "/" in target or places.several(target) else ""
        return f"[[{found}{match['target'][len(target):]}{match['rest']}]]" if found and found != target else match[0]
    file, _, heading = match["file"].strip("<>").partition("#")
    if not file.lower().endswith(".md") or "://" in file:
        return match[0]
    found = places.called(f"./{unquote(file).lstrip('/')}", path) or places.called(unquote(file), path)
    heading = unquote(heading).replace("|", " ").replace("[", "(").replace("]", ")")
    place = f"{found}#{heading}" if heading else found
    return (f"[[{place}|{match['label']}]]" if match["label"] not in ("", place) else f"[[{place}]]") if found else match[0]


class _Places:
    """Which note does a link mean, and what can only that note be called? A note is called by its file's name, or by its path where several have that name."""

    def __init__(self, paths: list[str]) -> None:
        import unicodedata

        self._by_name: dict[str, list[str]] = {}
        for path in (unicodedata.normalize("NFC", path) for path in paths):
            self._by_name.setdefault(notes.stem(path).casefold(), []).append(path)

    def several(self, target: str) -> bool:
        """Whether several notes have the file name `target`."""
        return len(self._by_name.get(_name(target), ())) > 1

    def names(self, path: str) -> tuple[str, ...]:
        """What a note has to be called beside its file's name."""
        return (_whole(path),) if self.several(path) else ()

    def called(self, target: str, source: str) -> str:
        """What the note that `target` means in the note at `source` is called; "" for none.

        As in Obsidian: a path from the note or from the top, else a note below the same folder, else any, the shortest path first.
        """
        folder = posixpath.dirname(source)
        wanted = target.strip().casefold().removesuffix(".md").lstrip("/")
        beside = posixpath.normpath(posixpath.join(folder.casefold(), wanted))
        paths = self._by_name.get(_name(target), [])
        exact = [path for path in paths if path.casefold().removesuffix(".md") in ((beside,) if target.startswith(".") else (wanted, beside))]
        ending = [path for path in paths if f"/{path.casefold().removesuffix('.md')}".endswith(f"/{wanted}")]
        ending.sort(key=lambda path: (not path.startswith(f"{folder}/" if folder else ""), len(path), path))
        exact.sort(key=lambda path: path.casefold().removesuffix(".md") != wanted)
        found = next(iter(exact or ending), "")
        return (_whole(found) if self.several(target) else notes.stem(found)) if found else ""


def _whole(path: str) -> str:
    """A path as a name that no other note has: `folder/note`, `/note` at the top."""
    return path.removesuffix(".md") if "/" in path else f"/{path.removesuffix('.md')}"


def _name(target: str) -> str:
    """The file name of a target, in one spelling."""
    return target.strip().rpartition("/")[2].casefold().removesuffix(".md")
