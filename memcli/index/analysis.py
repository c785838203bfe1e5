"""Which words does a text hold for search? What is done before the engine's own tokenisers see a text, the same for all sides.

Five stemmed or plain word fields are cut at anything but letters and digits. Two more fields catch what that loses:
`code` holds identifiers, paths and words with signs (`fold_log` and `foldLog` as `foldlog`, `C++` as `c++`, `foldLog` also by its
parts), `grams` holds scripts written without spaces as pairs of characters, and emoji. No engine in here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from memcli.index.document import Document

LONGEST_TOKEN = 100  # bytes; longer ones are data, not words
JOINED_MAX = 80
CAPTURED_MAX = 2_000  # characters of one compound; a longer one is data
WORD_FIELDS = ("title", "tags", "names", "body")
STOP_WORDS = (
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "did", "do", "does", "for", "from", "had", "has",
    "have", "he", "her", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "not", "of",
    "on", "or", "our", "she", "so", "such", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to",
    "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
)
_AFTER_APOSTROPHE = frozenset(["s", "t", "d", "m", "ll", "re", "ve"])

_SCRIPTS = (  # scripts without spaces between words, and Hangul, whose words carry their particles
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u309a\u309d-\u30ff\u3100-\u318f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_EMOJI = "\u231a-\u23ff\u25aa-\u27bf\u2934-\u2935\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
_SEARCHABLE = re.compile(f"[^\\W_]|[{_EMOJI}]")
_HALF_WIDTH = re.compile("[\uff65-\uff9f]+")
_LETTERS = r"[^\W_]"
_SIGNS = r"[_\-./:@#+&'’\\]{1,3}"
_CODE = re.compile(rf"(?<!{_LETTERS}){_LETTERS}++((?:{_SIGNS}{_LETTERS}++)+|(?:\+\+|#)(?!\w))?")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HAS_HUMP = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]{2}")
_GAP = re.compile(r"[\W_]+")


@lru_cache(maxsize=1)
def _run() -> re.Pattern[str]:
    """A run of characters without spaces, or one emoji. Slow to compile, and most texts never need it."""
    return re.compile(f"[{_SCRIPTS}]+|[{_EMOJI}]")


@lru_cache(maxsize=1)
def _alike() -> dict[int, str]:
    """The letters that count as others: Greek without accents and with one sigma, the Turkish İ as I, the Russian ё as е."""
    letters = (*range(0x370, 0x400), *range(0x1F00, 0x2000), *map(ord, "İЁё"))
    bare = {code: unicodedata.normalize("NFD", chr(code))[0] for code in letters}
    return {code: letter for code, letter in bare.items() if letter != chr(code)} | {ord("ς"): "σ"}


def normal(text: str) -> str:
    """The text in Unicode form NFC and without half-width Katakana, so that one word has one spelling."""
    if text.isascii():
        return text
    return _HALF_WIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]), unicodedata.normalize("NFC", text))


def letters(text: str) -> str:
    """The text with letters that its readers do not tell apart made alike, where the engine leaves them. Same length."""
    return text if text.isascii() else text.translate(_alike())


def searchable(text: str) -> bool:
    """Whether anything in the text can be found: a letter, a digit or an emoji."""
    return _SEARCHABLE.search(text) is not None


def spaced(text: str) -> str:
    """The text for the word fields: without the runs that `grams` takes care of. Same length, so offsets stay true."""
    return text if text.isascii() else _run().sub(lambda run: " " * len(run[0]), text)


def runs(text: str) -> list[tuple[int, str]]:
    """Where each run of characters without spaces, and each emoji, begins."""
    return [] if text.isascii() else [(run.start(), run[0]) for run in _run().finditer(text)]


def grams(text: str) -> list[str]:
    """Each run as its pairs of neighbours, then its last character alone: so every character is some token's prefix."""
    found: list[str] = []
    for _, run in runs(text):
        found += pairs(run)
        found.append(run[-1])
    return found


def pairs(run: str) -> list[str]:
    """The pairs of neighbouring characters."""
    return [run[at:at + 2] for at in range(len(run) - 1)]


def code_words(text: str) -> list[str]:
    """The identifiers, paths and signed words in a text: each joined into one word, then its path parts and camel humps."""
    rest = " ".join([word for word in text.split() if not (word.isalpha() and word[1:].islower())])  # prose goes no further
    found: list[str] = []
    for match in _CODE.finditer(rest):
        word = match[0]
        if (match[1] or _HAS_HUMP.search(word)) and len(word) <= CAPTURED_MAX:
            found += compound(word)
    return found


def compound(word: str) -> list[str]:
    """The spellings under which one compound can be found; the first stands for all of it."""
    if word[-1] in "+#":
        return [word]
    found = [_GAP.sub("", word)]
    if "/" in word:
        found += [spelling for part in word.split("/") if is_compound(part) for spelling in compound(part)]
    elif _HAS_HUMP.search(word):
        found += [hump for piece in _GAP.split(word) if _HAS_HUMP.search(piece) for hump in _HUMP.findall(piece) if len(hump) > 1]
    return [word for word in dict.fromkeys(found) if len(word) <= JOINED_MAX]


def pieces(word: str) -> list[str]:
    """The parts of a compound as they are written, in order: all but the signs between them."""
    if word[-1:] in ("+", "#"):
        return [word]
    apart = (_HUMP.findall(piece) if _HAS_HUMP.search(piece) else [piece] for piece in _GAP.split(word) if piece)
    return [part for parts in apart for part in parts]


def is_compound(word: str) -> bool:
    """Whether the whole word is one compound."""
    match = _CODE.fullmatch(word)
    return match is not None and bool(match[1] or _HAS_HUMP.search(word))


def without_endings(word: str) -> str:
    """An English word without what an apostrophe cut off (`don't`, `it's`): the rest of it would be noise."""
    for sign in ("'", "’"):
        head, cut, tail = word.rpartition(sign)
        if cut and tail.lower() in _AFTER_APOSTROPHE:
            return head
    return word


def names(document: Document) -> str:
    """The text of the `names` field: aliases, the words of the slot key and of the path."""
    path = document.path.removesuffix(".md")
    return "\n".join((*document.aliases, document.key, path))


def texts(document: Document) -> dict[str, str]:
    """The four word fields' text, before tokenising."""
    raw = (document.title, "\n".join(document.tags), names(document), document.body)
    return {field: spaced(letters(normal(text))) for field, text in zip(WORD_FIELDS, raw, strict=True)}


def gram_text(document: Document) -> str:
    """The `grams` field's text. The title counts twice: this field has no other way to prefer it."""
    raw = (document.title, document.title, " ".join(document.tags), names(document), document.body)
    return " ".join(gram for text in raw if not text.isascii() for gram in grams(normal(text)))


def code_text(document: Document) -> str:
    """The `code` field's text."""
    raw = (document.title, *document.tags, *document.aliases, document.key, document.path, document.body)
    return " ".join(word for text in raw for word in code_words(letters(normal(text))))
