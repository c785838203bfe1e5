"""What do INT8 vectors lose against float32, and what do they save? And from how many rows is a graph quicker than a look at each?"""

from __future__ import annotations

import json
import os
import random
import sys
from array import array

import numpy as np
from build import Texts
from measure import Report, running

from memcli.index import coding, embed, hnsw, segment, static, vector
from memcli.index.chunks import chunks
from memcli.index.manifest import Manifest

BEST = 10
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
_EXACT = """
import sys, numpy as np
rows = np.fromfile(sys.argv[1], np.float32).reshape(-1, 256)
near = rows @ np.fromfile(sys.argv[2], np.float32)
best = np.argpartition(-near, 10)[:10]
"""
_OURS = """
import json, sys
from memcli.index import coding, segment
from memcli.index.segment import Segment
part, query = Segment(sys.argv[1]), coding.question(json.loads(sys.argv[2]))
if len(sys.argv) > 3:
    from memcli.index import hnsw
    found = part.rated(hnsw.nearest(sys.argv[3], json.loads(sys.argv[4]), part, query), query)
else:
    found = part.nearest(query)
best = segment.merged([found])[:10]
"""


def against_float32(report: Report, vault: str, texts: Texts, count: int, questions: list[list[str]]) -> None:
    """Bytes on disk, recall of the exact best ten, and time, for the vectors of a vault."""
    manifest = Manifest(f"{vault}/.mem/index/manifest")
    index = vector.VectorIndex(f"{vault}/.mem/index", manifest.vectors)
    assert isinstance(index.embedder, static.Embedder)
    rows, keys = _float32(index.embedder, texts, count)
    report.title(f"INT8 against float32, {len(rows):,} vectors of {count:,} entries")
    raw, asked = f"{vault}/../float32-{count}", f"{vault}/../question-{count}"
    rows.tofile(raw)
    ours = [f"{vault}/.mem/index/{name}" for name in vector.segments(manifest.vectors)]
    disk, exact_disk = sum(map(os.path.getsize, ours)), os.path.getsize(raw)
    report.figure("bytes on disk, float32 / INT8", exact_disk / disk, f"{exact_disk / disk:7.2f}     >= 2.8: {'yes' if exact_disk / disk >= 2.8 else 'NO'}"
                  f"   {disk / 2**20:.1f} MiB with signs, scales, names and sums, against {exact_disk / 2**20:.1f} MiB of bare float32")
    right = 0
    for question in questions:
        query = np.asarray(index.query(" ".join(question)).numbers, np.float32)
        near = rows @ query
        last = np.partition(near, -BEST)[-BEST]
        found = [keys[one.path, one.chunk] for one in index.nearest(index.query(" ".join(question)))[:BEST]]
        right += int((near[found] >= last - 1e-6 * abs(last)).sum())
    recall = right / BEST / len(questions)
    report.figure("rescored recall@10 of exact float32", recall, f"{recall:7.3f}     >= 0.99: {'yes' if recall >= 0.99 else 'NO'}   {len(questions)} questions")
    query = np.asarray(index.query(" ".join(questions[0])).numbers, np.float32)
    query.tofile(asked)
    numbers = json.dumps([float(number) for number in query])
    report.compare("cold look at every vector", running([sys.executable, "-c", _OURS, ours[0], numbers]),
                   running([sys.executable, "-c", _EXACT, raw, asked]), "float32 with numpy")
    os.remove(raw)


def _float32(embedder: static.Embedder, texts: Texts, count: int) -> tuple[Floats, dict[tuple[str, int], int]]:
    """The vectors of all chunks as exact as they can be, of length 1, and the row of each (path, chunk)."""
    tokens: list[array[int]] = []
    keys: dict[tuple[str, int], int] = {}
    for path, text in texts.entries(count):
        front, body = text[4:].split("---\n", 1)
        title = front.split("title: ")[1].split("\n")[0]
        for chunk, one in enumerate(embedder.sources(title, chunks(body))):
            keys[path, chunk] = len(tokens)
            tokens.append(one)
    rows = np.concatenate(list(embed.floats(static.Table(static.folder()), embedder.lexicon, tokens)))
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows, keys


def crossover(report: Report, folder: str, sizes: list[int]) -> None:
    """A cold look at every vector against a cold walk through a graph, both from the shipped files, for so many made-up rows in groups."""
    report.title("looking at every vector against walking a graph")
    points = []
    for rows in sizes:
        place = f"{folder}/rows-{rows}"
        os.makedirs(place)
        question = _made_up(f"{place}/vectors", rows)
        part = segment.Segment(f"{place}/vectors")
        kept = hnsw.beside(place, part, None, lambda done, total: None)
        scan = [sys.executable, "-c", _OURS, f"{place}/vectors", json.dumps(question)]
        walk = [*scan, place, json.dumps(kept)]
        row = report.compare(f"{rows:,} rows", running(scan), running(walk), "the graph")
        points.append((rows, row.cpu_ms, row.cpu_ms / row.cpu_ratio))
        for name in os.listdir(place):
            os.remove(f"{place}/{name}")
    if len(points) > 1:
        (few, scan_few, walk_few), (many, scan_many, walk_many) = points[0], points[-1]
        gain = ((scan_many - scan_few) - (walk_many - walk_few)) / (many - few)
        at = few + (walk_few - scan_few) / gain if gain > 0 else float("inf")
        report.figure("crossover, rows", at, f"about {at:,.0f} rows by processor time, if straight lines go on; HNSW_FROM is {vector.HNSW_FROM:,}")


def _made_up(path: str, rows: int) -> list[float]:
    """Write a segment of so many vectors in groups, as texts lie. Returns a question near one of them."""
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((max(rows // 500, 10), static.DIMENSIONS), np.float32)
    entries: list[tuple[str, str, list[coding.Coded]]] = []
    for first in range(0, rows, 100_000):
        made = centres[rng.integers(0, len(centres), min(100_000, rows - first))]
        made += np.float32(0.9) * rng.standard_normal(made.shape, np.float32)
        most = np.abs(made).max(1)
        codes = np.rint(made / most[:, None] * 127).astype(np.int8)
        scales = most / 127 / np.linalg.norm(made, axis=1)
        found = [coding.Coded(row.tobytes(), float(scale)) for row, scale in zip(codes, scales)]
        entries += [(f"{first + at:09}.md", f"{first + at:032x}", found[at:at + 4]) for at in range(0, len(found), 4)]
    segment.write(path, "made up", entries)
    draw = random.Random(5)
    return [float(x) + draw.gauss(0, 0.9) for x in centres[0]]
