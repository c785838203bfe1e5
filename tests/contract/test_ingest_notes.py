"""Do notes from other programs link to each other in a vault as they did at home, and are they the same entries wherever their files move?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box

from memcli.extend import org, registry
from memcli.extend.contracts import Draft, Rejected, Source


def _home(*parts: str) -> str:
    return os.path.join(FIXTURES, "ingest", *parts)


def _written(folder: Path, files: dict[str, str | bytes]) -> str:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(folder)


def _read(plugin: str, path: str) -> list[Draft | Rejected]:
    return list(registry.load(plugin).read(Source.open(path), {}))


def _bodies(plugin: str, folder: Path, files: dict[str, str | bytes]) -> dict[str, str]:
    """What notes say, by where they lay."""
    return {one.uri: one.body for one in _read(plugin, _written(folder, files)) if isinstance(one, Draft)}


def _entries(box: Box) -> dict[str, Any]:
    """The entries of a vault by their place at home (and the span, for a part of a file)."""
    shown = [box.json("show", row["id"]) for row in box.json("list", "--limit", "100")["entries"]]
    return {f"{one['front_matter']['source']['uri']} {one['front_matter']['source'].get('span', '')}".strip(): one for one in shown}


def _linked(box: Box, id_: str) -> dict[str, list[str]]:
    """The links of an entry, as `mem related` shows them: reasons by the title at the other end."""
    found: dict[str, list[str]] = {}
    for row in box.json("related", id_)["related"]:
        reasons = [reason for reason in row["reasons"] if reason.startswith(("->", "<-"))]
        if reasons:
            found.setdefault(row["title"], []).extend(reasons)
    return found


# -- obsidian --------------------------------------------------------------------------------------------------------------


def test_obsidian_notes_link_as_at_home(box: Box) -> None:
    box.run("ingest", "obsidian", _home("obsidian", "Home"), check=0)
    entries = _entries(box)
    boiler = entries["House/Heating/Boiler.md"]
    assert _linked(box, boiler["id"]) == {"Bleeding radiators": ["-> link", "<- part of"], "2026-05-03": ["<- link"],
                                          "Index": ["-> link", "<- link", "<- link"]}
    assert _linked(box, entries["Garden/Index.md"]["id"]) == {"Index": ["-> link", "-> link", "<- link"]}
    assert _linked(box, entries["Index.md"]["id"]).keys() == {"Boiler, the gas one in the cellar", "Index", "2026-05-03"}
    assert _linked(box, entries["Daily/2026-05-04 Monday.md"]["id"]) == {"2026-05-03": ["-> link"]}
    box.sound()


def test_what_obsidian_hides_stays_hidden(box: Box) -> None:
    box.run("ingest", "obsidian", _home("obsidian", "Home"), check=0)
    said = b"".join(box.files().values()).decode()
    assert not [word for word in ("behind the clock", "ask Tom", "Thrown away", "{{title}}", "not read", "alwaysUpdateLinks") if word in said]
    assert "%%kept%%" in said and "[!warning] Smell of gas" in said


PLACES = {"a/N.md": "in a", "b/N.md": "in b", "b/c/N.md": "in c", "One.md": "only one"}


@pytest.mark.parametrize(("where", "text", "becomes"), [
    ("b/x.md", "[[N]]", "[[b/N]]"),  # below the same folder, the shortest path first
    ("x.md", "[[N]]", "[[a/N]]"),
    ("x.md", "[[c/N|label]]", "[[b/c/N|label]]"),
    ("b/c/x.md", "[[../N]]", "[[b/N]]"),
    ("a/x.md", "[[/b/N#Part]]", "[[b/N#Part]]"),
    ("a/x.md", "[[n]] and [[b/n^id]]", "[[a/N]] and [[b/N^id]]"),
    ("a/x.md", "[[sub/One]] [[One]] [[None]]", "[[sub/One]] [[One]] [[None]]"),
    ("a/x.md", "[it](N.md) [that](../b/N.md#A%20part)", "[[a/N|it]] [[b/N#A part|that]]"),
    ("a/x.md", "[o](../One.md) [n](none.md) [u](https://example.org/One.md)", "[[One|o]] [n](none.md) [u](https://example.org/One.md)"),
    ("a/x.md", "`[[N]]` and\n```\n[[N]]\n```\n[[N]]", "`[[N]]` and\n```\n[[N]]\n```\n[[a/N]]"),
    ("a/x.md", "- ```\n  [[N]]\n  ```\n- [[N]]", "- ```\n  [[N]]\n  ```\n- [[a/N]]"),
    ("a/x.md", "one %%two%% three %%four", "one three %%four"),
    ("a/x.md", "one\n\n%%\na `b %% c\n%%\n\ntwo %%`x`%%", "one\n\nc\n`x`%%"),
    ("a/x.md", "| [[N\\|it]] |", "| [[a/N\\|it]] |"),
])
def test_a_link_of_obsidian(tmp_path: Path, where: str, text: str, becomes: str) -> None:
    assert _bodies("obsidian", tmp_path, {**PLACES, where: text})[where] == becomes


def test_a_property_that_means_something_else_to_mem_keeps_its_value_under_another_name(box: Box, tmp_path: Path) -> None:
    note = ("---\nid: 7\nstate: draft\nimportance: high\nconfidence: 0.5\nkey: x\nmemory: none\nsource: [[b]]\nlinks: ['[[b]]']\ncreated: someday\n"
            "---\ntext\n")
    box.run("ingest", "obsidian", _written(tmp_path / "v", {"a.md": note, "b.md": "other\n"}), check=0)
    front = _entries(box)["a.md"]["front_matter"]
    kept = {name: value for name, value in front.items() if name.startswith("obsidian_")}
    assert kept == {"obsidian_id": 7, "obsidian_state": "draft", "obsidian_importance": "high", "obsidian_key": "x", "obsidian_memory": "none",
                    "obsidian_source": [["b"]], "obsidian_created": "someday"}
    assert (front["confidence"], front["links"], front["source"]["plugin"]) == (0.5, ["[[b]]"], "obsidian")
    box.sound()


def test_bad_notes_are_refused_and_the_rest_is_kept(box: Box, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("a tarpan\n")
    folder = _written(tmp_path / "v", {"good.md": "a quagga [[latin]]\n", "latin.md": b"caf\xe9\n", "nul.md": b"a\0b", "open.md": "---\na: 1\n",
                                       "deep.md": "[[" * 50_000 + "\n", "cr.md": "one\rtwo\r\nthree\n", "empty.md": ""})
    os.symlink(tmp_path / "secret.md", os.path.join(folder, "link.md"))
    report = box.json("ingest", "obsidian", folder, check=3)
    assert report["added"] == 3 and {one["position"] for one in report["reasons"]} == {"latin.md", "nul.md", "open.md", "link.md"}
    assert box.found("tarpan") == [] and _entries(box)["cr.md"]["body"] == "one\ntwo\nthree\n"
    box.sound()


# -- basic-memory ----------------------------------------------------------------------------------------------------------


def test_a_moved_note_with_a_permalink_is_the_same_entry(box: Box, tmp_path: Path) -> None:
    text = "---\ntitle: Tea\npermalink: notes/tea\ncreated: 2026-01-01\n---\n- goes_with [[notes/cake]]\n- [fact] green\n"
    folder = _written(tmp_path / "main", {"notes/Tea.md": text, "notes/Cake.md": "---\ntitle: Cake\npermalink: notes/cake\n---\nSponge.\n"})
    assert box.json("ingest", "basic-memory", folder)["added"] == 2
    assert _linked(box, _entries(box)["notes/Tea.md"]["id"]) == {"Cake": ["-> goes with"]}
    os.rename(os.path.join(folder, "notes/Tea.md"), os.path.join(folder, "Green tea.md"))
    again = box.json("ingest", "basic-memory", folder)
    assert (again["added"], again["duplicate"]) == (0, 2)


# -- logseq ----------------------------------------------------------------------------------------------------------------


def test_logseq_pages_and_journals_link_as_at_home(box: Box) -> None:
    box.run("ingest", "logseq", _home("logseq", "Graph"), check=3)
    entries = _entries(box)
    assert _linked(box, entries["pages/Bread.md"]["id"]) == {"Slow food": ["-> tags", "-> tags"], "May 3rd, 2026": ["-> link", "<- link"],
                                                             "people/Lena": ["-> link", "<- link"]}
    assert _linked(box, entries["pages/C%23.md"]["id"]) == {"people/Lena": ["<- link"]}
    assert entries["journals/2026_05_03.md"]["front_matter"]["valid_from"] == "2026-05-03T00:00:00Z"
    assert "older text" not in b"".join(box.files().values()).decode()
    box.sound()


A, B = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.mark.parametrize(("text", "becomes"), [
    (f"- one\n  id:: {A}\n- ((" + A + "))", "- one\n- one\n"),
    (f"- one (({B}))\n  id:: {A}\n- two (({A}))\n  id:: {B}", "- one two one two ((" + A + "))\n- two one two one ((" + B + "))\n"),
    ("- NOW a\n- LATER b\n- CANCELED c\n- TODOS d", "- [ ] NOW a\n- [ ] b\n- [x] CANCELED c\n- TODOS d\n"),
    ("- a\n\t- b\n\t\t- c\n\t- d\n- e", "- a\n  - b\n    - c\n  - d\n- e\n"),
    ("- a\n  - b\n    c\n\n    d", "- a\n  - b\n    c\n\n    d\n"),
    ("- # Head\n\t- under\n\t\t- deeper\n- after", "# Head\n\n- under\n  - deeper\n- after\n"),
    ("a:: 1\nb:: [[x]]\n\n- text", "b:: [[x]]\n\n- text\n"),
    ("- tags:: one, #[[x y]], [[z]]\n  b:: as [[x]] says\n- text", "tags:: [[x y]]\ntags:: [[z]]\nb:: as [[x]] says\n\n- text\n"),
    ("- ```\n  - code\n  - ((x))\n  ```\n- text", "- ```\n  - code\n  - ((x))\n  ```\n- text\n"),
    ("- :LOGBOOK:\n  CLOCK: x\n- text", "- text\n"),
    ("- {{embed [[other|page]]}} [[a#b]]", "- ![[other/page]] [[a＃b]]\n"),
])
def test_a_page_of_logseq(tmp_path: Path, text: str, becomes: str) -> None:
    assert _bodies("logseq", tmp_path, {"pages/p.md": text}) == {"pages/p.md": becomes}


@pytest.mark.parametrize(("form", "title"), [
    ("MMM do, yyyy", "Mar 1st, 2026"), ("yyyy-MM-dd", "2026-03-01"), ("EEEE, dd.MM.yy", "Sunday, 01.03.26"), ("EEE, d MMMM yyyy", "Sun, 1 March 2026"),
])
def test_journals_are_called_as_the_settings_say(tmp_path: Path, form: str, title: str) -> None:
    folder = _written(tmp_path, {"logseq/config.edn": f'{{:journal/page-title-format "{form}"}}', "journals/2026_03_01.md": "- x"})
    (one,) = _read("logseq", folder)
    assert isinstance(one, Draft) and (one.title, one.type) == (title, "event")
    assert "2026-03-01" in (one.title, *one.aliases)


def test_a_deep_outline_is_read(tmp_path: Path) -> None:
    deep = "".join("\t" * min(depth, 2_000) + f"- {depth}\n" for depth in range(5_000))
    (body,) = _bodies("logseq", tmp_path, {"pages/p.md": deep}).values()
    assert len(body.splitlines()) == 5_000 and max(len(line) for line in body.splitlines()) < 100


# -- org-roam --------------------------------------------------------------------------------------------------------------


def test_org_roam_nodes_link_as_at_home(box: Box) -> None:
    box.run("ingest", "org-roam", _home("org-roam", "roam"), check=3)
    entries = _entries(box)
    pump = entries["20260114183000-heat_pump.org"]
    assert _linked(box, pump["id"]) == {"Boiler": ["-> link", "-> link", "<- link"], "Defrosting": ["-> link", "<- link"], "Call the fitter": ["-> link"],
                                        "2026-05-03": ["<- link"]}
    plan = entries["daily/2026-05-03.org lines 7-11"]
    assert _linked(box, plan["id"]) == {"2026-05-03": ["<- link"], "Plan": ["<- link"]}
    assert box.found("pump", "wärmepumpe")[0] == pump["path"]
    box.sound()


def test_a_node_is_the_same_entry_in_whichever_file_it_stands(box: Box, tmp_path: Path) -> None:
    node = "* Node\n:PROPERTIES:\n:ID: abc\n:CREATED: [2026-01-01 Thu]\n:END:\nIts text.\n"
    folder = _written(tmp_path / "roam", {"a.org": f"#+title: A\nText of a.\n{node}", "b.org": "#+title: B\nText of b.\n"})
    assert box.json("ingest", "org-roam", folder)["added"] == 3
    _written(tmp_path / "roam", {"a.org": "#+title: A\nText of a.\n", "b.org": f"#+title: B\nText of b.\n** Above\n*{node}"})
    again = box.json("ingest", "org-roam", folder)
    assert (again["added"], again["refused"]) == (0, 0) and again["duplicate"] + len(again["entries"]) == 3


def _org(text: str) -> str:
    return "\n".join(org.markdown(text.split("\n"), lambda target, label: f"<{target}|{label}>"))


@pytest.mark.parametrize(("text", "becomes"), [
    ("*b* /i/ _u_ =v= ~c~ +s+", "**b** *i* _u_ `v` `c` ~~s~~"),
    ("*a /b/ c*, (=x=)", "**a *b* c**, (`x`)"),
    ("a*b*c 2 * 3 * 4 /a /b path/to/x", "a*b*c 2 * 3 * 4 /a /b path/to/x"),
    ("=a `b` c= ~*not bold*~", "`` a `b` c `` `*not bold*`"),
    ("[[a][*b* /c/]] [[d]] https://x.org/a/b/ [[e\\]f]]", "<a|*b* /c/> <d|> https://x.org/a/b/ <e]f|>"),
    ("*one\ntwo* and *three\n\nfour*", "**one\ntwo** and *three\n\nfour*"),
    ("#+begin_src sh\necho ```\n#+end_src", "````sh\necho ```\n````"),
    ("  #+BEGIN_EXAMPLE\n  ,* a\n    b\n  #+END_EXAMPLE", "  ```\n  * a\n    b\n  ```"),
    ("#+begin_quote\n#+begin_src c\nx\n#+end_src\n#+end_quote", "> ```c\n> x\n> ```"),
    ("#+begin_comment\nx\n#+end_comment\n# y\n#\n#+name: z\nw", "w"),
    ("#+begin_src c\nnever *ends*", "#+begin_src c\nnever **ends**"),
    (":NOTES:\na\n:END:\n:LOGBOOK:\nb\n:END:\nc", "a\nc"),
    (": a\n:  b\n:\nc", "```\na\n b\n\n```\nc"),
    ("| a | b |\n| 1 | [[x][y]] |\n|---+---|\n| 2 | 3 |", "| a | b |\n|---|---|\n| 1 | <x\\|y> |\n| 2 | 3 |"),
    ("+ a\n  1) b\n  * c\n- [X] d\n- [@3] e", "- a\n  1) b\n  - c\n- [x] d\n- e"),
    ("- part of :: [[a][b]]\n- Term 1 :: what", "- part of:: <a|b>\n- **Term 1**: what"),
    ("x[fn:1]\n\n[fn:1] *y*", "x[^1]\n\n[^1]: **y**"),
    ("<2026-01-01 Thu 10:00>--<2026-01-02 Fri> [2026-01-03]", "2026-01-01 Thu 10:00--2026-01-02 Fri 2026-01-03"),
    ("a\n-----\nb", "a\n\n---\nb"),
])
def test_org_text_as_markdown(text: str, becomes: str) -> None:
    assert _org(text) == becomes


HOSTILE = ["#+begin_src c\n" * 50_000, ":PROPERTIES:\n" * 50_000, "*a " * 50_000, "[[a][" * 50_000, "#+begin_quote\n" * 30_000 + "#+end_quote",
           "*" * 50_000 + " x", "- a ::\n" * 50_000, "|" * 100_000, "[fn:1] " * 20_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8].strip())
def test_hostile_org_text_is_read_in_time(tmp_path: Path, text: str) -> None:
    for one in _read("org-roam", _written(tmp_path, {"a.org": text})):
        assert isinstance(one, Draft)
