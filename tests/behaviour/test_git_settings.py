"""Does a person's or a repository's git configuration get in the way? No setting stops a command, and none runs a program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from box import Box
from rounds import COMMIT, other_repository, round_of_commands


def reading_commands(box: Box, id_: str) -> None:
    """Every command that asks git something without writing, after an edit by hand."""
    box.write("by-hand.md", "an untracked borogove\n")
    with open(box.path(box.run("show", id_, "--format", "{path}").out), "ab") as file:
        file.write(b"by hand\n")
    assert "+by hand" in box.run("diff", check=0).out
    box.run("diff", "--from", "HEAD~1", "--to", "HEAD", check=0)
    box.run("search", "borogove", check=0)
    box.run("log", id_, check=0)
    box.run("show", id_, "--at", "HEAD", check=0)
    box.run("doctor", "--deep")


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A file that the programs of `marker` leave when they run."""
    return tmp_path / "ran"


def marker(box: Box, ran: Path, name: str = "marker") -> str:
    """A program that notes that it ran and fails."""
    full = box.write(f"../{name}", f"#!/bin/sh\necho {name} $@ >> '{ran}'\nexit 1\n")
    os.chmod(full, 0o755)
    return full


def hooks(box: Box, ran: Path, folder: str) -> str:
    """A folder with every hook that a commit or a change of a branch may run."""
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change", "pre-auto-gc"):
        marker(box, ran, f"{folder}/{name}")
    return os.path.join(box.home, folder)


def test_the_marker_programs_do_run_when_git_itself_is_called(box: Box, ran: Path) -> None:
    """Else the tests below would prove nothing."""
    folder = hooks(box, ran, "hooks")
    box.git("-c", f"core.hooksPath={folder}", "commit", "-q", "--allow-empty", "-m", "x", check=1)
    assert ran.exists()


def test_nobody_has_to_tell_git_who_they_are(box: Box) -> None:
    box.git("config", "user.useConfigOnly", "true")
    assert box.git("config", "user.name", check=1) == ""
    round_of_commands(box)
    assert box.git("log", "-1", "--format=%an <%ae> %cn <%ce>") == "mem <mem@localhost> mem <mem@localhost>\n"


def test_commands_work_without_a_home(box: Box) -> None:
    round_of_commands(box, {"HOME": "", "XDG_CONFIG_HOME": ""})


def test_the_configured_identity_is_used(box: Box) -> None:
    box.git("config", "user.name", "Größe <x>")
    box.git("config", "user.email", "who@example.org")
    round_of_commands(box)
    assert box.git("log", "-1", "--format=%an <%ae>") == "Größe x <who@example.org>\n"


def test_commits_are_not_signed(box: Box, ran: Path) -> None:
    for key, value in (("commit.gpgSign", "true"), ("tag.gpgSign", "true"), ("gpg.program", marker(box, ran))):
        box.git("config", key, value)
    round_of_commands(box)
    assert not ran.exists()


def test_signatures_of_others_are_not_checked(box: Box, ran: Path) -> None:
    box.run("add", "a borogove", check=0)
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n -----END PGP SIGNATURE-----"
    box.sh(f"git cat-file commit HEAD | sed '/^committer/a {signature}' | git hash-object -t commit -w --stdin | xargs git reset -q --soft")
    box.git("config", "log.showSignature", "true")
    box.git("config", "gpg.program", marker(box, ran))
    assert [record["verb"] for record in box.json("log")["commits"]] == ["add", "init"]
    assert not ran.exists()


def test_hooks_never_run(box: Box, ran: Path) -> None:
    box.git("config", "core.hooksPath", hooks(box, ran, "hooks"))
    shutil.copytree(f"{box.home}/hooks", box.path(".git/hooks"), dirs_exist_ok=True)
    round_of_commands(box)
    assert not ran.exists()


def test_a_template_brings_no_hooks_into_a_new_vault(bare: Box, ran: Path) -> None:
    hooks(bare, ran, "template/hooks")
    bare.sh(f"git config --global init.templateDir '{bare.home}/template'; git config --global init.defaultBranch odd")
    bare.run("init", ".", env={"GIT_TEMPLATE_DIR": f"{bare.home}/template"}, check=0)
    round_of_commands(bare)
    assert not os.path.exists(bare.path(".git/hooks/pre-commit"))
    assert bare.git("branch", "--show-current") == "main\n"
    assert not ran.exists()


