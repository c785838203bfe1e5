"""How is a well-formed command line read without loading typer? By the same `PARAMS`; anything else is left to typer.

Typer's import alone costs more than a search. This reader takes what parses without doubt and answers None for the rest (help, unknown or
abbreviated options, missing arguments, values out of range), so that every message still comes from one place.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from memcli.cli import options, session
from memcli.cli.options import Arg, Opt
from memcli.cli.verbs import COMMANDS

Call = tuple[Callable[..., object], dict[str, Any]]


def read(arguments: Sequence[str]) -> Call | None:
    """The command function and its parameters, or None when typer shall look at the line."""
    words = list(arguments)
    vault = ""
    if len(words) > 2 and words[0] == "--vault":
        vault, words = words[1], words[2:]
    if not words or words[0] not in COMMANDS:
        return None
    module = importlib.import_module(f"memcli.cli.{COMMANDS[words[0]][0]}")
    given = parse(module.PARAMS, words[1:])
    if given is None or not _complete(module.command, module.PARAMS, given):
        return None
    options.agree(module.PARAMS, given)
    session.chosen = vault or session.chosen
    return module.command, given


def parse(params: Mapping[str, Opt | Arg], words: Sequence[str]) -> dict[str, Any] | None:
    """Parameter values by name; None when a word is not plainly an option of ours, its value or an argument."""
    flags = {flag: (name, param) for name, param in params.items() if isinstance(param, Opt) for flag in param.flags}
    values: dict[str, Any] = {}
    free: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            free.extend(rest)
        elif word.startswith("-") and word != "-":
            flag, equals, inline = word.partition("=")
            if flag not in flags or (equals and not word.startswith("--")):
                return None
            name, option = flags[flag]
            if not _take(values, name, option, inline if equals else None, rest):
                return None
        else:
            free.append(word)
    return values if _place(params, values, free) else None


def _take(values: dict[str, Any], name: str, option: Opt, inline: str | None, rest: Any) -> bool:
    """Note one option's value; False when it is not plainly good."""
    if option.kind is bool:
        values[name] = True
        return inline is None
    text = inline if inline is not None else next(rest, None)
    if text is None or (inline is None and text.startswith("-") and text != "-"):
        return False
    try:
        value = option.kind(text)
    except ValueError:
        return False
    if option.kind is not str and (option.low is not None and value < option.low or option.high is not None and value > option.high):
        return False
    if option.many:
        values.setdefault(name, []).append(value)
    else:
        values[name] = value
    return True


def _place(params: Mapping[str, Opt | Arg], values: dict[str, Any], free: list[str]) -> bool:
    """Hand the free words to the arguments in order; False when some are left over."""
    for name, param in params.items():
        if isinstance(param, Arg) and free:
            if param.many:
                values[name], free = free, []
            else:
                values[name] = free[0]
                free = free[1:]
    return not free


def _complete(command: Callable[..., object], params: Mapping[str, Opt | Arg], given: Mapping[str, Any]) -> bool:
    """Whether every parameter without a default was given."""
    required = len(params) - len(command.__defaults__ or ())
    return all(name in given for name in list(params)[:required])
