"""Which entries does a command look at? The options that narrow a search, the same in every command that searches."""

from __future__ import annotations

from collections.abc import Sequence

from memcli.cli import options

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
    """The query that some arguments make; a lone - reads at most a mebibyte of standard input."""
    if list(words) != ["-"]:
        return " ".join(words)
    import sys

    return sys.stdin.buffer.read(1 << 20).decode("utf-8", "replace")


def given(type_: str, tag: Sequence[str] | None, state: str, path: str, key: str, source: str, since: str, until: str) -> list[str]:
    """These options as the filters of a query."""
    found = [("type", type_), ("state", state), ("path", path), ("key", key), ("source", source), ("created", since and f">={since}"),
             ("created", until and f"<={until}"), *(("tag", word.lstrip("#")) for word in tag or [])]
    return [f"{name}:{value}" for name, value in found if value]
