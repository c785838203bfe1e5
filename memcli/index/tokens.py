"""How are the tokens of very many chunks held? One behind the other, two bytes each, instead of an object for each chunk; pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import overload


class Tokens(Sequence["array[int]"]):
    """A list of texts as tokens (uint16), of which single ones and slices can be read."""

    def __init__(self, texts: Iterable[array[int]] = ()) -> None:
        self._all, self._ends = array("H"), array("Q", [0])
        self.extend(texts)

    def extend(self, texts: Iterable[array[int]]) -> None:
        """Take in some more."""
        for text in texts:
            self._all.extend(text)
            self._ends.append(len(self._all))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> array[int]: ...

    @overload
    def __getitem__(self, at: slice) -> list[array[int]]: ...

    def __getitem__(self, at: int | slice) -> array[int] | list[array[int]]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._all[self._ends[at]:self._ends[at + 1]]
