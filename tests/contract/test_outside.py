"""What can a plugin do that is not built in? Its job. One that hangs, floods, raises, lies or looks for the vault costs itself only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from box import MEM, Box

from memcli.extend import registry, wire
from memcli.extend.child import Limits, Program
from memcli.extend.contracts import Draft, Rejected
from memcli.extend.policy_conformance import sample
from memcli.extend.registry import INGEST, Around

INFO = 'if [ "$1" = info ]; then echo \'{"api_version": 1, "summary": "s"}\'; exit; fi\n'
GOOD = "echo '{\"body\": \"kept\", \"source\": \"s\", \"position\": \"1\"}'\n"


def program(box: Box, body: str, name: str = "odd") -> dict[str, str]:
    """Put a plugin in bash on the path; the environment to run mem with."""
    path = Path(box.home, "bin", f"mem-ingest-{name}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{INFO}{body}")
    path.chmod(0o755)
    return {"PATH": f"{path.parent}:{box.env['PATH']}"}


def vault_plugin(box: Box, body: str, name: str = "odd") -> None:
    """A trusted plugin in Python in the vault."""
    box.write(f".mem/plugins/ingest_{name}.py", "from memcli.extend.contracts import Draft, Rejected\n"
              f"name, summary, api_version = '{name}', 's', 1\n\n\ndef read(source, options):\n" + "".join(f"    {line}\n" for line in body.splitlines()))
    box.run("plugin", "trust", name, "--yes", check=0)


BAD = {
    "hangs": (f"{GOOD}sleep 600", "was silent for 1.5 s (plugin.timeout_s), and was ended"),
    "hangs with a child of its own": (f"{GOOD}sleep 600 & wait", "was silent for 1.5 s"),
    "drips": (f"{GOOD}while :; do echo '{{}}'; sleep 0.1; done", "ran for more than 3 s (plugin.run_s)"),
    "floods": (f"{GOOD}yes '{{}}'", "refused or said wrongly more than 1000 pieces, and was ended"),
    "a line without an end": (f"{GOOD}tr '\\0' x < /dev/zero", "printed more than 1048576 bytes"),
    "fails": (f"{GOOD}echo 'no such account' >&2; exit 4", "ended with status 4: no such account"),
    "is killed": (f"{GOOD}kill -9 $$", "was ended by signal 9"),
    "shouts": (f"{GOOD}yes loud | head -c 3000000 >&2; exit 1", "ended with status 1: loud"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_program_that_misbehaves_costs_itself_only(box: Box, name: str) -> None:
    body, said = BAD[name]
    limits = {"MEM_PLUGIN_TIMEOUT_S": "1.5", "MEM_PLUGIN_RUN_S": "3", "MEM_PLUGIN_OUTPUT_MB": "1"}
    began = time.monotonic()
    result = box.run("ingest", "odd", "-", env={**program(box, body), **limits}, input="x", check=3)
    assert time.monotonic() - began < 20
    assert f"plugin odd {said}" in result.err and "Traceback" not in result.err
    assert box.json("list")["entries"][0]["title"] == "kept"  # what it had said before
    box.sound()
    box.run("add", "the lock is free", check=0)


LIES = {
    "no JSON": ("echo nothing", "not a JSON object"), "a list": ("echo '[1]'", "not a JSON object"),
    "nested": ("printf '[%.0s' {1..90000}; echo", "not a JSON object"),
    "a field that is none": ('echo \'{"body": "b", "source": "s", "position": "p", "bdy": 1}\'', "no field 'bdy'"),
    "no position": ('echo \'{"body": "b", "source": "s"}\'', "lacks position"),
    "no date": ('echo \'{"body": "b", "source": "s", "position": "p", "created": "soon"}\'', "created is not a date: 'soon'"),
    "tags": ('echo \'{"body": "b", "source": "s", "position": "p", "tags": "a"}\'', "tags is not a list of texts"),
    "a type": ('echo \'{"body": "b", "source": "s", "position": "p", "type": "../x"}\'', "unknown type '../x'"),
    "bytes": (r"""printf '{"body": "\377\200", "source": "s", "position": "p", "title": 7}\n'""", "its title is not text"),
    "trust": ('echo \'{"body": "b", "source": "s", "position": "p", "trust": "god"}\'', "unknown trust 'god'"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_line_that_is_no_draft_is_refused_by_itself(box: Box, name: str) -> None:
    body, reason = LIES[name]
    report = json.loads(box.run("ingest", "odd", "-", "--json", env=program(box, f"{body}\n{GOOD}"), input="x", check=3).out)
    assert report["added"] == 1 and [row["reason"] for row in report["reasons"]] == [reason]


def test_a_program_is_told_of_no_vault_and_given_the_source_and_options(box: Box) -> None:
    body = 'env | sort > "$HOME/env"; pwd > "$HOME/pwd"; cat > "$HOME/given"; ls -A | wc -l >> "$HOME/pwd"\n' + GOOD
    box.write("in.txt", "the bytes\n")
    box.run("ingest", "odd", "in.txt", "-o", "colour.of=red", env={**program(box, body), "MEM_VAULT": box.vault, "GIT_DIR": "/x"}, check=0)
    ours = [line for line in Path(box.home, "env").read_text().splitlines() if line.startswith(("MEM_", "GIT_"))]
    assert set(ours) == {"MEM_API=1", 'MEM_OPTIONS={"colour.of": "red"}', "MEM_OPTION_COLOUR_OF=red", "MEM_SOURCE_KIND=file", "MEM_SOURCE_NAME=in.txt",
                         f"MEM_SOURCE={box.vault}/in.txt"}
    where, files = Path(box.home, "pwd").read_text().split()
    assert Path(box.home, "given").read_text() == "the bytes\n" and files == "0" and not where.startswith(box.vault) and not os.path.exists(where)


PYTHON_BAD = {
    "raises": ("yield Draft('kept', 's', '1')\nraise KeyError('turns')", "ended with status 1: KeyError: 'turns'"),
    "exits": ("yield Draft('kept', 's', '1')\nimport os\nos._exit(3)", "ended with status 3"),
    "eats memory": ("yield Draft('kept', 's', '1')\nx = [b'x' * 2 ** 20 for _ in range(2000)]", "it needs more memory than plugin.memory_mb allows"),
    "recurses": ("yield Draft('kept', 's', '1')\n(lambda f: f(f))(lambda f: f(f))", "RecursionError"),
}


@pytest.mark.parametrize("name", PYTHON_BAD)
def test_a_module_of_the_vault_that_misbehaves_costs_itself_only(box: Box, name: str) -> None:
    body, said = PYTHON_BAD[name]
    vault_plugin(box, body)
    result = box.run("ingest", "odd", "-", input="x", env={"MEM_PLUGIN_MEMORY_MB": "300"}, check=3)
    assert said in result.err and "Traceback" not in result.err and box.json("list")["entries"][0]["title"] == "kept"


def test_what_a_module_prints_or_yields_wrongly_is_no_draft(box: Box) -> None:
    vault_plugin(box, "print('{\"body\": \"no\", \"source\": \"s\", \"position\": \"0\"}')\nyield 'text'\nyield Draft(b'x', 's', '2')\n"
                      "yield Draft('b', 's', '3', extra={'x': object()})\nyield Rejected('4', 'odd')\nyield Draft('kept', 's', '5')")
    report = json.loads(box.run("ingest", "odd", "-", "--json", input="x", check=3).out)
    assert report["added"] == 1 and [row["position"] for row in report["reasons"]] == ["piece 1", "2", "piece 3", "4"]


def test_trust_is_of_bytes_of_a_place_and_of_this_machine(box: Box) -> None:
    touched = Path(box.home, "touched")
    code = (f"import pathlib\npathlib.Path({str(touched)!r}).write_text('x')\nname, summary, api_version = 'odd', 's', 1\n\n\n"
            "def read(source, options):\n    return iter(())\n")
    box.write(".mem/plugins/ingest_odd.py", code)
    box.write(".mem/plugins/policy_odd.py", code.replace("read(source", "judge(entries, now").replace("ingest", "policy"))
    box.write(".mem/state/trust.jsonl", json.dumps({"vault": box.vault, "file": ".mem/plugins/ingest_odd.py", "sha256": "0" * 64}) + "\n")
    for words in (("ingest", "odd", "-"), ("forget", "--policy", "odd"), ("plugin", "list"), ("plugin", "info", "odd"), ("ingest", "--list"),
                  ("forget", "--list"), ("consolidate",), ("doctor",), ("plugin", "test", "odd", ".mem/config.yaml"), ("search", "x"), ("index", "--rebuild")):
        box.run(*words, input="x", env={"MEM_FORGET_POLICY": "odd"} if words == ("consolidate",) else None)
        assert not touched.exists(), words
    box.run("plugin", "trust", "odd", "--yes", check=0)
    box.run("ingest", "odd", "-", input="x", check=0)
    assert touched.exists()
    touched.unlink()
    other = os.path.join(box.home, "clone")
    box.sh(f"cp -r . {other}")
    assert "is not trusted on this machine" in box.run("--vault", other, "ingest", "odd", "-", input="x", check=15).err and not touched.exists()
    box.write(".mem/plugins/ingest_odd.py", code + "\n")
    assert "has changed since it was trusted" in box.run("ingest", "odd", "-", input="x", check=15).err and not touched.exists()
    box.write(".mem/plugins/ingest_odd.py", code)
    box.run("plugin", "revoke", "odd", check=0)
    assert "is not trusted" in box.run("ingest", "odd", "-", input="x", check=15).err and not touched.exists()


def test_what_is_no_plain_file_in_the_vault_is_no_plugin(box: Box) -> None:
    box.write("../outside.py", "name = 'x'")
    os.makedirs(box.path(".mem/plugins"))
    os.symlink("../../../outside.py", box.path(".mem/plugins/ingest_link.py"))
    os.mkfifo(box.path(".mem/plugins/ingest_pipe.py"))
    box.write(".mem/plugins/ingest_big.py", b"#" * (1024 * 1024 + 1))
    assert [row["name"] for row in box.json("plugin", "list")["plugins"] if row["origin"] == "vault"] == []


def test_no_plugin_takes_the_name_of_one_before_it(box: Box) -> None:
    env = program(box, "exit 9", "markdown")
    env = {**env, **program(box, GOOD, "odd")}
    vault_plugin(box, "raise SystemExit", "odd")
    assert box.run("ingest", "markdown", "-", env=env, input="# Ours\n", check=0).status == 0
    assert json.loads(box.run("ingest", "odd", "-", "--json", env=env, input="x", check=0).out)["added"] == 1


def test_programs_in_relative_folders_and_in_the_vault_are_passed_over(box: Box) -> None:
    for folder in ("bin", "."):
        box.write(f"{folder}/mem-ingest-odd", f"#!/bin/sh\n{INFO}{GOOD}")
    box.sh("chmod +x bin/mem-ingest-odd mem-ingest-odd && ln -s $PWD/bin ~/link")
    path = f".::bin:{box.vault}/bin:{box.home}/link:{box.env['PATH']}"
    assert "no plugin 'odd'" in box.run("ingest", "odd", "-", env={"PATH": path}, input="x", check=2).err


def test_a_program_that_does_not_say_what_it_is_is_named(box: Box) -> None:
    path = Path(box.home, "bin", "mem-ingest-odd")
    path.parent.mkdir()
    for text, said in (("#!/bin/sh\necho hello\n", "does not say what it is"), ("#!/bin/sh\necho '{\"api_version\": 9}'\n", "speaks version 9"),
                       ("#!/no/such/interpreter\n", "cannot be started"), ("#!/bin/sh\nexit 3\n", "ended with status 3")):
        path.write_text(text)
        path.chmod(0o755)
        assert said in box.run("ingest", "odd", "-", env={"PATH": f"{path.parent}:{box.env['PATH']}"}, input="x", check=15).err
    assert "from " in box.run("ingest", "--list", env={"PATH": f"{path.parent}:{box.env['PATH']}"}, check=0).out  # listing runs nothing


@pytest.mark.parametrize("language", ["python", "sh"])
@pytest.mark.parametrize("kind", ["ingest", "policy"])
def test_a_new_plugin_works_and_its_test_passes(box: Box, kind: str, language: str) -> None:
    made = box.run("plugin", "new", kind, "my-notes", "--lang", language, "--into", "made", check=0).out.splitlines()
    assert box.run("plugin", "new", kind, "my-notes", "--lang", language, "--into", "made").status == 4
    box.call([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", made[1]], check=0)


def test_pieces_and_entries_survive_the_wire() -> None:
    draft = Draft("b\t\"x\"", "s", "p", title="t", tags=("a", "b"), extra={"x": [1, {"y": None}]}, message="m", span="line 1", trust="web")
    assert wire.piece(wire.piece_line(draft), 1) == draft
    assert wire.piece(wire.piece_line(Rejected("p", "r")), 1) == Rejected("p", "r")
    for entry in sample(40):
        assert wire.entry(wire.entry_line(entry)) == entry


def test_a_policy_in_another_process_says_what_it_says_here() -> None:
    """Each built-in policy, run by the host, gives the verdicts that it gives in this process."""
    from datetime import datetime, timezone

    now, entries = datetime(2026, 11, 23, 8, tzinfo=timezone.utc), sample(60)
    around = Around({"PATH": os.environ["PATH"]}, "", Limits())
    for name in ("actr", "lru", "exemplar"):
        here = registry.load_policy(name)
        there = registry.outside(registry.POLICY, name, registry.hosted(registry.POLICY, name, "module", f"memcli_plugins.policy_{name}"), around)
        assert list(there.judge(entries, now, {})) == list(here.judge(entries, now, {}))
    with pytest.raises(Exception, match="policy x cannot be started"):
        assert registry.outside(registry.POLICY, "x", Program(("/no/such",)), around).summary
    assert INGEST.prefix == "ingest_"


def test_a_process_that_a_plugin_leaves_behind_is_not_waited_for(box: Box) -> None:
    """It holds the plugin's output open, and would do so for as long as plugin.timeout_s."""
    begun = time.monotonic()
    env = program(box, f"sleep 64 &\n{GOOD}")
    assert json.loads(box.run("ingest", "odd", "-", "--json", env=env, input="x", check=0).out)["added"] == 1
    assert time.monotonic() - begun < 30


