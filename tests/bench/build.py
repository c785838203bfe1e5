"""A vault of any size for measuring: deterministic entries of about eighty words with a natural spread of word frequencies."""

from __future__ import annotations

import os
import random
import subprocess
import sys

TYPES = ("note", "fact", "event", "procedure", "task", "concept")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def words(count: int, rng: random.Random) -> list[str]:
    """Pronounceable made-up words, commonest first."""
    tails = ("a", "e", "i", "o", "u", "ai", "ou")
    heads = ("b", "br", "c", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "w")
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choice(heads) + rng.choice(tails) for _ in range(rng.randint(1, 4)))] = None
    return list(found)


def entry(number: int, vocabulary: list[str], weights: list[float], rng: random.Random) -> tuple[str, str]:
    """(path, text) of one entry."""
    id_ = "01" + "".join(rng.choice(_ALPHABET) for _ in range(24))
    picked = rng.choices(vocabulary, cum_weights=weights, k=rng.randint(40, 120))
    kind = TYPES[number % len(TYPES)]
    month, year = 1 + number % 12, 2018 + number // 12 % 8
    title = " ".join(picked[:5])
    body = "\n\n".join(" ".join(picked[at:at + 25]) + "." for at in range(0, len(picked), 25))
    at = f"{year}-{month:02d}-03T08:00:00Z"
    front = f"id: {id_}\ntitle: {title}\ntype: {kind}\nstate: short\ncreated: {at}\nupdated: {at}\ntags: [{picked[0]}]"
    return f"{kind}/{year}/{month:02d}/{picked[0]}-{picked[1]}-{id_[-6:]}.md", f"---\n{front}\n---\n{body}\n"


def build(folder: str, count: int, *, index: bool = True) -> list[str]:
    """Make a vault of `count` entries at `folder` and index it. Returns its vocabulary, commonest first."""
    rng = random.Random(7)
    vocabulary = words(30_000, rng)
    total, weights = 0.0, []
    for rank in range(len(vocabulary)):
        total += 1 / (rank + 3)
        weights.append(total)
    for number in range(count):
        path, text = entry(number, vocabulary, weights, rng)
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    mem = os.path.join(os.path.dirname(sys.executable), "mem")
    subprocess.run([mem, "init", folder], check=True, capture_output=True)
    if index:
        subprocess.run([mem, "--vault", folder, "index"], check=True, capture_output=True)
    return vocabulary


if __name__ == "__main__":
    build(sys.argv[1], int(sys.argv[2]))