def state_of(box: Box, folder: str) -> str:
    line = "git rev-parse HEAD; git for-each-ref; git ls-files -s; git status --porcelain; git count-objects; ls .git; cat .git/config"
    return box.sh(line, cwd=folder).out


def test_the_variables_of_a_surrounding_hook_do_not_lead_into_its_repository(box: Box) -> None:
    other = other_repository(box)
    before = state_of(box, other)
    leaked = {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": other, "GIT_INDEX_FILE": f"{other}/.git/index", "GIT_PREFIX": "sub/",
              "GIT_OBJECT_DIRECTORY": f"{other}/.git/objects", "GIT_COMMON_DIR": f"{other}/.git"}
    round_of_commands(box, leaked)
    assert state_of(box, other) == before
    assert box.git("status", "--porcelain", "-uno") == ""


def test_a_vault_begins_in_its_own_folder_inside_a_hook_of_another_repository(bare: Box) -> None:
    other = other_repository(bare)
    before = state_of(bare, other)
    bare.run("init", ".", env={"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": other, "GIT_INDEX_FILE": f"{other}/.git/index"}, check=0)
    assert state_of(bare, other) == before
    assert bare.git("log", "--format=%s") == "mem(init): a new vault\n"


def test_a_hook_of_another_repository_can_call_mem(box: Box) -> None:
    other = other_repository(box)
    os.makedirs(f"{other}/.git/hooks", exist_ok=True)
    with open(f"{other}/.git/hooks/post-commit", "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nmem add --vault '{box.vault}' \"$(git log -1 --format=%s)\"\n")
    os.chmod(f"{other}/.git/hooks/post-commit", 0o755)
    box.sh(f"{COMMIT} -m 'fix the borogove'", cwd=other)
    assert box.sh("git log --format=%s", cwd=other).out == "fix the borogove\na\n"
    assert len(box.found("borogove")) == 1


def test_every_variable_that_git_calls_local_is_kept_from_our_git(box: Box) -> None:
    names = [*box.git("rev-parse", "--local-env-vars").split(), "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"]
    for name in names:
        box.run("add", f"with {name}", env={name: "1"}, check=0)
        assert f"mem(add): with {name}" in box.run("log", "-n", "1", env={name: "1"}, check=0).out, name


def test_line_ends_are_not_converted(bare: Box) -> None:
    data = b"---\r\ntitle: x\r\n---\r\nborogove\r\n"
    bare.write("crlf.md", data)
    bare.write(".gitattributes", "*.md text eol=lf\n")
    bare.sh("git config --global core.autocrlf true; git config --global core.safecrlf true; git config --global core.eol crlf")
    bare.run("init", ".", check=0)
    round_of_commands(bare)
    assert bare.call(["git", "cat-file", "blob", "HEAD:crlf.md"]).data == bare.read("crlf.md") == data
    assert bare.git("diff", "--cached", "--name-only") == ""


def test_line_ends_stay_also_where_no_attribute_of_ours_guards_them(bare: Box) -> None:
    """As in a clone of a vault whose `.gitattributes` is a person's own."""
    bare.write("crlf.md", b"borogove\r\n")
    bare.write(".gitattributes", "*.bin binary\n")
    bare.init()
    os.unlink(bare.path(".git/info/attributes"))
    bare.sh("git config --global core.autocrlf true")
    bare.run("forget", "crlf.md", check=0)
    bare.run("undo", check=0)
    assert bare.read("crlf.md") == b"borogove\r\n"
    assert bare.git("diff", "--cached", "--name-only") == ""


PROGRAMS = [
    ("core.fsmonitor", ""),
    ("diff.mem.textconv", "*.md diff=mem\n"),
    ("diff.mem.command", "*.md diff=mem\n"),
    ("diff.external", ""),
    ("filter.x.clean", "*.md filter=x\n"),
    ("filter.x.smudge", "*.md filter=x\n"),
    ("filter.x.process", "*.md filter=x\n"),
]


@pytest.mark.parametrize(("setting", "attributes"), PROGRAMS)
def test_no_program_that_a_repository_names_is_run(box: Box, ran: Path, setting: str, attributes: str) -> None:
    box.write(".gitattributes", attributes)
    box.git("config", setting, marker(box, ran))
    round_of_commands(box)
    id_ = box.run("add", "gone for good", check=0).out.split()[0]
    reading_commands(box, id_)
    box.run("purge", id_, "--yes", check=0)
    assert not ran.exists(), ran.read_text()