def test_what_a_plugin_starts_at_once_is_bounded_too(box: Box) -> None:
    env = program(box, 'printf \'{"body": "%s", "source": "s", "position": "1"}\\n\' "$(sh -c "ulimit -v")"')
    env["MEM_PLUGIN_MEMORY_MB"] = "512"
    [entry] = json.loads(box.run("ingest", "odd", "-", "--json", env=env, input="x", check=0).out)["entries"]
    assert box.json("show", entry["id"])["body"].strip() == str(512 * 1024)


def test_a_plugin_ends_with_the_command_that_runs_it(box: Box) -> None:
    env = {**box.env, **program(box, f'{GOOD}echo $$ > "$HOME/pid.new"; mv "$HOME/pid.new" "$HOME/pid"; exec sleep 65')}
    process = subprocess.Popen([MEM, "ingest", "odd", "-"], env=env, cwd=box.vault, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    pid = Path(box.home, "pid")
    while not pid.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    assert b"interrupted" in process.communicate(timeout=20)[1] and process.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_second_plugin_in_a_folder_and_a_name_that_is_taken(box: Box) -> None:
    for name in ("one", "two"):
        box.run("plugin", "new", "ingest", name, "--into", "made", check=0)
    assert "chatgpt is built in" in box.run("plugin", "new", "ingest", "chatgpt", "--into", "made", check=2).err
    assert "ingest_chatgpt.py" not in os.listdir(box.path("made"))
