"""How is what traces show said in plain words? Sessions, profile and patterns as titles and markdown; pure, the same for the same events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from memcli.extend.moments import day
from memcli.extend.traces.events import LOOK, MAKE, ORDER, Event, Session
from memcli.extend.traces.habits import attributes
from memcli.extend.traces.patterns import Pattern, episodes, phase
from memcli.extend.traces.profile import FEATURES, Profile

SHOWN = 8  # files, queries or examples that are named one by one
_PHASES = {"look": "looked around", "make": "wrote", "order": "put in order"}
_DONE = {"file_read": "read", "file_search": "searched for", "file_browse": "looked through", "file_write": "wrote", "file_edit": "edited",
         "file_rename": "renamed", "file_move": "moved", "dir_create": "made the folder", "file_delete": "deleted", "file_copy": "copied",
         "cross_file_reference": "referred to"}
_FEATURES = {
    "search_ratio": "searches among looks", "browse_ratio": "folders among looks", "revisit_ratio": "reads of a file read before",
    "avg_output_length": "characters per write", "files_created": "new files", "total_output_chars": "characters written",
    "dirs_created": "new folders", "max_dir_depth": "deepest folder", "files_moved": "files moved or renamed",
    "total_edits": "edits", "avg_lines_changed": "lines per edit", "small_edit_ratio": "edits of at most 10 lines",
    "total_deletes": "files deleted", "delete_to_create_ratio": "deleted per new file",
    "structured_files_created": "new data files", "kinds_written": "kinds of files written", "image_files_created": "new images"}
_LABELS = {
    "consumption": ("reads file after file and comes back to them", "searches, then reads what was found", "looks through folders and reads many files once"),
    "production": ("writes long files, or many", "writes a moderate amount", "writes little and short"),
    "organisation": ("makes folders for everything", "makes a folder where one is needed", "leaves files where they are"),
    "iteration": ("many small edits", "edits now and then", "few edits, or large ones: writes in one go"),
    "curation": ("deletes what is not needed", "cleans up now and then", "deletes hardly anything"),
    "cross-modal": ("makes images or data files too", "now and then an image or a data file", "text and code only")}


def session_title(session: Session) -> str:
    """What the session was mostly about, and when: files written, else files put in order, else files read."""
    for word, types in (("Work on", MAKE), ("Tidying", ORDER), ("Reading", LOOK)):
        touched = Counter(one.path for one in session.events if one.type in types and one.path.strip("./"))
        if touched and (word != "Work on" or phase(session.events) != "order"):
            names = [path.rstrip("/").rpartition("/")[2] for path, _ in touched.most_common(2)]
            return f"{word} {' and '.join(names)}, {day(session.events[0].at)}"
    return f"Files, {day(session.events[0].at)}"


def session_body(session: Session, profile: Profile) -> str:
    """The session's phases in order, with what was read, searched, written; and what made it unlike the others."""
    begin, end = session.events[0].at, session.events[-1].at
    whose = f" by {session.profile}" if session.profile else ""
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{day(end)}, {end:%H:%M}"
    span = f"from {begin:%H:%M} to {until}" if f"{begin:%H:%M}" != until else f"at {until}"
    parts = [f"{_count(len(session.events), 'event')}{whose} on {day(begin)}, {span}."]
    for part in episodes(session.events):
        lines = [f"**{part[0].at:%H:%M}** {_PHASES[phase(part)]}:", *(f"- {said}" for said in _doings(part))]
        parts.append("\n".join(lines))
    shifts = profile.shifts.get(session.id)
    if shifts is not None:
        parts.append(f"Unlike the other sessions: {'; '.join(_shift(profile, *shift) for shift in shifts) or 'a little in everything'}.")
    return "\n\n".join(parts) + "\n"


def _doings(events: Sequence[Event]) -> Iterable[str]:
    """One line for each thing done, in the order of its first time."""
    held: dict[str, Counter[str]] = {}
    lines: dict[str, list[int]] = {}
    for one in events:
        if one.type in _DONE:
            held.setdefault(one.type, Counter())[_object(one)] += 1
            sums = lines.setdefault(one.type, [0, 0])
            sums[0], sums[1] = sums[0] + one.added, sums[1] + one.deleted
    for type_, things in held.items():
        said = [thing + (f" ({times} times)" if times > 1 else "") for thing, times in list(things.items())[:SHOWN]]
        more = f" and {len(things) - SHOWN} more" if len(things) > SHOWN else ""
        added, deleted = lines[type_]
        yield f"{_DONE[type_]} {', '.join(said)}{more}" + (f" (+{added} -{deleted})" if added or deleted else "")


def _object(one: Event) -> str:
    """What an event was done to."""
    if one.type == "file_search":
        return f"`{one.query.replace('`', chr(39))}`" if one.query else "something"
    path = f"`{one.path.replace('`', chr(39)) or '?'}`"
    if one.type in ("file_rename", "file_move", "file_copy") and one.other:
        return f"`{one.other.replace('`', chr(39))}` to {path}" + (" as a backup" if one.flag else "")
    return path


def _shift(profile: Profile, name: str, value: float, score: float) -> str:
    return f"{_FEATURES[name]} {_figure(value)} instead of {_figure(profile.means[name])} (z {score:+.1f})"


def profile_body(sessions: Sequence[Session], profile: Profile) -> str:
    """Dimensions, attributes and fingerprint of a person's sessions."""
    events = sum(len(session.events) for session in sessions)
    odd = len(profile.shifts)
    when = _span(day(sessions[0].events[0].at), day(sessions[-1].events[0].at))
    seen = f"Seen in {_count(len(sessions), 'session')}{when}, {_count(events, 'event')}."
    if odd:
        seen += f" {_count(odd, 'session')} {'is' if odd == 1 else 'are'} unlike the others and {'counts' if odd == 1 else 'count'} half."
    dimensions = [f"- {name}: {_label(name, label)}" for name, label in profile.labels.items()]
    rows = [f"| {dimension} | {_FEATURES[name]} | {_figure(profile.means[name])} | {_figure(profile.spread[name])} |"
            for dimension, names in FEATURES.items() for name in names]
    return "\n".join([
        seen, "", "## In six dimensions", "", *dimensions, "", "## In detail", "", *(f"- {name}: {said}" for name, said in attributes(sessions, profile)), "",
        "## Fingerprint", "", "| dimension | per session | mean | deviation |", "|---|---|---|---|", *rows, ""])


def _label(dimension: str, label: str) -> str:
    return f"{_LABELS[dimension]['LMR'.index(label)]} ({label})" if label else "the traces do not tell"


def pattern_title(pattern: Pattern) -> str:
    """Habit: search, then read, then edit."""
    return f"Habit: {', then '.join(pattern.steps)}"


def pattern_body(pattern: Pattern, sessions: Sequence[Session]) -> str:
    """The steps, how many sessions hold them, and the first and the last examples."""
    steps = [f"{number}. {word}" for number, word in enumerate(pattern.steps, 1)]
    examples = list(pattern.seen.values())
    shown = examples if len(examples) <= 3 else [*examples[:2], examples[-1]]
    lines = [f"- {day(events[0].at)}: {', '.join(f'{_DONE[one.type]} {_object(one)}' for one in events)}" for events in shown]
    return "\n".join([*steps, "", f"In {len(examples)} of {_count(len(sessions), 'session')}:", "", *lines, ""])


def _span(begin: str, end: str) -> str:
    return f" from {begin} to {end}" if begin != end else f" on {begin}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
