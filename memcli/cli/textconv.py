"""mem textconv"""

from __future__ import annotations

from memcli.cli import options, session

HELP = """Print an entry without what changes by itself, for git diff.

\b
Examples:
  mem init .                  in a clone: git diff and git log -p use this
  mem textconv note/a.md      what they compare
  git log -p --no-textconv    the files as they are

Left out are the checkpoint `memory`, `updated`, and an importance that was
not set by a person. git calls this as the clone's setting diff.mem.textconv
says; the files themselves are not touched."""


PARAMS = {"file": options.Arg("FILE", "The file to print.")}


def command(file: str) -> None:
    """Print an entry for a diff."""
    from memcli.life import driver

    session.current().raw(driver.settled(file))
