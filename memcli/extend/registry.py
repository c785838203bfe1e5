"""Which plugins are there? Found by name and loaded only then: built-in ones first, then entry points (`memcli.ingest`)."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

from memcli.errors import PluginFailed, Usage
from memcli.extend.contracts import API_VERSION, Ingest

GROUP = "memcli.ingest"
_PREFIX = "ingest_"


def builtin() -> list[str]:
    """Names of the plugins that come with mem."""
    import memcli_plugins

    return sorted(module.name.removeprefix(_PREFIX) for module in pkgutil.iter_modules(memcli_plugins.__path__) if module.name.startswith(_PREFIX))


def names() -> list[tuple[str, str]]:
    """(name, summary) of every plugin that can be loaded, built-in ones first."""
    found = [(name, load(name).summary) for name in builtin()]
    from importlib.metadata import entry_points

    return found + sorted((point.name, f"from {point.value}") for point in entry_points(group=GROUP))


def load(name: str) -> Ingest:
    """The plugin of that name. Raises Usage when there is none, PluginFailed naming what is wrong when it cannot be used."""
    if not name.replace("_", "a").replace("-", "a").isalnum():
        raise Usage(f"{name!r} is not a plugin's name", "mem ingest --list names them")
    module = f"memcli_plugins.{_PREFIX}{name.replace('-', '_')}"
    try:
        return checked(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise PluginFailed(f"plugin {name} needs the module {error.name}", f"pip install {error.name}") from None
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        try:
            return checked(point.load(), name)
        except PluginFailed:
            raise
        except Exception as error:
            raise PluginFailed(f"plugin {name} cannot be loaded: {type(error).__name__}: {error}", f"it comes from {point.value}") from error
    import difflib

    known = sorted({*builtin(), *(point.name for point in entry_points(group=GROUP))})
    near = difflib.get_close_matches(name, known, 1)
    raise Usage(f"no plugin {name!r}; there are {', '.join(known)}", f"did you mean {near[0]}?" if near else "mem ingest --list says what each reads")


def checked(found: object, name: str) -> Ingest:
    """`found` if it fulfils the contract's shape, else PluginFailed."""
    missing = [attribute for attribute in ("name", "summary", "api_version", "read") if not hasattr(found, attribute)]
    if missing:
        raise PluginFailed(f"plugin {name} lacks {', '.join(missing)}", "mem man plugins explains the contract")
    plugin = cast(Ingest, found)
    if plugin.api_version != API_VERSION:
        raise PluginFailed(f"plugin {name} speaks version {plugin.api_version} of the contract, this mem speaks {API_VERSION}", "update one of them")
    return plugin
