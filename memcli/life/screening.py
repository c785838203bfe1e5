"""What of a new text may be kept? The one place where safety.secrets, safety.pii and safety.instructions are applied, before anything is written.

`screened` is for texts that are no file yet, `refuse` and `kept` for the bytes of an entry, `words` for a reason or a title given on the command
line, `said` for what stands in a commit message. No message shows a secret. What the old text held already is the person's own doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from memcli.config import Settings
from memcli.entries import text
from memcli.entries.model import Value
from memcli.errors import Refused
from memcli.life.desk import Desk
from memcli.safety import gate

NOTHING = "; nothing was written"  # how a refusal ends
_OURS = frozenset({  # fields that hold no words of a person
    "id", "created", "updated", "type", "state", "importance", "importance_by", "confidence", "valid_from", "valid_to", "event_time", "retracted", "expires",
    "pinned", "supersedes", "superseded_by", "derived_from", "archive", "memory", "flags", "sha256", "plugin", "trust",
})


@dataclass(frozen=True, slots=True)
class Screened:
    """A new text as it may be kept; `remarks` are lines for a person."""

    fields: dict[str, Value]
    body: str
    remarks: tuple[str, ...]


def screened(settings: Settings, fields: Mapping[str, Value], body: str, what: str = "the text") -> Screened:
    """A new text with its fields, redacted and flagged as the settings say. Raises Refused, naming `what`, if any, for a secret."""
    mode = settings.text("safety.secrets") if gate.secrets("\n".join((*_lines(fields), body))) else "allow"  # one look at all, as there are many texts
    if mode == "refuse":
        refuse_fields(settings, fields, what)
        where = _first(body, what)
        if where:
            raise _refusal(where, add=True)
    secrets = {secret: rule for piece in (*_lines(fields), body) for rule, secret, _ in _secrets(piece)} if mode == "redact" else {}
    found = list(dict.fromkeys(secrets.values()))
    pii = settings.text("safety.pii") == "redact"
    tidy = {_clean(name, secrets=bool(found), pii=pii): _cleaned(name, value, secrets=bool(found), pii=pii) for name, value in fields.items()}
    title = tidy.get("title")
    if isinstance(title, str):
        tidy["title"] = _uncut(title, secrets)
    body = _clean(body, secrets=bool(found), pii=pii)
    flags = _flags(settings, "\n".join((*_lines(tidy), body)))
    if flags:
        tidy["flags"] = list(dict.fromkeys([*_flags_in(tidy), *flags]))
    return Screened(tidy, body, tuple(f"{what}: a secret was left out ({rule})" for rule in found))


def refuse_fields(settings: Settings, fields: Mapping[str, Value], what: str) -> None:
    """Raise Refused, where safety.secrets says so, for a secret in fields of `what`, which is not written yet."""
    if settings.text("safety.secrets") == "refuse":
        for name, value in fields.items():
            where = next(filter(None, (_first(line, f"{what}, {name}" if what else name, start=0) for line in _leaves(name, value))), "")
            if where:
                raise _refusal(where, add=True)


def refuse(desk: Desk, data: bytes, path: str, old: bytes = b"", *, add: bool = False) -> None:
    """Raise Refused, where safety.secrets says so, for a secret in an entry's bytes that `old` does not hold."""
    where = first_new(data, path, old) if desk.settings.text("safety.secrets") == "refuse" else ""
    if where:
        raise _refusal(where, add=add)


def first_new(data: bytes, path: str, old: bytes = b"") -> str:
    """Where the first secret stands in an entry's bytes that `old` does not hold, and which it is, masked; "" for none."""
    known = known_in(old)
    return next(filter(None, (_first(piece, path, known, start) for piece, start in _pieces(data, path))), "")


def clean(desk: Desk, data: bytes, path: str, old: bytes = b"", *, add: bool = False) -> bytes:
    """An entry's bytes without what must not be written, unflagged. Raises Refused as `refuse` does."""
    refuse(desk, data, path, old, add=add)
    return _without(desk, data, path, old)


