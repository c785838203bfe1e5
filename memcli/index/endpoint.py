"""How does an endpoint embed texts? POST {address}/embeddings with {"model", "input"}, as OpenAI's API and many servers have it.

Redirections are not followed, so that neither texts nor the key reach a place that nobody named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from http.client import HTTPException
from typing import IO, Any
from urllib import error, request

from memcli import clock
from memcli.index.outside import Outside
from memcli.index.static import Missing

_ANSWER_MAX = 512 * 1024 * 1024  # bytes
_PIECE = 65_536
_AGAIN = (408, 429, 500, 502, 503, 504)  # status codes after which asking once more may help
_ADDRESS = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_UNREACHED = "check the address and that the server runs, then mem index"


class _Stay(request.HTTPRedirectHandler):
    """Takes a redirection as a failure."""

    def redirect_request(self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        """Nowhere."""


class Endpoint(Outside):
    """The embedder `http://...` or `https://...`. `key` is "" for none; `key_env` is the variable it came from."""

    def __init__(self, name: str, model: str, key_env: str, key: str, timeout_s: float, batch: int) -> None:
        super().__init__(name, model, batch)
        self._model = model
        self._key_env, self._key = key_env, key
        self._timeout_s = timeout_s
        self._plain = _ADDRESS.fullmatch(name) is not None
        if not self._plain:  # what may hold a secret is neither shown nor kept
            self.name = self.id = name.partition("://")[0] + "://..."

    def ask(self, texts: list[str], *, question: bool) -> Sequence[Sequence[float]]:
        """The vectors of texts; asked twice when the first try met a busy or absent server, once when it ran out of time."""
        if not self._plain:
            raise Missing("has more in its address than host, port and path; keep keys in a variable that embedder.key_env names")
        if self._key_env and not self._key:
            raise Missing(f"needs the variable {self._key_env} (embedder.key_env), which is empty; set it, then mem index")
        try:
            try:
                answer = self._post(texts)
            except (error.URLError, HTTPException, OSError) as failed:
                if not _passing(failed):
                    raise
                answer = self._post(texts)
            rows = json.loads(answer)["data"]
            return [row["embedding"] for row in sorted(rows, key=lambda row: int(row.get("index", 0)))]
        except error.HTTPError as failed:
            failed.close()
            if failed.code in (401, 403):
                raise Missing(f"refused the key ({failed.code}); check the variable that embedder.key_env names, then mem index") from None
            raise Missing(f"answered {failed.code}; {_UNREACHED}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Missing("did not answer as an embeddings endpoint does; check the address, it should end before /embeddings") from None
        except (HTTPException, OSError) as failed:
            why = "did not answer in time (embedder.timeout_s)" if _late(failed) else f"cannot be reached ({getattr(failed, 'reason', failed)})"
            raise Missing(f"{why}; {_UNREACHED}") from None

    def _post(self, texts: list[str]) -> bytes:
        body: dict[str, object] = {"input": texts}
        if self._model:
            body["model"] = self._model
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "mem"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        wanted = request.Request(self.name.rstrip("/") + "/embeddings", json.dumps(body).encode(), headers, method="POST")
        with request.build_opener(_Stay).open(wanted, timeout=self._timeout_s) as answer:
            data, until = bytearray(), clock.monotonic_s() + self._timeout_s
            while piece := answer.read1(_PIECE):
                data += piece
                if clock.monotonic_s() > until:
                    raise TimeoutError
                if len(data) > _ANSWER_MAX:
                    raise ValueError("too long")
            return bytes(data)


def _late(failed: BaseException) -> bool:
    return isinstance(failed, TimeoutError) or isinstance(getattr(failed, "reason", None), TimeoutError)


def _passing(failed: BaseException) -> bool:
    """Whether a second try may fare better: a busy server, a broken connection; not one that was waited for in vain."""
    if isinstance(failed, error.HTTPError):
        failed.close()
        return failed.code in _AGAIN
    return not _late(failed)
