"""What surrounds a command? Environment, terminal, settings and the store. The one place where a command's output leaves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memcli import clock, config, faults
from memcli.entries import atomic, place
from memcli.entries import vault as vaults
from memcli.entries.git import leaked
from memcli.entries.vault import Vault
from memcli.errors import ConfigInvalid
from memcli.output import terminal
from memcli.store import Changed, Store, Talk

if TYPE_CHECKING:
    from memcli.cli.bar import Bar
    from memcli.extend.registry import Around

_LONG_S = 0.5


class Session:
    """Standard streams and environment of this process."""

    def __init__(self) -> None:
        self.env = dict(os.environ)
        self.json = False
        self.debug = bool(self.env.get("MEM_DEBUG"))
        self.tty = sys.stdout.isatty()
        self.settings: config.Settings | None = None
        self._bar: Bar | None = None
        self._since = 0.0
        for name in leaked(self.env):
            os.environ.pop(name, None)
        if "PATH" in self.env:  # programs are never looked for in a relative folder: it could be one of a vault that came from others
            self.env["PATH"] = os.environ["PATH"] = os.pathsep.join(folder for folder in self.env["PATH"].split(os.pathsep) if os.path.isabs(folder))
        if "MEM_NOW" in self.env:
            try:
                clock.freeze(clock.parse(self.env["MEM_NOW"]))
            except ValueError:
                raise ConfigInvalid(f"MEM_NOW={self.env['MEM_NOW']} is not a date", "for example 2026-11-23T08:00:00Z") from None
        if "MEM_FAULT" in self.env:
            try:
                faults.arm(self.env["MEM_FAULT"])
            except ValueError as error:
                raise ConfigInvalid(str(error)) from None

    # -- the store -------------------------------------------------------------------------------------------------------------

    def vault(self, explicit: str | None) -> Vault:
        """The vault that is meant here."""
        explicit = explicit or chosen or self.env.get("MEM_VAULT") or None
        return vaults.find(os.getcwd(), explicit, self.default_vault())

    def default_vault(self) -> str:
        """The user's own vault, used when none is found from here."""
        return os.path.join(place.xdg(self.env, "XDG_DATA_HOME", ".local/share"), "mem")

    def user_config(self) -> str:
        """The user's own settings file."""
        return os.path.join(place.xdg(self.env, "XDG_CONFIG_HOME", ".config"), "mem", "config.yaml")

    def state(self) -> str:
        """The folder of what is kept about this user's machine: receipts of mem install, logs."""
        return os.path.join(place.xdg(self.env, "XDG_STATE_HOME", ".local/state"), "mem")

    def home(self) -> str:
        """The user's home folder."""
        return self.env.get("HOME") or os.path.expanduser("~")

    def load_settings(self, vault: Vault | None) -> config.Settings:
        """Environment over vault over user over defaults."""
        layers = config.from_env(self.env)
        if vault is not None:
            shared = self._layer(f"{vault.root}/{vaults.CONFIG}", vaults.CONFIG)
            for name in [name for name, value in shared.items() if config.refused(name, value)]:
                self.warn(f"{name} in {vaults.CONFIG} is ignored: it {config.why_refused(name)}, and a vault may come from others; "
                          f"allow it by mem config {name} VALUE --user")
                del shared[name]
            layers.append((vaults.CONFIG, shared))
        layers.append((self.user_config(), self._layer(self.user_config(), self.user_config())))
        self.settings = config.resolve(layers)
        return self.settings

    def _layer(self, path: str, shown: str) -> dict[str, config.Scalar]:
        try:
            data = atomic.read(path, 65_536)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigInvalid(f"{shown} cannot be read: {error.strerror}") from None
        return config.parse_file(data.decode("utf-8", "replace"), shown)

    def store(self, explicit: str | None = None) -> Store:
        """The vault's store, with warnings to standard error and progress bars on a terminal."""
        vault = self.vault(explicit)
        folder = os.path.relpath(os.getcwd(), vault.root)
        inside = folder != "." and not folder.startswith("..")
        return self.opened(vault, folder if inside else "")

    def opened(self, vault: Vault, folder: str) -> Store:
        """The store of a vault; `folder` is where in it the caller stands."""
        return Store(vault, self.load_settings(vault), self.env, Talk(self.progress, self.warn), folder=folder)

    def around(self, explicit: str | None) -> Around:
        """Where plugins are looked for: in the vault too, where there is one."""
        from memcli.errors import NoVault
        from memcli.extend.registry import Around

        try:
            return self.store(explicit).around
        except NoVault:
            return Around(self.env)

    @property
    def name(self) -> str:
        """What uses of now belong together: $MEM_SESSION, else this terminal or whatever leads our process session."""
        return self.env.get("MEM_SESSION") or f"sid-{os.getsid(0)}"

    # -- talk ------------------------------------------------------------------------------------------------------------------

    @property
    def color(self) -> bool:
        """Whether standard output gets colour: NO_COLOR, then --color / output.color, then whether it is a terminal."""
        wish = color_wish or (self.settings.text("output.color") if self.settings else "auto")
        if wish != "auto":
            return wish == "always"
        if self.env.get("NO_COLOR") or self.env.get("TERM") == "dumb":
            return False
        return self.tty or bool(self.env.get("FORCE_COLOR") or self.env.get("CLICOLOR_FORCE"))

    def out(self, text: str) -> None:
        """Data, to standard output, exactly as given."""
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))

    def flush(self) -> None:
        """Let what was printed be seen now."""
        sys.stdout.flush()

    def raw(self, data: bytes) -> None:
        """Bytes, to standard output."""
        sys.stdout.buffer.write(data)

    def json_out(self, record: Mapping[str, object]) -> None:
        """One JSON object; on a terminal in ASCII, so that nothing in it can steer the terminal. Bytes of names that are not UTF-8 as `\\udcXX`."""
        import json

        self.raw(json.dumps(record, ensure_ascii=self.tty).encode("utf-8", "backslashreplace") + b"\n")

    def each(self, found: Sequence[Mapping[str, Any]], *, jsonl: bool, template: str, null: bool = False, root: str = "") -> bool:
        """Print records one by one if --jsonl, --format or -0 asks for it; False when none does."""
        if jsonl:
            for record in found:
                self.json_out(record)
        elif template:
            from memcli.output.template import fill

            for record in found:
                text = fill(template, record)
                self.out(terminal.clean(text) if self.tty else text)
        elif null:
            paths = [f"{root}/{record['path']}" for record in found]
            self.out("".join(f"{terminal.line(path) if self.tty else path}\0" for path in paths))
        return jsonl or bool(template) or null

    def changed(self, changed: Changed) -> None:
        """The entries a command touched, one per line: end of the id, path."""
        self.out("".join(f"{id_[-6:]}  {terminal.line(path) if self.tty else path}\n" for id_, path in changed.entries))

    def width(self) -> int:
        """Columns of the terminal, 100 when there is none."""
        return self._size()[0] if self.tty else 100

    def lines(self, lines: Iterable[str]) -> None:
        """Lines for a person: through the pager when they are many and standard output is a terminal."""
        text = "".join(line + "\n" for line in lines)
        pager = self._pager()
        if not pager or text.count("\n") < self._size()[1] or not self.paged(pager, text):
            self.out(text)

    def paged(self, pager: str, text: str) -> bool:
        """Show a text in a pager; False when there is no such pager."""
        import subprocess

        env = {"LESS": "FRX", **self.env}
        return subprocess.run(pager, shell=True, input=text.encode("utf-8", "replace"), env=env, check=False).returncode not in (126, 127)

    def _pager(self) -> str:
        if not self.tty or no_pager:
            return ""
        wish = (self.settings.text("output.pager") if self.settings else "") or self.env.get("PAGER") or "less"
        return "" if wish == "cat" else wish

    def _size(self) -> tuple[int, int]:
        """Columns and lines of the terminal; COLUMNS and LINES win, 80 and 24 stand for one that does not tell."""
        import shutil

        return shutil.get_terminal_size()

    def say(self, text: str) -> None:
        """Talk, to standard error."""
        self.end_progress()
        sys.stderr.write(terminal.clean(text) + "\n")

    def warn(self, line: str) -> None:
        """Something a person should know, to standard error."""
        self.say(f"mem: {line}")

    def progress(self, what: str, done: int, total: int) -> None:
        """A bar on a terminal once the work has lasted half a second; nothing in a pipe."""
        if not sys.stderr.isatty():
            return
        if self._since == 0.0:
            self._since = clock.monotonic_s()
        if self._bar is None and clock.monotonic_s() - self._since < _LONG_S:
            return
        from memcli.cli.bar import Bar

        if self._bar is None:
            self._bar = Bar()
        self._bar.show(what, done, total)
        if done >= total:
            self.end_progress()

    def end_progress(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._since = None, 0.0


chosen = ""  # --vault before the verb
color_wish = ""  # --color
no_pager = False  # --no-pager
_current: Session | None = None


def current() -> Session:
    """This process's session."""
    if _current is None:
        use(Session())
    assert _current
    return _current


def use(one: Session | None) -> None:
    """Make a session the one that commands work in; None lets the next command make its own."""
    global _current
    _current = one


def out(text: str) -> None:
    """Data, to standard output."""
    current().out(text)
