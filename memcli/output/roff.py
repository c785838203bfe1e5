"""How does a manual page read where there is no man? The few man(7) macros our generator writes, as plain text."""

from __future__ import annotations

import re

_FONT = re.compile(r"\\f[BIRP]|\\&")


def plain(source: str) -> str:
    """A page as plain text, 80 columns."""
    import textwrap

    out: list[str] = []
    words: list[str] = []
    indent, verbatim, tag = 7, False, False

    def flush() -> None:
        if words:
            out.append(textwrap.fill(" ".join(words), 80, initial_indent=" " * indent, subsequent_indent=" " * indent, break_on_hyphens=False))
            words.clear()

    for raw in source.splitlines():
        text = _FONT.sub("", raw).replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\").replace("\\(dq", '"')
        if raw.startswith((".\\\"", "'\\\"", ".TH")):
            continue
        if raw.startswith("."):
            macro, _, rest = text.partition(" ")
            flush()
            if macro in (".SH", ".SS"):
                out += ["", ("" if macro == ".SH" else "   ") + rest.strip('"')]
                indent = 7
            elif macro in (".PP", ".P", ".LP"):
                out.append("")
                indent = 7
            elif macro == ".TP":
                tag, indent = True, 7
            elif macro in (".nf", ".EX"):
                verbatim = True
            elif macro in (".fi", ".EE"):
                verbatim = False
            elif macro in (".B", ".I"):
                words.append(rest)
            if not (tag and macro in (".B", ".I")):
                continue
            text = words.pop()
        if tag:
            out.append(" " * 7 + text)
            tag, indent = False, 14
        elif verbatim:
            out.append(" " * (indent + 4) + text)
        else:
            words.append(text)
    flush()
    return "\n".join(out).strip("\n") + "\n"
