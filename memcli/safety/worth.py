"""Is what a rule matched a secret, or does it only stand where one could? Examples, variables, hashes, names and words are none; pure."""

from __future__ import annotations

import math
import re
from collections import Counter

from memcli.safety.rules import Rule

_EXAMPLE = re.compile(
    r"example|placeholder|change[-_ ]?(?:me|it)|your[-_ ]|yourkey|yourtoken|redacted|dummy|x{4,}|\*{3,}|\.{3}|…|<|\$\{|\{\{|_here\b|-here\b|0{8}|"
    r"(?:0123456789|1234567890|9876543210|abcdefghij|qwertyuiop|deadbeefdeadbeef)|insert[-_ ]|replace[-_ ]|s3cr3t|p[a@]ssw[o0]rd$|^not[-_]", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?:sha\d{1,3}|md5|blake\w{1,3}|h1|etag|W/)[-:$/=]", re.IGNORECASE)
_CODE = re.compile(r"[()\[\]{}|\\]|^[$%@&~^!*#/.+-]|::|->|://|^0x[0-9a-f]{1,16}$", re.IGNORECASE)
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_TAIL = ".,;:!?)]}>*_"
_NO_SECRET = re.compile(  # `token_id`, `secret_name`: about a secret, not one
    r"[_-](?:hash|sha\d*|digest|md5|ids?|file|path|names?|ur[li]|type|count|len|length|limit|max|min|size|env|ref|version|field|label|class|regex|pattern|"
    r"prefix|policy|expiry|ttl|arn|scopes?|format|key_id|public|hint)[\"'\])]*$", re.IGNORECASE)
_TRIVIAL = frozenset({  # what stands for a password
    "pass", "password", "passwd", "pwd", "secret", "changeme", "user", "username", "admin", "root", "guest", "test", "postgres", "mysql", "redis",
    "token", "apikey", "key", "none", "null", "foo", "bar", "baz", "pw", "hunter", "xxx", "xxxx", "yourpassword", "mypassword", "pass123",
    "password123", "p@ssw0rd", "host", "port", "name", "login",
})


def span(rule: Rule, match: re.Match[str]) -> tuple[int, int] | None:
    """From where to where the secret of a match stands; None when it is none."""
    groups = match.groupdict()
    name = next((one for one in ("secret", "quoted", "plain") if groups.get(one)), None)
    start, end = match.span(name) if name else match.span()
    if name == "plain" or rule.check == "spoken":
        end = start + len(match.string[start:end].rstrip(_TAIL))
    secret = match.string[start:end]
    if len(secret) < rule.least or not CHECKS[rule.check](secret, match) or (rule.check != "key" and _EXAMPLE.search(secret)):
        return None
    return (start, end) if entropy(secret[:400]) >= (rule.entropy or 2.6) or rule.check == "url" else None


def entropy(text: str) -> float:
    """Bits a character, by how often each occurs in it (Shannon)."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0


def _any(secret: str, match: re.Match[str]) -> bool:
    return True


def _digit(secret: str, match: re.Match[str]) -> bool:
    return any(one.isdigit() for one in secret) and any(one.isalpha() for one in secret)


def _mixed(secret: str, match: re.Match[str]) -> bool:
    """Digits and both cases."""
    return _digit(secret, match) and secret != secret.lower() and secret != secret.upper()


def _key(secret: str, match: re.Match[str]) -> bool:
    """The lines of a key: some of its text is a run that no words make."""
    return re.search(r"[A-Za-z0-9+/]{32}", secret) is not None and len(set(re.sub(r"\s", "", secret))) > 12


def _value(secret: str, match: re.Match[str]) -> bool:
    """What a program can send: neither a variable nor a name."""
    return not _CODE.search(secret) and not _named(secret) and (_digit(secret, match) or secret.endswith("="))


def _url(secret: str, match: re.Match[str]) -> bool:
    """A password in a URL is one whatever it looks like, unless it stands for one."""
    user = match["user"].lower()
    return not (secret.lower() in _TRIVIAL or secret.lower() == user or re.search(r"[$%{}<>()\[\]*]", secret[:1] + secret[-1:])
                or len(set(secret)) < 3 or re.fullmatch(r"[0-9]{1,5}", secret) or _EXAMPLE.search(secret))


def _assigned(secret: str, match: re.Match[str]) -> bool:
    """A value after a word that announces one. In code a bare value can be an expression, in quotes it is what it says."""
    if not _digit(secret, match) or _CODE.search(secret) or _UUID.fullmatch(secret) or _HASH.match(secret) or _NO_SECRET.search(match["suffix"]):
        return False
    if secret.lower() in _TRIVIAL or re.fullmatch(r"[0-9:.,/%-]+[a-zA-Z]{0,2}", secret):
        return False
    return not _named(secret)


def _spoken(secret: str, match: re.Match[str]) -> bool:
    """A value in a sentence."""
    if not _digit(secret, match) or _CODE.search(secret) or _UUID.fullmatch(secret) or _HASH.match(secret):
        return False
    runs = _RUN.findall(secret)
    plain = len(runs) <= 2 and secret.isalnum() and not (len(runs[-1]) >= 2 and runs[-1].isdigit())
    return not plain and not _named(secret) and re.fullmatch(r"\d+(?:st|nd|rd|th|[a-z]{1,3})?", secret) is None


def _named(secret: str) -> bool:
    """Whether it is words and numbers joined as names are (`sha256-base64`, `settings.api_key2`, `getToken2FromStore`)."""
    runs = _RUN.findall(secret)
    words = [run for run in runs if not run.isdigit()]
    if re.search(r"[^A-Za-z0-9_./:-]", secret) or any(len(run) > 5 for run in runs if run.isdigit()):
        return False
    long = sum(len(word) for word in words if len(word) >= 3)
    joined = re.search(r"[-_./:]", secret) is not None or len(words) > 2
    return joined and all(len(word) >= 2 for word in words) and long >= 0.6 * len(secret)


CHECKS = {"": _any, "digit": _digit, "mixed": _mixed, "key": _key, "value": _value, "url": _url, "assigned": _assigned, "spoken": _spoken}
