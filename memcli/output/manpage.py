"""How does a definition become a manual page? man(7) from a command's help text and parameters."""

from __future__ import annotations

from collections.abc import Iterable

VERSION_LINE = "mem {version}"


def escape(text: str) -> str:
    """Text as roff shows it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq")
    return "\\&" + text if text.startswith((".", "'")) else text


def head(name: str, section: int, summary: str, version: str) -> list[str]:
    """Title and NAME. The date is the version's, so that a page changes only when its content does."""
    return [f'.TH {escape(name).upper()} {section} "" "mem {version}" "mem manual"', ".SH NAME", f"{escape(name)} \\- {escape(summary)}"]


def command(verb: str, help_text: str, usage: str, arguments: Iterable[tuple[str, str]], flags: Iterable[tuple[str, str]], version: str) -> str:
    """The page of one verb. `help_text` begins with the summary; blocks after a line of `\\b` stand as they are, and one whose first line ends with a
    colon has a section of its own."""
    blocks = help_text.strip().split("\n\n")
    lines = [*head(f"mem-{verb}", 1, blocks[0].rstrip(".").lower()[:1] + blocks[0].rstrip(".")[1:], version), ".SH SYNOPSIS", f".B {escape(usage)}"]
    sections = [block for block in blocks[1:] if block.startswith("\b") and block.strip("\b\n").partition("\n")[0].endswith(":")]
    lines += [".SH DESCRIPTION", escape(blocks[0])]
    for block in blocks[1:]:
        if block not in sections:
            said = [escape(line) for line in block.strip("\b\n").split("\n")]
            lines += [".PP", *([".nf", *said, ".fi"] if block.startswith("\b") else said)]
    arguments, flags = list(arguments), list(flags)
    for title, rows in (("ARGUMENTS", arguments), ("OPTIONS", flags)):
        if rows:
            lines.append(f".SH {title}")
        for name, meaning in rows:
            lines += [".TP", f".B {escape(name)}", escape(meaning)]
    for block in sections:
        title, *body = block.strip("\b\n").split("\n")
        lines += [f".SH {title.rstrip(':').upper()}", ".nf", *(escape(line.removeprefix("  ").rstrip()) for line in body), ".fi"]
    lines += [".SH SEE ALSO", "mem(1), mem\\-entry(5), mem\\-config(5), mem\\-design(7)"]
    return "\n".join(lines) + "\n"


def definitions(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A list of terms and their meanings."""
    lines = []
    for name, meaning in rows:
        lines += [".TP", f".B {escape(name)}", escape(meaning)]
    return lines
