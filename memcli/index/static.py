"""What does a text mean, without a model to run? The embedder `static`: vectors of the tokens, weighed by rarity and added up.

A text's vector is the mean of its tokens' vectors weighed by inverse document frequency, with the mean of all texts' vectors taken
away (SIF: Arora, Liang, Ma 2017). A chunk's vector is that of its own words, after the entry's title (in a conversation without it), widened
by those of its neighbours to WIDE tokens. The token vectors, 32,000 of 256 numbers, and the vocabulary come with the wordllama package and
are read straight from its files; nothing is downloaded. Frequencies and mean are the vault's own. They are counted when the vector
index is made and frozen with it in a `Lexicon`; they are counted anew when the vault has doubled since.
"""

from __future__ import annotations

import json
import math
import os
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import add, mul

from memcli.entries import atomic
from memcli.errors import IndexUnusable
from memcli.index.chunks import Chunk
from memcli.index.coding import Coded, Question, coded, question
from memcli.index.wordpieces import WORD, WordPieces

NAME = "static"
DIMENSIONS = 256
FORMAT = 1
WIDE = 32  # tokens
LETTERS = 2.4  # of a word for each of its tokens, from which on these together mean something
MANY = 300  # texts from which on importing numpy pays
TOKENS = 32_000
_WEIGHTS, _VOCABULARY = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
_ROW = struct.Struct(f"<{DIMENSIONS}e")
_HEADER_MAX = 4096
_HINT = "mem index --rebuild makes it anew from the files; nothing is lost"


class Missing(Exception):
    """An embedder cannot work; the message says what it lacks and what to do next."""


def folder() -> str:
    """Where the wordllama package is, without importing it. Raises Missing."""
    from importlib.util import find_spec

    found = find_spec("wordllama")
    if found is None or not found.origin:
        raise Missing("the package wordllama is not installed, so texts are found by words only; pip install wordllama")
    return os.path.dirname(found.origin)


class Table:
    """The token vectors, read from the package's file row by row. Raises Missing when it is not there or not what it was."""

    def __init__(self, where: str) -> None:
        try:
            self._file = open(os.path.join(where, _WEIGHTS), "rb")  # noqa: SIM115 - closed with this object
            length = int.from_bytes(self._file.read(8), "little")
            head = json.loads(self._file.read(min(length, _HEADER_MAX)))
            (about,) = (value for name, value in head.items() if name != "__metadata__")
            if about["dtype"] != "F16" or about["shape"] != [TOKENS, DIMENSIONS]:
                raise ValueError("shape")
            self._start = 8 + length + int(about["data_offsets"][0])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Missing(f"the token vectors of wordllama cannot be read ({error}); pip install --force-reinstall wordllama") from None

    def __getitem__(self, token: int) -> tuple[float, ...]:
        """The vector of one token."""
        return _ROW.unpack(os.pread(self._file.fileno(), _ROW.size, self._start + token * _ROW.size))

    def whole(self) -> bytes:
        """All vectors: TOKENS rows of DIMENSIONS half-precision numbers, little-endian."""
        return os.pread(self._file.fileno(), TOKENS * _ROW.size, self._start)

    def some(self, tokens: Iterable[int]) -> bytes:
        """The vectors of some tokens, one after the other, as in `whole`."""
        return b"".join(os.pread(self._file.fileno(), _ROW.size, self._start + token * _ROW.size) for token in tokens)


def vocabulary(where: str) -> list[str]:
    """The pieces by number, from the package's tokenizer file."""
    try:
        with open(os.path.join(where, _VOCABULARY), encoding="utf-8") as file:
            pieces: dict[str, int] = json.load(file)["model"]["vocab"]
    except (OSError, ValueError, KeyError) as error:
        raise Missing(f"the vocabulary of wordllama cannot be read ({error}); pip install --force-reinstall wordllama") from None
    found = [""] * TOKENS
    for piece, number in pieces.items():
        found[number] = piece
    return found


