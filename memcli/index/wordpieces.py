"""Which tokens does a word have? Byte-pair encoding by a vocabulary alone: of all neighbours whose union is a token, the one with
the lowest number is joined first, as SentencePiece does it (Sennrich, Haddow, Birch 2016). Punctuation is no token here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
LONGEST = 60  # characters; a longer word is data


class WordPieces:
    """A vocabulary: pieces and their numbers. Words begin with the mark U+2581."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._numbers = vocabulary
        self._known: dict[str, tuple[int, ...]] = {}

    def text(self, text: str) -> list[int]:
        """The tokens of a text, in order."""
        found: list[int] = []
        for word in WORD.findall(text):
            found += self.word(word)
        return found

    def word(self, word: str) -> tuple[int, ...]:
        """The tokens of one word; characters that the vocabulary does not know have none."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._encode(word[:LONGEST])
        return known

    def _encode(self, word: str) -> tuple[int, ...]:
        pieces = list("\u2581" + word.replace("’", "'"))
        while len(pieces) > 1:
            best, at = -1, -1
            for place in range(len(pieces) - 1):
                number = self._numbers.get(pieces[place] + pieces[place + 1], -1)
                if number >= 0 and (at < 0 or number < best):
                    best, at = number, place
            if at < 0:
                break
            pieces[at:at + 2] = [pieces[at] + pieces[at + 1]]
        return tuple(self._numbers[piece] for piece in pieces if piece in self._numbers and piece != "\u2581")