def kept(desk: Desk, data: bytes, path: str, old: bytes = b"", *, allow: bool = False) -> bytes:
    """An entry's bytes as they may be written: refused, redacted, flagged. With `allow` a secret stays, and the flags say so."""
    whole = data.decode("utf-8", "replace")
    changes: dict[str, Value | text.Remove] = {}
    if allow:
        flags = ["secret"] if any(next(_secrets(piece), None) for piece, _ in _pieces(data, path)) else []
    else:
        data, flags = clean(desk, data, path, old), []
    if desk.settings.text("safety.instructions") == "flag" or desk.settings.text("safety.pii") == "tag":
        before = _flags(desk.settings, old.decode("utf-8", "replace")) if old else []
        flags += [flag for flag in _flags(desk.settings, whole) if flag not in before]
    entry = text.read(data, path)
    listed = _flags_in(entry.meta)
    if any(flag not in listed for flag in flags):
        changes["flags"] = list(dict.fromkeys([*listed, *flags]))
        if not entry.has_id:
            changes["id"] = entry.id
    return text.edit(data, changes, path=path) if changes else data


def draft(data: bytes, old: bytes) -> bytes:
    """A draft that is kept for a person though it was refused: without the secrets that `old` does not hold, readable or not."""
    whole = data.decode("utf-8", "surrogateescape")
    return _clean(whole, secrets=True, pii=False, known=known_in(old)).encode("utf-8", "surrogateescape")


def words(desk: Desk, given: str, what: str) -> str:
    """A person's words as they may be kept: refused, redacted or as they are. `what` names them."""
    mode = desk.settings.text("safety.secrets")
    if mode == "refuse":
        where = _first(given, what)
        if where:
            raise _refusal(where)
    return _clean(given, secrets=mode == "redact", pii=desk.settings.text("safety.pii") == "redact")


def said(settings: Settings, line: str) -> str:
    """A line of a commit message, which outlives the entry: without secrets, unless all of them are allowed."""
    return _clean(line, secrets=settings.text("safety.secrets") != "allow", pii=settings.text("safety.pii") == "redact")


def shareable(settings: Settings, piece: str) -> str:
    """A text as it may be sent on: without secrets, whatever the vault itself may hold."""
    return _clean(piece, secrets=True, pii=settings.text("safety.pii") == "redact")


def remarks(settings: Settings, path: str, data: bytes) -> str:
    """What a person should know of a text that is in the vault by their own hand: its first secret, "" for none."""
    whole = data.decode("utf-8", "replace")
    if settings.text("safety.secrets") == "allow" or not gate.secrets(whole) or "secret" in _flags_in(text.read(data, path).meta):
        return ""
    return _first(whole, path)


def known_in(old: bytes) -> frozenset[str]:
    """The secrets that a text holds."""
    return frozenset(secret for piece, _ in _pieces(old, "old.md") for _, secret, _ in _secrets(piece)) if old else frozenset()


def _without(desk: Desk, data: bytes, path: str, old: bytes) -> bytes:
    """An entry's bytes with nothing that is to be redacted. Raises Refused where that would break its front matter."""
    secrets, pii = desk.settings.text("safety.secrets") == "redact", desk.settings.text("safety.pii") == "redact"
    if not pii and not (secrets and any(gate.secrets(piece) for piece, _ in _pieces(data, path))):
        return data
    known = known_in(old)
    entry = text.read(data, path)
    wanted = {name: _cleaned(name, value, secrets=secrets, pii=pii, known=known) for name, value in entry.meta.items()}
    changed: dict[str, Value | text.Remove] = {name: value for name, value in wanted.items() if value != entry.meta[name]}
    new = text.edit(data, changed, path=path) if changed else data
    raw = new.decode("utf-8", "replace")
    entry = text.read(new, path)
    body_at = len(raw) - len(entry.body) if raw.endswith(entry.body) else 0
    head, body = raw[:body_at], raw[body_at:]
    done = (_clean(head, secrets=secrets, pii=False, known=known) + _clean(body, secrets=secrets, pii=pii, known=known)).encode()
    if done != new and text.read(done, path).problem is not None:
        raise Refused(f"{path}: what is to be redacted stands where it cannot be replaced{NOTHING}", "take it out of the front matter")
    if done != data and secrets:
        desk.talk.warn(f"{path}: what looks like a secret was replaced")
    return done


