"""The fences of the house: who may import whom, who may write, print, ask the time or run git, and how large things may grow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOMS = {"errors": 0, "clock": 0, "faults": 0, "plainyaml": 0, "config": 1, "entries": 2, "extend": 3, "memory": 3, "safety": 3, "index": 4, "search": 5,
         "life": 6, "store": 7, "measure": 8, "output": 8, "serve": 9, "cli": 9, "__main__": 10, "man": 0, "schemas": 0}
LINES_MAX, FUNCTION_MAX, COMMAND_MAX = 300, 40, 120
HEAVY = ("numpy", "usearch", "git", "rich", "importlib.metadata", "ruamel", "tantivy", "typer")
RUNS = {"memcli/index/program.py", "memcli/life/wording.py",  # programs that embed and put into words, which only the user's own settings can name
        "memcli/serve/schedulers.py",  # systemctl, crontab, launchctl
        "memcli/extend/child.py"}  # plugins that are programs, and those in Python: installed by the user, or trusted byte by byte
TOP_LEVEL_ALLOWED = {"memcli/cli/app.py": ("typer",), "memcli/cli/bar.py": ("rich",),
                     "memcli/index/embed.py": ("numpy",), "memcli/index/onnx.py": ("numpy",)}  # themselves imported only when needed
WRITERS = {"memcli/entries/atomic.py"}
MAKES_FILES = {"memcli/cli/editor.py", "memcli/extend/conformance.py", "memcli/index/keyword.py",  # temporary files; the engine's own folder
               "memcli/index/aside.py"}  # links to it
CALLS_GIT = {"memcli/entries/git.py", "memcli/cli/editor.py", "memcli/cli/session.py", "memcli/cli/man.py"}  # the last three: editor, pager, man
CHANGES = {"rename", "replace", "unlink", "remove", "rmdir", "mkdir", "makedirs", "rmtree", "truncate", "link", "symlink", "chmod", "utime"}


def sources() -> list[str]:
    """Every module of ours, relative to the top."""
    found = []
    for folder in ("memcli", "plugins"):
        for where, _, names in os.walk(os.path.join(TOP, folder)):
            found += [os.path.relpath(os.path.join(where, name), TOP) for name in names if name.endswith(".py")]
    return sorted(found)


def tree(path: str) -> ast.Module:
    """A module's syntax."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return ast.parse(file.read(), path)


def imports(node: ast.AST) -> Iterator[tuple[str, int]]:
    """(module, line) of every import below a node, those inside functions too."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            for alias in inner.names:
                yield alias.name, inner.lineno
        elif isinstance(inner, ast.ImportFrom) and inner.module:
            yield inner.module, inner.lineno
            if inner.module == "memcli":
                for alias in inner.names:
                    yield f"memcli.{alias.name}", inner.lineno


def room(module: str) -> str:
    """`memcli.index.keyword` is in `index`."""
    return module.split(".")[1] if module.count(".") else ""


def layer_faults() -> list[str]:
    """Imports that go up."""
    found = []
    for path in sources():
        if not path.startswith("memcli/") or path == "memcli/__init__.py":
            continue
        own = path.removesuffix(".py").split("/")[1]
        for module, line in imports(tree(path)):
            other = room(module) if module.startswith("memcli.") else ""
            if other in ROOMS and ROOMS[other] > ROOMS[own] and not _named_only(path, line):
                found.append(f"{path}:{line}: {own} [{ROOMS[own]}] imports {module} [{ROOMS[other]}]: a module imports only from rooms with a lower number")
    return found


def _named_only(path: str, line: int) -> bool:
    """Whether an import stands under `if TYPE_CHECKING`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" and node.lineno <= line <= (node.end_lineno or 0):
            return True
    return False


def test_imports_go_down() -> None:
    assert layer_faults() == []


def test_plugins_see_the_contract_only() -> None:
    allowed = ("memcli.extend", "memcli.errors")
    found = [f"{path}:{line}: a plugin imports {module}" for path in sources() if path.startswith("plugins/")
             for module, line in imports(tree(path)) if module.startswith("memcli.") and not module.startswith(allowed)]
    assert found == []


def test_only_atomic_changes_files() -> None:
    found = []
    for path in sources():
        if path in WRITERS | MAKES_FILES:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                if node.func.value.id in ("os", "shutil") and node.func.attr in CHANGES:
                    found.append(f"{path}:{node.lineno}: os.{node.func.attr}: only entries/atomic.py changes files")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open" and _writes(node):
                found.append(f"{path}:{node.lineno}: opens a file for writing: only entries/atomic.py does")
    assert found == []


