"""Which questions are asked of which texts? The data sets that recall is measured on, read from their own files.

`locomo`: conversations with questions and the turns that answer them (Maharana et al. 2024); an index per conversation, units are turns
(by their block ids) and sessions (by their entries). `longmemeval`: questions, each with chats of its own (Wu et al. 2025); an index per
question, units are sessions. `qrels`: a BEIR folder (Thakur et al. 2021), corpus.jsonl, queries.jsonl and qrels/test.tsv; units are
documents.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from memcli.errors import UserError

KINDS = ("locomo", "longmemeval", "qrels")
_SIGNS = {"locomo": ("", b'"evidence"'), "longmemeval": ("", b'"question_id"'), "qrels": ("queries.jsonl", b'"_id"')}  # file, what stands once a question
_PART = 1 << 20  # characters read at once
_DAY = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?: \(\w+\))?(?: (\d{1,2}:\d{2}))?")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


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


def read(kind: str, path: str, skipped: Counter[str], *, all_turns: bool = False) -> Iterator[Haystack]:
    """The haystacks of a data set, one by one. What cannot be asked is counted in `skipped` by reason.

    `all_turns`: what assistants say in the chats of longmemeval is put in too. Raises UserError for what is no such set.
    """
    try:
        yield from _locomo(path, skipped) if kind == "locomo" else _longmemeval(path, skipped, all_turns) if kind == "longmemeval" else _qrels(path)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise UserError(f"{path} is not a data set of the kind {kind}: {type(error).__name__} {error}", "man mem-eval says what is read") from None


def expected(kind: str, path: str) -> int:
    """About how many questions a data set holds, without reading it as such: for telling how far the work has come."""
    name, sign = _SIGNS[kind]
    with _opened(os.path.join(path, name) if name else path) as file:
        return sum(part.count(sign) for part in iter(lambda: file.buffer.read(_PART), b""))


def _opened(path: str) -> Any:
    try:
        return open(path, encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "mem eval locomo FILE, mem eval longmemeval FILE, mem eval qrels FOLDER") from None


def _elements(path: str) -> Iterator[Any]:
    """The elements of a JSON list, each read when it is asked for: these files are larger than what one wants in memory."""
    decode = json.JSONDecoder().raw_decode
    with _opened(path) as file:
        text = file.read(_PART).lstrip()
        if text[:1] != "[":
            raise ValueError("no list")
        text = text[1:]
        while (text := text.lstrip(" \t\r\n,"))[:1] != "]":
            try:
                element, end = decode(text)
            except json.JSONDecodeError:
                more = file.read(max(_PART, len(text)))  # twice as much each time, or a long element would be read over and over
                if not more:
                    raise
                text += more
                continue
            yield element
            text = text[end:]


def _locomo(path: str, skipped: Counter[str]) -> Iterator[Haystack]:
    with _opened(path) as file:
        samples = json.load(file)
    for sample in samples if isinstance(samples, list) else [samples]:
        talk = sample["conversation"]
        turns = {turn["dia_id"]: key for key, held in talk.items() if re.fullmatch(r"session_\d+", key) for turn in held}
        stack = Haystack(str(sample["sample_id"]), "locomo", content=[sample])
        for number, row in enumerate(sample["qa"], 1):
            evidence = row.get("evidence") or []
            stated = [word for text in ([evidence] if isinstance(evidence, str) else evidence) for word in re.split(r"[;,\s]+", text) if word]
            gold = _held(stated, turns, skipped)
            if not gold:
                continue
            stack.questions.append(Question(f"{stack.name}/{number}", str(row["question"]), str(row["category"]),
                                            {word.lower().replace(":", "-"): 1.0 for word in gold}, {turns[word]: 1.0 for word in gold}))
        yield stack


def _held(stated: list[str], there: Collection[str], skipped: Counter[str]) -> list[str]:
    """The distinct gold ids that are there; the others, and a question that is left with none, are counted."""
    distinct = dict.fromkeys(stated)
    gold = [word for word in distinct if word in there]
    if len(distinct) > len(gold):
        skipped["dangling ids dropped"] += len(distinct) - len(gold)
    if not gold:
        skipped["dangling evidence" if stated else "no evidence"] += 1
    return gold


def _longmemeval(path: str, skipped: Counter[str], all_turns: bool) -> Iterator[Haystack]:
    """A haystack per question, in the form of locomo. Sessions are named by their place, as the ids of those with the answer begin with `answer_`.

    As the authors count: abstentions are left out, and of user turns alone a session is gold only when one of them holds the answer.
    """
    for row in _elements(path):
        if row["question_id"].endswith("_abs"):
            skipped["abstention"] += 1
            continue
        ids, chats = row["haystack_session_ids"], row["haystack_sessions"]
        names = [f"session_{number}" for number in range(1, len(ids) + 1)]
        gold = _held(row["answer_session_ids"], ids, skipped)
        if gold and not all_turns and _labelled(chats):
            told = {id_ for id_, turns in zip(ids, chats, strict=True) if _tells(turns)}
            gold = [id_ for id_ in gold if id_ in told]
            if not gold:
                skipped["answer in no user turn"] += 1
        if not gold:
            continue
        talk: dict[str, Any] = {}
        for name, date, turns in zip(names, row["haystack_dates"], chats, strict=True):
            talk[name] = [{"speaker": turn["role"], "text": turn["content"]} for turn in turns if _kept(turn, all_turns)]
            talk[f"{name}_date_time"] = _date(date)
        question = Question(row["question_id"], row["question"], row["question_type"], {}, {name: 1.0 for id_, name in zip(ids, names) if id_ in gold})
        yield Haystack(question.id, "locomo", content=[{"sample_id": "chats", "conversation": talk}], questions=[question])


def _kept(turn: Mapping[str, Any], all_turns: bool) -> bool:
    return (all_turns or turn["role"] == "user") and bool(turn["content"].strip())


def _tells(turns: list[Any]) -> bool:
    """Whether a user's turn holds the answer."""
    return any(turn["role"] == "user" and turn.get("has_answer") for turn in turns)


def _labelled(sessions: list[Any]) -> bool:
    """Whether it is said which turns hold the answer."""
    return any("has_answer" in turn for turns in sessions for turn in turns)


def _date(stamp: str) -> str:
    """`2023/05/20 (Sat) 02:21` as locomo writes it: `02:21 on 20 May, 2023`."""
    match = _DAY.fullmatch(stamp.strip())
    if match is None:
        raise ValueError(f"the date {stamp!r}")
    return f"{match[4] or '0:00'} on {match[3]} {_MONTHS[int(match[2]) - 1]}, {match[1]}"


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
                group = (row.get("metadata") or {}).get("group") or "all"
                stack.questions.append(Question(str(row["_id"]), str(row["text"]), str(group), {}, gains[row["_id"]]))
    yield stack
