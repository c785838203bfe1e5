"""Which values of slots does a text state in plain words? By rules of patterns that are data (memory/rules/*.json), no model (SCIENCE 2.7); pure.

Precision before recall: a question, a condition, a negation, hearsay, a quotation and code state nothing. Patterns only ever see one sentence or line
of at most SENTENCE_MAX characters, so the time is linear in the length of the text.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from memcli.entries import atomic

SENTENCE_MAX = 300  # characters
USER = "user"  # the subject of what is said of "I" and "my"
_SENTENCE = re.compile(r"(?<=[.!;])[ \t]+")
_CUT = re.compile(r",? (?:and|but|because|since|as|so|which|who|where|while|when|until|from|with) |[,;(] ?|\.$|!$| now$| currently$| again$")
_QUOTED = ('"', "`", "\u201c", "\u201d", "\u00ab", "\u00bb", "?")
_FENCES = ("```", "~~~")
_BULLET = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,3}[.)]) ")
_ARTICLE = re.compile(r"^(?:the|a|an|my|our) ")
_GAPS = re.compile(r"[\s_-]+")
_FIRST = ("i", "my", "our", "me")


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that a text states: the slot's two parts as `normal_key` writes them, the value as it is written, where the statement stands in the text
    (characters, half-open), and the name of the rule."""

    subject: str
    attribute: str
    value: str
    start: int
    end: int
    rule: str

    @property
    def key(self) -> str:
        """`subject/attribute`."""
        return f"{self.subject}/{self.attribute}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with groups `subject`, `attribute`, `value` (`purpose`). `cue` must be in the sentence; `listed` takes only attributes that are single-valued;
    `line` rules look at lines and take the title for subject."""

    name: str
    cue: str
    attribute: str
    pattern: re.Pattern[str]
    listed: bool
    line: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a language. `names` maps how an attribute may be spelt to its name; `families` are beginnings of single-valued attributes."""

    rules: tuple[Rule, ...]
    names: dict[str, str]
    families: tuple[str, ...]
    generic: frozenset[str]
    pronouns: frozenset[str]
    not_places: frozenset[str]
    doubtful: re.Pattern[str]

    def single(self, attribute: str) -> bool:
        """Whether a thing has one value of this attribute at a time."""
        return attribute in self.names.values() or attribute.startswith(self.families)

    def knowing(self, attribute: str) -> Rules:
        """These rules with one more single-valued attribute."""
        return self if self.single(attribute) else replace(self, names={**self.names, attribute: attribute})


def normal_key(text: str) -> str:
    """A slot, or a part of one, as slots are compared: without case and articles, `_` between words."""
    return "/".join(_GAPS.sub("_", _ARTICLE.sub("", part.strip().casefold(), count=1)) for part in text.split("/"))


@cache
def english() -> Rules:
    """The rules that come with mem."""
    data = json.loads(atomic.read(f"{os.path.dirname(__file__)}/rules/english.json"))
    parts: dict[str, str] = data["parts"]
    rules = []
    for row in data["rules"]:
        pattern = re.sub(r"(?<!\?P)<(\w+)>", lambda found: parts[found[1]], row["pattern"])
        rules.append(Rule(row["name"], row["cue"], row["attribute"], re.compile(pattern), row.get("listed", False), row.get("line", False)))
    names = {normal_key(word): name for name, words in data["attributes"].items() for word in [name, *words]}
    return Rules(tuple(rules), names, tuple(data["families"]), frozenset(data["generic"]), frozenset(data["pronouns"]), frozenset(data["not_places"]),
                 re.compile(rf"\b(?:{'|'.join(data['doubtful'])})\b|n['\u2019]t\b", re.IGNORECASE))


