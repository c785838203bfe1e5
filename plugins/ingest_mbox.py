"""Reads mail: mbox files, maildir folders, single messages (.eml), and folders of these. One event per message, its thread as session.

Only text comes in: attachments by name alone, quotations, signatures and footers left out with a mark. Mail is a stranger's text (trust web); with
`me=ADDRESS` mail that you sent is yours: from that address, and without the marks that delivery leaves, as anybody can write your name into a header.
Mail that was thrown away, or taken for spam, by a program that says so in the message or by its folder's name, is passed over.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend import choices, mail, sections
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

if TYPE_CHECKING:
    from typing import BinaryIO

name = "mbox"
summary = "Mail: an mbox file, a maildir, .eml files, or a folder of them."
api_version = API_VERSION
apart = True
bulk = True

MESSAGE_BYTES = 8 * 1024 * 1024  # of one message that are looked at: its text stands before its attachments
_LINE = 1 << 16
_BEGIN = re.compile(rb"From .{0,200}?[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d(:\d\d)?\b")
_HEADER = re.compile(rb"[!-9;-~]{1,80}:(\s|$)")
_QUOTED = re.compile(rb">+From ")
_THROWN_AWAY = re.compile(r"(?:^|[/.])(?:trash|junk|spam|deleted[ _-](?:items|messages)|papierkorb)(?:[/.]|$)", re.IGNORECASE)
_OTHER = (".msf", ".dat", ".sqlite", ".json", ".lock", ".db", ".log", ".index", ".cache", ".zip", ".gz")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """The messages in order. Position: the Message-ID; where there is none, a sum of the message."""
    choices.only(name, options, "me")
    mine = frozenset(word.lower() for word in choices.words(options, "me"))
    for relative in _files(source) if source.is_folder else [""]:
        shown = relative or source.name
        seen: dict[bytes, bytes] = {}  # of this file alone, as others read the other files
        try:
            with source.stream(relative) as stream:
                for number, data, whole in _messages(stream, shown, lone=bool(relative)):
                    yield from _message(data, f"{shown} message {number}", number, mine, seen, whole=whole)
        except PluginFailed as error:
            yield Rejected(shown, error.message)


def _files(source: Source) -> Iterator[str]:
    """The messages of maildirs (cur and new, folders too), and files that may be mailboxes."""
    for relative in source.files(hidden=True):
        folder, _, file = relative.rpartition("/")
        kind = folder.rpartition("/")[2]
        if file.startswith(".") or kind == "tmp" or file.lower().endswith(_OTHER) or _THROWN_AWAY.search(relative):
            continue
        if kind in ("cur", "new"):
            if "T" not in file.partition(":2,")[2]:  # thrown away
                yield relative
        elif not f"/{relative}".count("/.") and not file.startswith(("dovecot", "maildir", "subscriptions")):
            yield relative


def _messages(stream: BinaryIO, shown: str, *, lone: bool) -> Iterator[tuple[int, bytes, bool]]:
    """(number, the message, whether it is all of it), one by one. Raises PluginFailed for what is no mail; `lone`: other files lie beside it."""
    number, size, whole = 0, 0, True
    begun = fresh = True
    taken = io.BytesIO()
    while line := stream.readline(_LINE):
        if fresh and line.startswith(b"From ") and (not size and not number or _BEGIN.match(line)):
            if size:
                yield number, taken.getvalue(), whole
            number, size, whole, taken = number + 1, 0, True, io.BytesIO()
        elif begun and not number and not line.strip():
            continue
        else:
            if not number:
                if not _HEADER.match(line.removeprefix(b"\xef\xbb\xbf")):
                    raise PluginFailed(f"{shown} is no mail: neither a mailbox nor a message", "give an mbox file, a maildir or an .eml file")
                number = 1
            begun = False
            if size < MESSAGE_BYTES:
                taken.write(line[1:] if fresh and _QUOTED.match(line) else line)
            else:
                whole = False
            size += len(line)
        fresh = line.endswith(b"\n")
    if size:
        yield number, taken.getvalue(), whole
    elif not number and not lone:
        raise PluginFailed(f"{shown} is empty")


def _message(data: bytes, where: str, number: int, mine: frozenset[str], seen: dict[bytes, bytes], *, whole: bool) -> Iterator[Draft | Rejected]:
    """The entries of one message; several for a long one, none for one that was read before or thrown away."""
    try:
        message = mail.parsed(data, whole=whole)
    except Exception as error:  # the library's parsers raise many kinds on what strangers write
        yield Rejected(where, f"cannot be read: {type(error).__name__}")
        return
    if message.thrown_away:
        return
    if not message.text and not message.subject and not message.attachments:
        yield Rejected(where, "holds neither a subject nor text")
        return
    gist = _sum(message.text[:200], message.subject)
    own = message.id or f"sum {_sum(message.date_text, message.sender, message.subject, message.text).hex()}"
    before = seen.setdefault(_sum(own), gist)
    if before is not gist and before == gist:
        return  # a second copy: by a list, or from another folder
    position = own if before is gist else f"{own} {gist.hex()[:12]}"
    trust = "user" if message.address in mine and message.sent else "web"
    like = Draft(body="", source="mail", position=position.replace("/", "-"), title=message.subject or f"Mail from {message.sender or 'nobody'}", type="event",
                 created=message.at, valid_from=message.at, uri=f"mid:{message.id}" if message.id else "", session=message.thread or own, message=message.id,
                 span=f"message {number}", trust=trust)
    yield from sections.drafts(sections.numbered(message.told() or message.subject), like, unit="")


def _sum(*words: Any) -> bytes:
    return hashlib.sha256("\0".join(map(str, words)).encode("utf-8", "replace")).digest()[:12]
