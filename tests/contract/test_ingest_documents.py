"""What do mail, calendars, bookmarks, texts, pages and PDF documents become when they are damaged, hostile, large, or have grown?"""

from __future__ import annotations

import base64
import os
import sys
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from box import FIXTURES, Box
from documents import pdf

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.contracts import Draft, Rejected, Source, draft_id


def _all(plugin: str, path: Path | str, options: Mapping[str, str] | None = None) -> list[Draft | Rejected]:
    return list(registry.load(plugin).read(Source.open(str(path)), options or {}))


def _good(plugin: str, path: Path | str, **options: str) -> list[Draft]:
    found = _all(plugin, path, options)
    assert [one for one in found if isinstance(one, Rejected)] == []
    return [one for one in found if isinstance(one, Draft)]


def _reasons(plugin: str, path: Path | str) -> list[str]:
    return [one.reason for one in _all(plugin, path) if isinstance(one, Rejected)]


def _file(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def _mail(text: str, headers: str = "", number: int = 1) -> str:
    return f"From a@example.org Tue Mar 04 09:12:44 2025\nMessage-ID: <m{number}@example.org>\nDate: Tue, 4 Mar 2025 09:12:44 +0000\n{headers}\n{text}\n\n"


@pytest.mark.parametrize("plugin", ["bookmarks", "html", "ics", "mbox", "pdf", "text"])
def test_an_unknown_option_is_one_clear_line(plugin: str, tmp_path: Path) -> None:
    with pytest.raises(PluginFailed, match=f"{plugin} has no option 'colour'"):
        _all(plugin, _file(tmp_path, "a.txt", "x"), {"colour": "red"})


# -- mail ------------------------------------------------------------------------------------------------------------------


def test_a_mailbox_is_read_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "big.mbox"
    attachment = base64.encodebytes(b"x" * 400_000).decode()
    kind = "Content-Type: multipart/mixed; boundary=b\n"
    with path.open("w") as file:
        for number in range(20):
            file.write(_mail(f"--b\nContent-Type: text/plain\n\nText {number}\n--b\nContent-Type: image/png\nContent-Disposition: attachment; "
                             f"filename=a{number}.png\nContent-Transfer-Encoding: base64\n\n{attachment}--b--", kind, number))
    assert path.stat().st_size > 10_500_000
    assert len(_good("mbox", _file(tmp_path, "small.mbox", _mail("Text")))) == 1  # what is imported for it is not counted
    tracemalloc.start()
    drafts = [one for one in registry.load("mbox").read(Source.open(str(path)), {}) if isinstance(one, Draft)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.message for one in drafts] == [f"m{number}@example.org" for number in range(20)] and peak < 8_000_000
    assert "**Attached:** a7.png\n\nText 7" in drafts[7].body


def test_a_grown_mailbox_gives_the_same_entries_and_the_new_one(tmp_path: Path) -> None:
    whole = "".join(_mail(f"Text number {number}", number=number) for number in range(6))
    before = _good("mbox", _file(tmp_path, "a.mbox", whole[:whole.index("Text number 4")] + "Text number 4"))
    after = _good("mbox", _file(tmp_path, "a.mbox", whole))
    assert len(before) == 5 and len(after) == 6
    assert [draft_id("mbox", one) for one in before] == [draft_id("mbox", one) for one in after][:5]
    messages = whole.split("From a@")[1:]
    turned = _good("mbox", _file(tmp_path, "b.mbox", "".join(f"From a@{one}" for one in reversed(messages))))
    assert {draft_id("mbox", one) for one in turned} == {draft_id("mbox", one) for one in after}


PARTS = "Content-Type: multipart/mixed; boundary=b\n"
INNER = "--b\nContent-Type: message/rfc822\n\nSubject: in\n\ninner\n--b\nContent-Type: text/plain\n\nabc\n--b--"
BROKEN_MAIL = {
    "a charset that is none": ("abc caf\xe9", "Content-Type: text/plain; charset=x-nope\n"),
    "a codec that is no charset": ("abc", "Content-Type: text/plain; charset=hex\n"),
    "a content type that is none": ("abc", "Content-Type: ///;;;=\n"),
    "an encoding that is none": ("abc", "Content-Transfer-Encoding: 9bit\n"),
    "base64 cut short": ("YWJjZA", "Content-Transfer-Encoding: base64\nContent-Type: text/plain\n"),
    "comments without end": ("abc", f"Subject: {'(' * 5000}\n"),
    "parts without end": ("--b\n\nabc", PARTS),
    "no boundary": ("abc", "Content-Type: multipart/mixed\n"),
    "a date out of range": ("abc", "Date: Tue, 99 Foo 99999 99:99:99 +9999\n"),
    "an endless header": ("abc", f"To: {'x@example.org, ' * 20_000}\n"),
    "a name that is half a character": ("abc", "From: =?utf-8?b?7aCA?= <x@example.org>\n"),
    "a message within": (INNER, PARTS),
    "a NUL in a name": ("abc", "From: Le\0na <le\0na@example.org>\n"),
}


@pytest.mark.parametrize("name", BROKEN_MAIL)
def test_a_broken_message_costs_no_other(tmp_path: Path, name: str, box: Box) -> None:
    text, headers = BROKEN_MAIL[name]
    data = _mail("before", number=1) + _mail(text, f"Subject: the broken one\n{headers}", number=2) + _mail("after", number=3)
    path = _file(tmp_path, "a.mbox", data.encode("latin-1"))
    drafts = _good("mbox", path)
    assert [one.message for one in drafts] == ["m1@example.org", "m2@example.org", "m3@example.org"]
    assert "abc" in drafts[1].body and ("café" in drafts[1].body) == ("\xe9" in text)
    assert box.json("ingest", "mbox", str(path))["refused"] == 0


def test_nested_parts_without_end_are_survived(tmp_path: Path) -> None:
    deep = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(2_000))
    found = _all("mbox", _file(tmp_path, "a.mbox", _mail(deep, "Content-Type: multipart/mixed; boundary=b0\n", 1) + _mail("after", number=2)))
    assert isinstance(found[-1], Draft) and found[-1].message == "m2@example.org"


