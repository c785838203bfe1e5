"""How do documents that stream into the keyword index come by vectors? Collected on the way, embedded together, written as one segment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from memcli.index import segment, static
from memcli.index.chunks import chunks
from memcli.index.coding import Coded
from memcli.index.document import Document
from memcli.index.files import Progress
from memcli.index.tokens import Tokens

if TYPE_CHECKING:
    from memcli.index.contracts import Embedder
    from memcli.index.outside import Outside

GROWTH = 2.0  # frequencies are counted anew when there are so many times the chunks that they were counted over


class Builder:
    """Collects documents as they stream into the keyword index, then writes their vectors: those of an `outside` embedder, else of
    `static`, by a `lexicon` or a new one. Raises static.Missing when the token vectors are not installed."""

    def __init__(self, lexicon: static.Lexicon | None = None, outside: Outside | None = None) -> None:
        self._static: static.Embedder | None = None
        self._fresh = lexicon is None
        self._outside = outside
        if outside is None:
            where = static.folder()
            self._static = static.Embedder(static.Table(where), lexicon or static.Lexicon.of(static.vocabulary(where), []))
        self._embedder: Embedder = self._static or outside  # type: ignore[assignment]
        self._entries: list[tuple[str, str, int]] = []
        self._texts: Any = [] if outside else Tokens()

    def watching(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, while they are taken in."""
        for document in documents:
            self.take(document)
            yield document

    def __len__(self) -> int:
        """How many chunks were taken in."""
        return len(self._texts)

    def take(self, document: Document) -> None:
        """Take in one document."""
        if document.indexable:
            found = self._embedder.sources(document.title, chunks(document.body))
            self._entries.append((document.path, document.sum, len(found)))
            self._texts.extend(found)

    def afresh(self) -> None:
        """Count the frequencies over what was taken in, whatever lexicon there was."""
        self._fresh = True

    def forget(self) -> None:
        """Let go what was taken in."""
        self._entries, self._texts = [], Tokens()

    def write(self, folder: str, progress: Progress) -> dict[str, object]:
        """Write the segment, and the lexicon when it is new. Returns what the manifest keeps: `waiting` counts the chunks of entries that
        have no vectors because the embedder failed on the way."""
        made = f"vectors-{os.urandom(6).hex()}"
        kept: dict[str, object] = {"embedder": self._embedder.id, "segments": [made]}
        if self._outside:
            return {**kept, **self._write_outside(f"{folder}/{made}", progress)}
        from memcli.index import embed

        assert self._static
        name = self._lexicon(folder) if self._fresh else ""
        ends = [*accumulate((count for _, _, count in self._entries), initial=0)]
        ordered = sorted(range(len(self._entries)), key=lambda at: segment.order(self._entries[at][0]))
        self._texts = Tokens(text for at in ordered for text in self._texts[ends[at]:ends[at + 1]])
        self._entries = [self._entries[at] for at in ordered]
        found = embed.columns(self._static.table, self._static.lexicon, self._texts)
        segment.write_columns(f"{folder}/{made}", self._embedder.id, self._entries, found)
        return {**kept, "lexicon": name, "chunks": len(self._texts), "waiting": 0, "counted": self._static.lexicon.counted,
                "dimensions": static.DIMENSIONS if self._texts else 0}

    def _write_outside(self, path: str, progress: Progress) -> dict[str, object]:
        rows = self._rows(progress)
        each = iter(rows)
        whole = [entry for at, sum_, count in self._entries if len((entry := (at, sum_, list(islice(each, count))))[2]) == count]
        held = sum(len(found) for _, _, found in whole)
        segment.write(path, self._embedder.id, whole)
        return {"lexicon": "", "chunks": held, "waiting": len(self._texts) - held, "counted": 0, "dimensions": len(rows[0].codes) if rows else 0}

    def _lexicon(self, folder: str) -> str:
        """Count the frequencies and the mean, and write them. Returns the file's name."""
        from memcli.index import embed

        assert self._static
        lexicon = static.Lexicon.of(self._static.lexicon.names, self._texts)
        embed.centre(self._static.table, lexicon, self._texts)
        self._static.lexicon = lexicon
        name = f"lexicon-{os.urandom(6).hex()}"
        lexicon.write(f"{folder}/{name}")
        return name

    def _rows(self, progress: Progress) -> list[Coded]:
        """The vectors of what was taken in by an embedder outside; of one that fails on the way those that it gave."""
        assert self._outside
        found: list[Coded] = []
        try:
            for start in range(0, len(self._texts), self._outside.batch):
                found += self._outside.many(self._texts[start:start + self._outside.batch])
                progress("embedding", len(found), len(self._texts))
        except static.Missing:
            return found  # it remembers why, and whoever writes the manifest says so
        return found
