"""Embedders for tests, small enough to read: a program, an endpoint and an ONNX folder that know that a car is an automobile."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SAME = {"automobile": "car", "feline": "cat", "vessel": "ship"}
KNOWN = ("car", "cat", "ship")

PROGRAM = f'''
import json, os, sys, time
SAME, KNOWN = {SAME!r}, {KNOWN!r}
mode, log = sys.argv[1], sys.argv[2]
size = int(mode) if mode.isdigit() else 12
open(log, "a").write("started\\n")
for line in sys.stdin:
    texts = json.loads(line)["texts"]
    open(log, "a").write(f"{{len(texts)}}\\n")
    if mode == "die": sys.exit(3)
    if mode == "hang": time.sleep(60)
    if mode == "garbage": print("hello", flush=True); continue
    if mode == "few": texts = texts[:-1]
    if mode == "nan": print(json.dumps({{"vectors": [[float("nan")] * size] * len(texts)}}), flush=True); continue
    vectors = []
    for text in texts:
        words = [SAME.get(word.strip(".,"), word.strip(".,")) for word in text.lower().split()]
        vectors.append([0.0 + (KNOWN[at] in words) if at < len(KNOWN) else 0.1 * (at == len(KNOWN)) for at in range(size)])
    print(json.dumps({{"vectors": vectors}}), flush=True)
'''


def vector(text: str, size: int = 12) -> list[float]:
    """What the program answers for a text."""
    words = [SAME.get(word.strip(".,"), word.strip(".,")) for word in text.lower().split()]
    return [float(KNOWN[at] in words) if at < len(KNOWN) else 0.1 * (at == len(KNOWN)) for at in range(size)]


class Endpoint:
    """A server that speaks as OpenAI's /embeddings does. `mode`: ok, hang, garbage, redirect, a status code, or "once-" and a code."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.size = 12
        self.requests: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.hold = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Answer."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append({"path": self.path, **body})
                outer.keys.append(self.headers.get("Authorization", ""))
                status, mode = 200, outer.mode
                if mode.startswith("once-"):
                    outer.mode, status = "ok", int(mode[5:])
                elif mode.isdigit():
                    status = int(mode)
                elif mode == "hang":
                    outer.hold.wait(30)
                elif mode == "redirect":
                    status = 307
                rows = [{"index": at, "embedding": vector(text, outer.size)} for at, text in enumerate(body["input"])]
                answer = b"<html>" if mode == "garbage" else json.dumps({"data": rows[::-1]}).encode()
                self.send_response(status)
                if status == 307:
                    self.send_header("Location", f"http://127.0.0.1:{outer.server.server_port}/elsewhere")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nothing to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint that runs until the end of the block."""
    found = Endpoint()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.hold.set()
        found.server.shutdown()
        found.server.server_close()


def _field(number: int, value: bytes | int) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while True:
        found.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(found)


def _tensor_type(name: bytes, kind: int, dimensions: int) -> bytes:
    shape = b"".join(_field(1, _field(2, b"d%d" % at)) for at in range(dimensions))
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def onnx_folder(where: Path, *, first: bool = False) -> Path:
    """A sentence-transformers folder: a model that looks each token up in a table, and a tokenizer of whole words. `first`: pools by it."""
    words = ["[PAD]", "[UNK]", *KNOWN, *SAME]
    rows = [[0.0] * 8, [0.0] * 7 + [0.1]] + [[float(at == KNOWN.index(SAME.get(word, word))) for at in range(8)] for word in words[2:]]
    table = _field(1, len(words)) + _field(1, 8) + _field(2, 1) + _field(8, b"table") + _field(9, struct.pack(f"<{8 * len(words)}f", *sum(rows, [])))
    node = _field(1, b"table") + _field(1, b"input_ids") + _field(2, b"last_hidden_state") + _field(4, b"Gather")
    graph = _field(1, node) + _field(2, b"tiny") + _field(5, table) + b"".join(
        _field(11, _tensor_type(name, 7, 2)) for name in (b"input_ids", b"attention_mask")) + _field(12, _tensor_type(b"last_hidden_state", 1, 3))
    (where / "onnx").mkdir(parents=True)
    (where / "onnx" / "model.onnx").write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _field(2, 13)))
    tokenizer: dict[str, object] = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": {"type": "Lowercase"},
                 "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
                 "model": {"type": "WordLevel", "vocab": {word: at for at, word in enumerate(words)}, "unk_token": "[UNK]"}}
    (where / "tokenizer.json").write_text(json.dumps(tokenizer))
    (where / "1_Pooling").mkdir()
    (where / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": first, "pooling_mode_mean_tokens": not first}))
    return where
