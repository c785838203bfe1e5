"""`make bench`: what the shipped command costs, as ratios against something run beside it. Absolute times are for orientation only.

    python tests/bench/bench.py [--sizes 1000,10000] [--parts search,served,vectors,peers,index,add,crossover] [--plot cost.svg] [--json]
    make bench SIZES=1000,10000 PARTS=search,index PLOT=cost.svg

Every row is the median of alternating runs (A B A B ...), whole processes, output to a pipe; beside the ratio by the clock stands that of
processor time, which a busy machine disturbs less. The crossover is measured by name only (`PARTS=crossover ROWS=100000,1000000`): it
writes and joins many made-up vectors first.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers
import plot
import searching
import serving
import vectors
import writing
from build import Texts, build
from measure import MEM, PASS, Report, once

PARTS = ("index", "search", "served", "vectors", "add", "peers", "crossover")
USUAL = PARTS[:-1]
ASKED = 200  # questions of the recall


def main() -> None:
    """Run the bench."""
    chosen = options()
    report = Report(chosen.runs, quiet=chosen.json)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        for name in [name for name in os.environ if name.startswith(("MEM_", "XDG_", "GIT_"))]:
            del os.environ[name]
        place = chosen.keep or folder
        curves = measured(report, chosen, place, folder)
        if "crossover" in chosen.parts:
            vectors.crossover(report, folder, chosen.rows)
    if chosen.plot and curves:
        with open(chosen.plot, "w", encoding="utf-8") as file:
            file.write(plot.svg(curves, "one search, milliseconds by number of entries"))
    if chosen.json:
        print(report.to_json())


def options() -> argparse.Namespace:
    """What was asked for."""
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.replace("_", "").split(",")]

    def parts(text: str) -> list[str]:
        found = text.split(",")
        if not {*found} <= {*PARTS}:
            raise argparse.ArgumentTypeError(f"parts are {', '.join(PARTS)}")
        return found

    parser = argparse.ArgumentParser(description="What the shipped command costs.")
    parser.add_argument("--sizes", type=numbers, default=[1_000, 10_000, 100_000], help="entries of each vault")
    parser.add_argument("--parts", type=parts, default=list(USUAL), help=f"any of {','.join(PARTS)}; all but the last unless told")
    parser.add_argument("--rows", type=numbers, default=[100_000, 300_000], help="vectors of the crossover")
    parser.add_argument("--runs", type=int, default=11, help="pairs of each comparison")
    parser.add_argument("--plot", default="", help="write the cost by size to this SVG file")
    parser.add_argument("--json", action="store_true", help="print JSON, and the table on stderr")
    parser.add_argument("--peer", action="append", default=[], help="NAME=COMMAND with {question}: another semantic tool")
    parser.add_argument("--keep", default="", help="make the vaults in this folder and leave them there")
    return parser.parse_args()


def measured(report: Report, chosen: argparse.Namespace, place: str, home: str) -> searching.Curves:
    """Every part that needs vaults. Returns the cost of a search by size."""
    curves: searching.Curves = {}
    vaults: dict[int, tuple[str, Texts]] = {}
    if not {*chosen.parts} - {"crossover"}:
        return curves
    report.title("the command alone")
    report.compare("mem --version", lambda _: once([MEM, "--version"], home), lambda _: once(PASS, home), budget=8)
    for entries in chosen.sizes:
        vault = os.path.join(place, str(entries))
        vaults[entries] = vault, build(vault, entries, index="index" not in chosen.parts)
        if "index" in chosen.parts:
            report.say("")
            writing.indexing(report, vault, entries)
        questions = vaults[entries][1].questions(max(chosen.runs, 8))
        if "search" in chosen.parts:
            searching.searches(report, vault, entries, questions, curves)
    if "search" in chosen.parts and len(vaults) > 1:
        small, large = min(vaults), max(vaults)
        searching.growth(report, vaults[small][0], vaults[large][0], f"{large:,} entries against {small:,}", 2 if large <= 100_000 else None,
                         vaults[large][1].questions(chosen.runs))
    for entries, (vault, _) in vaults.items():
        if "vectors" in chosen.parts:
            fresh = Texts(entries)
            vectors.against_float32(report, vault, fresh, entries, fresh.questions(ASKED))
        if "served" in chosen.parts and entries == 10_000:
            serving.served(report, vault, entries, Texts(entries).questions(serving.ASKED))
        if "add" in chosen.parts and entries == 10_000:
            writing.adding(report, vault, entries)
    if "peers" in chosen.parts:
        entries = max((size for size in vaults if size <= 10_000), default=min(vaults))
        fresh = Texts(entries)
        peers.compared(report, vaults[entries][0], fresh, entries, home, chosen.peer, fresh.questions(8))
    return curves


if __name__ == "__main__":
    main()
