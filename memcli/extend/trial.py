"""Does somebody's plugin keep the contract? By its name or by its file, which is run as a program would be: within limits, told of no vault."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from memcli.entries import atomic
from memcli.errors import Usage, UserError
from memcli.extend import conformance, registry, trust
from memcli.extend.registry import INGEST, KINDS, POLICY, Around, Kind


def trial(what: str, sample: str, around: Around, *, expect: int | None, options: Mapping[str, str]) -> list[str]:
    """The rules that a plugin breaks, a line each, [] when it keeps all. `what` is its name, or the path of its file; an ingest plugin needs a `sample`."""
    kind, plugin = _by_file(what, around) if os.sep in what or what.endswith(".py") else _by_name(what, around)
    if kind is POLICY:
        return conformance.check_policy(plugin, options)
    if not sample:
        raise Usage("which sample? an ingest plugin is tested with a source that it reads without a rejection", f"mem plugin test {what} SAMPLE")
    if not os.path.exists(sample):
        raise UserError(f"{sample}: no such file", "give a file or a folder that the plugin can read")
    return conformance.check_ingest(plugin, sample, expect=expect, options=options)


def _by_name(name: str, around: Around) -> tuple[Kind, Any]:
    both = [(kind, one) for kind in KINDS.values() for one in registry.known(kind, around) if one.name == name]
    if not both:
        raise Usage(f"no plugin {name!r}", "mem plugin list names them; a file is tested by its path: mem plugin test ./FILE")
    kind, one = both[0]
    return kind, registry.opened(one, around)


def _by_file(path: str, around: Around) -> tuple[Kind, Any]:
    base = os.path.basename(path)
    short, name, runs = trust.named(base)
    if not name:
        raise Usage(f"{base} does not tell what kind of plugin it is", "call it ingest_NAME.py, policy_NAME.py, mem-ingest-NAME or mem-policy-NAME")
    try:
        data = atomic.read(path, trust.SIZE_MAX)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "give the plugin's file") from None
    kind = INGEST if short == INGEST.short else POLICY
    return kind, registry.outside(kind, name, registry.from_file(kind, name, base, data, runs=runs), around)
