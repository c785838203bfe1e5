"""Which words, in which fields, at what weight, answer a query? An `Ask` becomes leaves that score and leaves that exclude.

A leaf is one term (or adjacent terms) in one field; a document's score is the sum over its leaves. Boosts: a word in title and tags
counts a quarter more (these fields are short, which is a boost too), in names, which repeat the title in the path, less; an
identifier met whole counts double, by a part of it half. The words that a prefix or a misspelling stands for share one inverse
document frequency, that of all of them together, so that the rarest is not the best.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memcli.index import analysis, bm25
from memcli.index.ask import Ask, Between, Condition, Filter, Phrase, Positive, Prefix, Term

if TYPE_CHECKING:
    from memcli.index.contracts import Lexicon

BOOSTS = {"title": 1.25, "tags": 1.25, "names": 0.3, "body": 1.0}
CODE_WHOLE, CODE_PART = 2.0, 0.5
EXPANSIONS_MAX = 256  # words that one prefix stands for: the most frequent ones
NEAR_MAX = 32
LEAVES_MAX = 2_048
ANALYZERS = {**dict.fromkeys(BOOSTS, "stem"), "plain": "plain", "code": "space", "grams": "space"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scored thing to look for. `label` is the user's word. `shared` is the df that replaces its own (0: its own holds)."""

    label: str
    field: str
    terms: tuple[tuple[int, str], ...]
    boost: float
    shared: int = 0

    @property
    def term(self) -> str:
        """The terms as one text."""
        return " ".join(term for _, term in self.terms)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to find (`leaves`), what to leave out (`bans`, `banned_prefixes` as (field, prefix), `banned`), and what must hold."""

    leaves: tuple[Leaf, ...]
    bans: tuple[Leaf, ...]
    banned_prefixes: tuple[tuple[str, str], ...]
    banned: tuple[Condition, ...]
    filters: tuple[tuple[Condition, ...], ...]


def build(ask: Ask, lexicon: Lexicon) -> Plan:
    """The plan of a query. Leaves whose terms no document holds are left out."""
    wanted = [leaf for clause in ask.positive for leaf in _leaves(clause, lexicon)]
    terms = [clause for clause in ask.positive if isinstance(clause, Term)]
    if not wanted and terms:
        wanted = _stop_words_only(terms, lexicon)
    elif ask.fuzzy:
        wanted += [leaf for clause in terms for leaf in _near(clause.text, lexicon)]
    bans: list[Leaf] = []
    prefixes: list[tuple[str, str]] = []
    for clause in ask.negative:
        if isinstance(clause, Prefix):
            prefixes += _prefixes(clause.text, lexicon)
        elif isinstance(clause, Term):
            bans += _leaves(clause, lexicon, exact=True) or _stop_words_only([clause], lexicon)
        elif isinstance(clause, Phrase):
            bans += _leaves(clause, lexicon)
    banned = tuple(clause for clause in ask.negative if isinstance(clause, (Filter, Between)))
    return Plan(_held(wanted, lexicon), _held(bans, lexicon), tuple(prefixes), banned, ask.filters)


def idf(leaf: Leaf, lexicon: Lexicon) -> float:
    """A leaf's inverse document frequency; of adjacent terms the sum, as the engine has it."""
    if leaf.shared:
        return bm25.idf(lexicon.documents, leaf.shared)
    return sum(bm25.idf(lexicon.documents, lexicon.df(leaf.field, term)) for _, term in leaf.terms)


def _held(leaves: Iterable[Leaf], lexicon: Lexicon) -> tuple[Leaf, ...]:
    distinct = dict.fromkeys(leaves)
    return tuple(leaf for leaf in distinct if all(lexicon.df(leaf.field, term) for _, term in leaf.terms))[:LEAVES_MAX]


def _leaves(clause: Positive, lexicon: Lexicon, *, exact: bool = False) -> list[Leaf]:
    if isinstance(clause, Phrase):
        return _phrase(clause.text, lexicon)
    if isinstance(clause, Prefix):
        prefixes = _prefixes(clause.text, lexicon)
        expanded = [leaf for field, prefix in prefixes for leaf in _expanded(clause.text, field, prefix, lexicon)]
        return expanded if prefixes else _phrase(clause.text, lexicon)
    return _term(clause.text, lexicon, exact)


def _single(label: str, field: str, term: str, boost: float) -> Leaf:
    return Leaf(label, field, ((0, term),), boost)


