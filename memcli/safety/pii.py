"""Which parts of a text tell who a person is and how to reach them? E-mail addresses, phone numbers, IBANs, payment cards, IP addresses; pure.

Conservative: what can as well be a version, a date or an order number is left alone. Numbers that carry a check digit must pass it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from memcli.safety.secrets import Finding, located, replaced

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w.+-])[2-6][0-9]{3}(?:[ -]?[0-9]{2,6}){2,4}(?![\w-]|\.[0-9])")
_PHONE = re.compile(
    r"(?<![\w.+/-])(?<![0-9] )(?:\+[1-9][0-9]{0,2}(?:[ ./-]?\(?[0-9]{1,5}\)?){2,6}|\([0-9]{3}\) ?[0-9]{3}[-. ][0-9]{4}"
    r"|[2-9][0-9]{2}[-.][2-9][0-9]{2}[-.][0-9]{4}|0[1-9][0-9]{1,4}[ /][0-9]{3,4}(?: ?[0-9]{2,4}){1,3})(?![\w-]|\.[0-9])")
_IP = re.compile(r"(?<![\w.:+-])(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.[0-9])|[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){3,7}(?![\w:]|\.[0-9]))")
_VERSION = re.compile(r"(?:version|release|v|ver\.?|==|>=|~=)\s?$", re.IGNORECASE)
_CARD_LENGTHS = {"2": (16,), "3": (14, 15), "4": (16, 19), "5": (16,), "6": (16, 17, 18, 19)}


def find(text: str) -> list[Finding]:
    """Every one, in order, none within another. Their rules: email, phone, iban, card, ip."""
    spans: list[tuple[int, int, str]] = []
    for kind, pattern, good in _KINDS:
        if kind == "email" and "@" not in text:
            continue
        spans += [(*match.span(), kind) for match in pattern.finditer(text) if good(match)]
    return located(text, list(_apart(sorted(spans))))


def redacted(text: str) -> str:
    """The text with `[pii: kind]` in the place of every one."""
    return replaced(text, find(text), "pii")


def _apart(spans: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    end = 0
    for span in spans:
        if span[0] >= end:
            yield span
            end = span[1]


def _email(match: re.Match[str]) -> bool:
    """Not git@host: of a repository."""
    return not (match[0].startswith("git@") and match.string[match.end():match.end() + 1] == ":")


def _iban(match: re.Match[str]) -> bool:
    """ISO 7064 mod 97-10: the first four characters moved to the end, letters as 10 to 35."""
    text = match[0].replace(" ", "")
    return 15 <= len(text) <= 34 and int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1


def _card(match: re.Match[str]) -> bool:
    """ISO/IEC 7812: known first digit and length, the sum of the digits, every second one doubled, is a multiple of ten (Luhn)."""
    digits = re.sub("[ -]", "", match[0])
    if len(digits) not in _CARD_LENGTHS[digits[0]] or len(set(digits)) < 2:
        return False
    doubled = (int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _phone(match: re.Match[str]) -> bool:
    digits = re.sub("[^0-9]", "", match[0])
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2


def _ip(match: re.Match[str]) -> bool:
    """Of the public internet; an address of a home network or of an example tells of nobody, and a version is none."""
    import ipaddress

    if _VERSION.search(match.string[max(0, match.start() - 10):match.start()]):
        return False
    try:
        return ipaddress.ip_address(match[0]).is_global
    except ValueError:
        return False


_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("email", _EMAIL, _email), ("iban", _IBAN, _iban), ("card", _CARD, _card), ("phone", _PHONE, _phone), ("ip", _IP, _ip),
)