def slots_of(text: str, title: str, rules: Rules) -> list[Slot]:
    """What a text states, in its order; each slot once, with what is said of it last. `title` is the subject of `attribute: value` lines."""
    found: dict[str, Slot] = {}
    for start, line in _lines(text):
        for slot in _of_line(start, line, title, rules):
            found.pop(slot.key, None)
            found[slot.key] = slot
    return list(found.values())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(offset, line) of what is neither code nor quotation, heading nor table."""
    fence, at = "", 0
    for raw in text.splitlines(keepends=True):
        line, start = raw.rstrip(), at
        at += len(raw)
        head = line.lstrip()[:3]
        if head in _FENCES and fence in ("", head):
            fence = "" if fence else head
        elif not fence and line and not line.startswith(("    ", "\t", ">", "#", "|", " >")):
            bullet = _BULLET.match(line)
            skip = bullet.end() if bullet else len(line) - len(line.lstrip())
            yield start + skip, line[skip:]


def _of_line(start: int, line: str, title: str, rules: Rules) -> Iterator[Slot]:
    plain = " ".join(line.replace("**", "").split()) if len(line) <= 2 * SENTENCE_MAX else line
    if len(plain) <= SENTENCE_MAX and not _vague(plain, rules):
        for rule in rules.rules:
            found = rule.pattern.fullmatch(plain) if rule.line and rule.cue in plain else None
            slot = _slot(rule, found, title, line, start, rules) if found else None
            if slot is not None:
                yield slot
                return
    at = start
    for sentence in _SENTENCE.split(line):
        at = start + line.index(sentence, at - start)
        if len(sentence) <= SENTENCE_MAX:
            slot = _of_sentence(sentence, at, rules)
            if slot is not None:
                yield slot
        at += len(sentence)


def _of_sentence(sentence: str, start: int, rules: Rules) -> Slot | None:
    plain = " ".join(sentence.split())
    tried = [rule for rule in rules.rules if not rule.line and rule.cue in plain]
    if not tried or _vague(sentence, rules):
        return None
    for rule in tried:
        found = rule.pattern.fullmatch(plain)
        slot = _slot(rule, found, "", sentence, start, rules) if found else None
        if slot is not None:
            return slot
    return None


def _vague(sentence: str, rules: Rules) -> bool:
    """Whether it asks, doubts, denies or quotes."""
    return any(sign in sentence for sign in _QUOTED) or rules.doubtful.search(sentence) is not None


def _slot(rule: Rule, found: re.Match[str], title: str, said: str, start: int, rules: Rules) -> Slot | None:
    """The slot of a match; where something follows that is no part of the value, the statement ends with the value."""
    groups = _split(found.groupdict(), rules) if rule.listed and not rule.line else found.groupdict()
    subject = _subject(title if rule.line else groups["subject"], rules)
    attribute = _attribute(rule, groups, rules)
    cut = _CUT.search(groups["value"])
    value = (groups["value"][:cut.start()] if cut else groups["value"]).strip()
    if not subject or not attribute or not value or (rule.attribute == "lives_in" and value.casefold() in rules.not_places):
        return None
    whole = cut is None or not groups["value"][cut.end():].strip()
    end = len(said) if whole else said.find(value) + len(value) if value in said else 0
    return Slot(subject, attribute, value, start, start + end, rule.name)


def _split(groups: dict[str, str], rules: Rules) -> dict[str, str]:
    """"office phone" + "number" as "office" + "phone number": the longest listed attribute at the end."""
    words = f"{groups['subject']} {groups['attribute']}".split()
    at = next((at for at in range(1, len(words)) if normal_key(" ".join(words[at:])) in rules.names), 0)
    return {**groups, "subject": " ".join(words[:at]), "attribute": " ".join(words[at:])} if at and groups["attribute"] == words[-1] else groups


def _attribute(rule: Rule, groups: dict[str, str], rules: Rules) -> str:
    if "purpose" in groups:
        return f"{rule.attribute}_for_{normal_key(groups['purpose'].rstrip('.!'))}"
    if rule.attribute:
        return rule.attribute
    name = normal_key(groups["attribute"])
    name = rules.names.get(name, name)
    return name if rules.single(name) or not rule.listed else ""


def _subject(words: str, rules: Rules) -> str:
    """The subject as a key has it, "" for one that only a reader knows."""
    bare = re.sub(r"(?:'s|\u2019s|(?<=s)['\u2019])$", "", " ".join(words.split()))
    if bare.casefold() in _FIRST:
        return USER
    name = normal_key(bare)
    plain = name.replace("_", " ")
    unknown = plain in rules.generic or plain.split(" ")[0] in rules.pronouns or "/" in name or len(name) > 80
    return "" if unknown else name
