"""How does a person let a plugin of a vault run? What it is, is shown; what is trusted are its very bytes, on this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from memcli import clock
from memcli.cli.session import Session
from memcli.errors import Refused, Usage
from memcli.extend import registry, trust
from memcli.extend.registry import Around, Known
from memcli.extend.trust import Local
from memcli.output import records, terminal

SHOWN = 20_000  # bytes of a plugin


def info(here: Session, named: Sequence[Known], around: Around, *, json: bool) -> int:
    """Tell where plugins are and what they say of themselves; one that may not run says nothing."""
    if json:
        here.json_out(records.plugins(named))
        return 0
    for one in named:
        here.out(f"{one.kind.short} {one.name}: {one.origin}, {terminal.line(one.where)}, {one.state}\n")
        if one.local:
            here.out(f"  {len(one.local.data)} bytes, sha256 {one.local.sha256}\n")
        if one.state == "ready":
            here.out(f"  {terminal.line(registry.opened(one, around).summary)}\n")
    return 0


def _local(named: Sequence[Known]) -> tuple[Known, Local]:
    found = [(one, one.local) for one in named if one.local]
    if not found:
        raise Usage(f"{named[0].name} is {named[0].origin}; trust is for files that come with a vault", "mem plugin list tells which do")
    return found[0]


def grant(here: Session, named: Sequence[Known], around: Around, *, yes: bool) -> int:
    """Let a file of the vault run, once a person has said so."""
    one, local = _local(named)
    here.say(f"{one.where}: {len(local.data)} bytes, sha256 {local.sha256}{', changed since it was trusted' if one.state == 'changed' else ''}")
    if not yes:
        if not sys.stdin.isatty():
            raise Refused("trusting lets this file run as you, and nobody is there to confirm it", f"read {one.where}, then: mem plugin trust {one.name} --yes")
        here.say(local.data[:SHOWN].decode("utf-8", "replace"))
        if len(local.data) > SHOWN:
            here.say(f"... and {len(local.data) - SHOWN} bytes more, which are not shown: read {one.where} before you answer")
        sys.stderr.write("let this run on this machine? type yes: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip() != "yes":
            raise Refused("not confirmed; nothing was trusted")
    trust.grant(trust.path(here.env), around.vault, local, clock.rfc3339(clock.now()))
    here.say(f"trusted until it changes; mem plugin revoke {one.name} takes it back")
    return 0


def revoke(here: Session, named: Sequence[Known], around: Around) -> int:
    """Let a file of the vault run no more."""
    one, local = _local(named)
    was = trust.revoke(trust.path(here.env), around.vault, local.file)
    here.say(f"{one.name} is trusted no more" if was else f"{one.name} was not trusted")
    return 0
