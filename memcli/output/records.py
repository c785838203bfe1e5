"""The versioned JSON contract: one function per shape, each described by a file in schemas/.

`format_version` is 1; a key is never removed or renamed under the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from memcli.entries.model import Entry

if TYPE_CHECKING:
    from memcli.config import Settings
    from memcli.entries.history import Record
    from memcli.extend.places import Place
    from memcli.extend.registry import Known
    from memcli.index.hit import Part
    from memcli.index.manifest import Row
    from memcli.index.view import Status
    from memcli.life.doctor import Problem
    from memcli.life.exchange import Sent
    from memcli.life.export.fusing import Fused
    from memcli.life.picture import Picture
    from memcli.life.sifting import Report
    from memcli.life.supersede import Dispute
    from memcli.life.syncing import Synced
    from memcli.life.taking import Taken
    from memcli.life.waiting import Waiting
    from memcli.measure.run import Evaluation
    from memcli.measure.run import Row as Asked
    from memcli.search.context import Block
    from memcli.search.related import Related
    from memcli.search.run import Found, Hit
    from memcli.serve.watch import Event
    from memcli.store import Changed

VERSION = 1
Shape = dict[str, Any]


def error(code: str, message: str, hint: str, exit_status: int) -> Shape:
    """schemas/error.schema.json"""
    return {"format_version": VERSION, "error": {"code": code, "message": message, "hint": hint, "exit_status": exit_status}}


def added(changed: Changed) -> Shape:
    """schemas/add.schema.json"""
    id_, path = changed.entries[0]
    return {"format_version": VERSION, "id": id_, "path": path, "commit": changed.commit or None, "supersedes": [older for older, _ in changed.entries[1:]]}


def changed(change: Changed) -> Shape:
    """schemas/changed.schema.json: set, edit, forget, restore, purge, undo"""
    return {"format_version": VERSION, "entries": [{"id": id_, "path": path} for id_, path in change.entries], "commit": change.commit or None}


def entry(one: Entry) -> Shape:
    """schemas/entry-record.schema.json: show"""
    return {"format_version": VERSION, "id": one.id, "title": one.title, "type": one.type, "state": one.state, "created": one.created or None,
            "updated": one.updated or None, "path": one.path, "tags": list(one.tags), "front_matter": dict(one.meta), "body": one.body,
            "problem": one.problem.message if one.problem else None}


def row(one: Row) -> Shape:
    """One element of schemas/list.schema.json."""
    return {"id": one.id, "title": one.title, "type": one.type, "state": one.state, "created": one.created or None, "updated": one.updated or None,
            "path": one.path, "tags": list(one.tags)}


def listing(rows: Iterable[Row]) -> Shape:
    """schemas/list.schema.json"""
    return {"format_version": VERSION, "entries": [row(one) for one in rows]}


def record(one: Record) -> Shape:
    """One element of schemas/log.schema.json."""
    return {"commit": one.commit, "date": one.date, "author": one.author, "subject": one.subject, "verb": one.verb or None, "run": one.run or None,
            "undoes": one.undoes or None, "moves": list(one.moves)}


def log(found: Iterable[Record]) -> Shape:
    """schemas/log.schema.json"""
    return {"format_version": VERSION, "commits": [record(one) for one in found]}


def doctor(problems: Iterable[Problem]) -> Shape:
    """schemas/doctor.schema.json"""
    found = [{"code": one.code, "path": one.path or None, "message": one.message, "hint": one.hint, "fixed": one.fixed} for one in problems]
    return {"format_version": VERSION, "ok": all(one["fixed"] for one in found), "problems": found}


def synced(done: Synced) -> Shape:
    """schemas/sync.schema.json"""
    return {"format_version": VERSION, "remote": done.remote or None, "away": done.away or None, "recorded": done.recorded, "taken": done.taken,
            "given": done.given, "changed": done.changed, "conflicts": [{"path": path, "reason": reason} for path, reason in done.conflicts],
            "commit": done.commit or None}


def watched(event: Event) -> Shape:
    """schemas/watch.schema.json: one line of mem watch"""
    noticed = event.noticed
    return {"format_version": VERSION, "event": event.kind, "how": event.how or None, "entries": noticed.entries, "added": noticed.added,
            "changed": noticed.changed, "gone": noticed.gone, "anew": noticed.anew, "paths": list(event.paths), "commit": event.commit or None,
            "message": event.text or None, "hint": event.hint or None}


def hooks(top: str, folder: str, kind: str, done: Iterable[tuple[str, str]], waiting: int, problems: Iterable[Problem] = ()) -> Shape:
    """schemas/hooks.schema.json"""
    return {"format_version": VERSION, "repository": top or None, "folder": folder or None, "kind": kind,
            "hooks": [{"name": name, "state": state} for name, state in done], "waiting": waiting, "problems": doctor(problems)["problems"]}


def settings(known: Settings) -> Shape:
    """schemas/settings.schema.json"""
    return {"format_version": VERSION, "settings": [{"name": name, "value": value, "origin": known.origins[name]} for name, value in known.values.items()]}


def founded(root: str, entries: int, adopted: int, commit: str) -> Shape:
    """schemas/init.schema.json"""
    return {"format_version": VERSION, "vault": root, "entries": entries, "adopted": adopted, "commit": commit or None}


def hit(one: Hit) -> Shape:
    """One element of schemas/search.schema.json."""
    shape: Shape = {"id": one.id, "title": one.title, "type": one.type, "state": one.state, "created": one.created or None, "path": one.path,
                    "line": one.line, "end": one.end, "block": one.block or None, "score": round(one.score, 6), "snippet": one.snippet}
    if one.shares:
        shape["signals"] = [{"signal": share.signal, "weight": share.weight, "value": round(share.value, 6), "contribution": round(share.contribution, 6)}
                            for share in one.shares]
    if one.factors:
        shape["prior"] = [{"name": factor.name, "value": round(factor.value, 6), "factor": round(factor.factor, 6)} for factor in one.factors]
    if one.terms:
        shape["terms"] = [_term(term) for term in one.terms]
    return shape


def _term(one: Part) -> Shape:
    return {"field": one.field, "term": one.term, "tf": one.tf, "df": one.df, "idf": round(one.idf, 6), "length": one.length,
            "average_length": round(one.average, 3), "boost": one.boost, "contribution": round(one.contribution, 6)}


def context(query: str, budget: int, tokens: int, blocks: Iterable[Block], text: str, nonce: str) -> Shape:
    """schemas/context.schema.json"""
    from memcli.search.context import flagged, trust

    return {"format_version": VERSION, "query": query, "budget": budget, "tokens": tokens, "text": text, "nonce": nonce,
            "blocks": [{"id": block.entry.id, "title": block.entry.title, "type": block.entry.type, "state": block.entry.state,
                        "moment": block.moment or None, "path": block.entry.path, "score": round(block.score, 6),
                        "trust": trust(block.entry), "flagged": flagged(block.entry),
                        "passages": [{"line": one.start, "end": one.end, "text": one.text} for one in block.passages]} for block in blocks]}


def related(one: Related) -> Shape:
    """One element of schemas/related.schema.json."""
    match = one.match
    return {"id": match.id, "title": match.title, "type": match.type, "state": match.state, "created": match.created or None, "path": match.path,
            "linked": one.linked, "score": round(one.score, 6), "reasons": list(one.reasons)}


def near(id_: str, found: Iterable[Related]) -> Shape:
    """schemas/related.schema.json"""
    return {"format_version": VERSION, "id": id_, "related": [related(one) for one in found]}


def conflicts(found: Iterable[Dispute]) -> Shape:
    """schemas/conflicts.schema.json"""
    return {"format_version": VERSION, "conflicts": [
        {"key": one.slot, "reason": one.reason, "implied": one.implied, "run": one.run, "entries": [
            {"id": entry.id, "title": entry.title, "path": entry.path, "created": entry.created or None, "valid_from": entry.meta.get("valid_from"),
             "confidence": entry.meta.get("confidence"), "value": value, "body": entry.body.strip()} for entry, value in zip(one.entries, one.values)]}
        for one in found]}


def happened(one: Row) -> Shape:
    """One element of schemas/timeline.schema.json."""
    return {"moment": one.moment or one.created, **row(one)}


def timeline(rows: Iterable[Row]) -> Shape:
    """schemas/timeline.schema.json"""
    return {"format_version": VERSION, "entries": [happened(one) for one in rows]}


def found(query: str, result: Found) -> Shape:
    """schemas/search.schema.json"""
    sure = result.confidence
    gate = sure and {"rung": sure.rung, "low": sure.low, "coverage": round(sure.coverage, 4),
                     "gap": sure.gap and round(sure.gap, 4), "missing": list(sure.missing)}
    return {"format_version": VERSION, "query": query, "scanned": result.scanned, "gate": gate, "hits": [hit(one) for one in result.hits]}


def ingested(report: Report) -> Shape:
    """schemas/ingest.schema.json"""
    return {"format_version": VERSION, "added": len(report.added), "updated": len(report.updated), "waiting": report.waiting,
            "confirmed": report.confirmed, "duplicate": report.duplicate, "older": report.older, "redacted": report.redacted, "expired": report.expired,
            "refused": len(report.refused), "reasons": [{"position": position, "reason": reason} for position, reason in report.refused],
            "entries": [{"id": id_, "path": path} for id_, path in (*report.added, *report.updated)], "commit": report.commit or None}


def gathered(places: Iterable[Place], answers: Mapping[str, bool], reports: Iterable[tuple[str, Report]]) -> Shape:
    """schemas/ingest-auto.schema.json"""
    return {"format_version": VERSION,
            "places": [{"plugin": one.plugin, "path": one.path, "files": one.files, "size_bytes": one.size_bytes, "whole": one.whole,
                        "read": answers.get(f"{one.plugin} {one.path}")} for one in places],
            "runs": [{"plugin": plugin, "report": ingested(report)} for plugin, report in reports]}


def waiting(found: Iterable[Waiting]) -> Shape:
    """schemas/waiting.schema.json"""
    return {"format_version": VERSION, "waiting": [
        {"id": one.id, "title": one.title, "path": one.path, "plugin": one.plugin, "position": one.position, "novelty": one.novelty, "until": one.until,
         "text": one.text} for one in found]}


def plugins(found: Iterable[Known]) -> Shape:
    """schemas/plugins.schema.json"""
    return {"format_version": VERSION, "plugins": [
        {"kind": one.kind.short, "name": one.name, "origin": one.origin, "where": one.where, "state": one.state,
         "sha256": one.local.sha256 if one.local else None} for one in found]}


def sent(one: Sent) -> Shape:
    """schemas/export.schema.json"""
    return {"format_version": VERSION, "format": one.format, "dest": one.dest, "files": one.files, "size_bytes": one.size,
            "left_out": [{"path": path, "reason": reason} for path, reason in one.refused]}


def report(one: Picture, dest: str, size: int) -> Shape:
    """schemas/report.schema.json"""
    return {"format_version": VERSION, "dest": dest, "size_bytes": size, "entries": one.entries, "listed": len(one.shown), "links": len(one.links),
            "fading": len(one.fading), "masked": one.masked, "cut": sum(shown.cut for shown in one.shown)}


def taken(one: Taken) -> Shape:
    """schemas/import.schema.json: import, bundle load"""
    return {"format_version": VERSION, "added": _pairs(one.added), "replaced": _pairs(one.replaced), "files": list(one.files), "same": one.same,
            "conflicts": _disputes(one.conflicts), "refused": [{"position": where, "reason": reason} for where, reason in one.refused],
            "commit": one.commit or None}


def bundle(name: str, head: Shape) -> Shape:
    """schemas/bundle.schema.json: bundle inspect"""
    told = ("tool", "created", "by", "whole", "counts", "types", "first", "last", "digest")
    return {"format_version": VERSION, "name": name, **{key: head[key] for key in told},
            "members": [{"name": member["name"], "size_bytes": member["size"], "sha256": member["sha256"]} for member in head["members"]]}


def fused(one: Fused) -> Shape:
    """schemas/fuse.schema.json: bundle fuse"""
    return {"format_version": VERSION, "entries": one.entries, "both": one.both, "conflicts": _disputes(one.conflicts)}


def _pairs(found: Iterable[tuple[str, str]]) -> list[Shape]:
    return [{"id": id_, "path": path} for id_, path in found]


def _disputes(found: Iterable[tuple[str, str, str]]) -> list[Shape]:
    return [{"id": id_ or None, "path": path, "reason": reason} for id_, path, reason in found]


def index(state: Status) -> Shape:
    """schemas/index.schema.json"""
    return {"format_version": VERSION, "entries": state.entries, "pending": state.pending, "unseen": state.unseen, "size_bytes": state.size_bytes,
            "no_vector": state.waiting}


def memory_status(rows: Iterable[Row], state: Status, profile: str, *, read_only: bool) -> Shape:
    """schemas/memory-status.schema.json: the tool of mem mcp"""
    from collections import Counter

    here = [row for row in rows if row.state != "forgotten"]
    newest = max((row.updated or row.created for row in here), default="")
    return {"format_version": VERSION, "entries": len(here), "types": dict(sorted(Counter(row.type for row in here).items())),
            "states": dict(sorted(Counter(row.state for row in here).items())), "updated": newest or None,
            "pending": state.pending, "size_bytes": state.size_bytes, "profile": profile, "read_only": read_only}


def evaluated(found: Evaluation) -> Shape:
    """schemas/eval.schema.json"""
    from memcli.measure import metrics

    took = [row.took_s * 1000 for row in found.rows]
    grains = {"turn.frac@10": [row.turn["frac@10"] for row in found.rows if row.turn], "session.any@5": [row.entry["any@5"] for row in found.rows]}
    return {"format_version": VERSION, "dataset": found.dataset, "questions": len(found.rows), "skipped": dict(sorted(found.skipped.items())),
            **found.table(), "by_category": {category: found.table(category) for category in found.categories()},
            "intervals": {name: list(metrics.interval(values)) for name, values in grains.items() if values},
            "latency_ms": {"p50": round(metrics.percentile(took, 0.5), 1), "p99": round(metrics.percentile(took, 0.99), 1)}}


def measured(one: Asked) -> Shape:
    """One line of mem eval --per-question."""
    return {"id": one.question.id, "question": one.question.text, "category": one.question.category, "turn": dict(one.turn) or None,
            "session": dict(one.entry), "ms": round(one.took_s * 1000, 1)}
