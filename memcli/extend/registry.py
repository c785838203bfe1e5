"""Which plugins are there? Found by name and loaded only then, in this order: built-in ones, entry points of installed packages (`memcli.ingest`,
`memcli.policy`), programs on the search path (`mem-ingest-NAME`, `mem-policy-NAME`), and files of the vault that were trusted here. None can take the
name of one before it. All but the built-in ones run in a process of their own (memcli.extend.child).
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from memcli.errors import PluginFailed, Usage
from memcli.extend import trust
from memcli.extend.child import Limits, Program
from memcli.extend.contracts import API_VERSION, Ingest
from memcli.extend.policy import Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plugin: what it is called, its short name, its entry points' group, the function it must have, and who lists its names."""

    word: str
    short: str
    group: str
    function: str
    lists: str

    @property
    def prefix(self) -> str:
        """What the names of its modules begin with."""
        return f"{self.short}_"


INGEST = Kind("plugin", "ingest", "memcli.ingest", "read", "mem ingest --list")
POLICY = Kind("policy", "policy", "memcli.policy", "judge", "mem forget --list")
KINDS = {kind.short: kind for kind in (INGEST, POLICY)}


@dataclass(frozen=True, slots=True)
class Around:
    """Where plugins are looked for beside mem itself, and what they may take: the caller's environment, the vault's root ("" for none)."""

    env: Mapping[str, str] = field(default_factory=dict)
    vault: str = ""
    limits: Limits = field(default_factory=Limits)


NOWHERE = Around()


@dataclass(frozen=True, slots=True)
class Known:
    """A plugin that was found: `origin` is built-in, package, program or vault, `where` it is, `state` ready, untrusted or changed."""

    kind: Kind
    name: str
    origin: str
    where: str
    state: str = "ready"
    local: trust.Local | None = None


def builtin(kind: Kind = INGEST) -> list[str]:
    """Names of the plugins that come with mem."""
    import memcli_plugins

    modules = [module.name for module in pkgutil.iter_modules(memcli_plugins.__path__) if module.name.startswith(kind.prefix)]
    return sorted(name.removeprefix(kind.prefix).replace("_", "-") for name in modules)


def known(kind: Kind, around: Around = NOWHERE) -> list[Known]:
    """Every plugin of a kind, those that are found first first; no plugin is run, no name listed twice."""
    found: dict[str, Known] = {}
    for one in _everywhere(kind, around):
        found.setdefault(one.name, one)
    return list(found.values())


def _everywhere(kind: Kind, around: Around) -> Iterator[Known]:
    for name in builtin(kind):
        yield Known(kind, name, "built-in", module(name, kind))
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=kind.group), key=lambda point: point.name):
        yield Known(kind, point.name, "package", point.value)
    yield from _programs(kind, around)
    granted = trust.read(trust.path(around.env))
    for local in trust.locals_of(around.vault):
        if local.kind == kind.short:
            state = trust.state(granted, around.vault, local)
            yield Known(kind, local.name, "vault", local.file, "ready" if state == "trusted" else state, local)


def _programs(kind: Kind, around: Around) -> Iterator[Known]:
    """Executables on the search path; folders that are relative or lie in the vault are passed over, as what is in them may have come with it."""
    start = f"mem-{kind.short}-"
    for folder in around.env.get("PATH", "").split(os.pathsep):
        real = os.path.realpath(folder)
        if not os.path.isabs(folder) or around.vault and f"{real}/".startswith(f"{around.vault}/"):
            continue
        try:
            names = sorted(name for name in os.listdir(folder) if name.startswith(start))
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            if _is_name(name.removeprefix(start)) and os.path.isfile(path) and os.access(path, os.X_OK):
                yield Known(kind, name.removeprefix(start), "program", path)


def names(kind: Kind = INGEST, around: Around = NOWHERE) -> list[tuple[str, str]]:
    """(name, summary) of every plugin that can be loaded, built-in ones first; of those that are not, where they come from."""
    return [(one.name, str(opened(one, around).summary) if one.origin == "built-in" else _from(one)) for one in known(kind, around)]


def _from(one: Known) -> str:
    return f"from {one.where}" if one.state == "ready" else f"from {one.where}, {one.state}: mem plugin trust {one.name}"


