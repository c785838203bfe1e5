"""What did the index see of the files when it was last written? One file, read in parts.

Layout of `.mem/index/manifest`: a line of JSON (format, generation, number of entries, the keyword index's name and seal, the vector
index's files, each section's offset, length and CRC-32) with its own CRC-32 behind it, then the sections back to back. A
section is read and checked only when it is asked for: search needs the stat columns of a small vault and nothing but the header of
a large one.
"""

from __future__ import annotations

import json
import os
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcli.entries import atomic
from memcli.errors import IndexUnusable

FORMAT = 8
_HINT = "mem index --rebuild makes it anew from the files; nothing is lost"
_HEADER_MAX = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """What the manifest knows of one entry. `size` in bytes, `mtime` in nanoseconds, -1 when too fresh to be trusted; `mark` as a scan gives it."""

    path: str
    size: int
    mtime: int
    mark: int
    sum: str
    id: str
    title: str
    type: str
    state: str
    created: str
    updated: str
    tags: tuple[str, ...]
    moment: str  # when it happened, where that is not `created`, else ""


class Manifest:
    """A manifest on disk. Raises IndexUnusable when it is missing, damaged or of another format."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = -1
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise IndexUnusable(f"the index has no manifest ({error.strerror})", _HINT) from None
        try:
            head = os.pread(self._fd, _HEADER_MAX, 0).partition(b"\n")[0]
            self._start = len(head) + 1
            text, _, check = head.rpartition(b" ")
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise IndexUnusable(f"the index has format {data['format']}, this version reads {FORMAT}", _HINT)
            if int(check, 16) != zlib.crc32(text):
                raise ValueError("checksum")
            self.generation = str(data["generation"])
            self.keyword = str(data["keyword"])
            self.seal: list[int] = data["seal"]
            self.vectors: dict[str, object] = dict(data["vectors"])
            self.entries = int(data["entries"])
            self._sections: dict[str, list[int]] = {str(k): [int(n) for n in v] for k, v in data["sections"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            self.close()
            raise IndexUnusable("the index's manifest is damaged", _HINT) from None

    def close(self) -> None:
        """Release the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    __del__ = close

    def _section(self, name: str) -> bytes:
        offset, length, check = self._sections[name]
        data = os.pread(self._fd, length, self._start + offset)
        if len(data) != length or zlib.crc32(data) != check:
            raise IndexUnusable("the index's manifest is damaged", _HINT)
        return data

    def paths(self) -> list[str]:
        """Every entry's path, sorted."""
        data = self._section("paths")
        return data.decode().split("\0") if data else []

    def stats(self) -> tuple[array[int], array[int], array[int]]:
        """Sizes (bytes), modification times (ns) and marks, in the order of `paths`."""
        whole = array("q")
        whole.frombytes(self._section("stats"))
        n = self.entries
        return whole[:n], whole[n:2 * n], whole[2 * n:]

    def sums(self) -> list[str]:
        """Content sums as hex digits, in the order of `paths`."""
        text = self._section("sums").hex()
        return [text[at:at + 32] for at in range(0, len(text), 32)]

    def ids(self) -> list[str]:
        """Ids (26 lower-case characters), in the order of `paths`."""
        return self._section("ids").decode().split("\n")[1:]

    def find_ids(self, part: str, limit: int) -> list[int]:
        """Positions (in the order of `paths`) of the entries whose id begins or ends with `part`, at most `limit`."""
        data = self._section("ids")
        wanted = part.encode()
        found: list[int] = []
        at = data.find(wanted)
        while at >= 0 and len(found) < limit:
            if at % 27 == 1 or (at + len(wanted)) % 27 == 0:
                found.append(at // 27)
            at = data.find(wanted, at + 1)
        return found

    def folders(self) -> dict[str, int]:
        """Modification times (ns) of every folder that holds or leads to entries."""
        return {str(k): int(v) for k, v in json.loads(self._section("folders")).items()}

    def rows(self) -> list[Row]:
        """Everything, in the order of `paths`."""
        sizes, mtimes, marks = self.stats()
        catalog = json.loads(self._section("catalog"))
        return [Row(path, size, mtime, mark, sum_, id_, row[0], row[1], row[2], row[3], row[4], tuple(row[5]), row[6])
                for path, size, mtime, mark, sum_, id_, row in zip(self.paths(), sizes, mtimes, marks, self.sums(), self.ids(), catalog)]


def write(path: str, rows: Sequence[Row], folders: Mapping[str, int], *, generation: str, keyword: str, seal: list[int],
          vectors: Mapping[str, object]) -> None:
    """Replace the manifest. `rows` sorted by path; `keyword` names the keyword index's folder beside it, `seal` as `guard` makes it; `vectors`
    what the vector index wants kept, {} for none."""
    stats = array("q", [row.size for row in rows])
    stats.extend(row.mtime for row in rows)
    stats.extend(row.mark for row in rows)
    catalog = [[row.title, row.type, row.state, row.created, row.updated, list(row.tags), row.moment] for row in rows]
    parts = {
        "paths": "\0".join(row.path for row in rows).encode(),
        "stats": stats.tobytes(),
        "sums": bytes.fromhex("".join(row.sum for row in rows)),
        "ids": "".join("\n" + row.id for row in rows).encode(),
        "folders": json.dumps(dict(folders)).encode(),
        "catalog": json.dumps(catalog, ensure_ascii=False).encode("utf-8", "replace"),
    }
    sections: dict[str, list[int]] = {}
    offset = 0
    for name, data in parts.items():
        sections[name] = [offset, len(data), zlib.crc32(data)]
        offset += len(data)
    head = {"format": FORMAT, "generation": generation, "keyword": keyword, "seal": seal, "vectors": vectors, "entries": len(rows), "sections": sections}
    text = json.dumps(head).encode()
    atomic.write(path, b"%s %08x\n" % (text, zlib.crc32(text)) + b"".join(parts.values()), durable=False)
