"""Do other programs' files come back to the byte when mem is taken out again, whatever was in them and whoever edited them meanwhile?"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from box import MEM, Box

from memcli.errors import UserError
from memcli.serve.clients import CLIENTS, Places, targets
from memcli.serve.installing import Installer, Step

WRITTEN = {  # what a person may have in each file, as its path below the home or project ends
    ".claude.json": '{"numStartups": 7, "projects": {"/home/lena/shop": {"mcpServers": {}}}, "mcpServers": {"other": {"command": "o"}}}',
    ".mcp.json": '{\n\t"mcpServers": {\n\t\t"db": {"command": "db", "args": ["--x"]}\n\t}\n}\n',
    "settings.json": '{\r\n    "model": "x",\r\n    "hooks": {\r\n        "Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]\r\n    }\r\n}\r\n',
    "config.toml": '# mine\nmodel = "x"\n\n[mcp_servers.db]\ncommand = "db"  # here\n\n[profiles.a]\nnote = """\n[mcp_servers.mem]\n"""',
    "hooks.json": '{"hooks": {}}\n',
    "mcp.json": '// servers\n{\n  "inputs": [], /* none */\n  "servers": {\n    // "mem": {},\n    "db": { "type": "stdio", "command": "db", },\n  },\n}\n',
    "mcp_config.json": "",
    "claude_desktop_config.json": '\ufeff{"globalShortcut": "", "mcpServers": {}}',
    "AGENTS.md": "# Agents\n\nRun the tests.\n",
}
PAIRS = [(client, scope) for client in CLIENTS for scope in ("user", "project")
         if (client, scope) not in (("claude-desktop", "project"), ("windsurf", "project"), ("agents-md", "user"))]


def home(tmp_path: Path, *, full: bool, client: str, scope: str) -> tuple[Installer, Places]:
    """A home and a project in it, with the client's files or without."""
    (tmp_path / "project").mkdir()
    places = Places(str(tmp_path), str(tmp_path / "project"), {}, False)
    for target in targets(client, scope, places, "mem") if full else []:
        name = os.path.basename(target.path)
        if name in WRITTEN:
            os.makedirs(os.path.dirname(target.path), exist_ok=True)
            Path(target.path).write_bytes(WRITTEN[name].encode())
            os.chmod(target.path, 0o600)
    return Installer(str(tmp_path / ".local/state/mem"), str(tmp_path)), places


