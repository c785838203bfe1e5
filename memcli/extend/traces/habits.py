"""What does each attribute of a profile say? FileGram's nine primary and two auxiliary ones (`bench/filegramos/schema.py`), each in a sentence; pure."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from memcli.extend.traces.events import LOOK, MAKE, Event, Session
from memcli.extend.traces.profile import IMAGES, STRUCTURED, Profile, depth, kind

_STYLES = (
    ("words with spaces", re.compile(r".*\s.*")), ("snake_case", re.compile(r"[^A-Z-]*_[^A-Z-]*")), ("kebab-case", re.compile(r"[^A-Z_]*-[^A-Z_]*")),
    ("CAPITALS", re.compile(r"[^\Wa-z]*[A-Z][^\Wa-z]*")), ("CamelCase", re.compile(r"[^\W_]*[a-z0-9][A-Z][^\W_]*")),
    ("one lower-case word", re.compile(r"[^A-Z_-]+")))


def attributes(sessions: Sequence[Session], profile: Profile) -> Iterator[tuple[str, str]]:
    """(attribute, sentence), the nine and then the two."""
    events = [one for session in sessions for one in session.events]
    mean = profile.means.__getitem__
    yield "reading strategy", _reading(events, mean)
    yield "output detail", f"{mean('files_created'):.1f} new files and {mean('total_output_chars'):.0f} characters per session"
    yield "output structure", f"mostly {_mostly([kind(one.path) for one in events if one.type in MAKE])}"
    yield "directory style", f"{mean('dirs_created'):.1f} new folders per session, down to depth {max((depth(one) for one in events), default=0)}"
    yield "naming", f"mostly {_mostly([_style(one.path) for one in events if one.fresh or one.type == 'file_rename'])}"
    yield "edit strategy", (f"{mean('total_edits'):.1f} edits per session of {mean('avg_lines_changed'):.0f} lines, "
                            f"{mean('small_edit_ratio'):.0%} of them small")
    yield "version strategy", _versions(events)
    yield "tone", "the traces do not tell, as they hold no contents"
    yield "cross-modal behaviour", _cross(events)
    yield "verbosity", f"{mean('avg_output_length'):.0f} characters per write"
    yield "work rhythm", _rhythm(sessions, mean)


def _reading(events: Sequence[Event], mean: Callable[[str], float]) -> str:
    if not any(one.type in LOOK for one in events):
        return "the traces do not tell"
    return (f"of its looks {mean('search_ratio'):.0%} are searches and {mean('browse_ratio'):.0%} through folders; "
            f"{mean('revisit_ratio'):.0%} of reads go back to a file")


def _mostly(words: Sequence[str]) -> str:
    """The three most frequent words with their shares."""
    counts = Counter(words)
    return ", ".join(f"{word or 'no ending'} ({times / len(words):.0%})" for word, times in counts.most_common(3)) or "nothing yet"


def _style(path: str) -> str:
    """How a file's name is written, without its ending."""
    stem = path.rpartition("/")[2].lstrip(".").partition(".")[0]
    return next((name for name, shape in _STYLES if shape.fullmatch(stem)), "another way")


def _versions(events: Sequence[Event]) -> str:
    backups = sum(one.type == "file_copy" and one.flag for one in events)
    over = sum(one.type == "file_write" and not one.fresh for one in events)
    return f"{backups} backup {'copy' if backups == 1 else 'copies'}, {over} {'file' if over == 1 else 'files'} written over"


def _cross(events: Sequence[Event]) -> str:
    fresh = [kind(one.path) for one in events if one.fresh]
    return f"{sum(one in IMAGES for one in fresh)} images and {sum(one in STRUCTURED for one in fresh)} data files among {len(fresh)} new files"


def _rhythm(sessions: Sequence[Session], mean: Callable[[str], float]) -> str:
    hours = Counter(one.at.hour for session in sessions for one in session.events)
    busiest = min(hours, key=lambda hour: (-hours[hour], hour))
    minutes = statistics.median((session.events[-1].at - session.events[0].at).total_seconds() / 60 for session in sessions)
    size = statistics.median(len(session.events) for session in sessions)
    switches = sum(one.type == "context_switch" for session in sessions for one in session.events) / len(sessions)
    return (f"typically {minutes:.0f} min and {size:.0f} events a session, between {min(hours)} and {max(hours) + 1} o'clock, most at {busiest}; "
            f"{mean('total_deletes'):.1f} files deleted" + (f" and {switches:.1f} switches between files" if switches else "") + " per session")
