"""mem record"""

from __future__ import annotations

import sys
from threading import Event
from typing import Any

from memcli.cli import options, session
from memcli.errors import Usage

HELP = """Record what happens to the files of a folder, as traces.

\b
Examples:
  mem record ~/work/project -o trace.jsonl
  mem record . --session "fix the till" -o trace.jsonl &
  mem ingest files trace.jsonl

Each change of a file is one JSON object on a line: made, edited, renamed, moved,
copied or deleted, when, and how many lines came and went. Of contents only sums
and line counts are kept. Hidden folders, .git and what is built are passed over. It
goes on until it is interrupted. mem ingest files makes of such lines what was
done when, how, and which habits come again."""


PARAMS = {
    "folder": options.Arg("FOLDER", "What to watch, with all below it."),
    "output": options.Opt("--output -o", "Add the lines to this file, instead of printing them.", metavar="FILE"),
    "session_": options.Opt("--session", "What the events belong to, instead of the day.", metavar="NAME"),
    "profile": options.Opt("--profile", "Whose events these are.", metavar="NAME"),
}


def command(folder: str, output: str = "", session_: str = "", profile: str = "") -> None:
    """Record changes of files."""
    import json
    import os

    from memcli import clock
    from memcli.entries import atomic
    from memcli.extend.traces import recorder

    here = session.current()
    if output and os.path.realpath(output).startswith(f"{os.path.realpath(folder)}{os.sep}"):
        raise Usage(f"{output} lies in the folder that is watched, and would be told of at every line", "give a file elsewhere")

    def out(event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        if output:
            atomic.note(output, line)
        else:
            here.raw(line)
            here.flush()

    stop = Event()
    here.say(f"recording {folder}; interrupt to end")
    sys.stderr.flush()
    try:
        recorder.record(folder, out, stop, clock.now, session=session_, profile=profile)
    finally:
        stop.set()
