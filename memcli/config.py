"""Which settings exist, what they mean, and which value holds: the one definition of every option.

`OPTIONS` is the table from which the config file's check, `mem config`, mem-config(5) and schemas/config.schema.json are made.
Reads no file, no environment and no home directory: `memcli.cli` hands in the layers, strongest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcli import plainyaml
from memcli.errors import ConfigInvalid

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `low`/`high` are inclusive bounds of a number, `choices` the words allowed for a string, beside texts that begin as
    one of `begins`.

    A `personal` one names a program to run or a place to send to, and so is never taken from a vault's file, which may have come from a
    stranger; of one with `choices` these are, nothing else. `own` are more words, which only the user's own settings may choose: they lower a guard.
    """

    name: str
    kind: type
    default: Scalar
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    personal: bool = False


OPTIONS = (
    Option("add.type", str, "note", "Type given to an entry that states none.",
           choices=("note", "fact", "event", "procedure", "task", "concept", "profile", "summary")),
    Option("consolidate.wording", str, "", "A command that puts new summaries into words: it is given {\"title\": ..., \"sentences\": [...]} and says a "
           "paragraph, which stands above the quotations. Empty: quotations alone.", personal=True),
    Option("embedder.batch", int, 64, "Texts handed at once to an embedder other than `static`.", "texts", 1, 2048),
    Option("embedder.key_env", str, "", "Name of the environment variable that holds the key of an `https:` embedder; the key itself is kept nowhere.",
           personal=True),
    Option("embedder.model", str, "", "Model asked of an `http:` or `https:` embedder."),
    Option("embedder.name", str, "static", "What turns texts into vectors: `static` word vectors; `none`, to find by words only; `onnx:FOLDER` a "
           "sentence-transformers model exported to ONNX, in this folder (pip install memcli[onnx]); `https://HOST/v1` an endpoint that speaks as "
           "OpenAI's /embeddings does; `command:PROGRAM ARGS` a program that answers each line {\"texts\": [...]} with a line {\"vectors\": [[...]]}. "
           "A vault's own file can choose `static` or `none` only. Another embedder than before makes all vectors anew.",
           choices=("static", "none"), begins=("onnx:/", "http://", "https://", "command:"), personal=True),
    Option("embedder.timeout_s", float, 20.0, "How long an `http:`, `https:` or `command:` embedder may take for one batch.", "seconds", 0.1, 3600),
    Option("entry.max_bytes", int, 1_048_576, "Longest text that is read from one file; the rest of a longer one is not indexed.",
           "bytes", 1024, 104_857_600),
    Option("forget.max_share", float, 0.25, "Of all entries, how many a policy may move within twelve hours at most.", "share", 0, 1),
    Option("forget.min_age_days", float, 30.0, "How long an entry stays at least before a policy may move it, since it came or was changed.", "days", 0, 36500),
    Option("forget.policy", str, "actr", "The policy that consolidation follows: actr, fsrs, lru, never, or another that mem forget --list names."),
    Option("hook.budget", int, 1500, "Tokens that mem hook may put before an agent at once; 0: none.", "tokens", 0, 2000),
    Option("hook.trust", str, "agent", "Whose words mem hook may put before an agent unasked: `user`, the user's; `agent`, also those of programs acting for "
           "the user; `import`, also those of other tools; `web`, anyone's.", choices=("user", "agent", "import", "web")),
    Option("index.pending_max", int, 64, "New entries kept in the pending log before they are folded into the keyword index.",
           "entries", 1, 1024),
    Option("index.scan_limit", int, 20_000, "Up to this many files every search looks at each file for edits made by other programs; "
           "above, at each folder.", "files", 0, 10_000_000),
    Option("lock.timeout_s", float, 10.0, "How long a writing command waits for another one to finish.", "seconds", 0, 3600),
    Option("ingest.gate", str, "bulk", "From which plugins what says nothing new waits (mem waiting) instead of being added, and what was said before is noted "
           "as confirmed: `bulk`, those that read talk and logs; `all`; or `none`.", choices=("bulk", "all", "none")),
    Option("ingest.jobs", int, 2, "Processes that read the files of a folder side by side, where a plugin can.", "processes", 1, 64),
    Option("ingest.waiting_days", float, 30.0, "How long a text waits that said nothing new when it was read, before it expires.", "days", 0, 36500),
    Option("memory.log", bool, True, "Whether reading an entry (mem show, mem context) is noted in the access log of this machine."),
    Option("output.color", str, "auto", "Colour on a terminal.", choices=("auto", "always", "never")),
    Option("output.pager", str, "", "Pager command for long output on a terminal; empty means $PAGER, then `less -FRX`; `cat` for none.",
           personal=True),
    Option("plugin.memory_mb", int, 1024, "Memory that a plugin which is not built in may take.", "mebibytes", 16, 1_048_576, personal=True),
    Option("plugin.output_mb", int, 1024, "How much such a plugin may print in a run.", "mebibytes", 1, 1_048_576, personal=True),
    Option("plugin.run_s", float, 3600.0, "How long such a plugin may run.", "seconds", 0.1, 604_800, personal=True),
    Option("plugin.timeout_s", float, 120.0, "How long such a plugin may be silent before it is taken to hang.", "seconds", 0.1, 86_400, personal=True),
    Option("prior.confidence", float, 0.05, "How far an entry's confidence may move its score up or down in search.", "share", 0, 0.3),
    Option("prior.importance", float, 0.1, "How far an entry's importance may move its score up or down in search.", "share", 0, 0.3),
    Option("prior.need", float, 0.08, "How far the need of an entry, which its use and age tell, may move its score up or down in search.", "share", 0, 0.3),
    Option("safety.instructions", str, "flag", "What happens to a new text that looks as if it were to tell a language model what to do: `flag` notes it in "
           "the entry's flags, and mem context leaves it out unless asked; `allow` nothing. A vault's own file cannot choose `allow`.",
           choices=("flag",), own=("allow",), personal=True),
    Option("safety.pii", str, "allow", "What happens to e-mail addresses, phone numbers, IBANs, payment cards and IP addresses in new texts: `allow` nothing; "
           "`tag` notes it in the entry's flags; `redact` replaces them by their kind.", choices=("allow", "tag", "redact")),
    Option("safety.secrets", str, "refuse", "What happens to a new text that holds a key, token or password: `refuse` writes nothing and says where; `redact` "
           "replaces it by the name of its rule; `allow` nothing. A vault's own file cannot choose `allow`.",
           choices=("refuse", "redact"), own=("allow",), personal=True),
    Option("search.limit", int, 10, "Hits that a search returns.", "entries", 1, 1000),
    Option("serve.idle_minutes", float, 30.0, "How long `mem serve --socket` waits for a request before it ends; 0 for ever.", "minutes", 0, 525_600),
)
BY_NAME = {option.name: option for option in OPTIONS}


