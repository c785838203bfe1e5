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
  mem man --list

The pages come with the package; where it was installed for the whole system,
man mem-search works as well."""


PARAMS = {
    "page": options.Arg("[PAGE]", "A command, or entry, config, plugins, design."),
    "list_": options.Opt("--list", "List the pages.", kind=bool),
}


def command(page: str = "", list_: bool = False) -> None:
    """Read a manual page."""
    here = session.current()
    pages = _pages()
    if list_:
        here.lines(sorted(pages))
        return
    wanted = f"mem-{page.removeprefix('mem-')}" if page not in ("", "mem") else "mem"
    if wanted not in pages:
        raise NothingFound(f"no manual page {page!r}", "mem man --list names them")
    with open(pages[wanted], encoding="utf-8") as file:
        source = file.read()
    if here.tty and _formatted(pages[wanted]):
        return
    from memcli.output import roff

    here.lines(roff.plain(source).splitlines())


def _pages() -> dict[str, str]:
    """Pages by name, from the installed package."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "man")
    return {name.rpartition(".")[0]: os.path.join(folder, name) for name in os.listdir(folder) if name.startswith("mem")}


def _formatted(path: str) -> bool:
    """Let the system's man show the page, if there is one."""
    import subprocess

    try:
        return subprocess.run(["man", "-l", path], check=False).returncode == 0
    except OSError:
        return False
