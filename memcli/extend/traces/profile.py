"""How does somebody work with files, and which sessions are unlike the others? Numbers only, and what they are called; pure.

A session has a fingerprint of 17 features in six dimensions (FileGram, `bench/filegramos/schema.py` and `fingerprint.py`, synvo-ai/FileGram). Features are
made comparable as z-scores (sample deviation); a session deviates when its Euclidean distance from the mean is above the mean distance + 1.5 deviations,
which needs three sessions (and, as no distance of n can be more than (n-1)/sqrt(n) deviations away, happens from five on). A session that does not deviate
counts twice in the profile. A trace holds no contents: where FileGram counts the rows of tables, here the kinds of files that were written are counted.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcli.extend.traces.events import LOOK, MAKE, Event, Session

DEVIATION, SESSIONS_MIN = 1.5, 3
SMALL_EDIT = 10  # lines
STRUCTURED = frozenset(("csv", "json", "xlsx", "yaml", "yml", "xml", "tsv", "toml", "sql", "parquet"))
IMAGES = frozenset(("png", "jpg", "jpeg", "svg", "gif", "webp"))
FEATURES: Mapping[str, tuple[str, ...]] = {
    "consumption": ("search_ratio", "browse_ratio", "revisit_ratio"),
    "production": ("avg_output_length", "files_created", "total_output_chars"),
    "organisation": ("dirs_created", "max_dir_depth", "files_moved"),
    "iteration": ("total_edits", "avg_lines_changed", "small_edit_ratio"),
    "curation": ("total_deletes", "delete_to_create_ratio"),
    "cross-modal": ("structured_files_created", "kinds_written", "image_files_created"),
}
NAMES = tuple(name for names in FEATURES.values() for name in names)


@dataclass(frozen=True, slots=True)
class Profile:
    """What sessions have in common. `means` and `spread` (sample deviation) are by feature, `fingerprints` by session; `shifts` are the features in which
    a deviant session differs most, as (feature, its value, z), by session; `labels` are L, M or R by dimension, "" where nothing tells."""

    fingerprints: Mapping[str, Mapping[str, float]]
    means: Mapping[str, float]
    spread: Mapping[str, float]
    shifts: Mapping[str, tuple[tuple[str, float, float], ...]]
    labels: Mapping[str, str]


def profile(sessions: Sequence[Session]) -> Profile:
    """The profile of one person's sessions, of which there is at least one."""
    prints = {session.id: fingerprint(session.events) for session in sessions}
    plain = {name: statistics.fmean(one[name] for one in prints.values()) for name in NAMES}
    spread = {name: statistics.stdev(one[name] for one in prints.values()) if len(prints) > 1 else 0.0 for name in NAMES}
    scores = {id_: {name: (one[name] - plain[name]) / spread[name] if spread[name] > 0 else 0.0 for name in NAMES} for id_, one in prints.items()}
    shifts = {id_: _shifted(prints[id_], scores[id_]) for id_ in deviant(scores)}
    weights = {id_: 1 if id_ in shifts else 2 for id_ in prints}
    means = {name: sum(weights[id_] * one[name] for id_, one in prints.items()) / sum(weights.values()) for name in NAMES}
    looked = any(one.type in LOOK for session in sessions for one in session.events)
    return Profile(prints, means, spread, shifts, labels(means, looked=looked))


def fingerprint(events: Sequence[Event]) -> dict[str, float]:
    """The 17 features of a session."""
    count = {type_: sum(one.type == type_ for one in events) for type_ in ("file_read", "file_search", "file_browse", "dir_create", "file_delete")}
    looks = count["file_read"] + count["file_search"] + count["file_browse"]
    made = [one for one in events if one.type == "file_write"]
    fresh = [one for one in made if one.fresh]
    edits = [one.added + one.deleted for one in events if one.type == "file_edit"]
    kinds = [kind(one.path) for one in fresh]
    chars = sum(one.size for one in made)
    values = (
        _ratio(count["file_search"], looks), _ratio(count["file_browse"], looks), _ratio(_revisits(events), count["file_read"]),
        _ratio(chars, len(made)), len(fresh), chars,
        count["dir_create"], max((depth(one) for one in events), default=0), sum(one.type in ("file_move", "file_rename") for one in events),
        len(edits), _ratio(sum(edits), len(edits)), _ratio(sum(lines <= SMALL_EDIT for lines in edits), len(edits)),
        count["file_delete"], count["file_delete"] / max(len(fresh), 1),
        sum(one in STRUCTURED for one in kinds), len({kind(one.path) for one in events if one.type in MAKE}), sum(one in IMAGES for one in kinds),
    )
    return {name: float(value) for name, value in zip(NAMES, values)}


def kind(path: str) -> str:
    """A file's ending in lower case, "" when it has none."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name.strip(".") else ""


def depth(one: Event) -> int:
    """How deep the folder lies that an event made or wrote to."""
    if one.type == "dir_create":
        return one.path.strip("/").count("/") + 1
    return one.path.strip("/").count("/") if one.type in MAKE else 0


def deviant(scores: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The sessions whose distance from the mean (0, as these are z-scores) is above the mean distance + DEVIATION deviations."""
    far = {id_: math.sqrt(sum(value * value for value in one.values())) for id_, one in scores.items()}
    if len(far) < SESSIONS_MIN:
        return []
    limit = statistics.fmean(far.values()) + DEVIATION * statistics.stdev(far.values())
    return [id_ for id_, distance in far.items() if distance > limit + 1e-9]


def labels(means: Mapping[str, float], *, looked: bool) -> dict[str, str]:
    """L, M or R in each dimension, by the limits of `schema.py`; consumption is "" where nothing was looked at, as in a git history."""
    value = means.__getitem__
    return {
        "consumption": "" if not looked else "R" if value("browse_ratio") >= 0.3 else "M" if value("search_ratio") >= 0.2 else "L",
        "production": _one_of(value("avg_output_length") >= 3000 or value("avg_output_length") >= 800 and value("files_created") >= 3,
                              value("avg_output_length") < 800 and value("files_created") < 1.5),
        "organisation": _one_of(value("dirs_created") >= 3, value("dirs_created") < 0.5),
        "iteration": _one_of(value("total_edits") >= 3 and value("small_edit_ratio") >= 0.6, value("total_edits") < 1 or value("avg_lines_changed") >= 30),
        "curation": _one_of(value("total_deletes") >= 1, value("total_deletes") < 0.1),
        "cross-modal": _one_of(value("image_files_created") >= 0.3 or value("structured_files_created") >= 0.5,
                               value("image_files_created") < 0.1 and value("structured_files_created") < 0.1),
    }


def _one_of(left: bool, right: bool) -> str:
    return "L" if left else "R" if right else "M"


def _shifted(own: Mapping[str, float], score: Mapping[str, float]) -> tuple[tuple[str, float, float], ...]:
    """The three features that are furthest from the mean, at least one deviation away."""
    order = sorted(NAMES, key=lambda name: -abs(score[name]))[:3]
    return tuple((name, own[name], score[name]) for name in order if abs(score[name]) >= 1)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _revisits(events: Sequence[Event]) -> int:
    """Reads of a file that was read before, in this session or, by its own count, earlier."""
    seen: set[str] = set()
    again = 0
    for one in events:
        if one.type == "file_read":
            again += one.path in seen or one.count > 1
            seen.add(one.path)
    return again