def _refusal(where: str, *, add: bool = False) -> Refused:
    more = "; mem add --allow-secret writes it as it is" if add else "; MEM_SAFETY_SECRETS=allow before the command lets it pass once"
    return Refused(f"{where}{NOTHING}", f"take it out, or have such things replaced: mem config safety.secrets redact{more}")


def _first(piece: str, what: str, known: frozenset[str] = frozenset(), start: int = 1) -> str:
    """Where the first secret of a text stands, and which it is, masked; `start` is the line on which the text begins, 0 for one that has none."""
    for rule, secret, line in _secrets(piece):
        if secret not in known:
            from memcli.safety import secrets

            at = (f"{what}:{start + line - 1}" if what else f"line {line}") if start else what
            return f"{at}: this looks like a secret ({rule}: {secrets.masked(secret)})"
    return ""


def _secrets(piece: str) -> Iterator[tuple[str, str, int]]:
    """(rule, secret, line) of every secret in a text."""
    if gate.secrets(piece):
        from memcli.safety import secrets

        for one in secrets.find(piece):
            yield one.rule, piece[one.start:one.end], one.line


def _pieces(data: bytes, path: str) -> Iterator[tuple[str, int]]:
    """A file's text with the line on which it begins, then what its front matter says where YAML can hide it from a look at the text."""
    whole = data.decode("utf-8", "replace")
    yield whole, 1
    if whole.startswith(("---", "\ufeff---")):
        entry = text.read(data, path)
        for name, value in entry.meta.items():
            for line in _leaves(name, value):
                yield line, 0


def _lines(fields: Mapping[str, Value]) -> list[str]:
    """What `_leaves` says of all fields."""
    return [line for name, value in fields.items() for line in _leaves(name, value)]


def _leaves(name: str, value: Value) -> Iterator[str]:
    """Each text in a field as `name: text`, and each name in it."""
    if name in _OURS:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(key, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(name, item)
    elif value is not None and not isinstance(value, bool):
        yield f"{name}: {value}"


def _uncut(title: str, secrets: Mapping[str, str]) -> str:
    """A title without the beginning of a secret at its end: titles are cut from the text, and a secret that is cut in two is recognised no more."""
    for secret, rule in secrets.items():
        length = next((length for length in range(min(len(secret), len(title)), 5, -1) if title.endswith(secret[:length])), 0)
        if length:
            return f"{title[:-length]}[secret: {rule}]"
    return title


def _cleaned(name: str, value: Value, *, secrets: bool, pii: bool, known: frozenset[str] = frozenset()) -> Value:
    """A field's value without what is to be redacted."""
    if name in _OURS or value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, dict):
        return {_clean(key, secrets=secrets, pii=pii, known=known): _cleaned(key, inner, secrets=secrets, pii=pii, known=known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(name, item, secrets=secrets, pii=pii, known=known) for item in value]
    line = f"{name}: {value}"
    clean = _clean(line, secrets=secrets, pii=pii, known=known)
    if not clean.startswith(f"{name}: "):  # the name itself goes
        line, clean = f"{name}: {value}", f"{name}: {_clean(str(value), secrets=secrets, pii=pii, known=known)}"
    return value if clean == line else clean[len(name) + 2:]


def _clean(piece: str, *, secrets: bool, pii: bool, known: frozenset[str] = frozenset()) -> str:
    """A text without what is to be redacted."""
    if secrets and gate.secrets(piece):
        from memcli.safety.secrets import redacted

        piece = redacted(piece, known)
    if pii:
        from memcli.safety.pii import redacted as impersonal

        piece = impersonal(piece)
    return piece


def _flags_in(meta: Mapping[str, Value]) -> list[Value]:
    """The flags that front matter states."""
    present = meta.get("flags")
    return list(present) if isinstance(present, list) else [present] if present else []


def _flags(settings: Settings, piece: str) -> list[str]:
    """What is to be noted of a text."""
    flags = []
    if settings.text("safety.instructions") == "flag" and gate.instructions(piece):
        from memcli.safety import instructions

        if instructions.suspicious(piece):
            flags.append("instructions")
    if settings.text("safety.pii") == "tag":
        from memcli.safety import pii

        if pii.find(piece):
            flags.append("pii")
    return flags