def test_a_filter_that_must_not_fail_changes_nothing_in_history(box: Box, ran: Path) -> None:
    box.write(".gitattributes", "*.md filter=x\n")
    box.git("config", "filter.x.clean", marker(box, ran))
    box.git("config", "filter.x.required", "true")
    round_of_commands(box)
    assert box.git("diff", "--cached", "--name-only") == ""
    assert not ran.exists()


def test_a_nested_repository_is_not_asked_for_its_state(box: Box, ran: Path) -> None:
    """`git diff` looks into submodules, whose own configuration may name programs."""
    box.sh(f"git init -q sub && cd sub && echo a > a && git add a && {COMMIT} -m a && cd .. && git add sub && {COMMIT} -m sub")
    box.sh(f"echo '* filter=x' > sub/.gitattributes; git -C sub config filter.x.clean '{marker(box, ran)}'; touch -d tomorrow sub/a")
    assert box.run("diff", check=0).out == ""
    assert not ran.exists()


def test_missing_objects_are_not_fetched(box: Box, ran: Path) -> None:
    """In a partial clone git would fetch old contents by a program that the repository names."""
    id_, path = box.run("add", "the borogove of old", check=0).out.split()
    blob = box.git("rev-parse", f"HEAD:{path}").strip()
    box.run("set", id_, "tags+=x", check=0)
    box.git("repack", "-adq")
    for key, value in (("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"), ("remote.origin.url", box.home),
                       ("remote.origin.uploadpack", marker(box, ran)), ("remote.origin.partialclonefilter", "blob:none")):
        box.git("config", key, value)
    box.sh("for pack in .git/objects/pack/*.pack; do mv $pack ../p.pack; rm -f ${pack%.pack}.*; done")
    box.sh(f"git unpack-objects -q < ../p.pack && rm .git/objects/{blob[:2]}/{blob[2:]}")
    result = box.run("show", id_, "--at", "HEAD~1", check=4)
    assert len(result.err.splitlines()) == 2, result.err
    assert not ran.exists(), ran.read_text()


def test_messages_are_read_whatever_encoding_git_shows_them_in(box: Box) -> None:
    box.git("config", "i18n.logOutputEncoding", "ISO-8859-1")
    box.git("config", "trailer.separators", "#")
    box.run("add", "Größe", check=0)
    record = box.json("log")["commits"][0]
    assert (record["subject"], record["verb"]) == ("mem(add): Größe", "add")


def test_a_vault_may_be_on_any_branch(box: Box) -> None:
    main = box.git("rev-parse", "main")
    box.git("switch", "-qc", "trips/Über-see")
    round_of_commands(box)
    box.git("pack-refs", "--all")
    round_of_commands(box)
    assert box.git("rev-parse", "main") == main
    assert box.git("rev-list", "--count", "main..trips/Über-see") == "12\n"


WRITING = [("add", "more", "--type", "fact"), ("set", "ID", "tags+=x"), ("forget", "ID"), ("undo",), ("restore", "ID", "--at", "HEAD"),
           ("purge", "ID", "--yes"), ("ingest", "markdown", "-"), ("config", "add.type", "fact")]


@pytest.mark.parametrize("words", WRITING)
def test_a_detached_head_is_one_clear_error_and_nothing_changes(box: Box, words: tuple[str, ...]) -> None:
    id_ = box.run("add", "a borogove", check=0).out.split()[0]
    box.git("checkout", "-q", "--detach")
    line = "git rev-parse HEAD main; git status --porcelain; find . -path ./.git -prune -o -path './.mem/*' -prune -o -print | sort"
    before, files = box.sh(line).out, box.files()
    result = box.run(*(id_ if word == "ID" else word for word in words), input=b"text\n", check=4)
    assert result.out == ""
    assert [row.partition(":")[0] for row in result.err.splitlines()] == ["mem", "hint"] and "detached HEAD" in result.err
    assert (box.sh(line).out, box.files()) == (before, files)


def test_a_commit_that_git_refuses_leaves_nothing_behind(box: Box) -> None:
    before = sorted(os.listdir(box.vault))
    os.mkdir(box.path(".git/refs/heads/main.lock"))  # what no dead git leaves
    box.run("add", "a borogove", "--type", "fact", check=4)
    assert sorted(os.listdir(box.vault)) == before


def test_reading_works_on_a_detached_head(box: Box) -> None:
    id_ = box.run("add", "a borogove", check=0).out.split()[0]
    box.git("checkout", "-q", "--detach")
    reading_commands(box, id_)
