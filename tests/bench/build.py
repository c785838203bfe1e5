"""A vault of any size for measuring: deterministic entries of about eighty words with a natural spread of word frequencies.

The words are real ones, those of the token table that the vectors are made of; every entry is about one of many topics, so that some
texts lie nearer to each other than the rest, as in a vault that somebody wrote. One word in twenty is a made-up name.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator

from memcli.index import static

TYPES = ("note", "fact", "event", "procedure", "task", "concept")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHORTEST = 5  # letters of a word that is taken from the table: shorter ones are mostly parts of words
_TOPIC_WORDS, _PER_TOPIC = 30, 40  # entries that share a topic
_COMMON = 300  # the most frequent words, which no topic is about


def names(count: int, rng: random.Random) -> list[str]:
    """Pronounceable made-up words."""
    tails = ("a", "e", "i", "o", "u", "ai", "ou")
    heads = ("b", "br", "c", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "w")
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choice(heads) + rng.choice(tails) for _ in range(rng.randint(2, 4)))] = None
    return list(found)


def words() -> list[str]:
    """The words that the token table knows as one piece, commonest first."""
    pieces = [piece[1:] for piece in static.vocabulary(static.folder()) if piece.startswith("\u2581")]
    return [piece for piece in pieces if len(piece) >= _SHORTEST and piece.isascii() and piece.isalpha() and piece.islower()]


class Texts:
    """The texts of a vault of `count` entries, and questions that fit them."""

    def __init__(self, count: int) -> None:
        self._rng = random.Random(7)
        self.vocabulary = words()
        self._names = names(20_000, self._rng)
        self.topics = [self._rng.sample(self.vocabulary[_COMMON:], _TOPIC_WORDS) for _ in range(max(count // _PER_TOPIC, 1))]
        total, self._weights = 0.0, []
        for rank in range(len(self.vocabulary)):
            total += 1 / (rank + 3)
            self._weights.append(total)

    def entries(self, count: int) -> Iterator[tuple[str, str]]:
        """(path, text) of the entries in order."""
        for number in range(count):
            yield self._entry(number)

    def questions(self, count: int) -> list[list[str]]:
        """Questions of three words each; two of them from one topic."""
        rng = random.Random(11)
        return [[*rng.sample(rng.choice(self.topics), 2), rng.choice(self.vocabulary[_COMMON:])] for _ in range(count)]

    def _entry(self, number: int) -> tuple[str, str]:
        rng = self._rng
        id_ = "01" + "".join(rng.choice(_ALPHABET) for _ in range(24))
        picked = self._words(rng.choice(self.topics), rng.randint(40, 120))
        kind = TYPES[number % len(TYPES)]
        month, year = 1 + number % 12, 2018 + number // 12 % 8
        body = "\n\n".join(" ".join(picked[at:at + 25]) + "." for at in range(0, len(picked), 25))
        at = f"{year}-{month:02d}-03T08:00:00Z"
        front = f"id: {id_}\ntitle: {' '.join(picked[:5])}\ntype: {kind}\nstate: short\ncreated: {at}\nupdated: {at}\ntags: [{picked[0]}]"
        return f"{kind}/{year}/{month:02d}/{picked[0]}-{picked[1]}-{id_[-6:]}.md", f"---\n{front}\n---\n{body}\n"

    def _words(self, topic: list[str], count: int) -> list[str]:
        """So many words: half from the topic, the rest by how common they are."""
        rng = self._rng
        found = rng.choices(self.vocabulary, cum_weights=self._weights, k=count)
        for at in range(count):
            lot = rng.random()
            if lot < 0.5:
                found[at] = rng.choice(topic)
            elif lot > 0.95:
                found[at] = rng.choice(self._names)
        return found


def build(folder: str, count: int, *, index: bool = True) -> Texts:
    """Make a vault of `count` entries at `folder` and index it."""
    texts = Texts(count)
    for path, text in texts.entries(count):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    mem = os.path.join(os.path.dirname(sys.executable), "mem")
    subprocess.run([mem, "init", folder], check=True, capture_output=True)
    if index:
        subprocess.run([mem, "--vault", folder, "index"], check=True, capture_output=True)
    return texts


if __name__ == "__main__":
    build(sys.argv[1], int(sys.argv[2]))
