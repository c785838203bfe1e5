"""Which entries does a command look at? The options that narrow a search, the same in every command that searches."""

from __future__ import annotations

from collections.abc import Sequence

from memcli.cli import options
from memcli.errors import Usage

QUERY_MAX = 1 << 20  # bytes
PARAMS = {
    "type_": options.Opt("--type -T", "Only this type.", metavar="TYPE"),
    "tag": options.Opt("--tag", "Only with this tag; may be repeated.", metavar="TAG", many=True),
    "state": options.Opt("--state", "Only in this state.", metavar="STATE"),
    "path": options.Opt("--path", "Only below this folder, or fitting this pattern.", metavar="PATH"),
    "key": options.Opt("--key", "Only in this slot; user/* for all that begin so.", metavar="KEY"),
    "source": options.Opt("--source", "Only from this plugin or source.", metavar="SOURCE"),
    "since": options.Opt("--since", "Only created then (2026, 2026-03, a day) or later.", metavar="DATE"),
    "until": options.Opt("--until", "Only created then or earlier.", metavar="DATE"),
}


def query(words: Sequence[str]) -> str:
    """The query that some arguments make; a lone - reads standard input. Raises Usage on more than a mebibyte."""
    if list(words) != ["-"]:
        return " ".join(words)
    import sys

    data = sys.stdin.buffer.read(QUERY_MAX + 1)
    if len(data) > QUERY_MAX:
        raise Usage("the query on standard input is longer than a mebibyte", "a few words are found best")
    return data.decode("utf-8", "replace")


def given(type_: str, tag: Sequence[str] | None, state: str, path: str, key: str, source: str, since: str, until: str) -> list[str]:
    """These options as the filters of a query."""
    found = [("type", type_), ("state", state), ("path", path), ("key", key), ("source", source), ("created", since and f">={since}"),
             ("created", until and f"<={until}"), *(("tag", word.lstrip("#")) for word in tag or [])]
    return [f"{name}:{value}" for name, value in found if value]