def _term(text: str, lexicon: Lexicon, exact: bool) -> list[Leaf]:
    """The leaves of one bare word; `exact` leaves out the parts of a compound."""
    words = analysis.spaced(text)
    compounds = analysis.code_words(words)
    told = [word for word in compounds[:1] if word[-1] not in "+#"]  # `email` for `e-mail`; but not C for C++
    if not (exact and compounds):
        told.insert(0, analysis.without_endings(words))
    stems = dict.fromkeys(stem for word in told for stem in lexicon.words("stem", word))
    leaves = [_single(text, field, stem, boost) for stem in stems for field, boost in BOOSTS.items()]
    if compounds:
        for at, word in enumerate(lexicon.words("space", " ".join(compounds[:1] if exact else compounds))):
            leaves.append(_single(text, "code", word, CODE_PART if at else CODE_WHOLE))
    elif leaves:
        leaves += [_single(text, "code", word, CODE_PART) for word in lexicon.words("plain", words)]
    return leaves + _gram_terms(text, lexicon)


def _gram_terms(text: str, lexicon: Lexicon) -> list[Leaf]:
    leaves = []
    for _, run in analysis.runs(text):
        if len(run) == 1:
            leaves += _expanded(text, "grams", run, lexicon)
        leaves += [_single(text, "grams", pair, 1.0) for pair in analysis.pairs(run)]
    return leaves


def _phrase(text: str, lexicon: Lexicon) -> list[Leaf]:
    """The leaves of a quoted text; where it mixes scripts, each script's part is a leaf of its own."""
    if analysis.is_compound(text) and text[-1] in "+#":
        return [_single(text, "code", word, 1.0) for word in lexicon.words("space", text)]
    leaves = []
    places = lexicon.positions("plain", analysis.spaced(text))
    if places:
        leaves.append(Leaf(text, "plain", tuple((at - places[0][0], word) for at, word in places), 1.0))
    for _, run in analysis.runs(text):
        pairs = analysis.pairs(run)
        if pairs:
            leaves.append(Leaf(text, "grams", tuple(enumerate(pairs)), 1.0))
        else:
            leaves += _expanded(text, "grams", run, lexicon)
    return leaves


def _prefixes(text: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    """The (field, prefix) pairs a prefix means; none in scripts of which any part is found as a phrase."""
    if analysis.is_compound(text):
        return [("code", lexicon.words("space", analysis.compound(text)[0])[0])]
    if analysis.runs(text):
        return [("grams", text)] if len(text) == 1 else []
    words = lexicon.words("plain", text)
    return [("plain", words[-1]), ("code", words[-1])] if words else []


def _expanded(label: str, field: str, prefix: str, lexicon: Lexicon) -> list[Leaf]:
    found = lexicon.begins(field, prefix, EXPANSIONS_MAX)
    together = min(lexicon.documents, sum(df for _, df in found))
    return [Leaf(label, field, ((0, term),), CODE_PART if field == "code" else 1.0, together) for term, _ in found]


def _stop_words_only(terms: list[Term], lexicon: Lexicon) -> list[Leaf]:
    """A query of nothing but stop words is taken as written: each word, and at double weight all of them side by side."""
    text = " ".join(term.text for term in terms)
    places = lexicon.positions("plain", text)
    leaves = [_single(word, "plain", word, 1.0) for word in dict.fromkeys(word for _, word in places)]
    return leaves + ([Leaf(text, "plain", tuple(places), 2.0)] if len(places) > 1 else [])


def _near(text: str, lexicon: Lexicon) -> list[Leaf]:
    """The words one or two slips away from a word of four letters or more; its first letter counts as right."""
    leaves = []
    for word in lexicon.words("plain", analysis.spaced(text)):
        most = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        if not most:
            continue
        known = [(term, df) for term, df in lexicon.begins("plain", word[0], None) if abs(len(term) - len(word)) <= most]
        letters = set(word)
        known = [(term, df) for term, df in known if len(letters.symmetric_difference(term)) <= 2 * most]
        close = sorted((slips, -df, term) for term, df in known if 0 < (slips := _slips(word, term)) <= most)[:NEAR_MAX]
        together = min(lexicon.documents, sum(-df for _, df, _ in close))
        leaves += [Leaf(text, "plain", ((0, term),), 0.5**slips, together) for slips, _, term in close]
    return leaves


def _slips(one: str, other: str) -> int:
    """Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
