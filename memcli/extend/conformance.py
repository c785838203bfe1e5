"""Does a plugin keep the contract? The suite that every plugin passes, ours and a stranger's.

    from memcli.extend.conformance import check_ingest
    assert check_ingest(my_plugin, "sample.json", expect=3) == []
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator, Mapping

from memcli.errors import PluginFailed
from memcli.extend.contracts import API_VERSION, Draft, Ingest, Rejected, Source, draft_id
from memcli.extend.intake import fault
from memcli.extend.policy_conformance import check_policy

__all__ = ["check_ingest", "check_policy"]

_GARBAGE = (b"", b"\0\1\2\xff\xfe" * 50, b"{", b"[[[[", b"null", b"{}", b"[]", b"[1, \"x\", null]", "\ufeff\u202e{}".encode(), b"---\n: : :\n---\n")


def check_ingest(plugin: Ingest, good: str, *, expect: int | None = None, options: Mapping[str, str] | None = None) -> list[str]:
    """One line per broken rule, [] when there is none.

    `good` is a file or folder the plugin reads without a rejection, `expect` the number of drafts it holds. The source is read several
    times, cut short, and replaced by garbage; a copy in another place must give the same ids.
    """
    broken = [f"lacks {name}" for name in ("name", "summary", "api_version", "read") if not hasattr(plugin, name)]
    if broken:
        return broken
    if plugin.api_version != API_VERSION:
        broken.append(f"api_version is {plugin.api_version}, not {API_VERSION}")
    try:
        broken += _good(plugin, good, expect, options or {})
    except Exception as error:
        return [*broken, f"raises {type(error).__name__} on good input: {error}"]
    return broken + list(_bad(plugin, good, options or {}))


def _read(plugin: Ingest, source: Source, options: Mapping[str, str]) -> list[Draft | Rejected]:
    return list(plugin.read(source, options))


def _good(plugin: Ingest, good: str, expect: int | None, options: Mapping[str, str]) -> list[str]:
    broken = []
    before = _snapshot(good)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        stream = plugin.read(Source.open(good), options)
        if not hasattr(stream, "__next__"):
            broken.append("read does not return an iterator: drafts must come one by one")
        first, second = list(stream), _read(plugin, Source.open(good), options)
    if out.getvalue():
        broken.append("prints; a plugin only yields")
    if _snapshot(good) != before:
        broken.append("changes its source")
    if first != second:
        broken.append("reads the same source differently the second time")
    drafts = [one for one in first if isinstance(one, Draft)]
    broken += [f"yields a {type(one).__name__}, neither a draft nor a rejection" for one in first if not isinstance(one, (Draft, Rejected))]
    broken += [f"{one.position}: a position that leads out of the source" for one in drafts if _leads_out(one.position)]
    broken += [f"rejects {one.position} of good input: {one.reason}" for one in first if isinstance(one, Rejected)]
    broken += [f"{one.position}: {wrong}" for one in drafts if (wrong := fault(one))]
    ids = _ids(plugin, first)
    if len(set(ids)) != len(ids):
        broken.append("two drafts have the same source and position")
    if expect is not None and len(drafts) != expect:
        broken.append(f"yields {len(drafts)} drafts of {expect}")
    with tempfile.TemporaryDirectory() as folder:
        moved = os.path.join(folder, os.path.basename(good.rstrip("/")))
        _copy(good, moved)
        if _ids(plugin, _read(plugin, Source.open(moved), options)) != ids:
            broken.append("gives other ids when the source lies elsewhere")
    return broken


def _ids(plugin: Ingest, pieces: list[Draft | Rejected]) -> list[str]:
    """The ids of the drafts that keep the contract so far."""
    return [draft_id(plugin.name, one) for one in pieces if isinstance(one, Draft) and not fault(one)]


def _leads_out(position: object) -> bool:
    return isinstance(position, str) and (position.startswith("/") or ".." in position.split("/"))


def _bad(plugin: Ingest, good: str, options: Mapping[str, str]) -> Iterator[str]:
    """Garbage, and the good file cut short, may only be rejected or end in PluginFailed."""
    samples = list(_GARBAGE)
    if os.path.isfile(good):
        with open(good, "rb") as file:
            whole = file.read()
        samples += [whole[:len(whole) * part // 7] for part in range(1, 7)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input" + os.path.splitext(good)[1])
        for sample in samples:
            with open(path, "wb") as file:
                file.write(sample)
            try:
                for one in _read(plugin, Source.open(path), options):
                    if not isinstance(one, (Draft, Rejected)):
                        yield f"yields a {type(one).__name__}, neither a draft nor a rejection, on {sample[:20]!r}"
            except PluginFailed:
                continue
            except Exception as error:
                yield f"raises {type(error).__name__} on {sample[:20]!r}: {error}"


def _snapshot(path: str) -> list[tuple[str, int, int]]:
    found = []
    for folder, _, names in os.walk(path) if os.path.isdir(path) else [(os.path.dirname(path), [], [os.path.basename(path)])]:
        for name in names:
            info = os.lstat(os.path.join(folder, name))
            found.append((os.path.join(folder, name), info.st_size, info.st_mtime_ns))
    return sorted(found)


def _copy(source: str, target: str) -> None:
    import shutil

    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy(source, target)
