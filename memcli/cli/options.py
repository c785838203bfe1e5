"""Options that many commands share, each defined once: parser, --help, man pages and completions come from here."""

from __future__ import annotations

from typing import Annotated

import typer

Vault = Annotated[str | None, typer.Option("--vault", metavar="DIR", help="The vault to use instead of the one found from here.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per line.")]
Format = Annotated[str, typer.Option("--format", metavar="TEMPLATE", help=r"Print each entry by a template such as '{id}\t{title}\n'.")]
Null = Annotated[bool, typer.Option("-0", "--null", help="Print only paths, each followed by a NUL, for xargs -0.")]
Names = Annotated[list[str], typer.Argument(metavar="ID...", help="Entries: four or more characters of an id's beginning or end, or paths.")]
Name = Annotated[str, typer.Argument(metavar="ID", help="An entry: four or more characters of its id's beginning or end, or its path.")]
At = Annotated[str, typer.Option("--at", metavar="WHEN", help="As it was at a date (2026-11-23) or revision (HEAD~2).")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
