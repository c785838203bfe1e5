"""Which entries hold the words? The keyword index, a tantivy folder, and documents newer than it. The only importer of tantivy.

`plan` says what is looked for, `overlay` matches what is not committed yet, `ranking` puts both together; this module speaks with
the engine. Statistics are the engine's: a replaced version counts in N and df until a merge drops it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from memcli.errors import IndexUnusable
from memcli.index import analysis, aside, filters
from memcli.index.ask import Ask, Between, Condition
from memcli.index.dictionary import EVERY
from memcli.index.document import Document
from memcli.index.guard import REBUILD, EngineErrors
from memcli.index.hit import Hit, card, path_of
from memcli.index.plan import ANALYZERS, Leaf, Plan
from memcli.index.ranking import Ranking

if TYPE_CHECKING:
    import tantivy

FORMAT = 2  # raise it with any change to the schema, the tokenisers or `analysis` that alters what is indexed
HEAP_BYTES = 20_000_000


class Analyzers:
    """The engine's tokenisers, by name.

    `stem`: English stems without stop words; `all`: with them; `plain`: words as written; `space`: cut at spaces only. All fold
    case and accents (with `analysis.letters`) and drop tokens too long to be words.
    """

    def __init__(self) -> None:
        import tantivy

        step = tantivy.Filter
        base = (step.remove_long(analysis.LONGEST_TOKEN), step.lowercase(), step.ascii_fold())
        stemmer = step.stemmer("english")
        simple = tantivy.Tokenizer.simple()
        self.by_name = {
            "stem": _chain(simple, *base, step.custom_stopword(list(analysis.STOP_WORDS)), stemmer),
            "all": _chain(simple, *base, stemmer),
            "plain": _chain(simple, *base),
            "space": _chain(tantivy.Tokenizer.whitespace(), *base),
        }

    def words(self, analyzer: str, text: str) -> list[str]:
        """The tokens of a text."""
        return self.by_name[analyzer].analyze(analysis.letters(text))

    def positions(self, analyzer: str, text: str) -> list[tuple[int, str]]:
        """The tokens of a text with their places."""
        return [(token.position, token.text) for token in self.by_name[analyzer].pre_tokenize(analysis.letters(text)).tokens]


@lru_cache(maxsize=1)
def analyzers() -> Analyzers:
    """This process's tokenisers."""
    return Analyzers()


class KeywordIndex:
    """The committed index, in `folder` ("" when it lives in memory). Writing needs the caller's own lock; reading none."""

    def __init__(self, index: tantivy.Index, folder: str) -> None:
        self.folder = folder
        self._index = index
        for name, analyzer in analyzers().by_name.items():
            index.register_tokenizer(f"{name}{FORMAT}", analyzer)
        index.config_reader("manual")
        self._averages: dict[str, float] = {}

    @classmethod
    def create(cls, folder: str) -> KeywordIndex:
        """A new empty index. What the folder held of an older one is no longer referred to; better give it an empty folder."""
        import tantivy

        os.makedirs(folder, exist_ok=True)
        with EngineErrors(folder):
            return cls(tantivy.Index(_schema(), folder, reuse=False), folder)

    @classmethod
    def open(cls, folder: str) -> KeywordIndex:
        """The index in a folder. Raises IndexUnusable where there is none, it is damaged, or of another format."""
        import tantivy

        if not os.path.isfile(os.path.join(folder, "meta.json")):
            raise IndexUnusable(f"keyword index {folder}: not there", REBUILD)
        with EngineErrors(folder):
            opened = cls(tantivy.Index(_schema(), aside.readable(folder)), folder)
            opened.refresh()
            return opened

    @classmethod
    def in_memory(cls) -> KeywordIndex:
        """A new empty index that no file backs."""
        import tantivy

        return cls(tantivy.Index(_schema()), "")

    def refresh(self) -> None:
        """See what was committed since, by another process too."""
        with EngineErrors(self.folder):
            self._index.reload()
        self._averages = {}

    def write(self, upserts: Iterable[Document], removes: Iterable[str]) -> None:
        """Take out the paths in `removes`, then put in `upserts` (the last of a path wins), in one commit that is all or nothing.

        `upserts` is read as a stream. Returns when background merges are done. Raises Locked while another process writes.
        """
        with EngineErrors(self.folder):
            writer = self._index.writer(HEAP_BYTES, 1)
        try:
            fresh = self._index.searcher().num_docs == 0
            seen: set[str] = set()
            for path in removes:
                writer.delete_documents_by_term("path", path)
            for document in upserts:
                if not fresh or document.path in seen:
                    writer.delete_documents_by_term("path", document.path)
                seen.add(document.path)
                if document.indexable:
                    self._add(writer, document)
            with EngineErrors(self.folder):
                writer.commit()
        except BaseException:
            with EngineErrors(self.folder):
                writer.rollback()
            raise
        finally:
            with EngineErrors(self.folder):
                writer.wait_merging_threads()
        self.refresh()

    @property
    def count(self) -> int:
        """How many entries it holds."""
        return self._index.searcher().num_docs

    def sums(self) -> dict[str, str]:
        """Path and checksum of every entry it holds, for comparing with the files."""
        import tantivy

        with EngineErrors(self.folder):
            searcher = self._index.searcher()
            found = searcher.search(tantivy.Query.all_query(), max(searcher.num_docs, 1), count=False).hits
            return dict(path_of(_stored(searcher, address)) for _, address in found)

    def search(
        self, ask: Ask, limit: int, overlay: Mapping[str, Document | None] | None = None, *, explain: bool = False
    ) -> list[Hit]:
        """The best `limit` hits, best first (equal scores by path); newest first when the query is nothing but filters.

        `overlay` holds what is newer than the index: a document replaces or adds its path, None takes it out. `explain` adds the
        score terms to each hit.
        """
        with EngineErrors(self.folder):
            engine = _Search(self._index)
            return Ranking(engine, analyzers(), ask, overlay or {}, self._averages).hits(max(limit, 1), explain=explain)

    def _add(self, writer: tantivy.IndexWriter, document: Document) -> None:
        with EngineErrors(self.folder):
            writer.add_document(_prepared(document))


