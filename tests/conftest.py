"""Fixtures for tests that run the installed command."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box


@pytest.fixture
def bare(tmp_path: Path) -> Box:
    """A home with an empty folder that is no vault yet."""
    return Box(str(tmp_path))


@pytest.fixture
def box(bare: Box) -> Box:
    """A home with a fresh vault."""
    return bare.init()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--regenerate` writes the sessions anew instead of comparing."""
    parser.addoption("--regenerate", action="store_true", help="write the sessions of tests/cli and the README anew")
