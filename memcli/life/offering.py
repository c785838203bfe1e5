"""Which memories may help to write this commit message? A few that fit the files and the branch, as comment lines at the end of git's template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memcli.entries import atomic
from memcli.entries.git import Git
from memcli.errors import UserError

if TYPE_CHECKING:
    from memcli.store import Store

LIMIT = 3
_FILES = 20
_COMMON = frozenset(("src", "lib", "test", "tests", "main", "master", "init", "index", "readme", "feature", "fix", "py", "js", "ts", "md", "txt", "json",
                     "yaml", "yml", "toml", "html", "css", "go", "rs"))


def offer(store: Store, folder: str, file: str) -> int:
    """Add what fits to a commit message's template; returns how many entries were offered. Nothing is added where git would keep comments."""
    git = Git(folder, store.env)
    if git.call("config", "--get", "commit.cleanup", accept=(0, 1)).strip() in (b"verbatim", b"whitespace"):
        return 0
    try:
        data = atomic.read(file, 1 << 20)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}", "git calls this with its template; mem man hooks") from None
    mark = git.call("config", "--get", "core.commentChar", accept=(0, 1)).decode("utf-8", "replace").strip() or "#"
    mark = "#" if mark == "auto" else mark
    if not any(line.startswith(mark) for line in data.decode("utf-8", "replace").split("\n")):
        return 0  # no hints of git's own: comments would stay
    words = _words(git, store.env.get("GIT_INDEX_FILE", ""), folder)
    hits = store.search(" ".join(words), limit=LIMIT).hits if words else []
    lines = [f"{mark}   {hit.id[-6:]}  {(hit.created or '')[:10]}  {' '.join(filter(str.isprintable, hit.title.split()))[:100]}" for hit in hits]
    if lines:
        added = "\n".join([mark, f"{mark} Related memories (mem show ID):", *lines, ""])
        atomic.write(file, data + (b"" if data.endswith(b"\n") else b"\n") + added.encode("utf-8", "replace"), durable=False)
    return len(lines)


def _words(git: Git, index: str, folder: str) -> list[str]:
    """What a commit seems to be about: the words in the names of its files and of the branch."""
    if index:
        git.env["GIT_INDEX_FILE"] = index if index.startswith("/") else f"{folder}/{index}"
    staged = git.call("diff", "--cached", "--name-only", "-z", "--no-ext-diff", "--no-textconv", accept=(0, 1, 128, 129))
    names = staged.decode("utf-8", "replace").split("\0")[:_FILES]
    branch = git.call("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1, 128)).decode("utf-8", "replace")
    found = [word.lower() for name in (branch, *names) for word in re.findall(r"[^\W\d_]{3,}", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))]
    return [word for word in dict.fromkeys(found) if word not in _COMMON][:30]
