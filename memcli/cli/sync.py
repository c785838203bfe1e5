"""mem sync"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE
from memcli.output import records, terminal, text

HELP = """Make this vault and its clones one again, through a remote.

\b
Examples:
  git init --bare -b main /media/usb/notes.git          once, or at a host
  git -C ~/notes remote add origin /media/usb/notes.git
  mem sync                   record, fetch, merge, push
  mem sync usb               with the remote of that name
  mem sync me@host:notes.git
  mem sync --json

What was edited by hand is recorded first. Then what the remote has is merged
in, in one commit or by moving on, and what is new here is pushed; when
somebody else was quicker, it begins anew. Nothing is ever forced.

Entries are merged by meaning, as mem-merge-driver(1) tells, and followed by
their ids where they moved. No merge is left open: what cannot be decided is
in the entry between markers, flagged `conflict: true`, and listed here and by
mem doctor. What one side changed and the other removed is kept.

Without a remote or a network there is one line and exit status 0, so that
cron stays quiet; a remote that you name has to be there. No hook and no
program that the vault's own configuration names is run; file, ssh, https and
git are the ways out. GIT_SSH_COMMAND and your own git configuration count.

Exit status 0 when all is one again, 3 when a conflict is left to a person."""


PARAMS = {
    "remote": options.Arg("[REMOTE]", "A remote's name, a path or a URL. Default: the branch's own, else origin, else the only one."),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(remote: str = "", vault: str | None = None, json: bool = False) -> int:
    """Make this vault and its clones one again."""
    here = session.current()
    store = here.store(vault)
    done = store.sync(remote)
    if json:
        here.json_out(records.synced(done))
    elif done.away:
        here.warn(f"nothing was synced: {done.away}" + ("" if done.remote else f"; git -C {store.vault.root} remote add origin URL names one"))
    else:
        here.say(text.synced(done))
        here.lines(f"{terminal.line(path)}: {reason}" for path, reason in done.conflicts)
        if done.conflicts:
            here.flush()
            here.say("next: correct these, take `conflict: true` away where it stands, then mem sync again")
    return PARTLY_DONE if done.conflicts else 0
