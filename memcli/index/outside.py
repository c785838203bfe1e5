"""Who else can turn texts into vectors? The embedders other than `static`: what they share, and which one the settings name.

A piece goes to them as its entry's title, a line break and its text. Where they run, what they speak and how they fail is in `onnx`,
`endpoint` and `program`; each is imported only when it is the one. Nothing is downloaded, and none runs before the first text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from memcli.config import Settings
from memcli.index.chunks import Chunk
from memcli.index.coding import Coded, Question, coded, question
from memcli.index.static import Missing

NONE = "none"
AT_ONCE = 32  # pieces not in the index yet that are embedded for a search
DIMENSIONS_MAX = 16_384


class Outside(ABC):
    """An embedder outside of `mem`, by its name in the settings. Fulfils `contracts.Embedder`; what is embedded are texts.

    What failed once in a run is not tried again in it: every later use raises the same Missing. `told` says that a person knows.
    """

    def __init__(self, name: str, model: str, batch: int) -> None:
        self.name = name
        self.id = f"{name}#{model}" if model else name
        self.batch = batch
        self.failure = ""
        self.told = False
        self._dimensions = 0
        self._lately: dict[str, Coded] = {}
        self._asked = ("", Question([], 0.0))

    @abstractmethod
    def ask(self, texts: list[str], *, question: bool) -> Sequence[Sequence[float]]:
        """The vectors of at most `batch` texts, of any lengths, or of one question. Raises Missing."""

    def sources(self, title: str, pieces: Sequence[Chunk]) -> list[str]:
        """The texts whose vectors stand for an entry's pieces; of an entry without text its title."""
        return [f"{title}\n{piece.text}" for piece in pieces] or [title or "\n"]

    def many(self, sources: Sequence[str]) -> list[Coded]:
        """The vectors of texts, in order. Raises Missing."""
        fresh = [text for text in dict.fromkeys(sources) if text not in self._lately]
        made: list[Coded] = []
        for start in range(0, len(fresh), self.batch):
            made += map(coded, self._checked(fresh[start:start + self.batch], question=False))
        known = {**self._lately, **dict(zip(fresh, made))}
        if len(sources) <= AT_ONCE:
            self._lately = known  # a search may ask for the same few twice
        return [known[text] for text in sources]

    def query(self, text: str) -> Question:
        """A question as a vector. Raises Missing."""
        if text != self._asked[0]:
            self._asked = text, question(self._checked([text], question=True)[0])
        return self._asked[1]

    def known_share(self, text: str) -> float:
        """Everything counts as known: what it knows is not to be seen from outside."""
        return 1.0

    def _checked(self, texts: list[str], *, question: bool) -> list[list[float]]:
        """Vectors that are as many as the texts, of one length, and numbers."""
        if self.failure:
            raise Missing(self.failure)
        try:
            vectors = self.ask([text.encode("utf-8", "replace").decode() for text in texts], question=question)
            if len(vectors) != len(texts):
                raise Missing(f"gave {len(vectors)} vectors for {len(texts)} texts; it must give one for each")
            return [self._numbers(vector) for vector in vectors]
        except Missing as error:
            self.failure = f"the embedder {self.name[:80]} {error}; until then only words count"
            raise Missing(self.failure) from None

    def _numbers(self, vector: Sequence[float]) -> list[float]:
        try:
            numbers = [float(x) for x in vector]
            total = sum(map(abs, numbers))
        except (TypeError, ValueError, OverflowError):
            raise Missing("gave something other than a list of numbers for a vector; check that it is an embedder") from None
        if not total < float("inf"):
            raise Missing("gave a vector with a number that is not finite; check that it is an embedder")
        self._dimensions = self._dimensions or len(numbers)
        if len(numbers) != self._dimensions or not 0 < len(numbers) <= DIMENSIONS_MAX:
            raise Missing(f"gave a vector of {len(numbers)} numbers after one of {self._dimensions}; mem takes up to {DIMENSIONS_MAX}, all of one length")
        return numbers


class Nothing(Outside):
    """The embedder `none`: there are no vectors."""

    def ask(self, texts: list[str], *, question: bool) -> Sequence[Sequence[float]]:
        """Nothing."""
        raise Missing("gives no vectors; choose another by mem config embedder.name")


def named(settings: Settings, env: Mapping[str, str]) -> Outside | None:
    """The embedder that the settings name; None for `static`, which is not outside. Starts and loads nothing."""
    name, model, batch = settings.text("embedder.name"), settings.text("embedder.model"), settings.whole("embedder.batch")
    timeout_s = settings.number("embedder.timeout_s")
    kinds: dict[str, Callable[[], Outside | None]] = {
        "static": lambda: None, NONE: lambda: Nothing(NONE, "", batch), "onnx": lambda: _onnx(name, batch),
        "command": lambda: _program(name, env, timeout_s, batch),
    }
    return kinds.get(name.partition(":")[0], lambda: _endpoint(name, model, settings.text("embedder.key_env"), env, timeout_s, batch))()


def _onnx(name: str, batch: int) -> Outside:
    from memcli.index.onnx import Onnx

    return Onnx(name, batch)


def _program(name: str, env: Mapping[str, str], timeout_s: float, batch: int) -> Outside:
    from memcli.index.program import Program

    return Program(name, env, timeout_s, batch)


def _endpoint(name: str, model: str, key_env: str, env: Mapping[str, str], timeout_s: float, batch: int) -> Outside:
    from memcli.index.endpoint import Endpoint

    return Endpoint(name, model, key_env, env.get(key_env, "") if key_env else "", timeout_s, batch)
