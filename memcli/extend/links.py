"""Which addresses may be kept? Those of pages and people, without what runs, what holds data, and without passwords."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

ADDRESS_CHARS = 2_000
SCHEMES = ("http", "https", "ftp", "mailto", "gemini", "gopher")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>\"`\\]")


def address(text: str) -> str:
    """An address as it may be kept: "" for one of another scheme (javascript:, data:, a browser's own), one too long or broken. A user name and password in
    it are left out, spaces and brackets are written as %20 and so on, so that it can stand in a markdown link.
    """
    text = text.strip()
    if not text or len(text) > ADDRESS_CHARS:
        return ""
    try:
        parts = urlsplit(text)
        scheme, place = parts.scheme.lower(), parts.netloc.rpartition("@")[2]
        if scheme not in SCHEMES or scheme != "mailto" and not (place and parts.hostname):
            return ""
        whole = urlunsplit((scheme, place, *parts[2:]))
    except ValueError:
        return ""
    whole = whole.encode("utf-8", "replace").decode("utf-8")
    return _UNSEEN.sub(lambda match: quote(match[0]), whole).replace("(", "%28").replace(")", "%29").replace("[", "%5B").replace("]", "%5D")
