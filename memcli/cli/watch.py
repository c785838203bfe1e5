"""mem watch"""

from __future__ import annotations

import gc
import signal

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, terminal
from memcli.serve.noticing import Stop
from memcli.serve.watch import Event, Watch, Wish

HELP = """Follow a vault, and index edits by other programs at once.

\b
Examples:
  mem watch                        print what changes, until interrupted
  mem watch --commit               and commit edits when they have come to rest
  mem watch --commit --after 300   after five minutes without an edit
  mem watch --commit --sync 15     and sync every fifteen minutes
  mem watch --quiet &
  mem watch --once --commit        what there is to do now, and no more

What is added (A), edited (M), renamed and removed (D) by other programs, by
git checkout, pull and merge too, is in the index a moment later. Searches of a
small vault look at each file in any case; those of a large one
(index.scan_limit) look at folders only, and see what was rewritten in place
when a watcher runs, else they say that they may not.

--commit makes one commit of all that was edited by hand, as mem sync does. A
file with a secret is left out and named; nothing is recorded in the middle of
a merge or rebase, nor when most of the vault is gone.

When the system cannot tell of every change (a network file system, too few
inotify watches), that is said, and every file is looked at now and then; so it
is after the machine has slept, after a flood of changes, and every ten
minutes. There is one watcher for a vault. SIGTERM ends it with exit status 0,
an interrupt with 130; it ends with 10 when its vault is gone. A killed one
leaves nothing that is believed."""

PARAMS = {
    "commit": options.Opt("--commit", "Commit what is edited by hand, once it has come to rest.", kind=bool),
    "after": options.Opt("--after", "With --commit: how many seconds without an edit are rest; 0 takes 30.", metavar="SECONDS", kind=int, low=0, high=86_400),
    "sync": options.Opt("--sync", "Sync as mem sync does, so often; 0: never. No network is told once.", metavar="MINUTES", kind=int, low=0, high=10_080),
    "poll": options.Opt("--poll", "Do not rely on the system to tell of changes; look at every file now and then.", kind=bool),
    "once": options.Opt("--once", "Do what there is to do now, and end.", kind=bool),
    "quiet": options.Opt("--quiet -q", "Print only what goes wrong.", kind=bool),
    "vault": options.VAULT,
    "json": options.Opt("--json", "Print one JSON object on a line for whatever happens.", kind=bool),
}


def command(commit: bool = False, after: int = 0, sync: int = 0, poll: bool = False, once: bool = False, quiet: bool = False, vault: str | None = None,
            json: bool = False) -> None:
    """Follow a vault."""
    here = session.current()
    if after and not commit:
        raise Usage("--after says when to commit", "give --commit too")
    root, stop = here.vault(vault).root, Stop()

    def tell(event: Event) -> None:
        if json and not (quiet and event.kind != "trouble"):
            here.json_out(records.watched(event))
        elif event.kind == "trouble":
            here.warn(f"{terminal.line(event.text)}{f' ({terminal.line(event.hint)})' if event.hint else ''}")
        elif not quiet:
            _print(here, root, event)
        here.flush()

    gc.enable()  # this command is not soon over
    if signal.getsignal(signal.SIGTERM) is signal.default_int_handler:
        signal.signal(signal.SIGTERM, stop.set)
    Watch(lambda: here.store(root), Wish((after or 30) if commit else -1, sync * 60.0, once, poll), tell, stop).run()


def _print(here: session.Session, root: str, event: Event) -> None:
    """What happened, for a person."""
    from memcli.life.names import count

    noticed = event.noticed
    for letter, paths in (("A", noticed.added), ("M", noticed.changed), ("D", noticed.gone)):
        here.out("".join(f"{letter}  {terminal.line(path) if here.tty else path}\n" for path in paths))
    if event.kind == "ready" and event.how != "once":
        here.flush()
        how = "" if event.how == "events" else ", by looking at every file now and then"
        known = f": {count(noticed.entries, 'entry', 'entries')}" if noticed.folders else ""  # else the first look failed, which was told
        here.say(f"following {terminal.line(root)}{known}{how}; interrupt to end")
    elif event.kind == "recorded":
        here.out(f"recorded {len(event.paths)} {'file' if len(event.paths) == 1 else 'files'} in {event.commit[:10]}\n")
    elif event.kind == "synced":
        here.out(f"synced {event.text}\n")
