"""What has this process opened already that is still what the files say? One keyword index and one vector index, kept for the next look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memcli.index.keyword import KeywordIndex
    from memcli.index.outside import Outside
    from memcli.index.vector import VectorIndex

_keyword: tuple[Any, KeywordIndex] | None = None
_vectors: tuple[Any, VectorIndex] | None = None
_stays = False


def stay() -> None:
    """This process will look often: load now what makes each look cheaper."""
    global _stays
    from memcli.index import dense

    dense.load()
    _stays = True


def keyword(folder: str, seen: list[int]) -> KeywordIndex:
    """The keyword index in a folder whose files are as `seen` tells. Raises IndexUnusable."""
    global _keyword
    from memcli.index.keyword import KeywordIndex

    if _keyword is None or _keyword[0] != (folder, seen):
        _keyword = (folder, seen), KeywordIndex.open(folder)
    return _keyword[1]


def vectors(folder: str, kept: Mapping[str, Any], outside: Outside | None) -> VectorIndex:
    """The vector index that a manifest keeps. Raises IndexUnusable, static.Missing."""
    global _vectors
    from memcli.index import vector

    if outside or not _stays:
        return vector.VectorIndex(folder, kept, outside)
    if _vectors is None or _vectors[0] != (folder, kept) or vector.seal(folder, kept) != kept.get("seal"):
        _vectors = (folder, dict(kept)), vector.VectorIndex(folder, kept)
    _vectors[1].warning = vector.waiting(kept)
    return _vectors[1]
