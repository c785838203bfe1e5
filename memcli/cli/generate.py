"""`python -m memcli.cli.generate [--check] FOLDER`: writes, or checks, all that is made from the definitions.

Manual pages of the commands and mem(1), the table in mem-config(5), and schemas/config.schema.json.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

from memcli import __version__, config, errors
from memcli.cli.options import GLOBAL, Arg, Opt
from memcli.cli.verbs import COMMANDS
from memcli.entries import atomic
from memcli.output import manpage

BEGIN, END = '.\\" generated: begin', '.\\" generated: end'
VARIABLES = (
    ("MEM_VAULT", "The vault, when --vault is not given."),
    ("MEM_EDITOR, VISUAL, EDITOR", "The editor, in this order; then vi."),
    ("PAGER", "Pager of long output on a terminal."),
    ("NO_COLOR", "When not empty, no colour."),
    ("MEM_NOW", "The instant that counts as the present, RFC 3339; for repeatable runs."),
    ("MEM_DEBUG", "When not empty, a traceback instead of one line when something breaks."),
    ("XDG_DATA_HOME, XDG_CONFIG_HOME", "Where the default vault and the user's own settings are."),
)
OUTSIDE = ((0, "done"), (errors.PARTLY_DONE, "partly done: some pieces were refused, or doctor found something"), (errors.BUG, "a bug of mem"),
           (errors.INTERRUPTED, "interrupted"), (141, "whoever read the output closed it"))


def usage(verb: str, params: dict[str, Opt | Arg], required: int) -> str:
    """`mem show [OPTIONS] ID`."""
    words = [param.metavar if at < required or param.metavar.startswith("[") else f"[{param.metavar}]" for at, param in enumerate(params.values())
             if isinstance(param, Arg)]
    return " ".join(["mem", verb, "[OPTIONS]", *words])


def page(verb: str) -> str:
    """The manual page of a verb."""
    module = importlib.import_module(f"memcli.cli.{COMMANDS[verb][0]}")
    params: dict[str, Opt | Arg] = module.PARAMS
    required = len(params) - len(module.command.__defaults__ or ())
    arguments = [(param.metavar.strip("[]"), param.help) for param in params.values() if isinstance(param, Arg)]
    flags = [(_spelled(param), _meaning(param)) for param in params.values() if isinstance(param, Opt)]
    return manpage.command(verb, module.HELP, usage(verb, params, required), arguments, [*flags, ("-h, --help", "Show the help text.")], __version__)


def _spelled(param: Opt) -> str:
    ordered = sorted(param.flags, key=len)
    return ", ".join(ordered) + (f" {param.metavar or 'VALUE'}" if param.kind is not bool else "")


def _meaning(param: Opt) -> str:
    bounds = f" From {param.low} to {param.high}." if param.low is not None and param.high is not None else ""
    return param.help + bounds


def overview() -> str:
    """mem(1)."""
    lines = manpage.head("mem", 1, "a memory of plain markdown files in git", __version__)
    lines += [".SH SYNOPSIS", ".B mem", "[\\-\\-vault DIR] COMMAND [ARGS]...", ".SH DESCRIPTION",
              "mem keeps a vault: a git work tree of markdown entries that people read, grep, edit and merge, with ranked recall in milliseconds,",
              "a history of every change and one\\-step undo.", "It needs no daemon, no network and no model. The files are the truth; the search index is",
              "derived from them and may be deleted at any time.", ".PP",
              "The vault is the one given by \\-\\-vault or MEM_VAULT, else the nearest parent folder that holds .mem, else the user\\(aqs own.",
              ".SH COMMANDS"]
    lines += manpage.definitions((f"mem {verb}", summary) for verb, (_, summary) in COMMANDS.items())
    lines += [".SH OPTIONS", "Before the command:", *manpage.definitions(GLOBAL)]
    lines += [".SH EXIT STATUS", *manpage.definitions((str(number), meaning) for number, meaning in sorted([*OUTSIDE, *_statuses()]))]
    settings = [(config.env_name(option.name), f"The setting {option.name}.") for option in config.OPTIONS]
    lines += [".SH ENVIRONMENT", *manpage.definitions([*VARIABLES, *settings])]
    lines += [".SH FILES", *manpage.definitions([
        (".mem/config.yaml", "The vault's settings, tracked by git."), (".mem/state/", "Lock and journal of this machine, ignored by git."),
        (".mem/index/", "The search index, ignored by git; delete it at any time."), ("~/.config/mem/config.yaml", "The user's own settings."),
        ("~/.local/share/mem", "The user's own vault.")])]
    others = ("mem\\-entry(5)", "mem\\-config(5)", "mem\\-scoring(7)", "mem\\-policies(7)", "mem\\-plugins(7)", "mem\\-design(7)")
    lines += [".SH SEE ALSO", ", ".join([*(f"mem\\-{verb}(1)" for verb in COMMANDS), *others])]
    return "\n".join(lines) + "\n"


def _statuses() -> list[tuple[int, str]]:
    found = []
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, errors.MemError) and error is not errors.MemError:
            meaning = (error.__doc__ or "").splitlines()[0].rstrip(".")
            found.append((error.exit_status, f"{error.code}: {meaning[:1].lower()}{meaning[1:]}"))
    return found


def option_table() -> str:
    """The settings, as mem-config(5) lists them."""
    rows = [(option.name, f"{option.meaning} Takes {config.describe(option)}; default: {option.default if option.default != '' else 'empty'}.")
            for option in config.OPTIONS]
    return "\n".join([BEGIN, *manpage.definitions(rows), END])


def config_schema() -> str:
    """schemas/config.schema.json."""
    groups: dict[str, Any] = {}
    kinds = {str: "string", int: "integer", float: "number", bool: "boolean"}
    for option in config.OPTIONS:
        group, _, name = option.name.partition(".")
        shape: dict[str, Any] = {"type": kinds[option.kind], "default": option.default, "description": option.meaning}
        if option.begins:
            shape["pattern"] = f"^({'|'.join(option.choices)})$|^({'|'.join(option.begins)})"
        elif option.choices:
            shape["enum"] = list(option.choices + option.own)
        if option.low is not None and option.high is not None:
            shape.update(minimum=option.low, maximum=option.high)
        groups.setdefault(group, {"type": "object", "additionalProperties": False, "properties": {}})["properties"][name] = shape
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Settings of a vault (.mem/config.yaml) or of a user", "type": "object",
              "additionalProperties": False, "properties": {"format": {"const": 1}, **groups}}
    return json.dumps(schema, indent=2) + "\n"


def everything(top: str) -> dict[str, str]:
    """Every generated file by its path below `top`."""
    files = {f"man/mem-{verb}.1": page(verb) for verb in COMMANDS}
    files["man/mem.1"] = overview()
    files["schemas/config.schema.json"] = config_schema()
    with open(os.path.join(top, "man", "mem-config.5"), encoding="utf-8") as file:
        prose = file.read()
    before, _, rest = prose.partition(BEGIN)
    files["man/mem-config.5"] = before + option_table() + rest.partition(END)[2]
    return files


def main(arguments: list[str]) -> int:
    """Write or check; 1 when a checked file is out of step."""
    check = "--check" in arguments
    top = next((word for word in arguments if not word.startswith("-")), ".")
    stale = []
    for path, wanted in everything(top).items():
        target = os.path.join(os.path.abspath(top), path)
        try:
            present = atomic.read(target).decode()
        except FileNotFoundError:
            present = ""
        if present != wanted:
            stale.append(path)
            if not check:
                atomic.write(target, wanted.encode())
    for path in stale:
        print(f"{path}: {'out of step; run make man' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