def tree(top: Path) -> dict[str, bytes]:
    """Every file with its permissions and bytes, every folder and link."""
    found = {}
    for path in sorted(top.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        found[str(path.relative_to(top))] = f"{mode:o} ".encode() + (path.read_bytes() if path.is_file() else b"folder")
    return found


def put(installer: Installer, client: str, scope: str, places: Places, command: str = "mem") -> list[Step]:
    steps = installer.putting(targets(client, scope, places, command))
    for step in steps:
        installer.apply(step)
    return steps


def take(installer: Installer, client: str, scope: str, places: Places) -> list[Step]:
    steps = installer.taking(targets(client, scope, places, "mem")[::-1])
    for step in steps:
        installer.apply(step)
    return steps


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(("client", "scope"), PAIRS)
def test_nothing_is_left_of_an_install_that_is_taken_back(tmp_path: Path, client: str, scope: str, full: bool) -> None:
    installer, places = home(tmp_path, full=full, client=client, scope=scope)
    before = tree(tmp_path)
    assert any(step.new != step.old for step in put(installer, client, scope, places))
    installed = tree(tmp_path)
    assert all(b"mem" in Path(target.path).read_bytes() for target in targets(client, scope, places, "mem"))
    assert all(step.new == step.old for step in put(installer, client, scope, places)) and tree(tmp_path) == installed
    put(installer, client, scope, places, "/opt/mem")
    take(installer, client, scope, places)
    assert tree(tmp_path) == before
    assert all(step.new == step.old for step in take(installer, client, scope, places)) and tree(tmp_path) == before


@pytest.mark.parametrize("receipts", [True, False])
@pytest.mark.parametrize(("client", "scope"), [pair for pair in PAIRS if pair[0] != "skill"])
def test_only_ours_goes_from_files_that_were_edited_since(tmp_path: Path, client: str, scope: str, receipts: bool) -> None:
    installer, places = home(tmp_path, full=True, client=client, scope=scope)
    paths = [Path(target.path) for target in targets(client, scope, places, "mem")]
    before = {path: path.read_bytes() if path.exists() else b"" for path in paths}
    put(installer, client, scope, places)
    edited = {}
    for path in paths:
        old, new = (b"# mine", b"# my own") if path.suffix == ".toml" else (b"db", b"base") if b"db" in before[path] else (b"Run", b"Do run")
        path.write_bytes(path.read_bytes().replace(old, new) + b"\n")
        edited[path] = before[path].replace(old, new) + b"\n"
    if not receipts:
        for name in os.listdir(tmp_path / ".local/state/mem/install"):
            (tmp_path / ".local/state/mem/install" / name).write_bytes(b"\xff{")
    take(installer, client, scope, places)
    for path in paths:
        now = path.read_bytes()
        if path.suffix == ".toml":  # this one did not end in a line end
            assert now.strip() == edited[path].strip()
        elif before[path] and receipts:
            assert now == edited[path], path
        else:  # what was made for ours stays, empty, as nobody knows any more who made it
            assert b"mem hook" not in now and b'"mcp"' not in now and (b"db" not in before[path] or b"base" in now)


def test_what_a_person_added_beside_ours_stays(tmp_path: Path) -> None:
    installer, places = home(tmp_path, full=False, client="claude-code", scope="user")
    put(installer, "claude-code", "user", places)
    settings, servers = tmp_path / ".claude/settings.json", tmp_path / ".claude.json"
    found = json.loads(settings.read_text())
    found["hooks"]["Stop"][0]["hooks"].append({"type": "command", "command": "say done"})
    settings.write_text(json.dumps(found))
    found = json.loads(servers.read_text())
    found["mcpServers"]["mem"]["args"] = ["mcp", "--read-only"]
    servers.write_text(json.dumps(found))
    steps = put(installer, "claude-code", "user", places)
    assert steps[0].new == steps[0].old and "other settings" in steps[0].notes[0], "an entry of ours that was changed is left"
    take(installer, "claude-code", "user", places)
    assert json.loads(settings.read_text()) == {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}
    assert not servers.exists(), "the file was made for ours, and holds nothing else"


def test_an_entry_that_is_not_ours_is_neither_changed_nor_taken(tmp_path: Path) -> None:
    installer, places = home(tmp_path, full=False, client="cursor", scope="user")
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor/mcp.json").write_text('{"mcpServers": {"mem": {"command": "another"}}}')
    before = tree(tmp_path)
    assert "left as it is" in put(installer, "cursor", "user", places)[0].notes[0] and tree(tmp_path) == before
    take(installer, "cursor", "user", places)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("name", "data", "told"), [
    (".claude.json", b'{\n"a": 1,\n"b"\n}', ".claude.json:4: a colon is missing"), (".claude.json", b"[]", ".claude.json:1: the whole is not an object"),
    (".claude.json", b'{\n"a": "\xff"}', ".claude.json:2: not UTF-8"), (".claude.json", b"\x00" * 50, ".claude.json:1: '"),
    (".claude.json", b'{"a":' * 5000, ".claude.json:1: nested too deeply"),
    (".claude/settings.json", b'{"hooks": 7}', "settings.json:1: hooks is not an object"),
])
def test_a_file_that_is_not_understood_is_refused_before_anything_is_changed(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    installer, places = home(tmp_path, full=False, client="claude-code", scope="user")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(data)
    before = tree(tmp_path)
    with pytest.raises(UserError) as caught:
        put(installer, "claude-code", "user", places)
    assert told in caught.value.message and tree(tmp_path) == before


@pytest.mark.parametrize(("data", "told"), [("a = 1\nb =\n", ":2: "), ("mcp_servers = {}\n", "by hand"), ("x = " + "[" * 5000, ":1: ")])
def test_so_is_a_toml_file(tmp_path: Path, data: str, told: str) -> None:
    installer, places = home(tmp_path, full=False, client="codex", scope="user")
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex/config.toml").write_text(data)
    with pytest.raises(UserError) as caught:
        put(installer, "codex", "user", places)
    assert told in caught.value.message and (tmp_path / ".codex/config.toml").read_text() == data


def test_a_link_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    installer, places = home(tmp_path / "home", full=False, client="cursor", scope="user")
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles/mcp.json").write_text("{}\n")
    (tmp_path / "home/.cursor").symlink_to(tmp_path / "dotfiles")
    steps = put(installer, "cursor", "user", places)
    assert "out of your home folder" in steps[0].notes[0] and (tmp_path / "home/.cursor").is_symlink()
    assert "mem" in (tmp_path / "dotfiles/mcp.json").read_text()
    take(installer, "cursor", "user", places)
    assert (tmp_path / "dotfiles/mcp.json").read_text() == "{}\n"


def test_a_file_of_ours_that_was_edited_stays(tmp_path: Path) -> None:
    installer, places = home(tmp_path, full=False, client="skill", scope="user")
    put(installer, "skill", "user", places)
    mine = tmp_path / ".claude/skills/mem/SKILL.md"
    mine.write_text(mine.read_text() + "Mine.\n")
    steps = take(installer, "skill", "user", places)
    assert mine.exists() and "by hand" in steps[1].notes[0] and not (tmp_path / ".agents").exists()


def test_a_program_that_would_not_be_found_is_told(bare: Box) -> None:
    """Another package installs a mem too, and a mem in a virtual environment is on the PATH of its own shell alone."""
    os.mkdir(f"{bare.home}/bin")
    path = {"PATH": f"{bare.home}/bin:/usr/bin:/bin"}
    assert f"mem is not on your PATH; --command {MEM} names this one" in bare.run("install", "cursor", "--dry-run", env=path, check=0).err
    Path(bare.home, "bin/mem").write_text("#!/bin/sh\n")
    Path(bare.home, "bin/mem").chmod(0o755)
    assert "is another program" in bare.run("install", "cursor", "--dry-run", env=path, check=0).err
    os.remove(f"{bare.home}/bin/mem")
    os.symlink(MEM, f"{bare.home}/bin/mem")
    assert bare.run("install", "cursor", "--dry-run", env=path, check=0).err == "" == bare.run("install", "cursor", "--dry-run", check=0).err


def test_the_command_says_what_it_does(bare: Box) -> None:
    before = bare.files(bare.home)
    shown = bare.run("install", "claude-code", "--dry-run", check=0).out
    assert '+        "mcp"' in shown and '"mem hook claude"' in shown and bare.files(bare.home) == before
    assert "mem schedule on --ingest" in bare.run("install", "claude-code", check=0).err
    bare.run("install", "claude-code", "--uninstall", check=0)
    bare.run("install", "vscode", env={"XDG_CONFIG_HOME": f"{bare.home}/c"}, check=0)
    assert json.loads(Path(bare.home, "c/Code/User/mcp.json").read_text())["servers"]["mem"]["type"] == "stdio"
    bare.run("install", "vscode", "--uninstall", env={"XDG_CONFIG_HOME": f"{bare.home}/c"}, check=0)
    assert bare.files(bare.home) == before
    for words in (["emacs"], ["windsurf", "--scope", "project"], ["cursor", "--scope", "world"], ["agents-md", "--scope", "user"],
                  ["cursor", "--command", " "]):
        assert "Traceback" not in bare.run("install", *words, check=2).err