def test_only_mail_that_was_not_delivered_is_the_users(tmp_path: Path) -> None:
    mine, other = "From: Tom <Tom@example.net>\nSubject: a\n", "From: Tom <tom@example.net>\nSubject: b\nReceived: by mail.example.net\n"
    labels = "X-GM-THRID: 1\nX-Gmail-Labels: Sent,Important\nReceived: by x\nFrom: tom@example.net\n"
    takeout = f"From 1@xxx Tue Mar 04 09:12:44 +0000 2025\n{labels}Message-ID: <g@example.org>\n\ntext g\n\n"
    forged = _mail("text h", f"X-Gmail-Labels: Sent\nReceived: by x\n{mine}", 4)
    path = _file(tmp_path, "a.mbox", _mail("text a", mine, 1) + _mail("text b", other, 2) + takeout + forged)
    assert [one.trust for one in _good("mbox", path, me="tom@example.net")] == ["user", "web", "user", "web"]
    assert {one.trust for one in _good("mbox", path)} == {"web"}


def test_what_is_no_mail_says_so(tmp_path: Path) -> None:
    assert "is no mail" in _reasons("mbox", _file(tmp_path, "a.mbox", "Dear all,\nfrom now on\n"))[0]
    assert "is empty" in _reasons("mbox", _file(tmp_path, "b.mbox", ""))[0]
    assert [one.title for one in _good("mbox", _file(tmp_path, "c.eml", "\nSubject: alone\n\nHello\n"))] == ["alone"]
    folder = tmp_path / "box" / "cur"
    folder.mkdir(parents=True)
    (folder / "1:2,S").symlink_to(tmp_path / "c.eml")
    assert "a link, never followed" in _reasons("mbox", folder.parent)[0]


def test_a_line_that_begins_with_from_is_no_message(tmp_path: Path) -> None:
    (one,) = _good("mbox", _file(tmp_path, "a.mbox", _mail("Hello\n\nFrom now on at 10:30 we meet in 2026\n>From the start\n>>From afar")))
    assert "From now on at 10:30" in one.body and "\nFrom the start" in one.body


# -- calendars -------------------------------------------------------------------------------------------------------------


def _event(*lines: str) -> str:
    return "\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:u", "SUMMARY:Something", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(("lines", "begins", "ends"), [
    (("DTSTART:20260101T100000Z", "DTEND:20260101T113000Z"), "2026-01-01T10:00", "2026-01-01T11:30"),
    (("DTSTART;TZID=America/New_York:20260701T100000", "DURATION:P1DT2H"), "2026-07-01T14:00", "2026-07-02T16:00"),
    (("DTSTART;TZID=/vendor.example.org/Europe/Paris:20260701T100000",), "2026-07-01T08:00", ""),
    (("DTSTART;TZID=../../etc/passwd:20260701T100000",), "2026-07-01T10:00", ""),
    (("DTSTART;VALUE=DATE:20260701",), "2026-07-01T00:00", "2026-07-02T00:00"),
    (("DTSTART:20260101T100000Z", "DTEND:20250101T100000Z"), "2026-01-01T10:00", ""),
    (("DTSTART:20260101T100000Z", "DURATION:P999999999999D"), "2026-01-01T10:00", ""),
    (("DTSTART:99991231T230000", "DURATION:P999999D"), "9999-12-31T23:00", ""),
    (("DTSTART;VALUE=DATE:99991231",), "9999-12-31T00:00", ""),
])
def test_the_times_of_an_event(tmp_path: Path, lines: tuple[str, ...], begins: str, ends: str) -> None:
    (one,) = _good("ics", _file(tmp_path, "a.ics", _event(*lines)))
    assert one.valid_from and one.valid_from.isoformat()[:16] == begins
    assert (one.valid_to.isoformat()[:16] if one.valid_to else "") == ends


