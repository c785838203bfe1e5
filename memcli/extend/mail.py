"""What does a message of mail say? Its headers and its text, decoded as well as can be: nothing in a message makes the rest of it unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from memcli.extend import charsets, htmltext, mailtext, plain

HEADER_CHARS, PARSED_CHARS = 8_000, 2_000  # of one header that are looked at, that the library takes apart
PEOPLE_MAX, ATTACHMENTS_MAX, PARTS_MAX = 8, 20, 500
_ID = re.compile(r"<([^<>\s]{3,300})>")
_REPLY = re.compile(r"(?:\s*(?:re|aw|sv|antw|ref|rif)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_DELIVERY = ("received", "return-path", "delivered-to", "x-original-to", "authentication-results")


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `sender` and `people` are written for a person, `address` is the sender's alone; `sent`: nothing shows that it was delivered here."""

    id: str
    thread: str
    subject: str
    sender: str
    address: str
    people: tuple[str, ...]
    at: datetime | None
    date_text: str
    text: str
    attachments: tuple[str, ...]
    sent: bool
    thrown_away: bool

    def told(self) -> str:
        """It as markdown: who wrote to whom, what is attached, and the text."""
        head = [f"**From:** {self.sender}"] if self.sender else []
        if self.people:
            more = f" and {len(self.people) - PEOPLE_MAX} more" if len(self.people) > PEOPLE_MAX else ""
            head.append(f"**To:** {', '.join(self.people[:PEOPLE_MAX])}{more}")
        if self.attachments:
            head.append(f"**Attached:** {', '.join(self.attachments)}")
        return "\n\n".join(filter(None, ("\n".join(head), self.text)))


def parsed(data: bytes, *, whole: bool = True) -> Message:
    """A message of its bytes; of a beginning when it is not `whole`. Raises what the library's parser raises on the most broken."""
    from email import message_from_bytes

    message = message_from_bytes(data, policy=_policy())
    headers = _Headers(message)
    ids = _ID.findall(headers.raw("message-id")) or [headers.raw("message-id").strip(" <>\t")[:300]]
    above = _ID.findall(headers.raw("references")) or _ID.findall(headers.raw("in-reply-to"))
    subject = headers.text("subject")
    bare = _REPLY.sub("", subject, count=1) if _REPLY.match(subject) else subject
    (sender, address), *_ = [*headers.people("from"), ("", "")]
    people = tuple(dict.fromkeys(shown for name in ("to", "cc") for shown, _ in headers.people(name)))
    found, attachments = _text(message)
    reply = bool(above) or bare != subject
    return Message(ids[0], above[0] if above else ids[0], f"Re: {bare}" if bare != subject and bare else bare, sender, address, people, headers.date(),
                   headers.raw("date"), plain.clean(mailtext.own(found, reply=reply)), tuple(attachments) if whole else (*attachments, "…"),
                   headers.sent(), headers.thrown_away())


def _policy() -> Any:
    """The library's own reading of headers, of at most PARSED_CHARS of one: its parser takes time in proportion to the square of the length."""
    from email.policy import EmailPolicy

    class Bounded(EmailPolicy):
        def header_fetch_parse(self, name: str, value: str) -> Any:
            return super().header_fetch_parse(name, value[:PARSED_CHARS])

    return Bounded()


class _Headers:
    """The headers of a message, each read by itself and as text of some kind whatever it holds."""

    def __init__(self, message: Any) -> None:
        self._all: dict[str, str] = {}
        self._first = ""
        for name, value in message.raw_items():
            text = charsets.decoded(str(value)[:HEADER_CHARS].encode("ascii", "surrogateescape"))[0] if not str(value).isascii() else str(value)[:HEADER_CHARS]
            self._first = self._first or name.lower()
            self._all.setdefault(name.lower(), " ".join(text.replace("\0", "").split()))

    def raw(self, name: str) -> str:
        """A header as it stands, unfolded; "" when there is none."""
        return self._all.get(name, "")

    def text(self, name: str) -> str:
        """A header with its encoded words read."""
        return plain.clean(_words(self.raw(name)))

    def people(self, name: str) -> Iterator[tuple[str, str]]:
        """(name and address, address) of each person that a header names."""
        from email.utils import getaddresses

        try:
            found = getaddresses([self.raw(name)])
        except Exception:  # the parser's own recursion, and what else it raises: who is named so is not known
            return
        for label, address in found:
            said = plain.clean(_words(label)).replace("*", "")
            if said or address:
                yield (f"{said} <{address}>" if said and address and said != address else said or address), address.lower()

    def date(self) -> datetime | None:
        """When it was written, in UTC."""
        from email.utils import parsedate_to_datetime

        try:
            found = parsedate_to_datetime(self.raw("date"))
            found = (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
        except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
            return None
        return found if 1970 <= found.year < 2200 else None

    def sent(self) -> bool:
        """Whether no trace of delivery is on it; of Gmail's archive (which writes its own labels first), whether it says so."""
        if self._first == "x-gm-thrid":
            return "sent" in self._labels()
        return not any(name in self._all for name in _DELIVERY)

    def thrown_away(self) -> bool:
        """Whether a program has marked it as deleted or as spam, or wrote it for itself."""
        try:
            expunged = bool(int(self.raw("x-mozilla-status") or "0", 16) & 0x8)
        except ValueError:
            expunged = False
        folder_data = "x-imap" in self._all and "FOLDER INTERNAL DATA" in self.raw("subject")
        return expunged or folder_data or bool({"spam", "trash"} & self._labels()) or self.raw("x-spam-flag").strip().upper() == "YES"

    def _labels(self) -> set[str]:
        return {word.strip().lower() for word in self.text("x-gmail-labels").split(",")}


def _words(text: str) -> str:
    """Encoded words (RFC 2047) as text."""
    from email.header import decode_header

    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except Exception:  # a broken word stays as it stands
        return text
    return "".join(part if isinstance(part, str) else charsets.decoded(part, charset or "")[0] for part, charset in parts)


def _text(message: Any) -> tuple[str, list[str]]:
    """The body's text, and the names of what is attached."""
    try:
        body = message.get_body(("plain", "html"))
    except Exception:  # a broken content type: whatever part is text
        body = None
    if body is None:
        body = next((part for part in _parts(message) if part.get_content_maintype() in ("text", "multipart") and not part.is_multipart()), None)
    names: list[str] = []
    for part in _parts(message):
        name = part.get_filename() if part is not body and not part.is_multipart() else ""
        if name and len(names) < ATTACHMENTS_MAX:
            names.append(plain.clean(_words(str(name))).replace("/", "-")[:100])
    return (_decoded(body) if body is not None else ""), names


def _parts(message: Any) -> Iterator[Any]:
    """The parts of a message, outside in, but those of mails in it."""
    todo, count = [message], 0
    while todo and count < PARTS_MAX:
        part = todo.pop()
        count += 1
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            todo += [one for one in reversed(part.get_payload()) if not isinstance(one, str)]


def _decoded(part: Any) -> str:
    """A part's text, HTML as markdown."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text = charsets.decoded(data, str(part.get_content_charset() or ""))[0].replace("\0", "")
    if part.get_content_type() == "text/html":
        return htmltext.page(text).text
    if str(part.get_param("format", "")).lower() == "flowed":
        return mailtext.flowed(text, joined=str(part.get_param("delsp", "")).lower() == "yes")
    return text
