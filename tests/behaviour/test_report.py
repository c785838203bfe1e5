"""Is `mem report` one harmless file that tells of the vault? Read as HTML, and looked at in a browser where there is one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import hostile
import pytest
from box import FIXTURES, Box
from browser import CHROMIUM, Browser

EVIL = ("</script><script>window.owned=1</script>", "<!-- <script>", "<img src=x onerror=window.owned=2>", '"><svg onload=window.owned=3>',
        "${window.owned=4}", "javascript:window.owned=5", "[x](javascript:window.owned=6)",
        "<iframe src=https://example.org/f></iframe>", "<style>*{display:none}</style>",
        "<base href=https://example.org/>", "]]>", "&lt;script&gt;", "a\u2028b\u2029c", "\u202edlo", "<meta http-equiv=refresh content=0;url=https://example.org/m>",
        "<link rel=stylesheet href=https://example.org/c>", "{{7*7}}", "$data $script")
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


class Read(HTMLParser):
    """The elements of a page with their attributes, the text of each script and style, and the text a reader sees without scripts."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inner: list[tuple[str, dict[str, str | None], str]] = []
        self.seen = ""
        self._within: tuple[str, dict[str, str | None]] | None = None
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.seen += " " if tag in ("td", "th", "p", "li", "h1", "h2") else ""
        self._within = (tag, dict(attrs)) if tag in ("script", "style") else None

    def handle_endtag(self, tag: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        if self._within:
            self.inner.append((*self._within, data))
        else:
            self.seen += data

    @property
    def data(self) -> Any:
        """What the script works with."""
        return json.loads(next(text for _, attrs, text in self.inner if attrs.get("type") == "application/json"))

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Its entries, with names."""
        return [dict(zip(self.data["fields"], row)) for row in self.data["entries"]]


def report(box: Box, *args: str) -> bytes:
    """A report on standard output."""
    return box.run("report", "-o", "-", *args, check=0).data


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """The sample vault."""
    box = Box(str(tmp_path_factory.mktemp("sample")))
    shutil.copytree(f"{FIXTURES}/vaults/sample", box.vault, dirs_exist_ok=True)
    return box.init()


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """The hostile vault, with entries that a browser would obey."""
    box = Box(str(tmp_path_factory.mktemp("worst")))
    hostile.build(box.vault)
    for number, evil in enumerate(EVIL):
        quoted = json.dumps(evil)
        head = f"title: {quoted}\ntags: [{quoted}]\nsource: {{uri: {quoted}}}\nlinks: [{{rel: {quoted}, to: evil/{number - 1}.md}}]\n"
        box.write(f"evil/{number}.md", f"---\n{head}created: 2026-03-{number + 1:02}\n---\n{evil}\nzorilla {evil} https://example.org/{number}?a=1&b=<i>\n")
    return box.init()


@pytest.fixture(scope="module")
def sample_page(sample: Box) -> bytes:
    """The report of the sample vault."""
    return report(sample)


@pytest.fixture(scope="module")
def worst_page(worst: Box) -> bytes:
    """The report of the hostile vault."""
    return report(worst)


def test_nothing_in_the_file_asks_for_anything(sample_page: bytes, worst_page: bytes) -> None:
    for page in (sample_page, worst_page):
        read = Read(page)
        assert page.startswith(b"<!DOCTYPE html>\n<!-- mem report -->\n<html") and page.rstrip().endswith(b"</html>")
        assert not {"img", "image", "iframe", "object", "embed", "base", "link", "audio", "video", "use", "foreignObject"} & {tag for tag, _ in read.elements}
        for tag, attrs in read.elements:
            assert not {"src", "srcset", "style", "srcdoc", "data", "action", "formaction", "background", "poster"} & attrs.keys(), (tag, attrs)
            assert not any(name.startswith("on") for name in attrs), (tag, attrs)
            assert (attrs.get("href") or "#").startswith("#")
        assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|innerHTML|eval\(|document\.write",
                             "".join(text for _, attrs, text in read.inner if not attrs.get("type")))


def test_the_policy_allows_one_script_and_one_style_sheet(worst_page: bytes) -> None:
    read = Read(worst_page)
    policy = next(attrs["content"] for tag, attrs in read.elements if attrs.get("http-equiv") == "Content-Security-Policy") or ""
    digests = {tag: "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
               for tag, attrs, text in read.inner if not attrs.get("type")}
    assert policy.split("; ") == ["default-src 'none'", f"script-src {digests['script']}", f"style-src {digests['style']}", "base-uri 'none'",
                                  "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"]
    assert [tag for tag, _ in read.elements].index("meta") < [tag for tag, _ in read.elements].index("style")
    assert [(tag, attrs.get("type")) for tag, attrs, _ in read.inner] == [("style", None), ("script", "application/json"), ("script", None)]


def test_hostile_texts_are_text(worst_page: bytes) -> None:
    page = worst_page
    read = Read(page)
    block = page.partition(b'id="data">')[2].partition(b"</script>")[0].decode()
    assert not re.search("[<>&\u2028\u2029]", block)
    titles = {one["title"] for one in read.entries}
    assert titles >= {evil for evil in EVIL if evil.isascii()} and "\\u202edlo" in titles
    assert any("a\\u2028b\\u2029c" in one["text"] for one in read.entries)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", page.decode())
    assert hostile.BAIT.encode() not in page
    assert len(read.data["links"]) >= len(EVIL) - 1


def test_it_can_be_read_without_scripts(sample_page: bytes) -> None:
    seen = " ".join(Read(sample_page).seen.split())
    assert "39 entries, from 2024-01-15 to 2026-11-18. As of 23 November 2026, 08:00 UTC." in seen
    for words in ("core always kept in mind 4", "long in use for long 16", "short new, or not proven yet 14", "25 of 29 entries that fade",
                  "Ines’s birthday is 9 April 42%", "22 links among 28 entries", "Restore the backup 4",
                  "2026-11-15 Week 2026-W46 summary short", "7 hot, 0 cold, 32 archived"):
        assert words in seen, words


def test_the_same_vault_and_clock_make_the_same_bytes(sample: Box, sample_page: bytes, bare: Box) -> None:
    other = bare.like(sample)
    assert sample_page == report(sample) == report(other)
    later = other.run("report", "-o", "-", env={"MEM_NOW": "2026-12-24T00:00:00Z"}, check=0).data
    assert b"24 December 2026" in later and sample_page != later


def test_what_it_says_is_what_the_vault_says(sample: Box, sample_page: bytes) -> None:
    entries = {one["id"]: one for one in Read(sample_page).entries}
    listed = sample.json("list")["entries"]
    assert {one["id"]: (one["title"], one["type"], one["state"]) for one in listed} == \
        {id_: (one["title"], one["type"], one["state"]) for id_, one in entries.items()}
    one = next(one for one in listed if one["title"] == "Disk failure in the homelab")
    strength = sample.json("show", one["id"], "--explain")
    assert (entries[one["id"]]["known"], entries[one["id"]]["need"]) == (round(strength["retrievability"], 2), round(strength["need"], 2))
    assert sample.json("stats")["entries"] == len(entries)


def test_it_counts_as_people_do(copied: Box) -> None:
    for kind in ("note", "summary"):
        for number in range(2):
            copied.write(f"{kind}{number}.md", f"---\ntype: {kind}\nstate: short\ncreated: 2026-11-22T08:00:00Z\n---\nA text.\n")
    text = report(copied).decode()
    assert '<p class="types">2 notes, 2 summaries</p>' in text
    assert "0 of 4 entries that fade are known with less than 90 %.</p>" in text


def test_filters_and_no_text(sample: Box) -> None:
    read = Read(report(sample, "--type", "event", "--type", "task", "--since", "2026", "--until", "2026-10"))
    assert {one["type"] for one in read.entries} == {"event", "task"} and all("2026-01" <= one["day"][:7] <= "2026-10" for one in read.entries)
    assert "Not the whole vault: type event, task; since 2026; until 2026-10." in read.seen
    assert [one["title"] for one in Read(report(sample, "--tag", "postgres", "--state", "cold")).entries] == ["Heron runs on PostgreSQL 15"]
    assert "Red lentil soup" in {one["title"] for one in Read(report(sample, "-q", "lentil")).entries}
    bare = Read(report(sample, "--no-text"))
    assert not any(one["text"] for one in bare.entries) and "Titles only" in bare.seen
    assert sample.run("report", "--type", "novel").status == 2 and sample.run("report", "--since", "soon").status == 2
    assert sample.run("report", "--tag", "none-such").status == 1


def test_secrets_are_masked_before_texts_are_cut(copied: Box) -> None:
    token = "ghp_" + "a8Kd0Zq3Lw7Xr2Vt5Ny9" + "Bm4Hc6Pj1Gs0Fe"[:16].ljust(16, "Q")
    copied.write("kept.md", f"---\ntitle: Deploy with {token}\ntags: ['{token}']\n---\n{'word ' * 395}{token} {'word ' * 100}\n")
    copied.write("calm.md", "nothing to hide\n")
    page = report(copied)
    read = Read(page)
    assert token[:12].encode() not in page
    assert "1 entry held what looks like a secret; it is masked here." in read.seen and "Of 1 long text the first 2,000 characters" in read.seen
    one = next(one for one in read.entries if one["path"] == "kept.md")
    assert "[secret: " in one["title"] and "[secret: " in one["tags"][0] and "[secret: " in one["text"] and one["cut"] and len(one["text"]) == 2000
    assert copied.json("report", "-o", "../r.html")["masked"] == 1


def test_where_it_is_written(sample: Box, tmp_path: Path) -> None:
    home = Path(sample.home)
    assert sample.run("report", check=0).out == f"{home}/mem-report.html\n"
    first = (home / "mem-report.html").read_bytes()
    assert sample.run("report", "--no-text", check=0).status == 0 and (home / "mem-report.html").read_bytes() != first
    away = ("--vault", sample.vault)
    assert sample.run("report", *away, cwd=str(tmp_path), check=0).out == f"{tmp_path}/mem-report.html\n"
    mine = tmp_path / "mine.html"
    mine.write_text("<!DOCTYPE html>\nmine")
    assert "is there already" in sample.run("report", "-o", str(mine), check=4).err and mine.read_text().endswith("mine")
    (tmp_path / "link.html").symlink_to(mine)
    assert sample.run("report", "-o", str(tmp_path / "link.html")).status == 4
    assert sample.run("report", "-o", str(mine), "--force", check=0).status == 0 and mine.read_bytes().startswith(b"<!DOCTYPE html>\n<!-- mem report -->")
    for place in ("page.html", ".mem/state/page.html", "../vault/page.html"):
        assert "lies in the vault itself" in sample.run("report", "-o", place, "--force", check=4).err
    assert sample.run("report", "-o", "-", "--json").status == 2 and sample.run("report", "-o", str(tmp_path)).status == 4
    assert sample.git("status", "--porcelain") == ""
    opened = sample.run("report", "-o", "../o.html", "--open", env={"BROWSER": "echo opened %s"}, check=0)
    assert f"opened file://{home}/o.html" in opened.out


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for this module."""
    with Browser(str(tmp_path_factory.mktemp("browser"))) as one:
        yield one


def visited(browser: Browser, folder: Path, page: bytes, width: int = 1280) -> str:
    """Put a report into a folder, look at it, and wait until its graph is drawn. Returns where it is."""
    path = str(folder / "page.html")
    Path(path).write_bytes(page)
    browser.look(width=width)
    browser.requests.clear()
    browser.visit(path)
    browser.value("new Promise((done) => setTimeout(done, 150))")
    return path


def titles(browser: Browser) -> list[str]:
    """What the list shows."""
    found: list[str] = browser.value("[...document.querySelectorAll('#list .title')].map((one) => one.textContent)")
    return found


def typed(browser: Browser, text: str) -> list[str]:
    """What the list shows after a search."""
    browser.value(f"document.getElementById('q').value = {json.dumps(text)}; document.getElementById('q').dispatchEvent(new Event('input', {{bubbles: true}}))")
    return titles(browser)


def calm(browser: Browser, path: str) -> None:
    """Fails if the page asked for anything, complained, or opened something."""
    assert (browser.requests, browser.complaints, browser.dialogs) == ([f"file://{path}"], [], [])


@needs_browser
def test_in_a_browser_it_draws_and_finds(sample_page: bytes, browser: Browser, tmp_path: Path) -> None:
    path = visited(browser, tmp_path, sample_page)
    assert browser.value("document.querySelectorAll('#graph circle').length") == 28 and browser.value("document.querySelectorAll('#graph line').length") == 22
    assert browser.value("document.querySelectorAll('#graph text').length") >= 8
    assert browser.value("[...document.querySelectorAll('#periods rect')].filter((one) => one.getBoundingClientRect().height > 20).length") > 20
    assert len(titles(browser)) == 39
    assert typed(browser, "heron pool")[0] == "Heron outage: connection pool exhausted"
    assert typed(browser, "kurbis") == ["Aussaatkalender: Kürbis, Grünkohl & Möhren"] and typed(browser, "no such words") == []
    assert typed(browser, "#postgres 15") == ["Heron runs on PostgreSQL 15"]
    browser.value("document.querySelector('[data-e] a').click()")
    assert titles(browser) == ["Ines’s birthday is 9 April"]
    assert "born in 1988" in browser.value("document.querySelector('#list details[open] .text').textContent")
    browser.value("document.querySelectorAll('#periods g')[0].dispatchEvent(new Event('click'))")
    assert titles(browser) == ["How I like to work"]
    browser.value("document.querySelector('#graph svg').focus()")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        browser.call("Input.dispatchKeyEvent", type="keyDown", key=key)
    assert len(titles(browser)) == 1 and browser.value("document.activeElement.tagName") == "SUMMARY"
    calm(browser, path)


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(sample_page: bytes, worst_page: bytes, browser: Browser, tmp_path: Path, width: int) -> None:
    for page in (sample_page, worst_page):
        path = visited(browser, tmp_path, page, width)
        browser.value("document.querySelectorAll('#list details').forEach((one) => { one.open = true; })")
        browser.value("new Promise((done) => setTimeout(done, 50))")
        assert browser.value("document.documentElement.scrollWidth") <= width
        calm(browser, path)


@needs_browser
def test_in_a_browser_nothing_hostile_runs(worst_page: bytes, browser: Browser, tmp_path: Path) -> None:
    path = visited(browser, tmp_path, worst_page)
    browser.value("document.getElementById('more').click()")
    assert len(typed(browser, "zorilla")) == len(EVIL)
    browser.value("document.querySelectorAll('#list details').forEach((one) => { one.open = true; })")
    browser.value("document.querySelectorAll('#graph circle').forEach((one) => one.dispatchEvent(new Event('pointerenter')))")
    browser.value("new Promise((done) => setTimeout(done, 100))")
    assert browser.value("document.querySelectorAll('#list .text').length") == len(EVIL)
    assert browser.value("typeof window.owned") == "undefined"
    assert browser.value("document.querySelectorAll('script, style').length") == 3
    assert browser.value("document.querySelectorAll('img, iframe, object, embed, base, link, audio, video, [onload], [onerror], [style]').length") == 0
    hrefs = set(browser.value("[...document.querySelectorAll('[href]')].map((one) => one.getAttribute('href'))"))
    assert {href for href in hrefs if not href.startswith("#")} == {f"https://example.org/{number}?a=1&b=" for number in range(len(EVIL))} | \
        {"https://example.org/f", "https://example.org/", "https://example.org/m", "https://example.org/c"}
    assert set(browser.value("[...document.querySelectorAll('a[href^=http]')].map((one) => one.rel)")) == {"noopener noreferrer"}
    calm(browser, path)


@needs_browser
def test_what_the_policy_forbids_is_refused_and_seen(sample_page: bytes, browser: Browser, tmp_path: Path) -> None:
    visited(browser, tmp_path, sample_page)
    for script in ("document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.org/x'}))",
                   "document.body.setAttribute('style', 'color: red')",
                   "fetch('https://example.org/x').catch(() => 0)"):
        browser.complaints.clear()
        browser.value(f"{script}; new Promise((done) => setTimeout(done, 50))")
        assert any("Content Security Policy" in line for line in browser.complaints), script
    assert browser.value("(() => { try { document.body.innerHTML = '<b>x</b>'; return 'set'; } catch (error) { return error.name; } })()") == "TypeError"
    browser.complaints.clear()
    browser.requests.clear()
