"""How does a picture of a vault become one HTML file? Template, styles, script, tables and data put together, under a policy that allows nothing else.

The policy (a CSP in a meta element) lets run the one script and apply the one style sheet whose SHA-256 it names, and lets nothing be fetched or sent. Texts
of entries stand in the file as escaped HTML, or in a block of JSON that holds no `<`, and the script shows them as text only. Same picture, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter
from string import Template
from typing import Any

from memcli.life.picture import Picture, Shown
from memcli.output import terminal
from memcli.output.report import charts, parts
from memcli.output.report.charts import Period

MARK = b"<!DOCTYPE html>\n<!-- mem report -->\n"  # how every report begins; only such a file is written over unasked
DRAWN_MAX = 150  # entries in the graph
_POLICY = ("default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; "
           "require-trusted-types-for 'script'; trusted-types 'none'")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def rendered(one: Picture, *, texts: bool) -> bytes:
    """The file."""
    row = charts.periods((shown.at[:10] for shown in one.shown if shown.at), one.now)
    degrees = Counter(at for link in one.links for at in sorted(link[:2]))
    most = {at for at, _ in degrees.most_common(DRAWN_MAX)}
    joined = {at for link in one.links if most.issuperset(link[:2]) for at in link[:2]}
    drawn = [at for at, _ in degrees.most_common(DRAWN_MAX) if at in joined]
    style, script = _read("page.css"), _read("page.js") + _read("graph.js")
    policy = _POLICY.format(script=_digest(script), style=_digest(style))
    text = Template(_read("page.html")).substitute(
        policy=policy, style=style, script=script, data=_block(_data(one, row, drawn)), name=parts.safe(one.name), head=parts.head(one),
        remarks=parts.remarks(one, texts=texts), states=parts.states(one), types=parts.types(one), timeline=parts.timeline(one, row),
        fading=parts.fading(one), year=parts.year(one), links=parts.linked(one, degrees, len(drawn)), newest=parts.newest(one))
    return MARK + text.encode()


def _read(name: str) -> str:
    with open(f"{os.path.dirname(__file__)}/{name}", encoding="utf-8") as file:
        return file.read()


def _digest(text: str) -> str:
    """The hash source that allows an inline element with this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _block(data: dict[str, Any]) -> str:
    """JSON that nothing in it can end: no `<`, no `>`, no `&`, no line separator."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char, escaped in _ESCAPES.items():
        text = text.replace(char, escaped)
    return text


def _data(one: Picture, row: list[Period], drawn: list[int]) -> dict[str, Any]:
    """What the script works with; an entry is a list in the order of `fields`."""
    return {"fields": ["id", "title", "type", "state", "day", "tags", "need", "known", "path", "uri", "text", "cut"],
            "entries": [_row(shown) for shown in one.shown],
            "links": [[a, b, terminal.line(rel)] for a, b, rel in one.links], "drawn": drawn,
            "periods": [[period.label, period.first, period.last] for period in row],
            "states": list(parts.ORDER)}


def _row(one: Shown) -> list[Any]:
    """Texts as a page may show them: what would steer it, or not be seen, is made visible."""
    return [one.id, terminal.line(one.title), one.type, one.state, one.at[:10], [terminal.line(tag) for tag in one.tags], round(one.need, 2),
            round(one.retrievability, 2), terminal.line(one.path), terminal.line(one.uri), terminal.clean(one.text), int(one.cut)]
