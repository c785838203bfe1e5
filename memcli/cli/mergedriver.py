"""mem merge-driver"""

from __future__ import annotations

from memcli.cli import options, session

HELP = """Merge three versions of an entry, for git.

\b
Examples:
  mem init .                                       in a clone: git calls this from now on
  git merge theirs                                 now merges entries by meaning
  mem merge-driver old.md mine.md yours.md 7 a.md  by hand; the result is in mine.md

git runs this for every entry that both sides of a merge have changed, as the
clone's setting merge.mem.driver says: mem merge-driver %O %A %B %L %P.

\b
Fields    the side that changed one wins; where both did, that of the later
          `updated`, at a tie the value with the higher hash
lists     tags, aliases, links, supersedes: what either side added stays,
          what one took away goes
memory    uses add up, last and stability are the greater, difficulty the mean
created   the earlier; updated: the later; two ids are a conflict
text      by lines; a conflict stands between markers, and the entry is flagged
          `conflict: true` until somebody takes that line away
forgotten against edited is a conflict and keeps the text; archived gives way
          to an edit

Exit status 0 when all was decided, 1 when a conflict is left to a person."""


PARAMS = {
    "base": options.Arg("BASE", "The version that both sides came from, %O; an empty file when there is none."),
    "ours": options.Arg("OURS", "Our version, %A; the result is written here."),
    "theirs": options.Arg("THEIRS", "Their version, %B."),
    "marker": options.Arg("[LENGTH]", "The length of conflict markers, %L."),
    "path": options.Arg("[PATH]", "The entry's path in the vault, %P, for messages."),
}


def command(base: str, ours: str, theirs: str, marker: str = "7", path: str = "") -> int:
    """Merge three versions of an entry."""
    from memcli.life import driver

    done = driver.merge_files(base, ours, theirs, driver.marker_length(marker), path or ours)
    for reason in done.conflicts:
        session.current().warn(f"{path or ours}: {reason}")
    return 1 if done.conflicts else 0
