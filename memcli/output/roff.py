"""How does a manual page read where there is no man? The few man(7) macros our generator writes, as plain text."""

from __future__ import annotations

import re
import textwrap

_FONT = re.compile(r"\\f[BIRP]|\\&")
_WORDS = re.compile(r'"([^"]*)"|(\S+)')  # of a macro that alternates between two fonts
_SPECIAL = (("\\-", "-"), ("\\(aq", "'"), ("\\(dq", '"'), ("\\(ha", "^"), ("\\(ti", "~"), ("\\e", "\\"))
_WIDTH, _INDENT, _HANG, _CODE = 80, 7, 14, 11


def plain(source: str) -> str:
    """A page as plain text, 80 columns."""
    page = _Page()
    for raw in source.splitlines():
        if not raw.startswith((".\\\"", "'\\\"", ".TH")):
            page.take(raw)
    page.flush()
    return "\n".join(page.out).strip("\n") + "\n"


class _Page:
    """A page being set: lines done, words waiting to be filled, and how the next text stands."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.words: list[str] = []
        self.indent = _INDENT
        self.verbatim = self.tag = False

    def take(self, raw: str) -> None:
        """One line of source."""
        text = _FONT.sub("", raw)
        for code, char in _SPECIAL:
            text = text.replace(code, char)
        if raw.startswith("."):
            macro, _, rest = text.partition(" ")
            rest = rest.strip('"')
            if macro in (".B", ".I"):
                self._text(rest)
            elif macro in (".BR", ".RB", ".BI", ".IB", ".IR", ".RI"):
                self._text("".join(quoted or bare for quoted, bare in _WORDS.findall(text.partition(" ")[2])))
            else:
                self._macro(macro, rest)
        else:
            self._text(text)

    def flush(self) -> None:
        """Set the waiting words."""
        if self.words:
            margin = " " * self.indent
            self.out.append(textwrap.fill(" ".join(self.words), _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False))
            self.words = []

    def _macro(self, macro: str, rest: str) -> None:
        self.flush()
        if macro in (".SH", ".SS"):
            self.out += ["", ("" if macro == ".SH" else "   ") + rest]
            self.indent = _INDENT
        elif macro in (".PP", ".P", ".LP"):
            self.out.append("")
            self.indent = _INDENT
        elif macro == ".TP":
            self.tag, self.indent = True, _INDENT
        elif macro in (".nf", ".EX", ".fi", ".EE"):
            self.verbatim = macro in (".nf", ".EX")

    def _text(self, text: str) -> None:
        if self.tag:
            self.out.append(" " * _INDENT + text)
            self.tag, self.indent = False, _HANG
        elif self.verbatim:
            self.out.append(" " * _CODE + text)
        else:
            self.words.append(text)
