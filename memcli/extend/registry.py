"""Which plugins are there? Found by name and loaded only then: built-in ones first, then entry points (`memcli.ingest`, `memcli.policy`)."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any, cast

from memcli.errors import PluginFailed, Usage
from memcli.extend.contracts import API_VERSION, Ingest
from memcli.extend.policy import Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plugin: what its modules begin with, its entry points' group, the function it must have, and who lists its names."""

    word: str
    prefix: str
    group: str
    function: str
    lists: str


INGEST = Kind("plugin", "ingest_", "memcli.ingest", "read", "mem ingest --list")
POLICY = Kind("policy", "policy_", "memcli.policy", "judge", "mem forget --list")


def builtin(kind: Kind = INGEST) -> list[str]:
    """Names of the plugins that come with mem."""
    import memcli_plugins

    modules = [module.name for module in pkgutil.iter_modules(memcli_plugins.__path__) if module.name.startswith(kind.prefix)]
    return sorted(name.removeprefix(kind.prefix).replace("_", "-") for name in modules)


def names(kind: Kind = INGEST) -> list[tuple[str, str]]:
    """(name, summary) of every plugin that can be loaded, built-in ones first."""
    found = [(name, str(_load(name, kind).summary)) for name in builtin(kind)]
    from importlib.metadata import entry_points

    return found + sorted((point.name, f"from {point.value}") for point in entry_points(group=kind.group))


def load(name: str) -> Ingest:
    """The ingest plugin of that name. Raises Usage when there is none, PluginFailed naming what is wrong when it cannot be used."""
    return cast(Ingest, _load(name, INGEST))


def load_policy(name: str) -> Policy:
    """The policy of that name. Raises as `load`."""
    return cast(Policy, _load(name, POLICY))


def _load(name: str, kind: Kind) -> Any:
    if not name.replace("_", "a").replace("-", "a").isalnum():
        raise Usage(f"{name!r} is not a {kind.word}'s name", f"{kind.lists} names them")
    module = f"memcli_plugins.{kind.prefix}{name.replace('-', '_')}"
    try:
        return checked(importlib.import_module(module), name, kind)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise PluginFailed(f"{kind.word} {name} needs the module {error.name}", f"pip install {error.name}") from None
    from importlib.metadata import entry_points

    for point in entry_points(group=kind.group, name=name):
        try:
            return checked(point.load(), name, kind)
        except PluginFailed:
            raise
        except Exception as error:
            raise PluginFailed(f"{kind.word} {name} cannot be loaded: {type(error).__name__}: {error}", f"it comes from {point.value}") from error
    import difflib

    known = sorted({*builtin(kind), *(point.name for point in entry_points(group=kind.group))})
    near = difflib.get_close_matches(name, known, 1)
    raise Usage(f"no {kind.word} {name!r}; there are {', '.join(known)}", f"did you mean {near[0]}?" if near else f"{kind.lists} says what each does")


def checked(found: Any, name: str, kind: Kind = INGEST) -> Any:
    """`found` if it fulfils the contract's shape, else PluginFailed."""
    missing = [attribute for attribute in ("name", "summary", "api_version", kind.function) if not hasattr(found, attribute)]
    if missing:
        raise PluginFailed(f"{kind.word} {name} lacks {', '.join(missing)}", "mem man plugins explains the contract")
    if found.api_version != API_VERSION:
        raise PluginFailed(f"{kind.word} {name} speaks version {found.api_version} of the contract, this mem speaks {API_VERSION}", "update one of them")
    return found
