"""mem man"""

from __future__ import annotations

import os

from memcli.cli import options, session
from memcli.errors import NothingFound

HELP = """Read a manual page.

\b
Examples:
  mem man                mem(1)
  mem man search         mem-search(1)
  mem man entry          mem-entry(5): the file format
  mem man config.5       mem-config(5), of two pages of that name
  mem man --list

The pages come with the package; where it was installed for the whole system,
man mem-search works as well."""


PARAMS = {
    "page": options.Arg("[PAGE]", "A command, or entry, config, scoring, policies, plugins, design."),
    "list_": options.Opt("--list", "List the pages.", kind=bool),
}


def command(page: str = "", list_: bool = False) -> None:
    """Read a manual page."""
    here = session.current()
    pages = _pages()
    if list_:
        width = max(map(len, pages))
        here.lines(f"{_numbered(name).ljust(width + 1)}  {_summary(pages[name])}" for name in sorted(pages))
        return
    name = "mem" if page in ("", "mem") else f"mem-{page.removeprefix('mem-')}"
    wanted = next((found for found in (name, *(f"{name}.{section}" for section in "157")) if found in pages), "")
    if not wanted:
        raise NothingFound(f"no manual page {page!r}", "mem man --list names them")
    with open(pages[wanted], encoding="utf-8") as file:
        source = file.read()
    if here.tty and _formatted(pages[wanted]):
        return
    from memcli.output import roff

    here.lines(roff.plain(source).splitlines())


def _pages() -> dict[str, str]:
    """Paths of the pages by name and section (`mem-show.1`), from the installed package."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "man")
    return {name: os.path.join(folder, name) for name in os.listdir(folder) if name.startswith("mem") and name[-2:] in (".1", ".5", ".7")}


def _numbered(name: str) -> str:
    return f"{name[:-2]}({name[-1]})"


def _summary(path: str) -> str:
    """The line under NAME, without the name."""
    from memcli.output import roff

    with open(path, encoding="utf-8") as file:
        return roff.plain(file.read()).splitlines()[1].partition(" - ")[2]


def _formatted(path: str) -> bool:
    """Let the system's man show the page, if there is one."""
    import subprocess

    try:
        return subprocess.run(["man", "-l", path], check=False).returncode == 0
    except OSError:
        return False
