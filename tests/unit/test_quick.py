"""The quick reader and typer read every line that the quick reader accepts in the same way."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from memcli.cli import app, quick
from memcli.cli.options import Arg, Opt
from memcli.cli.verbs import COMMANDS

WORDS = st.sampled_from(["a", "word", "tags+=x", "-", "--", "-n", "3", "0", "-1", "99999", "0.5", "x y", "", "--json", "--tag", "--tag=t", "--limit=2",
                         "--nope", "-0", "-zT", "-n5", "--vault", "--vau", "/tmp/v", "--help", "--at", "HEAD~1", "--explain=1", "ö", "--format",
                         "{id}\\n"])
MODULES = {verb: importlib.import_module(f"memcli.cli.{module}") for verb, (module, _) in COMMANDS.items()}


def by_typer(verb: str, words: list[str]) -> dict[str, Any]:
    """What typer makes of a line; raises what typer raises."""
    params: dict[str, Any] = app.build(verb).make_context(verb, list(words)).params
    return params


@settings(deadline=None)
@given(st.sampled_from(sorted(COMMANDS)), st.lists(WORDS, max_size=6))
def test_what_quick_accepts_typer_reads_alike(verb: str, words: list[str]) -> None:
    call = quick.read([verb, *words])
    if call is None:
        return
    function, given_ = call
    defaults = {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    typer_says = by_typer(verb, words)
    for name, default in defaults.items():
        mine = given_.get(name, default)
        theirs = typer_says[name]
        assert (mine or None) == ((list(theirs) if isinstance(theirs, tuple) else theirs) or None), (name, mine, theirs)


def test_ordinary_lines_take_the_quick_way() -> None:
    for line in (["search", "two", "words", "-n", "3", "--json"], ["add", "some text", "--tag", "a", "--tag=b"], ["set", "abcd", "tags+=x", "title=a b"],
                 ["list", "-0"], ["show", "abcd"], ["--vault", "/v", "search", "x"], ["add", "-"]):
        assert quick.read(line) is not None, line


def test_lines_with_a_doubt_are_left_to_typer() -> None:
    for line in ([], ["--help"], ["search"], ["search", "--help"], ["search", "x", "-n", "many"], ["search", "x", "-n", "5000"], ["list", "surplus"],
                 ["nonsense"], ["search", "x", "--vault"], ["search", "x", "--limit"], ["show", "--js", "abcd"]):
        assert quick.read(line) is None, line


def test_every_parameter_is_described_once() -> None:
    for verb, module in MODULES.items():
        assert list(inspect.signature(module.command).parameters) == list(module.PARAMS), verb
        flags = [flag for param in module.PARAMS.values() if isinstance(param, Opt) for flag in param.flags]
        assert len(flags) == len(set(flags)), verb
        assert all(param.help.endswith(".") for param in module.PARAMS.values() if isinstance(param, (Opt, Arg))), verb
