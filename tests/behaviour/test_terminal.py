"""Can any text steer a terminal? Random control and Unicode strings as titles and bodies, through every command that prints them."""

from __future__ import annotations

import random
import unicodedata

import pytest
from box import Box
from screen import RAW, raw, screen

SEED = 20_261_123
STRINGS, EACH = 300, 15
CONTROLS = [chr(code) for code in range(0x110000) if RAW.match(chr(code)) and code] + ["\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "\r\n"]


def strings() -> list[str]:
    """300 strings of one to six characters: controls, and letters of every script."""
    dice = random.Random(SEED)
    made: list[str] = []
    while len(made) < STRINGS:
        letters = [dice.choice(CONTROLS) if dice.random() < 0.5 else chr(dice.randrange(0x20, 0x30000)) for _ in range(dice.randint(1, 6))]
        text = "".join(letters)
        if not any(unicodedata.category(letter) == "Cs" for letter in text):
            made.append(text)
    return made


def test_the_strings_are_what_they_should_be() -> None:
    joined = "".join(strings())
    assert {"\x1b", "\r", "\x9b", "\x07", "\u202e", "\u200b", "\ufeff"} <= set(CONTROLS) and len(strings()) == STRINGS
    assert len(raw(joined)) > 500 and len({letter for letter in joined if letter.isalpha()}) > 200


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Box, str]:
    """A vault with 300 strings in the titles and bodies of 20 entries, and all that `mem add` printed on a terminal."""
    box = Box(str(tmp_path_factory.mktemp("terminal"))).init()
    made = strings()
    printed: list[str] = []
    for at in range(0, STRINGS, EACH):
        part = made[at:at + EACH]
        body = "".join(f"kestrel {text}\n" for text in part).encode()
        status, text = screen(box, "add", "-", "--title", f"merlin {' '.join(part)}"[:120], "--tag", part[0].strip() or "x", input=body)
        assert status == 0, text
        printed.append(text)
    return box, "".join(printed)


COMMANDS = (("list",), ("list", "--jsonl"), ("list", "--format", "{title} {tags}\n"), ("search", "kestrel", "-n", "50"),
            ("search", "merlin", "-n", "50"), ("search", "kestrel", "--explain", "-n", "50"), ("search", "kestrel", "--json"),
            ("search", "kestrel", "--format", "{title} {snippet}\n"), ("log",), ("log", "--json"), ("log", "--format", "{subject}\n"),
            ("diff", "--from", "HEAD~5"), ("doctor",))


def test_adding_sends_nothing_raw(vault: tuple[Box, str]) -> None:
    assert raw(vault[1]) == [] and vault[1].count("note/") == STRINGS // EACH


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_sends_anything_raw(vault: tuple[Box, str], words: tuple[str, ...]) -> None:
    status, text = screen(vault[0], *words)
    assert raw(text) == []
    assert (status, "kestrel" in text or "merlin" in text) == ((0, True) if words != ("doctor",) else (0, False))


@pytest.mark.parametrize("words", [("list",), ("search", "kestrel", "-n", "50"), ("log",)], ids=" ".join)
def test_with_color_there_is_nothing_else(vault: tuple[Box, str], words: tuple[str, ...]) -> None:
    text = screen(vault[0], *words, color=True)[1]
    assert "\x1b[3" in text and raw(text, color=True) == []


def test_showing_sends_nothing_raw_and_loses_nothing(vault: tuple[Box, str]) -> None:
    box = vault[0]
    ids = [entry["id"] for entry in box.json("list")["entries"]]
    assert len(ids) == STRINGS // EACH
    for id_ in ids:
        status, text = screen(box, "show", id_)
        assert status == 0 and raw(text) == [] and text.count("kestrel") == EACH
    assert raw(box.run("show", ids[0]).out) != []  # a pipe gets the bytes as they are


MISTAKES = (("show", "\x1b[2J\u202e"), ("list", "--type", "\x1b[2J"), ("search", "\x9b\u200b\x07none"), ("\x1b[2J",), ("list", "--\x1b[2J"))


@pytest.mark.parametrize("words", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_not_echoed_raw(vault: tuple[Box, str], words: tuple[str, ...]) -> None:
    status, text = screen(vault[0], *words)
    assert status in (1, 2) and raw(text) == [] and "\\x" in text


def test_a_nul_is_refused(box: Box) -> None:
    box.run("add", "-", input=b"a\0b\n", check=2)
    box.run("add", "-", input=b"a" * 10_000 + b"\0b\n", check=13)
    assert box.json("list")["entries"] == []
