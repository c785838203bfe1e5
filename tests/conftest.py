"""Fixtures for tests that run the installed command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from box import Box
from standing import dismiss


@pytest.fixture
def bare(tmp_path: Path) -> Box:
    """A home with an empty folder that is no vault yet."""
    return Box(str(tmp_path))


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home whose vault is copied for each test."""
    return Box(str(tmp_path_factory.mktemp("founded"))).init().home


@pytest.fixture
def box(bare: Box, _founded: str) -> Box:
    """A home with a fresh vault: a copy, which costs a twentieth of making one."""
    shutil.copytree(_founded, bare.home, dirs_exist_ok=True, symlinks=True)
    return bare


@pytest.fixture
def copied(box: Box) -> Box:
    """The same, for tests that name it so."""
    return box


def pytest_unconfigure() -> None:
    """End the processes that stand by for commands, and count their time."""
    dismiss()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--regenerate` writes the sessions anew instead of comparing."""
    parser.addoption("--regenerate", action="store_true", help="write the sessions of tests/cli and the README anew")