@pytest.mark.parametrize(("rule", "words"), [
    ("FREQ=DAILY", "every day"), ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "every 2 weeks on Monday and Wednesday"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"), ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "every month on the last of Monday and Tuesday"),
    ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1;COUNT=4", "every year on day last in March, 4 times"), ("FREQ=DAILY;UNTIL=20260630", "every day, until 30 June 2026"),
])
def test_a_rule_is_told_in_words(tmp_path: Path, rule: str, words: str) -> None:
    (one,) = _good("ics", _file(tmp_path, "a.ics", _event("DTSTART;VALUE=DATE:20260101", f"RRULE:{rule}")))
    assert f"**Repeats:** {words}\n" in one.body


def test_a_calendar_keeps_what_is_good_of_it(tmp_path: Path) -> None:
    whole = Path(FIXTURES, "ingest", "ics", "club.ics").read_bytes()
    found = _all("ics", _file(tmp_path, "a.ics", whole[:whole.index(b"SUMMARY:Committee")]))
    assert sum(isinstance(one, Draft) for one in found) == 4 and isinstance(found[-1], Rejected) and found[-1].reason == "breaks off before its END"
    odd = ("DTSTART:20260101T100000Z", "no colon here", " folded on", "X" * 100_000, "DESCRIPTION:" + "a" * 300_000, *["ATTENDEE:mailto:x@example.org"] * 5_000,
           "RRULE:FREQ=" + "9" * 5_000, *["BEGIN:X"] * 5_000)
    drafts = _good("ics", _file(tmp_path, "b.ics", _event(*odd).encode() + b"\xff\xfe\0"))
    assert drafts[0].title == "Something" and 190_000 < sum(len(one.body) for one in drafts) < 220_000
    assert _reasons("ics", _file(tmp_path, "c.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n")) == ["holds no event, task or journal entry"]


# -- bookmarks -------------------------------------------------------------------------------------------------------------


def test_addresses_that_run_or_hold_passwords_do_not_come_in(tmp_path: Path) -> None:
    marks = ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::1", "https://u:p@example.org/a b",
             "vbscript:x", "https://example.org/" + "x" * 3_000, "https://example.org/\u202e", "//example.org", "https://"]
    page = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL>" + "".join(f'<DT><A HREF="{mark}" ADD_DATE="{"9" * 500}">t</A>\n' for mark in marks) + "</DL>"
    assert [one.uri for one in _good("bookmarks", _file(tmp_path, "b.html", page))] == ["https://example.org/a%20b", "https://example.org/%E2%80%AE"]


def test_firefox_is_read_while_it_runs_and_from_nowhere_else(tmp_path: Path, box: Box) -> None:
    import sqlite3

    folder = tmp_path / "profile"
    folder.mkdir()
    path = folder / "places.sqlite"
    path.write_bytes(Path(FIXTURES, "ingest", "bookmarks", "places.sqlite").read_bytes())
    running = sqlite3.connect(path, isolation_level=None)
    running.execute("INSERT INTO moz_places (id, url) VALUES (50, 'https://new.example.org/')")
    running.execute("INSERT INTO moz_bookmarks (type, fk, parent, title, dateAdded) VALUES (1, 50, 6, 'Just marked', 1735689600000000)")
    before = {name: (folder / name).stat().st_mtime_ns for name in sorted(os.listdir(folder))}
    assert [one.title for one in _good("bookmarks", path)] == ["Sea weather", "Moorings", "Just marked"]
    assert {name: (folder / name).stat().st_mtime_ns for name in sorted(os.listdir(folder))} == before and len(before) == 3
    running.close()
    assert "cannot be read from standard input" in box.run("ingest", "bookmarks", "-", input=path.read_bytes(), check=15).err


