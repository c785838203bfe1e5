"""What does typer see? The verbs as a lazy group, each command built from its module's `PARAMS` when it is asked for."""

from __future__ import annotations

import importlib
import types
from typing import Annotated, Any, get_type_hints

import typer
import typer.core
import typer.main

from memcli.cli import options, session
from memcli.cli.options import GLOBAL, Arg, Opt
from memcli.cli.verbs import COMMANDS

EPILOG = "Start with: mem init, then mem add 'some text', then mem search words. Every command has a manual page: mem man COMMAND."


class Verbs(typer.core.TyperGroup):
    """The group of all verbs, each built when asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb's command, or None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        return build(cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The overview, without building a single command."""
        session.out(overview())

    def get_help(self, ctx: Any) -> str:
        """The overview as text."""
        return overview()


def build(verb: str) -> Any:
    """One verb as a command."""
    module = importlib.import_module(f"memcli.cli.{COMMANDS[verb][0]}")
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    annotations = {name: Annotated[kind, _described(module.PARAMS[name])] for name, kind in get_type_hints(module.command).items() if name != "return"}
    function = types.FunctionType(module.command.__code__, module.command.__globals__, verb, module.command.__defaults__)
    function.__annotations__ = annotations
    single.command(verb, help=module.HELP, context_settings={"help_option_names": ["-h", "--help"]})(function)
    command = typer.main.get_command(single)
    command.name = verb
    inner = command.callback

    def checked(**given: Any) -> object:
        options.agree(module.PARAMS, given)
        return inner(**given) if inner else None

    command.callback = checked
    return command


def _described(param: Opt | Arg) -> Any:
    """A parameter in typer's own terms."""
    if isinstance(param, Arg):
        return typer.Argument(metavar=param.metavar, help=param.help, show_default=False)
    return typer.Option(*param.flags, metavar=param.metavar or None, help=param.help, min=param.low, max=param.high, show_default=False)


def overview() -> str:
    """What `mem --help` prints."""
    width = max(map(len, COMMANDS)) + 2
    rows = [f"  {verb.ljust(width)}{summary}" for verb, (_, summary) in COMMANDS.items()]
    lines = [
        "mem: a memory of plain markdown files in git.", "", "Examples:", "  mem init ~/notes", "  mem add 'Prefer uv for Python environments' --tag python",
        "  mem search 'python env'", "  mem undo", "", "Usage: mem [OPTIONS] COMMAND [ARGS]...", "", "Commands:", *rows, "", "Options:",
        *[f"  {name.ljust(width + 4)}{text}" for name, text in GLOBAL], "", EPILOG, ""]
    return "\n".join(lines)


app = typer.Typer(cls=Verbs, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=False,
                  context_settings={"help_option_names": ["-h", "--help"]})


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    vault: Annotated[str, typer.Option("--vault", metavar="DIR", help="The vault to use instead of the one found from here.")] = "",
    color: Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")] = "",
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print long output straight.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something breaks.")] = False,
) -> None:
    """A memory of plain markdown files in git."""
    if color not in ("", "auto", "always", "never"):
        raise typer.BadParameter("takes auto, always or never", param_hint="--color")
    session.chosen = vault or session.chosen
    session.color_wish = color
    session.no_pager = no_pager
    session.current().debug |= debug
    if ctx.invoked_subcommand is None:
        from memcli.cli import start

        start.next_steps()
