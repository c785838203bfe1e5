"""Do the recipes of mem-integrations(7) work as they stand? Each block of the page is run, with a stand-in where it calls another program."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import pytest
from box import Box
from ruamel.yaml import YAML

PAGE = Path(__file__).parents[2] / "man" / "mem-integrations.7"
BLOCK = re.compile(r'\.\\" recipe: ([a-z-]+)\n\.nf\n(.*?)\.fi\n\.\\" recipe: end\n', re.DOTALL)
BLOCKS = {name: text.replace("\\-", "-").replace("\\(aq", "'").replace("\\&", "").replace("\\e", "\\") for name, text in BLOCK.findall(PAGE.read_text())}
FZF = """#!/bin/sh
# Chooses the first line, after a query of $WORDS where the lines come from a command; its preview goes to standard error.
while [ $# -gt 0 ]; do
  case "$1" in
    --bind) change=${2#change:reload:}; shift;;
    --preview) preview=$2; shift;;
    --delimiter) [ "$2" = '\\t' ] || exit 2; shift;;
  esac
  shift
done
if [ -n "$change" ]; then line=$(sh -c "$(printf %s "$change" | sed "s/{q}/'$WORDS'/")" | head -n 1); else line=$(head -n 1); fi
sh -c "$(printf %s "$preview" | sed "s/{1}/'$(printf %s "$line" | cut -f 1)'/")" >&2
printf '%s\\n' "$line"
"""


@pytest.fixture
def notes(copied: Box) -> Box:
    """A vault with two entries, and a stand-in for fzf."""
    copied.sh("mkdir -p ~/bin")
    Path(copied.home, "bin", "fzf").write_text(FZF)
    copied.sh("chmod +x ~/bin/fzf")
    copied.run("add", "The boiler wants 1.5 bar", "--title", "Boiler", check=0)
    copied.run("add", "Deploy on Tuesdays", "--title", "Deploying", check=0)
    return copied


def run(box: Box, script: str, **env: str) -> str:
    """Run a recipe in bash; returns what it printed."""
    box.write("../recipe.sh", script)
    result = box.sh('PATH="$HOME/bin:$PATH" bash ../recipe.sh', env=env)
    assert result.status == 0, result
    return result.out


def test_an_entry_is_picked_and_looking_is_no_use(notes: Box) -> None:
    id_ = run(notes, BLOCKS["pick"]).strip()
    assert not list(Path(notes.vault, ".mem", "state").rglob("access*"))
    assert json.loads(notes.run("show", id_, "--json", check=0).out)["title"] in ("Boiler", "Deploying")
    assert list(Path(notes.vault, ".mem", "state").rglob("access*"))


@pytest.mark.parametrize("words", ["boiler bar", "-boiler bar", "it \"was\" $(false) ; 1.5"])
def test_search_follows_each_letter(notes: Box, words: str) -> None:
    found = run(notes, BLOCKS["live"], WORDS=words)
    assert found.strip() == ("" if words.startswith("-") else notes.run("search", "boiler", "--format", "{id}").out.strip())


def test_the_functions_open_and_remember(notes: Box) -> None:
    assert "Boiler" in run(notes, BLOCKS["functions"] + "EDITOR=cat memf boiler\n")
    run(notes, "set -o history\n" + BLOCKS["functions"] + "fc() { printf '\\t rsync -a src dst\\n'; }\nmemx\n")
    assert "rsync -a src dst" in notes.run("search", "rsync", "tag:shell", "--format", "{title}", check=0).out


def test_a_program_asks_in_python(notes: Box) -> None:
    notes.write("../ask.py", BLOCKS["python"])
    assert notes.sh("python3 ../ask.py").out == f"{notes.vault}\n['Boiler']\n"


def test_the_lines_of_the_clients_are_well_formed(notes: Box) -> None:
    tasks = json.loads(BLOCKS["vscode"])["tasks"]
    assert [task["args"][0] for task in tasks] == ["search", "add"]
    hooks = YAML(typ="safe").load(BLOCKS["pre-commit"])["repos"][0]["hooks"]
    ours = YAML(typ="safe").load(Path(PAGE.parents[1], ".pre-commit-hooks.yaml"))
    assert {hook["id"] for hook in hooks} <= {hook["id"] for hook in ours}
    commands = [found[1] for found in re.finditer(r"(?:!|\|)?mem(?:\\)? (search .*?--)(?: |$)", BLOCKS["vim"].replace("\\ ", " "), re.MULTILINE)]
    assert commands and notes.sh(f"mem {commands[0].replace(chr(92) * 2, chr(92))} boiler").out.strip().endswith(":Boiler")


def test_the_services_and_the_crontab_call_what_is_there(notes: Box) -> None:
    for unit in BLOCKS["units"].split("\n\n"):
        parsed = configparser.ConfigParser(interpolation=None)
        parsed.optionxform = str  # type: ignore[assignment, method-assign]
        parsed.read_string(unit)
        words = parsed["Service"]["ExecStart"].replace("%h/.local/bin/mem", "mem").replace("%h/notes", notes.vault)
        assert notes.sh(f"{words} --help").status == 0 and parsed["Install"]["WantedBy"] == "default.target"
    notes.sh(f"ln -s {notes.vault} ~/notes")
    for line in BLOCKS["crontab"].splitlines():
        result = notes.sh(line.split(None, 5)[5])
        assert (result.status, result.out) == (0, ""), (line, result)


def test_two_machines_become_one(notes: Box) -> None:
    notes.sh(f"mv {notes.vault} ~/notes && mkdir -p {notes.vault}")
    run(notes, BLOCKS["sync"])
    assert notes.sh("diff -r --exclude=.git --exclude=.mem ~/notes ~/elsewhere").status == 0
    assert notes.sh("mem --vault ~/elsewhere search boiler --format '{title}'").out == "Boiler"
