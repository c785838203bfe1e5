"""Which commands are there? The table of verbs; a verb's module is imported when it is called."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from memcli.cli import session

# verb -> (module in memcli.cli, summary). Grouped and ordered as people meet them; the summary is the command's own first line.
COMMANDS = {
    "init": ("init", "Make a folder a vault, or adopt one full of markdown."),
    "add": ("add", "Write a new entry."),
    "edit": ("edit", "Open an entry in your editor."),
    "set": ("set", "Change the front matter of entries."),
    "show": ("show", "Print an entry, now or as it was."),
    "list": ("list", "List entries."),
    "search": ("search", "Find entries by words, ranked."),
    "forget": ("forget", "Forget entries, leaving tombstones that can be restored."),
    "purge": ("purge", "Take entries out of history too, for good."),
    "restore": ("restore", "Bring back forgotten, deleted or earlier texts."),
    "log": ("log", "Show what happened to the vault or to an entry."),
    "diff": ("diff", "Show what changed, by hand or between dates."),
    "undo": ("undo", "Take back the last command."),
    "ingest": ("ingest", "Read entries from other sources by a plugin."),
    "index": ("index", "Show or rebuild the search index."),
    "doctor": ("doctor", "Find what is wrong with a vault, and mend it."),
    "config": ("config", "Show and change settings."),
    "man": ("man", "Read a manual page."),
    "completion": ("completion", "Print a completion script for your shell."),
}
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
    single.command(verb, help=module.HELP, context_settings={"help_option_names": ["-h", "--help"]})(module.command)
    command = typer.main.get_command(single)
    command.name = verb
    return command


def overview() -> str:
    """What `mem --help` prints."""
    width = max(map(len, COMMANDS)) + 2
    rows = [f"  {verb.ljust(width)}{summary}" for verb, (_, summary) in COMMANDS.items()]
    options = [
        ("--vault DIR", "The vault to use instead of the one found from here."),
        ("--color WHEN", "auto, always or never."),
        ("--no-pager", "Print long output straight."),
        ("--debug", "Show a traceback when something breaks."),
        ("--version", "Print the version."),
    ]
    lines = [
        "mem: a memory of plain markdown files in git.", "", "Examples:", "  mem init ~/notes", "  mem add 'Prefer uv for Python environments' --tag python",
        "  mem search 'python env'", "  mem undo", "", "Usage: mem [OPTIONS] COMMAND [ARGS]...", "", "Commands:", *rows, "", "Options:",
        *[f"  {name.ljust(width + 4)}{text}" for name, text in options], "", EPILOG, ""]
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
