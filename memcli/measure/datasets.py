"""Which questions are asked of which texts? The data sets that recall is measured on, read from their own files.

`locomo`: conversations with questions and the turns that answer them (Maharana et al. 2024); an index per conversation, units are turns
(by their block ids) and sessions (by their entries). `qrels`: a BEIR folder (Thakur et al. 2021), corpus.jsonl, queries.jsonl and
qrels/test.tsv; units are documents.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from memcli.errors import UserError

KINDS = ("locomo", "qrels")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold units and their gains. `turns` is empty where only whole entries are known."""

    id: str
    text: str
    category: str
    turns: Mapping[str, float]
    entries: Mapping[str, float]


@dataclass(slots=True)
class Haystack:
    """Texts to be searched together, and the questions asked of them. `plugin` reads them from `path`, or from `content` as a JSON file."""

    name: str
    plugin: str
    path: str = ""
    content: Any = None
    questions: list[Question] = field(default_factory=list)


def read(kind: str, path: str, skipped: Counter[str]) -> Iterator[Haystack]:
    """The haystacks of a data set. What cannot be asked is counted in `skipped` by reason. Raises UserError for what is no such set."""
    try:
        yield from _locomo(_json(path), skipped) if kind == "locomo" else _qrels(path)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UserError(f"{path} is not a data set of the kind {kind}: {type(error).__name__} {error}", "man mem-eval says what is read") from None


def _json(path: str) -> Any:
    with _opened(path) as file:
        return json.load(file)


def _opened(path: str) -> Any:
    try:
        return open(path, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "mem eval locomo FILE, mem eval qrels FOLDER") from None


def _locomo(samples: Any, skipped: Counter[str]) -> Iterator[Haystack]:
    for sample in samples if isinstance(samples, list) else [samples]:
        talk = sample["conversation"]
        turns = {turn["dia_id"]: key for key, held in talk.items() if re.fullmatch(r"session_\d+", key) for turn in held}
        stack = Haystack(str(sample["sample_id"]), "locomo", content=[sample])
        for number, row in enumerate(sample["qa"], 1):
            stated = [word for text in row.get("evidence") or [] for word in re.split(r"[;,\s]+", text) if word]
            gold = dict.fromkeys(word for word in stated if word in turns)
            skipped["dangling ids dropped"] += len(dict.fromkeys(stated)) - len(gold)
            if not gold:
                skipped["dangling evidence" if stated else "no evidence"] += 1
                continue
            stack.questions.append(Question(f"{stack.name}/{number}", str(row["question"]), str(row["category"]),
                                            {word.lower().replace(":", "-"): 1.0 for word in gold}, {turns[word]: 1.0 for word in gold}))
        yield stack


def _qrels(folder: str) -> Iterator[Haystack]:
    gains: dict[str, dict[str, float]] = {}
    with _opened(os.path.join(folder, "qrels", "test.tsv")) as file:
        for line in list(file)[1:]:
            query, document, gain = line.split("\t")
            if float(gain) > 0:
                gains.setdefault(query, {})[document] = float(gain)
    stack = Haystack(os.path.basename(os.path.abspath(folder)), "beir", path=os.path.join(folder, "corpus.jsonl"))
    with _opened(os.path.join(folder, "queries.jsonl")) as file:
        for row in map(json.loads, filter(str.strip, file)):
            if row["_id"] in gains:
                stack.questions.append(Question(str(row["_id"]), str(row["text"]), "all", {}, gains[row["_id"]]))
    yield stack