def refused(name: str, value: Scalar) -> bool:
    """Whether a vault's file must not choose this."""
    return BY_NAME[name].personal and value not in BY_NAME[name].choices


def why_refused(name: str) -> str:
    """Why a vault's file must not choose it: what the setting does."""
    return "lowers a guard" if BY_NAME[name].own else "names a program, place or key"


def env_name(name: str) -> str:
    """The environment variable of an option: `lock.timeout_s` is `MEM_LOCK_TIMEOUT_S`."""
    return "MEM_" + name.replace(".", "_").upper()


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option's value and where it came from (`default`, a file's path, or an environment variable)."""

    values: Mapping[str, Scalar]
    origins: Mapping[str, str]

    def text(self, name: str) -> str:
        """The value of a string option."""
        return str(self.values[name])

    def whole(self, name: str) -> int:
        """The value of an integer option."""
        return int(self.values[name])

    def number(self, name: str) -> float:
        """The value of a numeric option, in its unit."""
        return float(self.values[name])


def resolve(layers: Sequence[tuple[str, Mapping[str, Scalar]]]) -> Settings:
    """The settings in force. `layers` are (origin, checked values), strongest first."""
    values: dict[str, Scalar] = {option.name: option.default for option in OPTIONS}
    origins = {option.name: "default" for option in OPTIONS}
    for origin, layer in reversed(layers):
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return Settings(values, origins)


def from_env(env: Mapping[str, str]) -> list[tuple[str, Mapping[str, Scalar]]]:
    """One layer per `MEM_*` variable that names an option. Raises ConfigInvalid on a bad value."""
    found: list[tuple[str, Mapping[str, Scalar]]] = []
    for option in OPTIONS:
        variable = env_name(option.name)
        if variable in env:
            found.append((variable, {option.name: parse_value(option.name, env[variable], variable)}))
    return found


def parse_file(text: str, origin: str) -> dict[str, Scalar]:
    """The settings in a config file's text, by dotted name. Raises ConfigInvalid naming the file and the setting."""
    data: object = plainyaml.load(text)
    if data is None:
        data = _load_yaml(text, origin)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigInvalid(f"{origin}: expected settings as `group:` with indented `name: value` lines", "mem man config.5")
    flat: dict[str, Scalar] = {}
    for group, inside in data.items():
        if group == "format":
            continue
        if not isinstance(inside, dict):
            raise ConfigInvalid(f"{origin}: {group}: expected a group of settings", "mem man config.5")
        for key, value in inside.items():
            name = f"{group}.{key}"
            flat[name] = check(name, value, origin)
    return flat