@pytest.mark.parametrize("data", [b'{"roots": ' + b'{"a":' * 100_000, b'{"roots": 5}', b"<a " * 200_000,
                                  b'{"roots": {"x": {"children": [[[]], null, 5, {"url": {}}]}}}',
                                  b"<DL><DT>" * 50_000, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_broken_bookmarks_are_one_clear_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PluginFailed):
        _all("bookmarks", _file(tmp_path, "Bookmarks", data))


# -- text ------------------------------------------------------------------------------------------------------------------


def test_a_grown_text_gives_the_same_first_entries(tmp_path: Path) -> None:
    lines = [f"Paragraph {n} says this and that. It ends with number {n}.\n\n" for n in range(600)]
    short, long = (_good("text", _file(tmp_path, "a.txt", "".join(lines[:count]))) for count in (400, 600))
    assert len(long) > len(short) >= 3 and [one.body for one in short[:-1]] == [one.body for one in long[:len(short) - 1]]
    assert [one.position for one in long[:3]] == ["a.txt", "a.txt#2", "a.txt#3"] and all(len(one.body) <= 8_400 for one in long)
    assert long[1].body.startswith("> …It ends with number ") and long[0].span.startswith("lines 1-")
    said = "".join(one.body for one in long)
    assert all(f"Paragraph {n} says" in said for n in range(600))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"])
def test_a_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (one,) = _good("text", _file(tmp_path, "a.txt", mark + "Größe – café\r\nzweite\r\n".encode(encoding)))
    assert one.body == "Größe – café\nzweite\n"


def test_what_is_no_text_is_refused_and_what_stands_before_it_kept(tmp_path: Path) -> None:
    found = _all("text", _file(tmp_path, "a.txt", b"one line\n" * 3_000 + b"\0\0\n"))
    assert sum(isinstance(one, Draft) for one in found) == 4
    assert isinstance(found[-1], Rejected) and "line 3001 holds NUL bytes; what stands" in found[-1].reason
    assert _reasons("text", _file(tmp_path, "b.txt", b"\x7fELF\0\0")) == ["not text: line 1 holds NUL bytes"]
    assert _reasons("text", _file(tmp_path, "c.txt", b"")) == ["empty"]
    (first, *_, last) = _good("text", _file(tmp_path, "d.txt", "word " * 10_000))
    assert len(first.body) < 8_100 and last.body.rstrip().endswith("word")


def test_two_texts_on_standard_input_are_two(box: Box) -> None:
    for body in ("Notes\n\nThe first one.\n", "Notes\n\nThe second one.\n"):
        assert box.run("ingest", "text", "-", input=body, check=0).out.startswith("1 added")
    assert box.run("ingest", "text", "-", input=body, check=0).out.startswith("0 added, 1 there already")


# -- pages and documents ---------------------------------------------------------------------------------------------------


def test_a_page_without_text_or_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "is no HTML page" in _reasons("html", _file(tmp_path, "a.html", "just words"))[0]
    assert "holds no text" in _reasons("html", _file(tmp_path, "b.html", "<html><script>x</script>"))[0]
    (one,) = _good("html", _file(tmp_path, "c.html", b"<title>T</title><meta charset=koi8-r><p>" + "привет".encode("koi8-r")))
    assert (one.title, one.body, one.trust) == ("T", "привет\n", "web")


def test_documents_that_cannot_be_read_are_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pdf(["Some words on a page"])
    assert _reasons("pdf", _file(tmp_path, "a.pdf", pdf(["", ""]))) == ["holds no text: its pages are pictures; run text recognition (OCR) on it first"]
    assert "encrypted" in _reasons("pdf", _file(tmp_path, "b.pdf", _encrypted(whole)))[0]
    assert "is no PDF" in _reasons("pdf", _file(tmp_path, "c.pdf", b"hello"))[0]
    for cut in (60, 200, len(whole) // 2):
        assert len(_all("pdf", _file(tmp_path, "d.pdf", whole[:cut]))) == 1
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(PluginFailed, match="pypdf, which is not installed") as error:
        _all("pdf", tmp_path / "a.pdf")
    assert error.value.hint == 'pip install "memcli[pdf]"'


def _encrypted(data: bytes) -> bytes:
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_past_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = registry.load("pdf")
    monkeypatch.setattr(plugin, "PAGES_MAX", 2)
    found = _all("pdf", _file(tmp_path, "a.pdf", pdf(["one page", "two pages", "three pages"])))
    assert isinstance(found[0], Draft) and found[0].span == "pages 1-2" and "three" not in found[0].body
    assert isinstance(found[1], Rejected) and found[1].position == "a.pdf pages 3-3"
