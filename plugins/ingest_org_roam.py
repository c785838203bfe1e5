"""Reads a folder of Org files as org-roam sees it: each file a note, and each heading with an ID a note of its own, to which its parent links where it stood.
Links by ID become [[Title|text]]. Dailies are events.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from memcli.extend import choices, frontmatter, moments, naming, notes, org, orgtree
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "org-roam"
summary = "Org files: notes and headings with an ID, as org-roam has them."
api_version = API_VERSION

_READ = ("ID", "ROAM_ALIASES", "ROAM_REFS", "ROAM_EXCLUDE", "CREATED")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_STAMP = re.compile(r"[<\[]?([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ \t]+[^\W\d][^\s\d\]>]*)?(?:[ \t]+([0-9]{1,2}:[0-9]{2}))?")
_FILE_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])")
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_SCHEME = re.compile(r"(?:https?|ftp|mailto|doi|tel):", re.IGNORECASE)


@dataclass(slots=True)
class _Node:
    """A note to be: its section, those that stand below it and are none themselves, and the nodes among them, by line."""

    page: notes.Page
    section: orgtree.Section
    id: str
    title: str
    tags: tuple[str, ...]
    parts: list[orgtree.Section | _Node] = field(default_factory=list)
    last: int = 0


@dataclass(slots=True)
class _Names:
    """What nodes are called: by ID, by the path of the file, and how many share a title."""

    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)

    def called(self, node: str, title: str) -> str:
        """The name to link to: the title, or what is the node's alone where several have that title."""
        return title if self.titles.get(title.casefold(), 0) < 2 else node


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per node that says something. Position: its ID, wherever it stands; the path of a file that has none."""
    choices.only(name, options)
    held = None if source.is_folder else list(notes.pages(source, ".org"))
    names = _Names()
    for page in held if held is not None else notes.pages(source, ".org"):
        for node in _nodes(page) if isinstance(page, notes.Page) else ():
            _learn(names, node)
    taken: dict[str, str] = {}
    for page in held if held is not None else notes.pages(source, ".org"):
        if isinstance(page, Rejected):
            yield page
            continue
        for node in _nodes(page):
            if node.id in taken:
                yield Rejected(f"{page.shown}:{node.section.line}", f"its ID {node.id} is that of {taken[node.id]}")
                continue
            if node.id:
                taken[node.id] = f"{page.shown}:{node.section.line}"
            draft = _draft(node, names)
            if draft is not None:
                yield draft


def _learn(names: _Names, node: _Node) -> None:
    if node.id and node.id in names.ids:
        return
    names.titles[node.title.casefold()] = names.titles.get(node.title.casefold(), 0) + 1
    if node.id:
        names.ids[node.id] = node.title
    if not node.section.level:
        names.files[node.page.shown] = (_own(node), node.title)


def _own(node: _Node) -> str:
    """What no other node is called."""
    path = node.page.shown.removesuffix(".org")
    return node.id or (path if "/" in path else f"/{path}")


def _nodes(page: notes.Page) -> list[_Node]:
    """The nodes of a file, outermost first: the file, and the headings with an ID that are not excluded."""
    found, keywords = orgtree.sections(page.text)
    stem = page.stem if page.home != "stdin" else ""
    title = " ".join(keywords.get("title", ())).strip() or re.sub(r"^[0-9]{14}-", "", stem)
    tags = tuple(tag for value in keywords.get("filetags", ()) for tag in re.split(r"[:\s]+", value) if tag)
    file = _Node(page, found[0], found[0].properties.get("ID", ""), _plain(title), tags)
    file.section.properties.update((f"#{key}", keywords[key][0]) for key in ("date",) if keywords.get(key))
    nodes, above = [file], [(0, file, tags)]
    for section in found[1:]:
        while above[-1][0] >= section.level:
            above.pop()
        parent, inherited = above[-1][1], above[-1][2]
        tags = (*inherited, *section.tags)
        if section.properties.get("ID") and not _excluded(section):
            node = _Node(page, section, section.properties["ID"], _plain(section.title) or "untitled", tags)
            nodes.append(node)
            parent.parts.append(node)
            parent = node
        else:
            parent.parts.append(section)
        above.append((section.level, parent, tags))
        for _, one, _ in above:
            one.last = section.last
    return [node for node in nodes if node is not file or not _excluded(file.section)]


def _excluded(section: orgtree.Section) -> bool:
    return section.properties.get("ROAM_EXCLUDE", "nil").lower() not in ("nil", "")


def _plain(text: str) -> str:
    """A title without links and surrounding marks."""
    return " ".join(re.sub(r"\[\[[^\[\]]*\](?:\[([^\[\]]*)\])?\]", lambda match: match[1] or "", text).split())


def _draft(node: _Node, names: _Names) -> Draft | None:
    page, section = node.page, node.section
    body = _body(node, names)
    stem = page.stem if page.home != "stdin" else ""
    day = notes.day(stem) if not section.level else (None, "")
    daily = day[0] if not day[1] else None
    refs = [match[1] or match[2] for match in _WORD.finditer(section.properties.get("ROAM_REFS", ""))]
    extra = {key.lower(): value for key, value in section.properties.items() if key not in _READ and not key.startswith("#")}
    if not body.strip() and not refs and not node.id:
        return None
    called = (match[1] or match[2] for match in _WORD.finditer(section.properties.get("ROAM_ALIASES", "")))
    shared = names.called(_own(node), node.title) != node.title
    return Draft(
        body=body, source=name if node.id else page.home, position=node.id or page.position, title=node.title or stem or naming.short(body),
        type="task" if section.todo else "event" if daily else "note", tags=tuple(dict.fromkeys(tag for one in node.tags if (tag := naming.tag(one)))),
        aliases=naming.aliases(node.title, (*called, _own(node) if shared else "")), created=_created(section, stem) or daily, valid_from=daily,
        uri=page.shown, message=node.id, span=f"lines {section.line}-{node.last}" if section.level else "", trust="user",
        extra=frontmatter.kept(frontmatter.modest({**extra, "todo": section.todo, "refs": refs}), (), name))


def _created(section: orgtree.Section, stem: str) -> datetime | None:
    """When a node was made: its CREATED property, the file's #+date, or the time the file's name begins with."""
    for said in (section.properties.get("CREATED", ""), section.properties.get("#date", "")):
        match = _STAMP.match(said)
        if match:
            return moments.iso(f"{match[1]}T{match[2].zfill(5)}" if match[2] else match[1])
    match = _FILE_STAMP.match(stem) if not section.level else None
    return moments.iso("{}-{}-{}T{}:{}:{}".format(*match.groups())) if match else None


def _body(node: _Node, names: _Names) -> str:
    """The text of a node: its own lines, the sections below it, and a link for each node below it."""
    def link(target: str, label: str) -> str:
        return _link(target, label, node.page.shown, names)

    lines = org.markdown(node.section.lines, link)
    for part in node.parts:
        if isinstance(part, _Node):
            linked = names.called(_own(part), part.title)
            lines += [f"- {naming.wikilink(linked, part.title)}"]
            continue
        tags = "".join(f" #{tag}" for one in part.tags if (tag := naming.tag(one)))
        marks = "#" * min(max(part.level - node.section.level, 1), 6)
        said = org.inline(f"{part.todo} {part.title}".strip(), link)
        lines += ["", f"{marks} {said}{tags}", "", *org.markdown(part.lines, link)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return f"{text}\n" if text else ""


def _link(target: str, label: str, shown: str, names: _Names) -> str:
    """A link as mem reads it; one that leads nowhere is its text."""
    scheme, _, rest = target.partition(":")
    if scheme == "id":
        title = names.ids.get(rest.partition("::")[0].strip())
        return naming.wikilink(names.called(rest.partition("::")[0].strip(), title), label or title) if title else label or target
    if scheme == "roam":
        return naming.wikilink(rest, label)
    if _SCHEME.match(target):
        return f"[{label}]({target.replace(' ', '%20').replace(')', '%29')})" if label else f"<{target}>"
    path = rest if scheme == "file" else target if target.startswith(("./", "../")) else ""
    if not path:
        return label or target.lstrip("*#")
    path = path.partition("::")[0]
    own, title = names.files.get(posixpath.normpath(posixpath.join(posixpath.dirname(shown), path)), ("", ""))
    if own:
        return naming.wikilink(names.called(own, title), label or title)
    if path.lower().endswith(".org"):
        return label or path
    return f"{'!' if path.lower().endswith(_PICTURE) and not label else ''}[{label or posixpath.basename(path)}](<{path}>)"
