"""mem plugin"""

from __future__ import annotations

from typing import Any

from memcli.cli import options, session
from memcli.errors import NothingFound, PluginFailed, Usage
from memcli.output import records, terminal

HELP = """List, trust, make and test plugins.

\b
Examples:
  mem plugin list
  mem plugin info quotes
  mem plugin trust quotes            a file of this vault may run from now on
  mem plugin revoke quotes
  mem plugin new ingest quotes       a working skeleton with its test
  mem plugin new policy tidy --lang sh --into ~/plugins
  mem plugin test ./ingest_quotes.py sample.txt

Ingest plugins read sources, policies judge what may be forgotten. Built-in
ones come with mem. Others are found as entry points of installed packages, as
programs mem-ingest-NAME and mem-policy-NAME on your PATH, in any language,
and as files in a vault's .mem/plugins. Those never run before you have
trusted them on this machine, and are asked about again when a byte of them
changes. Everything that is not built in runs in a process of its own, with
a time and a memory limit, and is told of no vault. mem man plugins says how
to write one."""


PARAMS = {
    "action": options.Arg("ACTION", "list, info, trust, revoke, new or test."),
    "words": options.Arg("[NAME...]", "What it is about: NAME; for new KIND NAME; for test NAME or FILE, and SAMPLE.", many=True),
    "lang": options.Opt("--lang", "With new: python (the default) or sh.", metavar="LANGUAGE"),
    "into": options.Opt("--into", "With new: the folder to write to, else the present one.", metavar="DIR"),
    "expect": options.Opt("--expect", "With test: how many drafts the sample holds.", metavar="N", kind=int, low=0),
    "option": options.Opt("--option -o", "With test: an option for the plugin; may be repeated.", metavar="KEY=VALUE", many=True),
    "yes": options.YES,
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(action: str, words: list[str] | None = None, lang: str = "python", into: str = ".", expect: int | None = None,
            option: list[str] | None = None, yes: bool = False, vault: str | None = None, json: bool = False) -> int:
    """List, trust, make and test plugins."""
    here, given = session.current(), words or []
    wanted = {"list": (0, 0), "info": (1, 1), "trust": (1, 1), "revoke": (1, 1), "new": (2, 2), "test": (1, 2)}.get(action)
    if wanted is None:
        raise Usage(f"{action!r} is nothing that mem plugin does", "list, info, trust, revoke, new or test")
    if not wanted[0] <= len(given) <= wanted[1]:
        takes = "a NAME or FILE, and a SAMPLE" if action == "test" else ("no name", "one NAME", "KIND and NAME")[wanted[0]]
        raise Usage(f"mem plugin {action} takes {takes}", "mem plugin --help")
    if action == "new":
        return _new(here, given[0], given[1], lang, into)
    around = here.around(vault)
    if action == "test":
        from memcli.extend.trial import trial

        told = dict(word.partition("=")[::2] for word in option or [])
        broken = trial(given[0], given[1] if len(given) > 1 else "", around, expect=expect, options=told)
        here.lines(terminal.line(line) for line in broken or [f"{given[0]} keeps the contract"])
        return PluginFailed.exit_status if broken else 0
    from memcli.extend import registry

    found = [one for kind in registry.KINDS.values() for one in registry.known(kind, around)]
    if action == "list":
        here.json_out(records.plugins(found)) if json else here.lines(_row(one, found) for one in found)
        return 0
    named = [one for one in found if one.name == given[0]]
    if not named:
        raise NothingFound(f"no plugin {given[0]!r}", "mem plugin list names them")
    from memcli.cli import trusting

    if action == "info":
        return trusting.info(here, named, around, json=json)
    return trusting.grant(here, named, around, yes=yes) if action == "trust" else trusting.revoke(here, named, around)


def _row(one: Any, found: list[Any]) -> str:
    """A plugin on one line."""
    width = max(len(other.name) for other in found)
    state = "" if one.state == "ready" else f"  ({one.state}: mem plugin trust {one.name})"
    return f"{one.kind.short}  {one.name.ljust(width)}  {one.origin.ljust(8)}  {terminal.line(one.where)}{state}"


def _new(here: session.Session, kind: str, name: str, lang: str, into: str) -> int:
    from memcli.extend import registry, skeleton

    if kind not in registry.KINDS:
        raise Usage(f"{kind!r} is no kind of plugin", "ingest or policy: mem plugin new ingest NAME")
    files = skeleton.make(registry.KINDS[kind], name, lang, into)
    here.lines(terminal.line(path) for path in files)
    here.say(f"next: mem plugin test {files[0] if '/' in files[0] else './' + files[0]}{' ' + files[2] if len(files) > 2 else ''}")
    return 0
