"""Does it matter whether an entry is committed to the keyword index yet? Search over overlay ≡ search after folding it in."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memcli.index.document import Document
from memcli.index.hit import Hit
from memcli.index.keyword import KeywordIndex
from memcli.search.query import parse

WORDS = (
    "run", "running", "runs", "the", "to", "be", "or", "not", "python", "fold_log", "foldLog", "log", "C++", "E2BIG",
    "memcli/entries/atomic.py", "state-of-the-art", "café", "cafe", "今日は天気", "天気", "気", "😀", "organise", "organisation",
    "pyhton", "don't", "résumé", "a/b", "v1.2",
)
QUERIES = (
    "run", "running log", "fold_log", "foldLog python", '"to be or not"', '"run the"', "the to", "ru*", "org*", "天*", "今日は", "気", "😀", '"天気"',
    "run -log", "python -the", '-"to be" run', "run -org*", "tag:a", "-tag:a run", "tag:a type:fact", "created:2026-01 run", "type:note -run",
    "path:dir/", "path:*b.md log", "title:run", "title:天気 tag:a", "C++ atomic.py", "café", "state:long", "key:user/*", '"C++"', "fold_l*",
)
FUZZY = ("python", "orgnaise run", "rnu")
PATHS = ("a.md", "b.md", "dir/a.md", "dir/b.md", "dir/sub/c.md", "run/log.md")
text = st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join)


@st.composite
def documents(draw: st.DrawFn, path: str | None = None) -> Document:
    return Document(
        path=path or draw(st.sampled_from(PATHS)), id="01", title=draw(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)),
        type=draw(st.sampled_from(("note", "fact"))), state=draw(st.sampled_from(("short", "long", "forgotten"))),
        created=draw(st.sampled_from(("", "2026-01-05T00:00:00Z", "2026-02-01T00:00:00Z"))), updated="",
        tags=tuple(draw(st.lists(st.sampled_from(("a", "a/b", "Run")), max_size=2))), aliases=(), links=(), moment="",
        key=draw(st.sampled_from(("", "user/tool"))), source="", body=draw(text), sum="00",
    )


def by_path(found: list[Document]) -> dict[str, Document]:
    return {document.path: document for document in found}


def seen(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(hit.path, round(hit.score, 3)) for hit in hits]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    kept=documents("keep.md"),
    base=st.lists(documents(), max_size=6).map(by_path),
    newer=st.lists(documents(), max_size=5).map(by_path),
    gone=st.sets(st.sampled_from(PATHS), max_size=2),
    fuzzy=st.sampled_from(FUZZY),
)
def test_searching_over_the_overlay_is_searching_the_folded_index(
    kept: Document, base: dict[str, Document], newer: dict[str, Document], gone: set[str], fuzzy: str
) -> None:
    index = KeywordIndex.in_memory()
    kept_always = Document.from_row([*kept.to_json_row()[:4], "long", *kept.to_json_row()[5:]])  # or the whole segment could be dropped
    index.write([kept_always, *base.values()], [])
    overlay: dict[str, Document | None] = {**newer, **dict.fromkeys(gone)}
    asks = [*map(parse, QUERIES), parse(fuzzy, fuzzy=True)]
    before = [seen(index.search(ask, 4, overlay)) for ask in asks]
    index.write([document for document in overlay.values() if document], [path for path, document in overlay.items() if not document])
    after = [seen(index.search(ask, 4)) for ask in asks]
    for query, one, other in zip((*QUERIES, fuzzy), before, after, strict=True):
        assert [path for path, _ in one] == [path for path, _ in other], query
        assert all(abs(a - b) <= 0.002 for (_, a), (_, b) in zip(one, other, strict=True)), query
