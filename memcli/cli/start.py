"""What does `mem` alone say? Where the vault is, what is in it, what to do next."""

from __future__ import annotations

from memcli.cli import session
from memcli.errors import NoVault
from memcli.output import terminal


def next_steps() -> None:
    """A few lines for a person who typed only `mem`."""
    here = session.current()
    try:
        store = here.store()
    except NoVault as error:
        here.lines([error.message + ".", "", "  mem init            make one, found from everywhere", "  mem init .          make this folder one",
                    "  mem --help          all commands"])
        return
    rows = store.rows(lambda row: row.state != "forgotten")
    lines = [f"{terminal.line(store.vault.root)}: {len(rows)} {'entry' if len(rows) == 1 else 'entries'}", ""]
    rows.sort(key=lambda row: row.updated or row.created, reverse=True)
    from memcli.output import text

    lines += [text.row(row, here.color) for row in rows[:3]]
    if rows:
        lines.append("")
    lines += ["  mem add 'text'      remember something", "  mem search WORDS    find it again", "  mem list            all entries",
              "  mem log             what happened; mem undo takes the last command back", "  mem --help          all commands"]
    here.lines(lines)
