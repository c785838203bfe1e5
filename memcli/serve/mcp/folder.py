"""The memory tool of Anthropic's API as one tool: six commands on files below /memories, with the words that models were taught to expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from memcli.errors import Usage
from memcli.life import cabinet
from memcli.life.cabinet import ROOT, Cabinet, Unfit
from memcli.serve.mcp.room import Room
from memcli.serve.mcp.tool import Answer, Schema, Tool, inputs

Given = Mapping[str, Any]
LINES_MAX = 999_999
_PLACES_MAX = 200  # lines named of a text that stands too often
_NEEDS = {"view": ("path",), "create": ("path", "file_text"), "str_replace": ("path", "old_str", "new_str"), "insert": ("path", "insert_line", "insert_text"),
          "delete": ("path",), "rename": ("old_path", "new_path")}


def memory(room: Room, given: Given) -> Answer:
    """One command. Its errors are texts as well."""
    command = given["command"]
    missing = [name for name in _NEEDS[command] if name not in given and name != "new_str"]
    if missing:
        raise Usage(f"{command} needs {' and '.join(missing)}")
    if room.read_only and command != "view":
        raise Unfit(f"{command} is refused: the memory is read-only")
    try:
        return Answer(_COMMANDS[command](room, given))
    except Unfit as error:
        return Answer(error.message, failed=True)


def _view(room: Room, given: Given) -> str:
    store, path = room.store, cabinet.inside(given["path"])
    there = Cabinet(store)
    file = there.file(path)
    if file is not None:
        room.read(store, [file.entry.id])
        return _numbered(path, file.body, given.get("view_range"))
    if not there.folder(path):
        raise Unfit(f"The path {given['path']} does not exist. Please provide a valid path.")
    return _listing(path, there)


def _numbered(path: str, body: str, wanted: list[int] | None) -> str:
    lines = body.split("\n")
    if len(lines) > LINES_MAX:
        raise Unfit(f"File {path} exceeds maximum line limit of 999,999 lines.")
    first, last = (max(1, wanted[0]), len(lines) if wanted[1] == -1 else wanted[1]) if wanted else (1, len(lines))
    shown = [f"{number:6}\t{line}" for number, line in enumerate(lines[first - 1:max(last, 0)], first)]
    return "\n".join([f"Here's the content of {path} with line numbers:", *shown])


def _listing(path: str, there: Cabinet) -> str:
    """A folder two levels deep: each folder before what is in it."""
    sizes: dict[str, int] = {}
    for file in there.below(path):
        size = len(file.body.encode("utf-8", "surrogateescape"))
        parts = file.path[len(path) + 1:].split("/")
        for depth in range(min(len(parts) - 1, 2)):
            name = "/".join(parts[:depth + 1]) + "/"
            sizes[name] = sizes.get(name, 0) + size
        if len(parts) <= 2:
            sizes["/".join(parts)] = size
        sizes[""] = sizes.get("", 0) + size
    whole = sizes.pop("", 0)
    lines = [f"{_size(whole)}\t{path}", *(f"{_size(sizes[name])}\t{path}/{name}" for name in sorted(sizes, key=_in_order))]
    return "\n".join([f"Here're the files and directories up to 2 levels deep in {path}, excluding hidden items:", *lines])


def _in_order(name: str) -> list[str]:
    return name.rstrip("/").split("/")


def _size(size: int) -> str:
    """A size as `du -h` writes it."""
    power = min(max(size.bit_length() - 1, 0) // 10, 3)
    scaled = size / 1024 ** power
    return f"{int(scaled) if scaled == int(scaled) else f'{scaled:.1f}'}{'BKMG'[power]}"


def _create(room: Room, given: Given) -> str:
    cabinet.create(room.store, cabinet.inside(given["path"]), given["file_text"])
    return f"File created successfully at: {given['path']}"


def _str_replace(room: Room, given: Given) -> str:
    path, old, new, found = given["path"], given["old_str"], given.get("new_str", ""), list[str]()

    def changed(body: str) -> str:
        at = body.find(old) if old else -1
        if at < 0:
            raise Unfit(f"No replacement was performed, old_str `{old}` did not appear verbatim in {path}.")
        if body.find(old, at + 1) >= 0:
            raise Unfit(f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines: {', '.join(_places(body, old))}. "
                        "Please ensure it is unique")
        whole: str = body[:at] + new + body[at + len(old):]
        lines, line = whole.split("\n"), body.count("\n", 0, at)
        found.extend(f"{number:6}\t{lines[number - 1]}" for number in range(max(0, line - 2) + 1, min(len(lines), line + 3) + 1))
        return whole

    cabinet.rewrite(room.store, cabinet.inside(path), changed)
    return "\n".join(["The memory file has been edited. Here is the snippet showing the change (with line numbers):", *found])


def _places(body: str, old: str) -> Iterator[str]:
    """The lines on which a text stands."""
    at, line, before = body.find(old), 1, 0
    for _ in range(_PLACES_MAX):
        line, before = line + body.count("\n", before, at), at
        yield str(line)
        at = body.find(old, at + 1)
        if at < 0:
            return
    yield "..."


def _insert(room: Room, given: Given) -> str:
    at = given["insert_line"]

    def changed(body: str) -> str:
        lines = body.removesuffix("\n").split("\n") if body else []
        if not 0 <= at <= len(lines):
            raise Unfit(f"Invalid `insert_line` parameter: {at}. It should be within the range [0, {len(lines)}].")
        lines.insert(at, given["insert_text"].rstrip("\n"))
        return "\n".join(lines) + "\n"

    cabinet.rewrite(room.store, cabinet.inside(given["path"]), changed)
    return f"The file {given['path']} has been edited."


def _delete(room: Room, given: Given) -> str:
    path = cabinet.inside(given["path"])
    if path == ROOT:
        raise Unfit(f"Cannot delete the {ROOT} directory itself")
    cabinet.delete(room.store, path)
    return f"Successfully deleted {given['path']}"


def _rename(room: Room, given: Given) -> str:
    path, new = cabinet.inside(given["old_path"]), cabinet.inside(given["new_path"])
    if path == ROOT:
        raise Unfit(f"Cannot rename the {ROOT} directory itself")
    cabinet.rename(room.store, path, new)
    return f"Successfully renamed {given['old_path']} to {given['new_path']}"


_COMMANDS = {"view": _view, "create": _create, "str_replace": _str_replace, "insert": _insert, "delete": _delete, "rename": _rename}
_PATH: Schema = {"type": "string", "minLength": 1, "maxLength": 1_000}
_LONG: Schema = {"type": "string", "maxLength": 4_000_000}
TOOLS = (
    Tool("memory", "Memory", "Files below /memories that outlive the conversation. Commands: view (a directory, or a file with view_range [first, last], -1 "
         "for the end), create (path, file_text), str_replace (path, old_str, new_str), insert (path, insert_line, insert_text), delete (path), rename "
         "(old_path, new_path).",
         inputs("command", command={"type": "string", "enum": list(_NEEDS), "description": "What to do."},
                path={**_PATH, "description": "For all but rename: a path that begins with /memories."}, old_path=_PATH, new_path=_PATH,
                view_range={"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "description": "For view: lines first to last."},
                file_text={**_LONG, "description": "For create: the whole text."}, old_str={**_LONG, "description": "For str_replace: what stands there once."},
                new_str={**_LONG, "description": "For str_replace: what to put in its place."},
                insert_line={"type": "integer", "description": "For insert: after which line; 0 for the beginning."},
                insert_text={**_LONG, "description": "For insert: the text."}),
         memory, writes=True, destroys=True, again=False, mixed=True, extra=True),
)