def load(name: str, around: Around = NOWHERE) -> Ingest:
    """The ingest plugin of that name. Raises Usage when there is none, PluginFailed naming what is wrong when it cannot be used."""
    return cast(Ingest, _load(name, INGEST, around))


def load_policy(name: str, around: Around = NOWHERE) -> Policy:
    """The policy of that name. Raises as `load`."""
    return cast(Policy, _load(name, POLICY, around))


def _load(name: str, kind: Kind, around: Around) -> Any:
    if not _is_name(name):
        raise Usage(f"{name!r} is not a {kind.word}'s name", f"{kind.lists} names them")
    place = module(name, kind)
    try:
        return checked(importlib.import_module(place), name, kind)
    except ModuleNotFoundError as error:
        if error.name != place:
            raise PluginFailed(f"{kind.word} {name} needs the module {error.name}", f"pip install {error.name}") from None
    return opened(find(name, kind, around), around)


def find(name: str, kind: Kind, around: Around) -> Known:
    """Where the plugin of that name is. Raises Usage when there is none."""
    there = known(kind, around)
    one = next((one for one in there if one.name == name), None)
    if one is None:
        import difflib

        near = difflib.get_close_matches(name, [one.name for one in there], 1)
        raise Usage(f"no {kind.word} {name!r}", f"did you mean {near[0]}? {kind.lists} names all" if near else f"{kind.lists} says what each does")
    return one


def opened(one: Known, around: Around) -> Any:
    """A plugin, ready to be used. Raises PluginFailed, for one of a vault that was not trusted too."""
    if one.origin == "built-in":
        return checked(importlib.import_module(one.where), one.name, one.kind)
    if one.state != "ready":
        why = "has changed since it was trusted" if one.state == "changed" else "came with the vault and is not trusted on this machine"
        raise PluginFailed(f"{one.kind.word} {one.name} ({one.where}) {why}", f"read it, then: mem plugin trust {one.name}")
    return checked(outside(one.kind, one.name, _program(one), around), one.name, one.kind)


def _program(one: Known) -> Program:
    if one.origin == "package":
        return hosted(one.kind, one.name, "module", one.where)
    if one.local is None:
        return Program((one.where,))
    return from_file(one.kind, one.name, one.local.file, one.local.data, runs=one.local.runs)


def from_file(kind: Kind, name: str, file: str, data: bytes, *, runs: bool) -> Program:
    """The program that a plugin's file is, or is run by; just these bytes are run, whatever the file holds by then."""
    base = os.path.basename(file)
    return Program((f"./{base}",) if runs else hosted(kind, name, "file", f"./{base}").words, ((base, data, runs),))


def hosted(kind: Kind, name: str, how: str, where: str) -> Program:
    """The program that runs a Python plugin in a process of its own (memcli.extend.host)."""
    return Program((sys.executable, "-P", "-m", "memcli.extend.host", kind.short, how, where, name))


def outside(kind: Kind, name: str, program: Program, around: Around) -> Any:
    """A plugin that is a program."""
    from memcli.extend.outside import OutsideIngest, OutsidePolicy

    return (OutsideIngest if kind is INGEST else OutsidePolicy)(name, kind.word, program, around.env, around.limits)


def module(name: str, kind: Kind) -> str:
    """The module of a built-in plugin."""
    return f"memcli_plugins.{kind.prefix}{name.replace('-', '_')}"


def _is_name(name: str) -> bool:
    return name.replace("_", "a").replace("-", "a").isalnum()


def checked(found: Any, name: str, kind: Kind = INGEST) -> Any:
    """`found` if it fulfils the contract's shape, else PluginFailed."""
    missing = [attribute for attribute in ("name", "summary", "api_version", kind.function) if not hasattr(found, attribute)]
    if missing:
        raise PluginFailed(f"{kind.word} {name} lacks {', '.join(missing)}", "mem man plugins explains the contract")
    if found.api_version != API_VERSION:
        raise PluginFailed(f"{kind.word} {name} speaks version {found.api_version} of the contract, this mem speaks {API_VERSION}", "update one of them")
    return found
