"""Is the index what a rebuild would make of the files, whatever came before? Commands and hand edits in any order, against the files.

`MEM_EXAMPLES` sets how many sequences are tried (20 unless told; 1,000 is the release figure).
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from memcli import clock, config
from memcli.entries.lock import Lock
from memcli.errors import IndexUnusable, MemError
from memcli.index import fold, verify
from memcli.life import founding
from memcli.store import Store, Talk

picks = st.integers(0, 5)


class Vault(RuleBasedStateMachine):
    """A vault that is changed by commands and by hand. Every text gets a word of its own, so what is found can be told from the files."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.mkdtemp()
        self.warned: list[str] = []
        self.words: list[str] = []
        self.paths: list[str] = []  # every path that ever held an entry, oldest first

    @initialize(pending_max=st.sampled_from((1, 4, 64)), scan_limit=st.sampled_from((0, 20_000)))
    def found(self, pending_max: int, scan_limit: int) -> None:
        self.in_place = scan_limit > 0  # folder times tell nothing of a file rewritten in place
        self.settings = config.resolve([("here", {"index.pending_max": pending_max, "index.scan_limit": scan_limit})])
        self.env = {"HOME": self.home, "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
        self.vault = founding.found(f"{self.home}/vault", self.env, clock.now()).vault
        self.save("first.md", f"{self.word()}\n")
        self.store().reindex()

    def teardown(self) -> None:
        if self.words:
            self.search()
            store = self.store()
            view = store.index.fresh("files")
            assert verify.differences(store.index, view, deep=True) == []
            assert verify.differences(store.index, store.index.load(), deep=True) == []
            assert self.warned == []
        shutil.rmtree(self.home)

    # -- the tools ------------------------------------------------------------------------------------------------------------

    def store(self) -> Store:
        """As each command opens it."""
        return Store(self.vault, self.settings, self.env, Talk(lambda what, done, total: None, self.warned.append))

    def word(self) -> str:
        """A word that stands nowhere yet."""
        letters = "".join("bcdfghjkmn"[int(digit)] for digit in f"{len(self.words):03d}")
        self.words.append(f"z{letters}q")
        return self.words[-1]

    def save(self, path: str, text: str, *, in_place: bool = False) -> None:
        """Write a file as an editor does."""
        full = f"{self.vault.root}/{path}"
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full if in_place else f"{full}~", "w", encoding="utf-8") as file:
            file.write(text)
        if not in_place:
            os.replace(f"{full}~", full)
        self.noted(path)

    def noted(self, path: str) -> None:
        if path not in self.paths:
            self.paths.append(path)

    def present(self, pick: int) -> str:
        """One of the files that are there, the youngest for 0; first.md stays."""
        there = [path for path in self.paths if os.path.exists(f"{self.vault.root}/{path}")]
        return there[-1 - pick % len(there)]

    def asked(self, command: Callable[[], object]) -> None:
        """Run a command that may refuse for good reasons; a bad index is none."""
        try:
            command()
        except MemError as error:
            assert not isinstance(error, IndexUnusable), error

    def living(self) -> dict[str, set[str]]:
        """Where each word stands in an entry that is not forgotten, by the files."""
        places: dict[str, set[str]] = {word: set() for word in self.words}
        for folder, folders, names in os.walk(self.vault.root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                with open(f"{folder}/{name}", encoding="utf-8") as file:
                    text = file.read()
                if name.endswith(".md") and "state: forgotten" not in text:
                    for word in re.findall(r"\bz[a-z]{3}q\b", text):
                        places[word].add(os.path.relpath(f"{folder}/{name}", self.vault.root))
        return places

    # -- commands -------------------------------------------------------------------------------------------------------------

    @rule()
    def add(self) -> None:
        self.noted(self.store().add(f"{self.word()}\n", {"title": "An entry"}).entries[0][1])

    @rule(pick=picks)
    def set(self, pick: int) -> None:
        path, word = self.present(pick), self.word()
        self.asked(lambda: self.store().set([path], [f"title={word}"]))

    @rule(pick=picks)
    def forget(self, pick: int) -> None:
        path = self.present(pick)
        self.asked(lambda: self.store().forget([path]))

    @rule(pick=picks)
    def restore(self, pick: int) -> None:
        path = self.paths[-1 - pick % len(self.paths)]
        self.asked(lambda: self.store().restore([path]))

    @rule()
    def undo(self) -> None:
        self.asked(lambda: self.store().undo())

    @rule()
    def fold(self) -> None:
        index = self.store().index
        index.fresh()
        with Lock(f"{self.vault.state}/lock", 1.0, "index"):
            fold.fold(self.vault, index.load(), index.max_bytes, lambda what, done, total: None)

    @rule()
    def search(self) -> None:
        for word, places in self.living().items():
            hits = self.store().search(word, limit=10).hits
            assert {hit.path for hit in hits} == places, word

    # -- hands ----------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.in_place)
    @rule(pick=picks)
    def edit_in_place(self, pick: int) -> None:
        self.save(self.present(pick), f"{self.word()}\n", in_place=True)

    @rule(pick=picks, broken=st.booleans())
    def edit(self, pick: int, broken: bool) -> None:
        front = "---\ntags: [never closed\n---\n" if broken else "---\ntags: [a, b]\n---\n"
        self.save(self.present(pick), f"{front}{self.word()}\n")

    @rule(pick=picks, name=st.sampled_from(("renamed.md", "by/hand.md", "a.txt")))
    def rename(self, pick: int, name: str) -> None:
        path = self.present(pick)
        os.makedirs(f"{self.vault.root}/by", exist_ok=True)
        if path != "first.md":
            os.rename(f"{self.vault.root}/{path}", f"{self.vault.root}/{name}")
            self.noted(name)

    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        if self.present(pick) != "first.md":
            os.unlink(f"{self.vault.root}/{self.present(pick)}")

    @rule(folder=st.sampled_from(("new", "new/deep", "other")))
    def new_folder(self, folder: str) -> None:
        self.save(f"{folder}/made.md", f"{self.word()}\n")
        settled = 10**18 + len(self.words)  # never the same time twice, and old enough to prove that nothing followed
        os.utime(f"{self.vault.root}/{folder}", ns=(settled, settled))

    @rule(names=st.sampled_from((("new", "moved"), ("moved", "new"), ("moved", "other/moved"), ("other/moved", "new"))))
    def move_folder(self, names: tuple[str, str]) -> None:
        source, target = (f"{self.vault.root}/{name}" for name in names)
        if os.path.isdir(source) and os.path.isdir(os.path.dirname(target)) and not os.path.exists(target):
            os.rename(source, target)
            for folder, _, files in os.walk(target):
                for name in files:
                    self.noted(os.path.relpath(f"{folder}/{name}", self.vault.root))


TestVault = Vault.TestCase
TestVault.settings = settings(
    max_examples=int(os.environ.get("MEM_EXAMPLES", "20")), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
