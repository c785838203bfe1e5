"""What can be given to a command? Each option and argument is described once, here or in the command's `PARAMS`.

From these descriptions come the parser on the fast path (`memcli.cli.quick`), typer's parser and its messages (`memcli.cli.app`), --help,
man pages and completions. A parameter's default is the default of the command function's own parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memcli.errors import Usage


class Opt:
    """An option. `flags` are its spellings; `kind` str, int, float or bool (a switch); `many` collects repetitions in a list."""

    __slots__ = ("flags", "help", "high", "kind", "low", "many", "metavar")

    def __init__(self, flags: str, help: str, *, metavar: str = "", kind: type = str, many: bool = False, low: int | None = None,
                 high: int | None = None) -> None:
        self.flags = tuple(flags.split())
        self.help = help
        self.metavar = metavar
        self.kind = kind
        self.many = many
        self.low = low
        self.high = high


class Arg:
    """An argument, shown as `metavar`; `many` takes all that are left."""

    __slots__ = ("help", "many", "metavar")

    def __init__(self, metavar: str, help: str, *, many: bool = False) -> None:
        self.metavar = metavar
        self.help = help
        self.many = many


VAULT = Opt("--vault", "The vault to use instead of the one found from here.", metavar="DIR")
JSON = Opt("--json", "Print one JSON object.", kind=bool)
JSON_LINES = Opt("--jsonl", "Print one JSON object per line.", kind=bool)
FORMAT = Opt("--format", r"Print each entry by a template such as '{id}\t{title}\n'.", metavar="TEMPLATE")
NULL = Opt("-0 --null", "Print only paths, each followed by a NUL, for xargs -0.", kind=bool)
NAMES = Arg("ID...", "Entries: four or more characters of an id's beginning or end, or paths.", many=True)
NAME = Arg("ID", "An entry: four or more characters of its id's beginning or end, or its path.")
AT = Opt("--at", "As it was at a date (2026-11-23) or revision (HEAD~2).", metavar="WHEN")
YES = Opt("--yes -y", "Do not ask.", kind=bool)

_SHAPES = (JSON, JSON_LINES, FORMAT, NULL)


def agree(params: Mapping[str, Opt | Arg], given: Mapping[str, Any]) -> None:
    """Raise Usage when more than one shape of output is asked for."""
    asked = [param.flags[0] for name, param in params.items() if param in _SHAPES and isinstance(param, Opt) and given.get(name)]
    if len(asked) > 1:
        raise Usage(f"{asked[0]} and {asked[1]} ask for different output", "give one of them")


GLOBAL = (
    ("--vault DIR", "The vault to use instead of the one found from here; works after the command too."),
    ("--color WHEN", "auto, always or never."),
    ("--no-pager", "Print long output straight."),
    ("--debug", "Show a traceback when something breaks."),
    ("--version", "Print the version."),
)  # what can stand before the command
