"""Do the readers of pages, mail texts and long texts say what a document says, in time that grows with its length alone?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.extend import charsets, htmltext, links, mailtext, sections, tags


@pytest.mark.parametrize(("html", "text"), [
    ("<p>One<p>Two &amp; three", "One\n\nTwo & three"), ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n   - b\n- c"), ("<ol><li><p>x</p><li>y</ol>", "1. x\n2. y"),
    ("a <b> bold </b>word", "a **bold** word"), ("<b></b><i> </i>x", "x"), ("<h2>Head</h2>t", "## Head\n\nt"), ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
    ("<pre>```</pre>", "````\n```\n````"), ("<blockquote>q<p>r</blockquote>", "> q\n\n> r"), ("<table><tr><td>a<td>b<tr><td>c</table>", "a | b\n\nc"),
    ("<table><tr><th>a<th>b<tr><td>c|<td><p>d</table>", "| a | b |\n| --- | --- |\n| c\\| | d |"), ('<a href="javascript:x">y</a>', "y"),
    ('<a href="https://u:p@e.org/(x)">y</a>', "[y](https://e.org/%28x%29)"), ("x<p hidden>no<p>y", "x\n\ny"),
    ("<div style='display:none'>no<div>no</div></div>y", "y"),
    ("<script>a<b</script>y<style>z", "y"), ("<head><title>t</title><p>y", "y"), ("a < b <> c </ d", "a < b <> c"), ("<p># no heading", "\\# no heading"),
    ("<nav>menu</nav><main>text</main><footer>f</footer>", "text"), ("<!-- c -->x<!-- open", "x"), ("<p title='a>b'>x", "x"),
    ('<img alt="A loaf">', "[image: A loaf]"),
])
def test_a_page_as_markdown(html: str, text: str) -> None:
    assert htmltext.page(html).text == text


@pytest.mark.parametrize("piece", [
    "<a ", "<", "<!--", "<![CDATA[", "</div", "<a href='", "<a b=\"", "<?", "<div>", "<b>", "<p>", "<script>", "<style", "<ul><li>",
    "<table><tr><th>", "<td>x", "<pre>", "<svg><title>", "&#", "<blockquote>", "</x>", "<a href=x>", "<i>x</b>", "<br>",
])
def test_hostile_pages_take_time_by_their_length_alone(piece: str) -> None:
    before = time.process_time()
    htmltext.page(piece * (300_000 // len(piece)))
    assert time.process_time() - before < 8  # about 0.3; what looks at the rest again at each piece needs minutes


@given(st.text(alphabet="<>/abp\"'= &;#!-\n", max_size=200))
def test_every_page_is_read(html: str) -> None:
    assert isinstance(htmltext.page(html).text, str)
    assert all(token.kind in ("start", "end", "text", "comment") for token in tags.tokens(html))


@given(st.lists(st.text(alphabet="ab. #\n`", max_size=60), max_size=80), st.integers(20, 200))
def test_sections_hold_the_whole_text_in_order(lines: list[str], limit: int) -> None:
    text = "\n".join(lines)
    found = list(sections.sections(sections.numbered(text), limit))
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())
    assert all(len(one.text) <= limit and one.first <= one.last for one in found)
    assert all(a.last <= b.first for a, b in zip(found, found[1:]))


@pytest.mark.parametrize(("text", "own"), [
    ("Yes.\n\nOn Tue, 4 Mar 2025 at 10:12, Lena\n<lena@example.org> wrote:\n> Shall we?\n> Lena", "Yes.\n\n[...]"),
    ("> Shall we?\nYes.", "> Shall we? [...]\n\nYes."), ("Yes.\n-- \nTom\nTel. 1", "Yes.\n\n[...]"), ("Yes.\n\nSent from my telephone", "Yes.\n\n[...]"),
    ("The list:\n\n> a quotation that is the point\n\nThat was it.", "The list:\n\n> a quotation that is the point [...]\n\nThat was it."),
    ("A\n\n-----Original Message-----\nFrom: X\n\nold", "A\n\n[...]"), ("A\n\n________________________________\nVon: X\nGesendet: heute\n\nold", "A\n\n[...]"),
    ("Hello\n\n" + "-- \n" + "line\n" * 60, "Hello\n\n--\n" + "line\n" * 59 + "line"), ("", ""),
    ("Unsubscribe from the gym by 3 May.\n\nThanks", "Unsubscribe from the gym by 3 May.\n\nThanks"),
])
def test_the_own_part_of_a_mail(text: str, own: str) -> None:
    assert mailtext.own(text, reply=True) == own


def test_a_forwarded_mail_is_kept() -> None:
    text = "See below.\n\n-----Original Message-----\nFrom: Lena\n\nThe key is at the bakery."
    assert mailtext.own(text, reply=False) == text


def test_flowed_text_is_joined() -> None:
    assert mailtext.flowed("one \ntwo\n> q \n> r\n-- \nme", joined=False) == "one two\n> q \n> r\n-- \nme"


@given(st.binary(max_size=40), st.sampled_from(["", "utf-8", "latin-1", "hex", "idna", "koi8-r", "x" * 200, "utf-16", "\0"]))
def test_bytes_are_always_text(data: bytes, declared: str) -> None:
    assert isinstance(charsets.decoded(data, declared)[0], str)


@given(st.text(max_size=80))
def test_an_address_can_stand_in_a_link(text: str) -> None:
    for word in (text, f"https://{text}", f"https://example.org/{text}"):
        found = links.address(word)
        assert not found or not set(found) & set(" ()[]<>\"`\n\t\\") and found.partition(":")[0] in links.SCHEMES