def _load_yaml(text: str, origin: str) -> object:
    from ruamel.yaml import YAML

    try:
        return YAML(typ="safe", pure=True).load(text)
    except Exception as error:  # ruamel raises many types on hostile text
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f"{origin}:{line + 1}" if isinstance(line, int) else origin
        raise ConfigInvalid(f"{where}: not readable as YAML ({type(error).__name__})", "correct the file, or delete it") from None


def parse_value(name: str, text: str, origin: str) -> Scalar:
    """A value given as text on the command line or in the environment, checked."""
    option = _known(name, origin)
    try:
        if option.kind is bool:
            return {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}[text.lower()]
        return check(name, option.kind(text), origin)
    except (KeyError, ValueError):
        raise ConfigInvalid(f"{origin}: {name} takes {describe(option)}, not {text!r}", f"mem man config.5; default {option.default}") from None


def check(name: str, value: object, origin: str) -> Scalar:
    """`value` if the option accepts it, else ConfigInvalid naming the origin, the setting and what it takes."""
    option = _known(name, origin)
    if option.kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    good = type(value) is option.kind
    if good and isinstance(value, (int, float)) and option.low is not None and option.high is not None:
        good = option.low <= value <= option.high
    if good and option.choices:
        good = value in option.choices + option.own or str(value).startswith(option.begins or ("\0",))
    if not good or not isinstance(value, (str, int, float, bool)):
        raise ConfigInvalid(f"{origin}: {name} takes {describe(option)}, not {str(value)[:40]!r}", f"default: {option.default}")
    return value


def describe(option: Option) -> str:
    """What an option takes, in words: `a number from 0 to 3600 (seconds)`."""
    if option.choices:
        return "one of " + ", ".join(option.choices + option.own) + "".join(f", {begin}..." for begin in option.begins)
    words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[option.kind]
    if option.low is not None and option.high is not None:
        words += f" from {option.low:g} to {option.high:g}" if option.high < 1e6 else f" from {int(option.low)} to {int(option.high)}"
    return f"{words} ({option.unit})" if option.unit else words


def _known(name: str, origin: str) -> Option:
    option = BY_NAME.get(name)
    if option is None:
        import difflib

        near = difflib.get_close_matches(name, BY_NAME, 1)
        raise ConfigInvalid(f"{origin}: unknown setting {name!r}", f"did you mean {near[0]}?" if near else "mem config lists them")
    return option
