"""How are a person's notes read, file by file? Text that can be read, a place that stays, dates in names."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import moments, rows
from memcli.extend.contracts import Rejected, Source

LIMIT = 16 * 1024 * 1024  # bytes of one note
_DAY = re.compile(r"([0-9]{4})([-_.]?)([0-9]{2})\2([0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Page:
    """A file of text. `path` is relative to the source's folder, in NFC, "" for a lone file; `home` and `position` name it for good."""

    path: str
    shown: str
    home: str
    position: str
    text: str

    @property
    def stem(self) -> str:
        """Its name without folders and ending."""
        return stem(self.shown)


def pages(source: Source, *endings: str, without: tuple[str, ...] = ()) -> Iterator[Page | Rejected]:
    """The files of a folder whose name ends in one of `endings`, those of its folders `without` left out; or the lone file, or standard input."""
    for relative in source.files(*endings) if source.is_folder else [""]:
        if relative.startswith(without):
            continue
        shown = unicodedata.normalize("NFC", relative or source.name)
        try:
            data = source.read(relative, LIMIT)
            text = re.sub("(?<!\r)\r+\n|\r", "\n", rows.text(data, shown))
        except PluginFailed as error:
            yield Rejected(shown, error.message.removeprefix(f"{shown} is ").removeprefix(f"{shown}: "))
            continue
        home = source.name if relative else "file" if source.path else "stdin"
        yield Page(shown if relative else "", shown, home, shown if source.path else hashlib.sha256(data).hexdigest(), text)


def stem(path: str) -> str:
    """The name of a file without folders and ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def day(name: str) -> tuple[datetime | None, str]:
    """The day that a name begins with (2026-05-03, 2026_05_03, 20260503), and the rest of the name; None and the name where there is none."""
    match = _DAY.match(name)
    at = moments.iso(f"{match[1]}-{match[3]}-{match[4]}") if match else None
    return (at, name[match.end():].strip(" -_")) if match and at else (None, name)