def _writes(call: ast.Call) -> bool:
    mode = call.args[1] if len(call.args) > 1 else next((word.value for word in call.keywords if word.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and any(letter in mode.value for letter in "wax+")


def test_only_their_owners_import_engines() -> None:
    owners = {"tantivy": {"memcli/index/keyword.py"}, "git": {"memcli/entries/git.py"},
              "usearch": {"memcli/index/hnsw.py"},  # the graphs of the largest vaults
              "numpy": {"memcli/index/embed.py", "memcli/index/hnsw.py", "memcli/index/onnx.py", "memcli/index/dense.py"},
              "subprocess": CALLS_GIT | RUNS,
              "onnxruntime": {"memcli/index/onnx.py"}, "tokenizers": {"memcli/index/onnx.py"}}
    found = [f"{path}:{line}: imports {module}" for path in sources() for module, line in imports(tree(path))
             if module.split(".")[0] in owners and path not in owners[module.split(".")[0]] and not _named_only(path, line)]
    assert found == []


def test_only_the_edge_talks() -> None:
    found = []
    for path in sources():
        if path.startswith(("memcli/cli/", "memcli/serve/")) or path == "memcli/extend/host.py":  # the program that a plugin is run by
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "exit", "input"):
                found.append(f"{path}:{node.lineno}: {node.func.id}(): only cli/ and serve/ talk and exit")
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) in (("os", "environ"), ("os", "getenv"), ("sys", "exit"), ("sys", "stdout"), ("sys", "stderr")):
                    found.append(f"{path}:{node.lineno}: {node.value.id}.{node.attr}: only cli/ and serve/ may")
                if node.attr == "expanduser" and path != "memcli/extend/source.py":
                    found.append(f"{path}:{node.lineno}: looks into the home directory")
    assert found == []


def test_only_the_clock_asks_the_time() -> None:
    found = [f"{path}:{node.lineno}: {ast.unparse(node.func)}()" for path in sources() if path != "memcli/clock.py" for node in ast.walk(tree(path))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
             and (node.func.attr in ("now", "today", "utcnow") and ast.unparse(node.func.value).startswith(("datetime", "date"))
                  or ast.unparse(node.func.value) == "time" and node.func.attr in ("time", "time_ns", "monotonic", "sleep"))]
    assert found == []


def test_nothing_heavy_at_module_top() -> None:
    found = []
    for path in sources():
        for node in tree(path).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for module, line in imports(node):
                    if module.startswith(HEAVY) and not module.startswith(TOP_LEVEL_ALLOWED.get(path, ("-",))):
                        found.append(f"{path}:{line}: {module} at module top")
    assert found == []


@pytest.mark.parametrize("path", sources())
def test_things_stay_small(path: str) -> None:
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        lines = file.read().count("\n")
    assert lines <= LINES_MAX, f"{path} has {lines} lines: split it by the question it answers"
    if path.startswith("memcli/cli/"):
        for top in tree(path).body:
            if isinstance(top, ast.FunctionDef) and top.name == "command":
                assert lines <= COMMAND_MAX, f"{path} has {lines} lines: a command is thin"
    for node in ast.walk(tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_MAX, f"{path}:{node.lineno}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", sources())
def test_public_things_say_what_they_are(path: str) -> None:
    module = tree(path)
    assert os.path.basename(path) == "__init__.py" or ast.get_docstring(module), f"{path} has no docstring"
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno}: {node.name} has no docstring"


def loaded(arguments: list[str], home: str) -> set[str]:
    """The modules a command has loaded when it ends."""
    code = (f"import sys, atexit\nsys.argv = ['mem', *{arguments!r}]\n"
            "atexit.register(lambda: print('', *sys.modules, file=sys.stderr))\nfrom memcli.cli.main import main\nmain()\n")
    env = {"HOME": home, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False, cwd=home)
    return set(done.stderr.decode().splitlines()[-1].split())


def test_each_command_loads_what_it_needs(tmp_path: str) -> None:
    home = str(tmp_path)
    version = loaded(["--version"], home)
    assert not version & {"typer", "rich", "tantivy", "dataclasses", "subprocess", "json", "memcli.store"}
    loaded(["init"], home)
    screens = {"memcli.safety.rules", "memcli.safety.secrets", "memcli.safety.worth", "memcli.safety.instructions", "memcli.safety.pii"}
    added = loaded(["add", "some text"], home)
    assert not added & {"typer", "rich", "tantivy", "git", "ruamel.yaml", "memcli.index.keyword", "importlib.metadata", *screens}, added
    assert "memcli.safety.gate" in added
    suspect = loaded(["add", "the password of the router is on its back"], home)
    assert {"memcli.safety.secrets", "memcli.safety.rules"} <= suspect and "memcli.safety.instructions" not in suspect, suspect
    found = loaded(["search", "text"], home)
    assert "tantivy" in found
    assert not found & {"typer", "rich", "git", "ruamel.yaml", "subprocess", "importlib.metadata", "memcli.entries.run", "memcli.entries.history"}, found
    completed = loaded(["__complete", "ids", ""], home)
    assert not completed & {"typer", "rich", "tantivy", "git", "memcli.store"}, completed
    said = b'{"hook_event_name": "UserPromptSubmit", "prompt": "some text"}'
    hooked = loaded_by_hook(home, said)
    assert "tantivy" in hooked
    assert not hooked & {"typer", "rich", "git", "ruamel.yaml", "numpy", "subprocess", "importlib.metadata", "memcli.entries.run", "memcli.life.intake"}, hooked
    noted = loaded_by_hook(home, b'{"hook_event_name": "Stop", "transcript_path": "/none.jsonl"}')
    assert not noted & {"typer", "tantivy", "memcli.search.context", "memcli.life.intake", "memcli.extend.registry"}, noted


def loaded_by_hook(home: str, event: bytes) -> set[str]:
    """The modules that the answer to an event loads."""
    code = f"import sys\nfrom memcli.cli import hook\nhook.said('claude', None, {event!r})\nprint(*sys.modules)\n"
    env = {"HOME": home, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    return set(subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, cwd=home).stdout.decode().split())
