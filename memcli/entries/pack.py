"""How are archived entries kept? A pack: their bytes in zstd frames that share a trained dictionary, behind a ledger with checksums and cues; pure.

Layout: MAGIC, one line of JSON (format, lengths of the parts in order: dictionary, ledger, frames), the parts, and the SHA-256 of all that.
The ledger is zstd over JSON lines of [id, path, checksum, frame, offset, length, cue]. Frames hold about FRAME bytes each, so that one entry is taken out
without unpacking the rest. A dictionary is kept where it pays. The same entries make the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from memcli.errors import UserError

MAGIC = b"mem pack\n"
FORMAT = 1
FRAME = 256 * 1024
LEVEL = 19
DICTIONARY = 32 * 1024
_TRAINED_FROM = 4 * FRAME  # bytes of text below which a dictionary costs more than it saves
_FRAME_MAX = 256 * 1024 * 1024
_HINT = "mem restore ID --at DATE brings the text back from git's history"


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the ledger: whose text, the checksum of its bytes, where it is, and what it was about."""

    id: str
    path: str
    sum: str
    frame: int
    offset: int
    length: int
    cue: str


def packed(items: Sequence[tuple[str, str, bytes, str]]) -> bytes:
    """A pack of (id, path, bytes, cue), in the order given."""
    import zstandard as zstd

    texts = [data for _, _, data, _ in items]
    dictionary = _dictionary(texts)
    trained = zstd.ZstdCompressionDict(dictionary) if dictionary else None
    compress = zstd.ZstdCompressor(level=LEVEL, dict_data=trained).compress if trained else zstd.ZstdCompressor(level=LEVEL).compress
    frames: list[bytearray] = []
    rows = []
    for id_, path, data, cue in items:
        if not frames or len(frames[-1]) + len(data) > FRAME and frames[-1]:
            frames.append(bytearray())
        rows.append(json.dumps([id_, path, _sum(data), len(frames) - 1, len(frames[-1]), len(data), cue], ensure_ascii=False))
        frames[-1] += data
    shrunk = [compress(bytes(frame)) for frame in frames]
    ledger = zstd.ZstdCompressor(level=LEVEL).compress("\n".join(rows).encode("utf-8", "surrogateescape"))
    head = json.dumps({"format": FORMAT, "dictionary": len(dictionary), "ledger": len(ledger), "frames": [len(frame) for frame in shrunk]}).encode()
    whole = MAGIC + head + b"\n" + dictionary + ledger + b"".join(shrunk)
    return whole + hashlib.sha256(whole).digest()


def _sum(data: bytes) -> str:
    """The first half of the SHA-256: the ledger's largest part, as it cannot be packed."""
    return hashlib.sha256(data).hexdigest()[:32]


def _dictionary(texts: Sequence[bytes]) -> bytes:
    """A dictionary trained on the texts, b"" where it would not pay."""
    import zstandard as zstd

    if sum(map(len, texts)) < _TRAINED_FROM or len(texts) < 100:
        return b""
    try:
        return bytes(zstd.train_dictionary(DICTIONARY, list(texts)).as_bytes())
    except zstd.ZstdError:
        return b""  # too much alike, or too little


class Pack:
    """A pack that was read. Raises UserError naming it when its bytes are not what was written."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            if not data.startswith(MAGIC) or hashlib.sha256(data[:-32]).digest() != data[-32:]:
                raise ValueError("checksum")
            head, _, parts = data[len(MAGIC):-32].partition(b"\n")
            sizes = json.loads(head)
            if sizes["format"] != FORMAT:
                raise UserError(f"archive pack {name} has format {sizes['format']}, this version reads {FORMAT}", "use the version that wrote it")
            end = int(sizes["dictionary"]) + int(sizes["ledger"])
            self._dictionary = parts[:sizes["dictionary"]]
            self._ledger = parts[sizes["dictionary"]:end]
            self._frames = []
            for size in sizes["frames"]:
                self._frames.append(parts[end:end + size])
                end += size
            self.ledger = self._read_ledger()
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UserError(f"archive pack {name} is damaged ({error})", _HINT) from None

    def _read_ledger(self) -> dict[str, Kept]:
        rows = (json.loads(line) for line in self._unpack(self._ledger, plain=True).decode("utf-8", "surrogateescape").split("\n") if line)
        return {str(row[0]): Kept(str(row[0]), str(row[1]), str(row[2]), int(row[3]), int(row[4]), int(row[5]), str(row[6])) for row in rows}

    def take(self, id_: str) -> bytes:
        """An entry's bytes as they were. Raises UserError when it is not in here, or not whole."""
        kept = self.ledger.get(id_)
        if kept is None:
            raise UserError(f"archive pack {self.name} does not hold {id_}", _HINT)
        try:
            data = self._unpack(self._frames[kept.frame])[kept.offset:kept.offset + kept.length]
        except (ValueError, IndexError):
            data = b""
        if _sum(data) != kept.sum:
            raise UserError(f"archive pack {self.name}: the text of {kept.path} is damaged", _HINT)
        return data

    def items(self) -> list[tuple[str, str, bytes, str]]:
        """Everything in it, as `packed` takes it."""
        return [(kept.id, kept.path, self.take(kept.id), kept.cue) for kept in self.ledger.values()]

    def _unpack(self, frame: bytes, *, plain: bool = False) -> bytes:
        import zstandard as zstd

        trained: Any = zstd.ZstdCompressionDict(self._dictionary) if self._dictionary and not plain else None
        reader = zstd.ZstdDecompressor(dict_data=trained) if trained else zstd.ZstdDecompressor()
        try:
            if zstd.frame_content_size(frame) > _FRAME_MAX:
                raise ValueError("a frame is too large")
            return bytes(reader.decompress(frame, max_output_size=_FRAME_MAX))
        except zstd.ZstdError as error:
            raise ValueError(str(error)) from None
