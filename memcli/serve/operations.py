"""Which operations does a server know, and with which arguments? Every command that prints --json, as its own `PARAMS` describe it."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from memcli.cli import options
from memcli.cli.options import Arg, Opt
from memcli.cli.verbs import COMMANDS
from memcli.errors import Usage

REFUSED = {"edit": "opens an editor; mem show prints the text, and mem set changes fields",
           "watch": "never ends by itself; run mem watch beside the server"}
_LONG = {"watch": "never ends by itself"}
_SHAPES = ("json", "jsonl", "template", "null")
_KINDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
_LISTED = "the operation ops lists them"


def known() -> dict[str, Any]:
    """The modules of the commands that are operations, by name."""
    found = {verb: importlib.import_module(f"memcli.cli.{module}") for verb, (module, _) in COMMANDS.items() if verb not in REFUSED and verb != "serve"}
    return {verb: module for verb, module in found.items() if "json" in module.PARAMS}


def spelt(name: str, param: Opt | Arg) -> str:
    """What a request calls a parameter: its long option, or its name in the usage line, with _ between words."""
    if isinstance(param, Arg):
        return re.sub(r"[^a-z]+", "_", param.metavar.lower()).strip("_")
    return max(param.flags, key=len).lstrip("-").replace("-", "_")


def listed() -> dict[str, Any]:
    """Every operation with its arguments, as JSON tells it."""
    return {verb: {"summary": COMMANDS[verb][1], "args": [
        {"name": spelt(name, param), "kind": _KINDS[_kind(param)],
         "many": param.many, "required": at < len(module.PARAMS) - len(module.command.__defaults__ or ()), "help": param.help}
        for at, (name, param) in enumerate(module.PARAMS.items()) if name not in _SHAPES and name not in _LONG]} for verb, module in known().items()}


def prepared(verb: object, given: object) -> Callable[[], object]:
    """The work of an operation with its arguments. Raises Usage for what it does not take."""
    if not isinstance(verb, str):
        raise Usage('"op" takes the name of a command', _LISTED)
    if verb not in COMMANDS or verb == "serve":
        raise Usage(f"no such operation: {verb[:40]!r}", _LISTED)
    if verb in REFUSED:
        raise Usage(f"{verb} {REFUSED[verb]}", _LISTED)
    module = importlib.import_module(f"memcli.cli.{COMMANDS[verb][0]}")
    if "json" not in module.PARAMS:
        raise Usage(f"mem {verb} prints no JSON, so it is no operation", _LISTED)
    if given is not None and not isinstance(given, dict):
        raise Usage('"args" takes an object', f"for example {{\"op\": \"{verb}\", \"args\": {{}}}}")
    values = _values(verb, module.PARAMS, given or {})
    required = list(module.PARAMS)[:len(module.PARAMS) - len(module.command.__defaults__ or ())]
    lacking = [spelt(name, module.PARAMS[name]) for name in required if name not in values]
    if lacking:
        raise Usage(f"{verb} needs {lacking[0]}", _LISTED)
    options.agree(module.PARAMS, values)
    return lambda: module.command(**values, json=True)


def _values(verb: str, params: Mapping[str, Opt | Arg], given: Mapping[str, Any]) -> dict[str, Any]:
    names = {spelt(name, param): name for name, param in params.items() if name not in _SHAPES}
    values: dict[str, Any] = {}
    for word, value in given.items():
        name = names.get(word.replace("-", "_"), "")
        if not name:
            raise Usage(f"{verb} takes no {word[:40]!r}", f"it takes {', '.join(names)}")
        if name in _LONG and value:
            raise Usage(f"{verb} with {word} {_LONG[name]}", f"run it by itself: mem {verb} --{word}")
        if value is not None:
            values[name] = _value(f"{verb}: {word}", params[name], value)
    return values


def _kind(param: Opt | Arg) -> type:
    return param.kind if isinstance(param, Opt) else str


def _value(where: str, param: Opt | Arg, value: Any) -> Any:
    """A value if the parameter takes it; one where there may be many counts as a list of it."""
    if param.many:
        many = value if isinstance(value, list) else [value]
        if isinstance(param, Arg) and not many:
            raise Usage(f"{where} is empty", "leave it out, or give something")
        return [_one(where, param, one) for one in many]
    return _one(where, param, value)


def _one(where: str, param: Opt | Arg, value: Any) -> Any:
    kind: Any = _kind(param)
    words = _KINDS[kind]
    if kind is float and type(value) is int and abs(value) < 1 << 53:
        value = float(value)
    if type(value) is not kind or kind is float and not math.isfinite(value):
        raise Usage(f"{where} takes {words}, not {type(value).__name__ if isinstance(value, (list, dict)) else repr(value)[:40]}", _LISTED)
    if kind is str:
        _possible(where, value)
    elif isinstance(param, Opt) and (param.low is not None and value < param.low or param.high is not None and value > param.high):
        bounds = f"of at least {param.low}" if param.high is None else f"from {param.low} to {param.high}"
        raise Usage(f"{where} takes {words} {bounds}, not {value}", _LISTED)
    return value


def _possible(where: str, value: str) -> None:
    """Raise Usage for a text that no command line can hold."""
    if "\0" in value:
        raise Usage(f"{where} holds a NUL", "a command's arguments cannot")
    if any("\ud800" <= letter <= "\udfff" and not "\udc80" <= letter <= "\udcff" for letter in value):
        raise Usage(f"{where} holds half a character (\\ud800 to \\udfff)", "send UTF-8, or whole pairs")
