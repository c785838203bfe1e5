"""mem hooks"""

from __future__ import annotations

import os
import sys

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE, Refused, Usage
from memcli.output import records, terminal

HELP = """Let git call mem: remember commits, keep a vault sound.

\b
Examples:
  mem hooks install              in a repository of yours: its commits become entries
  mem hooks install vault        in a vault: checks what you commit by hand
  mem hooks install --dry-run
  mem hooks status
  mem hooks uninstall            what was there before is back, byte for byte
  mem hooks check note/*.md      for other hook runners, or by hand

\b
In a working repository
  post-commit         every commit is taken in by the plugin git, in the
                      background: a commit does not wait for it, nor fail
  prepare-commit-msg  offers up to three related memories as comments, where an
                      editor opens
In a vault
  pre-commit          refuses entries whose front matter cannot be read, conflict
                      markers and secrets; only this hook can say no
  post-merge, post-checkout, post-rewrite
                      bring the search index up to date, in the background

A hook that is there already is renamed NAME.mem-prev and runs first.
core.hooksPath is followed; where it serves all your repositories, only with
--everywhere. Commits go to the vault named by --vault or MEM_VAULT at the
install, else to the one that mem finds from there. git commit --no-verify
passes pre-commit by."""


PARAMS = {
    "action": options.Arg("ACTION", "install, uninstall, status or check; git itself calls run."),
    "words": options.Arg("[WORD...]", "work or vault, by default what this folder is; for check: files; for run: a hook and its word.", many=True),
    "staged": options.Opt("--staged", "With check: the entries that are about to be committed to the vault.", kind=bool),
    "everywhere": options.Opt("--everywhere", "Also into a hook folder that serves every repository.", kind=bool),
    "dry_run": options.Opt("--dry-run -n", "Only say what would be done.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(action: str, words: list[str] | None = None, staged: bool = False, everywhere: bool = False, dry_run: bool = False,
            vault: str | None = None, json: bool = False) -> int:
    """Let git call mem."""
    here, given = session.current(), words or []
    if action == "run":
        from memcli.cli import hooking

        return hooking.run(here, given, vault)
    if action == "check":
        from memcli.cli import hooking

        return hooking.check(here, given, staged=staged, vault=vault, json=json)
    if action not in ("install", "uninstall", "status"):
        raise Usage(f"{action!r} is nothing that mem hooks does", "install, uninstall, status or check")
    if len(given) > 1 or given and given[0] not in ("work", "vault"):
        raise Usage(f"mem hooks {action} takes work or vault, not {' '.join(given)!r}", "mem hooks --help")
    return _place(here, action, given == ["vault"], given == ["work"], vault, everywhere=everywhere, dry_run=dry_run, json=json)


def _place(here: session.Session, action: str, vaults: bool, works: bool, vault: str | None, *, everywhere: bool, dry_run: bool, json: bool) -> int:
    """Install, take away or list hooks, and tell."""
    from memcli.life import driver, hooks, hookscripts

    store = here.store(vault)
    repo = hooks.repository(store.vault.root if vaults else os.getcwd(), here.env)
    own = os.path.realpath(repo.top) == store.vault.root
    if own and works:
        raise Refused(f"{repo.top} is the vault itself; its commits are no news to it", "mem hooks install vault")
    names = hookscripts.VAULT if own else hookscripts.WORK
    if action == "install":
        named = vault or session.chosen or here.env.get("MEM_VAULT")
        scripts = {name: hookscripts.script(name, _program(), store.vault.root if named and not own else "") for name in names}
        done = hooks.install(repo, scripts, everywhere=everywhere, dry_run=dry_run)
        if own and not dry_run:
            driver.connect(store.git())
    elif action == "uninstall":
        done = hooks.uninstall(repo, dry_run=dry_run)
    else:
        done = [(hook.name, hook.state) for hook in hooks.seen(repo, names)]
    waiting = 0 if own else store.captures_waiting()
    if json:
        here.json_out(records.hooks(repo.top, repo.folder, "vault" if own else "work", done, waiting))
        return 0
    here.lines([f"{name.ljust(18)}  {state}" for name, state in done] or ["no hooks of mem here"])
    if dry_run:
        here.say(f"nothing was changed in {terminal.line(repo.folder)}")
    elif action == "status" and waiting:
        here.say(f"{waiting} commit{'s wait' if waiting > 1 else ' waits'} for the next capture")
    elif action == "install":
        here.say(f"in {terminal.line(repo.folder)}; mem hooks uninstall takes them away")
    return PARTLY_DONE if action == "status" and any(state in ("edited", "replaced", "foreign") for _, state in done) else 0


def _program() -> str:
    """This mem, for hooks that are called without the user's PATH."""
    path = os.path.abspath(sys.argv[0])
    return path if os.path.basename(path) in ("mem", "memcli") and os.access(path, os.X_OK) else "mem"
