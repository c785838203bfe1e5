"""What do tests of git's surroundings do again and again? A round of writing commands; another repository beside the vault."""

from __future__ import annotations

from box import Box

COMMIT = "git -c user.name=a -c user.email=a@example.org commit -q"


def round_of_commands(box: Box, env: dict[str, str] | None = None) -> None:
    """Add, set, forget, undo and restore, each with what must come out of it."""
    id_ = box.run("add", "a borogove", env=env, check=0).out.split()[0]
    box.run("set", id_, "tags+=x", env=env, check=0)
    text = box.run("show", id_, env=env, check=0).data
    box.run("forget", id_, env=env, check=0)
    box.run("undo", env=env, check=0)
    assert box.run("show", id_, env=env, check=0).data == text
    box.run("forget", id_, env=env, check=0)
    box.run("restore", id_, env=env, check=0)
    assert box.run("show", id_, env=env, check=0).data == text
    assert [record["verb"] for record in box.json("log")["commits"][:6]] == ["restore", "forget", "undo", "forget", "set", "add"]


def other_repository(box: Box) -> str:
    """A repository beside the vault, with staged work; returns its folder."""
    folder = f"{box.home}/other"
    box.sh(f"git init -q '{folder}' && cd '{folder}' && echo a > a && git add a && {COMMIT} -m a && echo b > a && git add a")
    return folder
