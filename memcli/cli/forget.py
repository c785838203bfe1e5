"""mem forget"""

from __future__ import annotations

from collections.abc import Sequence

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records

HELP = """Forget entries, named ones or by a policy.

\b
Examples:
  mem forget 6r0wze
  mem forget 6r0wze 4k8c6r --reason 'no longer true'
  mem restore 6r0wze       brings it back
  mem undo                 too
  mem forget --policy actr --dry-run
  mem forget --policy ttl --set ttl=365d
  mem forget --list        names the policies

A named entry leaves a tombstone: the text leaves the file and the search
index, and stays in git's history; mem purge takes it out of history as well.

A policy judges every entry and says why. What it lets go moves down one rung:
to cold (searched only when the rest does not answer), from there to archived
(packed, restored byte for byte). Never moved: pinned and core entries, those
with policy: never in their front matter, what came or was changed within
forget.min_age_days, the only current value of a key, what a long or core entry
rests on; and never more than forget.max_share of all in half a day. One run is
one commit. mem man policies describes the policies."""


PARAMS = {
    "names": options.Arg("[ID...]", options.NAMES.help, many=True),
    "reason": options.Opt("--reason", "Why; kept in the tombstone.", metavar="TEXT"),
    "policy": options.Opt("--policy -P", "Judge all entries by this policy.", metavar="NAME"),
    "set_": options.Opt("--set", "An option of the policy; may be repeated.", metavar="NAME=VALUE", many=True),
    "dry_run": options.Opt("--dry-run", "Only say what the policy would do.", kind=bool),
    "all_": options.Opt("--all", "Show what is kept as well, with the reason.", kind=bool),
    "list_": options.Opt("--list", "List the policies.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str] | None = None, reason: str = "", policy: str = "", set_: list[str] | None = None, dry_run: bool = False,
            all_: bool = False, list_: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Forget entries."""
    here = session.current()
    if list_:
        from memcli.extend import registry

        here.lines(f"{name:12}{summary}" for name, summary in registry.names(registry.POLICY, here.around(vault)))
        return
    if bool(names) == bool(policy):
        raise Usage("give the entries to forget, or --policy NAME", "mem forget ID, or mem forget --policy actr --dry-run")
    if policy:
        _by_policy(here, vault, policy, _options(set_ or []), dry_run, all_, json)
        return
    if dry_run or set_:
        raise Usage("--dry-run and --set belong to --policy", "mem forget --policy actr --dry-run")
    changed = here.store(vault).forget(names or [], reason)
    if json:
        here.json_out(records.changed(changed))
        return
    here.changed(changed)
    here.say("mem undo takes it back")


def _by_policy(here: session.Session, vault: str | None, policy: str, given: dict[str, str], dry_run: bool, all_: bool, json: bool) -> None:
    from memcli.output import fade

    plan, changed = here.store(vault).fade(policy, given, dry_run=dry_run)
    if json:
        here.json_out(fade.record(plan, changed, dry_run))
        return
    here.lines(fade.lines(plan, here.color, everything=all_))
    if plan.moves:
        here.say("nothing was changed; run it again without --dry-run" if dry_run else "mem undo takes it back")


def _options(words: Sequence[str]) -> dict[str, str]:
    for word in words:
        if "=" not in word:
            raise Usage(f"--set {word}: expected NAME=VALUE", "mem man policies lists the options of each policy")
    return {word.partition("=")[0]: word.partition("=")[2] for word in words}