def _chain(tokenizer: tantivy.Tokenizer, *steps: tantivy.Filter) -> tantivy.TextAnalyzer:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tokenizer)
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


_TEXT_FIELDS = tuple(ANALYZERS)
_WITH_POSITIONS = ("plain", "grams")


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for field in _TEXT_FIELDS:  # first, so that a field's number is its place here
        option = "position" if field in _WITH_POSITIONS else "freq"
        builder.add_text_field(field, tokenizer_name=f"{ANALYZERS[field]}{FORMAT}", index_option=option)
    for field in (EVERY[0], "path", *filters.RAW_FIELDS):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("created", "updated"):
        builder.add_integer_field(field, fast=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


def _prepared(document: Document) -> tantivy.Document:
    """The engine's form of a document."""
    import tantivy

    made = tantivy.Document()
    made.add_text(*EVERY)
    made.add_text("path", document.path)
    made.add_bytes("card", card(document))
    for field, text in analysis.texts(document).items():
        if text:
            made.add_text(field, text)
            made.add_text("plain", text)
    for field, text in (("code", analysis.code_text(document)), ("grams", analysis.gram_text(document))):
        if text:
            made.add_text(field, text)
    for field, values in filters.raw(document).items():
        for value in values:
            made.add_text(field, value)
    for field, text in (("created", document.created), ("updated", document.updated)):
        seconds = filters.seconds(text)
        if seconds is not None:
            made.add_integer(field, seconds)
    return made


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    return bytes(searcher.doc(address).get_first("card") or b"")


class _Search:
    """One look at the committed index, for `ranking`."""

    def __init__(self, index: tantivy.Index) -> None:
        import tantivy

        self._q, self._occur, self._integer = tantivy.Query, tantivy.Occur, tantivy.FieldType.Integer
        self._schema = index.schema
        self._searcher = index.searcher()
        self.doc_freq = self._searcher.doc_freq
        self.terms_with_prefix = self._searcher.terms_with_prefix

    def look(self, query: tantivy.Query, limit: int, *, by: str | None = None) -> list[tuple[Any, tantivy.DocAddress]]:
        """(score, or the value of the field `by`; address) of the best matches."""
        return self._searcher.search(query, limit, count=False, order_by_field=by).hits

    def stored(self, address: tantivy.DocAddress) -> bytes:
        """The card of a match."""
        return _stored(self._searcher, address)

    def explanation(self, query: tantivy.Query, address: tantivy.DocAddress) -> Mapping[str, Any] | None:
        """How the engine scores a document, None where it does not match."""
        import json

        try:
            found: Mapping[str, Any] = json.loads(query.explain(self._searcher, address).to_json())
        except ValueError:
            return None
        return found

    def leaf(self, leaf: Leaf) -> tantivy.Query:
        """The query of one leaf, unboosted."""
        if len(leaf.terms) == 1:
            return self._q.term_query(self._schema, leaf.field, leaf.terms[0][1], "freq")
        return self._q.phrase_query(self._schema, leaf.field, list(leaf.terms))

    def any_of(self, weighted: Sequence[tuple[Leaf, float]]) -> tantivy.Query:
        """Documents that match at least one leaf, each scored times its weight."""
        should = self._occur.Should
        return self._q.boolean_query([(should, self._q.boost_query(self.leaf(leaf), weight)) for leaf, weight in weighted])

    def within(self, found: tantivy.Query | None, plan: Plan) -> tantivy.Query:
        """`found` (all documents when None) as far as filters and bans let it."""
        without = [*map(self.leaf, plan.bans), *map(self._condition, plan.banned)]
        without += [self._matching(field, filters.pattern("prefix", prefix)) for field, prefix in plan.banned_prefixes]
        if found is not None and not plan.filters and not without:
            return found
        clauses = [(self._occur.Must, self._q.all_query() if found is None else found)]
        clauses += [(self._occur.Must, self._unscored(either)) for either in plan.filters]
        return self._q.boolean_query([*clauses, *((self._occur.MustNot, query) for query in without)])

    def _unscored(self, either: Iterable[Condition]) -> tantivy.Query:
        union = self._q.boolean_query([(self._occur.Should, self._condition(condition)) for condition in either])
        return self._q.const_score_query(union, 0.0)

    def _condition(self, condition: Condition) -> tantivy.Query:
        if isinstance(condition, Between):
            limits = (condition.field, self._integer, condition.start, condition.end)
            return self._q.range_query(self._schema, *limits, include_upper=condition.end is None)
        stems = filters.title_stems(condition, analyzers().words)
        if stems:
            every = [self._q.term_query(self._schema, "title", stem, "freq") for stem in stems]
            return self._q.boolean_query([(self._occur.Must, query) for query in every])
        test = filters.exact(condition)
        if test.op == "is":
            return self._q.term_query(self._schema, test.field, test.value, "basic")
        return self._matching(test.field, filters.pattern(test.op, test.value))

    def _matching(self, field: str, pattern: str) -> tantivy.Query:
        return self._q.regex_query(self._schema, field, pattern)