class Lexicon:
    """What is frozen with the vectors: the pieces, each token's inverse document frequency, and the mean. `counted` chunks went into it."""

    def __init__(self, pieces: Sequence[str], idf: array[float], mean: array[float], counted: int) -> None:
        self.pieces = WordPieces({piece: number for number, piece in enumerate(pieces) if piece})
        self.idf = idf
        self.mean = mean
        self.counted = counted
        self.names = pieces

    @classmethod
    def of(cls, pieces: Sequence[str], texts: Iterable[Sequence[int]]) -> Lexicon:
        """Count the tokens of the chunks' texts. The mean stays zero until `centred`."""
        held: Counter[int] = Counter()
        counted = 0
        for tokens in texts:
            held.update(set(tokens))
            counted += 1
        idf = array("f", [math.log(1 + (counted + 0.5) / 0.5)]) * TOKENS  # that of a token which no chunk holds
        for token, times in held.items():
            idf[token] = math.log(1 + (counted - times + 0.5) / (times + 0.5))
        return cls(pieces, idf, array("f", bytes(4 * DIMENSIONS)), counted)

    def write(self, path: str) -> None:
        """Write it to a file."""
        parts = ("\n".join(self.names).encode(), self.idf.tobytes(), self.mean.tobytes())
        head = json.dumps({"format": FORMAT, "counted": self.counted, "sections": [len(part) for part in parts]}).encode()
        data = b"".join(parts)
        atomic.write(path, b"%s %08x\n" % (head, zlib.crc32(head + data)) + data, durable=False)

    @classmethod
    def read(cls, path: str) -> Lexicon:
        """Read it. Raises IndexUnusable when it is missing or damaged."""
        try:
            data = atomic.read(path)
            line, _, rest = data.partition(b"\n")
            text, _, check = line.rpartition(b" ")
            head = json.loads(text)
            if int(check, 16) != zlib.crc32(text + rest) or head["format"] != FORMAT:
                raise ValueError("checksum or format")
            first, second, _third = head["sections"]
            idf, mean = array("f"), array("f")
            idf.frombytes(rest[first:first + second])
            mean.frombytes(rest[first + second:])
            return cls(rest[:first].decode().split("\n"), idf, mean, int(head["counted"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise IndexUnusable("the lexicon of the vector index is damaged", _HINT) from None


class Embedder:
    """Turns texts into vectors with a table and a lexicon. Fulfils `contracts.Embedder`; what is embedded are tokens."""

    id = NAME

    def __init__(self, table: Table, lexicon: Lexicon) -> None:
        self.table = table
        self.lexicon = lexicon

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text."""
        return self.lexicon.pieces.text(text)

    def known_share(self, text: str) -> float:
        """How much of a text (0..1, by letters) is in words that fall into few tokens: words it has a meaning for. Of English words
        that nobody chose for it 96 % have LETTERS a token, of letters strung together at random 2 %."""
        words = [(len(word), len(self.lexicon.pieces.word(word))) for word in WORD.findall(text)]
        return sum(size for size, count in words if count == 1 or size >= LETTERS * count) / (sum(size for size, _ in words) or 1)

    def sources(self, title: str, pieces: Sequence[Chunk]) -> list[array[int]]:
        """The tokens that each chunk's vector is made of; of an entry without text one, for its title."""
        head = self.tokens(title)
        if not pieces:
            return [array("H", head)]
        talk = any(piece.speaker for piece in pieces)
        own = [self.tokens(piece.text) for piece in pieces]
        return [array("H", (widened(own, at) if talk else head + widened(own, at))) for at in range(len(own))]

    def pooled(self, tokens: Sequence[int]) -> list[float]:
        """The weighed mean of tokens' vectors, the overall mean taken away; zeros for no tokens."""
        weight = 0.0
        total = [0.0] * DIMENSIONS
        for token, times in Counter(tokens).items():
            share = self.lexicon.idf[token] * times
            weight += share
            total = list(map(add, total, map(mul, repeat(share), self.table[token])))
        return [x / weight - mean for x, mean in zip(total, self.lexicon.mean)] if weight else total

    def embed(self, tokens: Sequence[int]) -> Coded:
        """Tokens as the vector that is kept."""
        return coded(self.pooled(tokens))

    def many(self, sources: Sequence[array[int]]) -> list[Coded]:
        """The vectors of what `sources` gave, in order."""
        if len(sources) < MANY:
            return [self.embed(tokens) for tokens in sources]
        from memcli.index import embed

        return embed.many(self.table, self.lexicon, sources)

    def query(self, text: str) -> Question:
        """A question as a vector; its scale is 0 when no token of it is known."""
        return question(self.pooled(self.tokens(text)))


def widened(own: Sequence[Sequence[int]], at: int, most: int = WIDE) -> list[int]:
    """A piece's tokens, and those of the pieces around it, nearest first, until there are `most`."""
    found = list(own[at])
    for distance in range(1, len(own)):
        if len(found) >= most:
            break
        for place in (at - distance, at + distance):
            if 0 <= place < len(own):
                found += own[place]
    return found
