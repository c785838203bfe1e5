"""Does every command have its help, manual page, schema and session, and are the documents in step with the definitions?"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from box import TOP, Box
from transcript import parse

from memcli import config, errors
from memcli.cli import generate
from memcli.cli.options import Arg, Opt
from memcli.cli.verbs import COMMANDS
from memcli.entries import text
from memcli.extend.conformance import check_ingest, check_policy
from memcli.output import records, roff

SCHEMAS = {path.name.removesuffix(".schema.json"): json.loads(path.read_text()) for path in Path(TOP, "schemas").glob("*.schema.json")}
SESSIONS = {path.name: parse(path.read_text()) for path in Path(TOP, "tests", "cli").glob("*.txt")}
README = Path(TOP, "README.md").read_text()
JSON = {  # the schema of what each command prints with --json
    "init": "init", "add": "add", "edit": "changed", "set": "changed", "show": "entry-record", "list": "list", "search": "search", "context": "context",
    "related": "related", "timeline": "timeline", "forget": "changed",
    "purge": "changed", "restore": "changed",
    "log": "log", "undo": "changed", "ingest": "ingest", "index": "index", "doctor": "doctor", "config": "settings", "eval": "eval",
    "export": "export", "import": "import", "bundle": "bundle",
    "used": "changed", "stats": "stats", "consolidate": "consolidate", "conflicts": "conflicts", "review": "review",
    "plugin": "plugins", "waiting": "waiting", "sync": "sync", "hooks": "hooks", "report": "report",
    "watch": "watch",
}
MODES = {"ingest-auto", "plan", "strength", "eval-prior", "eval-forgetting", "eval-policy", "fuse",  # printed by forget --policy, show --explain, eval KIND ...
         "memory-status"}  # a tool of mem mcp
VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def module(verb: str) -> Any:
    return importlib.import_module(f"memcli.cli.{COMMANDS[verb][0]}")


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_command_is_documented(verb: str) -> None:
    missing = lacks(verb)
    assert not missing, f"mem {verb} lacks {', '.join(missing)}"


def lacks(verb: str) -> list[str]:
    """What a command has not got."""
    found, code = [], module(verb)
    summary, examples = code.HELP.split("\n\n")[:2]
    if summary != COMMANDS[verb][1] or not examples.startswith("\b\nExamples:\n"):
        found.append("help that begins with its summary and examples")
    if not os.path.exists(f"{TOP}/man/mem-{verb}.1"):
        found.append("a manual page")
    if any(isinstance(param, Opt) and "--json" in param.flags for param in code.PARAMS.values()) != (verb in JSON) or JSON.get(verb, "error") not in SCHEMAS:
        found.append("a schema")
    if not any(re.search(rf"\b(mem|memcli) ([^|;]* )?{verb}\b", step.command) for step in SESSIONS.get(f"{verb}.txt", [])):
        found.append(f"a session tests/cli/{verb}.txt")
    if any(not param.help.rstrip().endswith((".", ")", "'")) for param in code.PARAMS.values()):
        found.append("a sentence for each parameter")
    return found


def test_what_a_command_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = types.ModuleType("memcli.cli.bare")
    vars(bare).update(HELP="Do it.\n\nAt once.", PARAMS={"json": Opt("--json", "no sentence", kind=bool), "name": Arg("ID", "")})
    monkeypatch.setitem(sys.modules, "memcli.cli.bare", bare)
    monkeypatch.setitem(COMMANDS, "bare", ("bare", "Does it."))
    assert [words.split()[0:2] for words in lacks("bare")] == [["help", "that"], ["a", "manual"], ["a", "schema"], ["a", "session"], ["a", "sentence"]]


def test_generated_documents_are_in_step() -> None:
    stale = [path for path, text in generate.everything(TOP).items() if Path(TOP, path).read_text() != text]
    assert not stale, f"out of step, run make man: {stale}"
    pages = {path.stem for path in Path(TOP, "man").glob("mem-*.1")}
    assert pages == {f"mem-{verb}" for verb in COMMANDS}, "a manual page without a command"


@pytest.mark.parametrize("path", sorted(Path(TOP, "man").iterdir()), ids=lambda path: path.name)
def test_a_manual_page_is_well_formed(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith(".TH ") and lines[1] == ".SH NAME" and " \\- " in lines[2]
    macros = re.compile(r"\.(TH|SH|SS|PP|TP|B|BR|I|IR|RB|RI|nf|fi|\\\")( |$)")
    assert all(macros.match(line) for line in lines if line.startswith(".")), "a macro that mem man cannot set"


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_a_list_in_a_help_text_stays_one_in_its_manual_page(verb: str) -> None:
    shown = roff.plain(generate.page(verb)).splitlines()
    for block in importlib.import_module(f"memcli.cli.{COMMANDS[verb][0]}").HELP.split("\n\n"):
        lines = block.strip("\b\n").split("\n")
        for line in (line for line in lines[1:] if line.startswith("  ") and lines[0] != "Examples:"):
            assert any(one.endswith(line) for one in shown), f"would be filled into one paragraph: {line}; a line of \\b before the block keeps it"


def test_manual_pages_name_only_pages_that_are_there() -> None:
    there = {f"{path.stem}({path.suffix[1:]})" for path in Path(TOP, "man").iterdir()} | {"git(1)"}
    for path in Path(TOP, "man").iterdir():
        text = path.read_text().replace("\\-", "-")
        assert set(re.findall(r"\b[a-z][a-z-]*\(\d\)", text)) <= there, path.name


def worked_example(name: str) -> types.ModuleType:
    """The plugin that a manual page shows."""
    source = Path(TOP, "man", name).read_text().partition('.\\" example: begin\n.nf\n')[2].partition(".fi\n")[0].replace("\\-", "-")
    assert 5 < len(source.splitlines()) <= 25
    plugin = types.ModuleType("example")
    exec(compile(source, name, "exec"), vars(plugin))  # our own manual page
    return plugin


def test_the_worked_example_of_a_policy_keeps_the_contract() -> None:
    assert check_policy(worked_example("mem-policies.7")) == []


def test_the_worked_example_of_a_plugin_keeps_the_contract(tmp_path: Path) -> None:
    plugin = worked_example("mem-plugins.7")
    good = tmp_path / "quotes.txt"
    good.write_text("Festina lente -- Augustus\n\nSapere aude -- Horace\n")
    assert check_ingest(plugin, str(good), expect=2) == []


def test_the_worked_program_keeps_the_contract(box: Box) -> None:
    """The plugin in bash that the manual page shows, of at most 20 lines, tried just as the page says."""
    page = Path(TOP, "man", "mem-plugins.7").read_text()
    source = page.partition('.\\" program: begin\n.nf\n')[2].partition(".fi\n")[0].replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")
    assert 10 < len(source.splitlines()) <= 20
    box.write("mem-ingest-quotes", source)
    box.write("quotes.txt", 'Festina lente -- Augustus\n\nA "quoted" \\ tab\there -- Nobody\n')
    box.sh("chmod +x mem-ingest-quotes")
    assert "keeps the contract" in box.run("plugin", "test", "./mem-ingest-quotes", "quotes.txt", "--expect", "2", check=0).out
    box.sh("mkdir ~/bin && mv mem-ingest-quotes ~/bin && printf 'no author\n' >> quotes.txt")
    result = box.sh("PATH=$PATH:~/bin mem ingest quotes quotes.txt; echo $?; mem search tab --format '{title}: {snippet}\\n'")
    assert "2 added" in result.out and "\n3\n" in result.out and 'Nobody: A "quoted" \\ tab here' in result.out
    assert "line 4: expected: text -- author" in result.err


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["title"]


def test_every_shape_names_its_schema() -> None:
    sources = "".join(path.read_text() for path in Path(records.__file__).parent.glob("*.py"))
    named = set(re.findall(r"schemas/([a-z-]+)\.schema\.json", sources))
    assert named == set(JSON.values()) | MODES | {"error"}
    assert set(SCHEMAS) == named | {"entry", "config", "export-line"}


def test_errors_have_distinct_codes_and_documented_statuses() -> None:
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.MemError) and one is not errors.MemError]
    assert len({one.code for one in found}) == len(found)
    page = Path(TOP, "man", "mem.1").read_text()
    for one in found:
        assert f".B {one.exit_status}\n{one.code}:".replace("-", "\\-") in page
        assert re.search(rf"\b{one.exit_status} ", README.partition("Exit status:")[2].partition("\n\n")[0])


def test_the_readme_names_what_sets_everything_up() -> None:
    assert "make demo" in README and "make test" in README
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert os.path.exists(os.path.join(TOP, target)), target


def test_the_picture_of_fading_is_what_the_tool_draws(box: Box) -> None:
    box.sh(f"cp -r {TOP}/fixtures/vaults/sample/. .")
    assert box.run("stats", "--svg", env={"MEM_NOW": "2026-11-23T08:00:00Z"}, check=0).out == Path(TOP, "fixtures", "fading.svg").read_text()


def test_the_changelog_has_the_version() -> None:
    from memcli import __version__

    assert f"\n## {__version__}" in Path(TOP, "CHANGELOG.md").read_text()


def test_every_json_output_fits_its_schema(box: Box) -> None:
    printed: dict[str, Any] = {}

    def take(verb: str, *args: str, check: int = 0, data: str | None = None, env: dict[str, str] | None = None) -> Any:
        result = box.run(verb, *args, "--json", check=check, input=data, env=env)
        printed[verb] = json.loads(result.out)
        VALIDATORS[JSON[verb]].validate(printed[verb])
        if check == 1 and verb == "search":
            VALIDATORS["error"].validate(json.loads(result.err))
        return printed[verb]

    id_ = take("add", "A stone, [[leaf]] and 石頭", "--tag", "a", "--importance", "0.3")["id"]
    take("init", ".")
    take("set", id_, "pinned=true", "links=x")
    take("set", id_, "pinned=true")
    take("edit", id_, env={"EDITOR": "sed -i s/stone/pebble/"})
    take("show", id_)
    take("used", id_)
    take("stats")
    for bar in "12":
        box.run("add", f"{bar} bar", "--key", "heating/pressure", check=0)
    take("conflicts")
    take("review")
    take("consolidate", "--dry-run")
    for schema, args in (("strength", ("show", id_, "--explain")), ("plan", ("forget", "--policy", "actr", "--dry-run")),
                         *((f"eval-{kind}", ("eval", kind, f"{TOP}/fixtures/ingest/conversation.locomo.json", "-n", "3")) for kind in ("prior", "forgetting"))):
        VALIDATORS[schema].validate(json.loads(box.run(*args, "--json", check=0).out))
    take("list")
    take("search", "pebble", "--explain")
    take("search", "石頭", "pebbel", "--fuzzy", "--explain")
    take("search", "violin", check=1)
    take("search", "violin", "--at", "HEAD", check=1)
    take("context", "pebble")
    other = take("add", "Another pebble")["id"]
    take("related", id_)
    take("forget", other)
    take("timeline", "pebble")
    take("ingest", "markdown", "-", data="# One\n\nmore\n")
    take("ingest", "markdown", "-", data="a\0b", check=3)
    take("forget", id_)
    take("restore", id_)
    take("undo")
    take("purge", id_, "--yes")
    take("log")
    take("index")
    box.write("odd.md", "---\nimportance: 7\n---\nodd\n")
    take("doctor", check=3)
    take("export", "bundle", "../a.membundle")
    take("export", "obsidian", "../notes")
    take("import", "../a.membundle")
    take("bundle", "inspect", "../a.membundle")
    VALIDATORS["fuse"].validate(json.loads(box.run("bundle", "fuse", "../a.membundle", "../a.membundle", "-o", "../b", "--json", check=0).out))
    for line in box.run("export", "jsonl", check=0).out.splitlines():
        VALIDATORS["export-line"].validate(json.loads(line))
    take("config")
    take("plugin", "list")
    take("waiting")
    VALIDATORS["ingest-auto"].validate(json.loads(box.sh("echo 'make the tea' > ~/.bash_history; mem ingest --auto --yes --json").out))
    take("report", "-o", "../page.html")
    take("sync")
    take("watch", "--once")
    take("hooks", "status")
    take("hooks", "check", "odd.md", check=13)
    take("eval", "qrels", f"{TOP}/fixtures/eval/beir")
    assert set(printed) == set(JSON), "a command with --json that this test does not run"
    VALIDATORS["error"].validate(json.loads(box.run("show", "nothing", "--json", check=1).err))


def test_front_matter_and_settings_fit_their_schemas() -> None:
    for folder, _, names in os.walk(f"{TOP}/fixtures/vaults/sample"):
        for name in names:
            VALIDATORS["entry"].validate(dict(text.read(Path(folder, name).read_bytes(), name).meta))
    assert not VALIDATORS["entry"].is_valid({"importance": 7}) and not VALIDATORS["entry"].is_valid({"id": "x"})
    for option in config.OPTIONS:
        group, _, key = option.name.partition(".")
        VALIDATORS["config"].validate({"format": 1, group: {key: option.default}})
    assert not VALIDATORS["config"].is_valid({"search": {"limit": 0}})


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_begins_with_examples(verb: str, bare: Box) -> None:
    shown = bare.run(verb, "--help", check=0).out
    assert shown.index("Examples:") < shown.index("Options")
    for param in module(verb).PARAMS.values():
        for word in param.flags if isinstance(param, Opt) else [param.metavar.strip("[]").removesuffix("...")]:
            assert word in shown, word


def test_the_check_of_generated_documents_fails_when_one_is_not_in_step(tmp_path: Path) -> None:
    for name in ("man", "schemas"):
        (tmp_path / name).mkdir()
    for path in generate.everything(TOP):
        (tmp_path / path).write_text(Path(TOP, path).read_text())
    command = [sys.executable, "-m", "memcli.cli.generate", "--check", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (tmp_path / "man" / "mem-add.1").write_text("stale\n")
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1 and b"man/mem-add.1: out of step" in done.stdout
