"""mem config"""

from __future__ import annotations

from memcli import config
from memcli.cli import options, session
from memcli.errors import NoVault, Usage
from memcli.output import records

HELP = """Show and change settings.

\b
Examples:
  mem config                            all settings in force
  mem config --origin                   and where each comes from
  mem config search.limit               one
  mem config search.limit 20            for this vault, in one commit
  mem config search.limit 20 --user     for all your vaults
  mem config search.limit --unset

Flags win over MEM_* variables, those over the vault's .mem/config.yaml, that
over your own ~/.config/mem/config.yaml, that over the defaults."""


PARAMS = {
    "name": options.Arg("[NAME]", "A setting."),
    "value": options.Arg("[VALUE]", "Its new value."),
    "origin": options.Opt("--origin", "Say where each value comes from.", kind=bool),
    "unset": options.Opt("--unset", "Remove the setting from the file.", kind=bool),
    "user": options.Opt("--user", "Change your own file instead of the vault's.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(
    name: str = "",
    value: str | None = None,
    origin: bool = False,
    unset: bool = False,
    user: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> None:
    """Show and change settings."""
    here = session.current()
    if name and name not in config.BY_NAME:
        config.parse_value(name, "", "mem config")
    if value is not None or unset:
        if not name:
            raise Usage("which setting?", "mem config NAME VALUE")
        checked = None if unset else config.parse_value(name, value or "", "mem config")
        if checked is not None and config.refused(name, checked) and not user:
            raise Usage(f"{name} {config.why_refused(name)}, which a vault must not choose", f"mem config {name} {value} --user")
        if user:
            from memcli.life import configure

            configure.write_user(here.user_config(), name, checked)
        else:
            here.store(vault).configure(name, checked)
        if not json:
            return
    try:
        settings = here.load_settings(here.vault(vault))
    except NoVault:
        settings = here.load_settings(None)
    if json:
        here.json_out(records.settings(settings))
    elif name:
        here.out(f"{_shown(settings.values[name])}{'  ' + settings.origins[name] if origin else ''}\n")
    else:
        width = max(map(len, config.BY_NAME))
        here.lines(f"{option.ljust(width)}  {_shown(found)}{'  (' + settings.origins[option] + ')' if origin else ''}"
                   for option, found in sorted(settings.values.items()))


def _shown(value: config.Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
