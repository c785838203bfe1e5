"""By which names can entries be pointed to, and which entry does a name mean? Kept in memory by whoever asks often, such as an editor's server.

The rules are those of index.graph and search.related: a name that several entries have means the one with the shortest path. What is forgotten is
found by no name, only told apart from what never was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memcli.entries import atomic, text
from memcli.entries.frontmatter import MAX_BYTES
from memcli.errors import MemError
from memcli.index import graph
from memcli.life.desk import Desk

if TYPE_CHECKING:
    from memcli.index.manifest import Row
    from memcli.index.view import View

NAMED_MAX = 50  # names that a completion offers


@dataclass(frozen=True, slots=True)
class Known:
    """An entry as far as its names go."""

    path: str
    id: str
    title: str
    type: str
    state: str
    created: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    sum: str

    @property
    def gone(self) -> bool:
        """Whether it is forgotten."""
        return self.state == "forgotten"


class Catalog:
    """The names of a vault's entries, as they were when `refresh` was last called."""

    def __init__(self) -> None:
        self.entries: dict[str, Known] = {}  # by path
        self._by_name: dict[str, set[str]] = {}  # paths by id, title, alias, and file name
        self._shown: dict[str, list[tuple[str, str]]] = {}  # (key, name as written) by path
        self._seen: object = None

    def refresh(self, desk: Desk) -> bool:
        """Take in what changed in the files. Returns whether anything did."""
        rows = desk.index.read(self._rows)
        if rows is None:
            return False
        changed = [row for row in rows if (known := self.entries.get(row.path)) is None or known.sum != row.sum]
        gone = self.entries.keys() - {row.path for row in rows}
        for path in gone:
            self._drop(path)
        for row in changed:
            self._drop(row.path)
            self._take(Known(row.path, row.id, row.title, row.type, row.state, row.created, row.tags, _aliases(desk, row.path), row.sum))
        return bool(changed or gone)

    def _rows(self, view: View) -> list[Row] | None:
        """Every entry, None when all is as it was."""
        pending = view.pending
        seen = view.manifest and (view.manifest.generation, frozenset((row.path, row.sum) for row in pending.rows.values()), frozenset(view.hidden))
        if seen is not None and seen == self._seen:
            return None
        self._seen = seen
        return view.rows()

    def _take(self, known: Known) -> None:
        self.entries[known.path] = known
        shown = [(graph.key(name), name) for name in dict.fromkeys((known.title, *known.aliases)) if name.strip()]
        self._shown[known.path] = [pair for pair in shown if pair[0]]
        for key in _keys(known):
            self._by_name.setdefault(key, set()).add(known.path)

    def _drop(self, path: str) -> None:
        known = self.entries.pop(path, None)
        if known is None:
            return
        del self._shown[path]
        for key in _keys(known):
            paths = self._by_name.get(key)
            if paths is not None:
                paths.discard(path)
                if not paths:
                    del self._by_name[key]

    # -- asking ----------------------------------------------------------------------------------------------------------------

    def called(self, target: str) -> list[Known]:
        """The entries that a link's target may mean, the one that it does mean first."""
        return [known for known in self._named(target) if not known.gone]

    def forgotten(self, target: str) -> Known | None:
        """The forgotten entry that a target would mean."""
        return next((known for known in self._named(target) if known.gone), None)

    def _named(self, target: str) -> list[Known]:
        key = graph.key(target)
        paths = set(self._by_name.get(key, ()))
        if "/" in key:
            paths |= {path for path in self._by_name.get(key.rpartition("/")[2], ()) if f"/{graph.key(path)}".endswith(f"/{key}")}
        return [self.entries[path] for path in sorted(paths, key=lambda path: (len(path), path))]

    def same_id(self, id_: str, path: str) -> list[Known]:
        """The other entries that have an id."""
        return [known for known in self._named(id_) if known.id == id_ and known.path != path]

    def target(self, known: Known, name: str = "") -> str:
        """What to write between brackets so that it leads to an entry: a name of it where that is sure to, else its path, else its id."""
        for target in (name or known.title, known.path.removesuffix(".md"), known.id):
            written = set("[]|#^\n").isdisjoint(target) and target == target.strip(" \\") and target.isprintable()
            if written and (found := self.called(target)) and found[0].path == known.path:
                return target
        return known.id

    def matching(self, words: str, limit: int = NAMED_MAX) -> tuple[list[tuple[Known, str]], bool]:
        """(entry, name) of the names that fit what was typed, best first, and whether that is all of them."""
        key = graph.key(words)
        parts = key.split()
        found = [(rank, known, name) for known, keys in self._living() for at, name in keys if (rank := _rank(at, key, parts)) is not None]
        found.sort(key=lambda one: (one[1].created, one[1].path), reverse=True)
        found.sort(key=lambda one: (one[0], one[1].state in ("cold", "archived")))
        return [(known, name) for _, known, name in found[:limit]], len(found) <= limit

    def _living(self) -> Iterator[tuple[Known, list[tuple[str, str]]]]:
        for path, known in self.entries.items():
            if not known.gone:
                yield known, self._shown[path]

    def tags(self, beginning: str, limit: int = NAMED_MAX) -> tuple[list[tuple[str, int]], bool]:
        """(tag, number of entries) of the tags that begin so, most frequent first, and whether that is all of them."""
        start = beginning.casefold()
        counts = Counter(tag for known in self.entries.values() if not known.gone for tag in known.tags if tag.casefold().startswith(start))
        found = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return found[:limit], len(found) <= limit


def pointing(desk: Desk, known: Known) -> list[str]:
    """The paths of the entries that link to an entry by any of its names."""
    from memcli.index.ask import Ask
    from memcli.search.channels import among

    names = graph.names(known.id, known.title, known.path, known.aliases)

    def look(view: View) -> list[str]:
        return sorted(match.path for match in among(desk.index, view, Ask(()), "links", names, graph.LINKS_MAX))

    return desk.index.read(look)


def _rank(at: str, key: str, parts: list[str]) -> int | None:
    """How well a name fits: 0 as its beginning, 1 as that of a word, 2 anywhere, 3 word by word; None not at all."""
    if key in at:
        return 0 if at.startswith(key) else 1 if f" {key}" in at else 2
    return 3 if len(parts) > 1 and all(part in at for part in parts) else None


def _keys(known: Known) -> set[str]:
    stem = known.path.rpartition("/")[2]
    return set(filter(None, map(graph.key, _all(known, stem))))


def _all(known: Known, stem: str) -> Iterable[str]:
    return (known.id, known.title, *known.aliases, stem)


def _aliases(desk: Desk, path: str) -> tuple[str, ...]:
    """The other names that an entry states."""
    try:
        head = atomic.read(desk.vault.at(path), MAX_BYTES + 8)
    except (OSError, MemError):
        return ()
    if b"aliases" not in head:
        return ()
    found = text.read(head, path).meta.get("aliases")
    return tuple(str(item) for item in (found if isinstance(found, list) else [found]) if item)
