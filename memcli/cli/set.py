"""mem set"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records

HELP = """Change the front matter of entries.

\b
Examples:
  mem set 6r0wze tags+=python importance=0.8
  mem set 6r0wze tags+=a,b         adds both
  mem set 6r0wze valid_to=         removes the key
  mem list --tag old --format '{id}\\n' | xargs mem set tags-=old state=cold

Everything else in the file stays byte for byte: comments, unknown keys,
quoting, order and the body. All entries change in one commit."""


PARAMS = {
    "words": options.Arg("ID... KEY=VALUE...", "Entries, and what to set: key=value, key=, list+=item, list-=item.", many=True),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(words: list[str], vault: str | None = None, json: bool = False) -> None:
    """Change the front matter of entries."""
    here = session.current()
    names = [word for word in words if "=" not in word]
    if not names:
        raise Usage("no entry is named", "mem set ID key=value")
    changed = here.store(vault).set(names, [word for word in words if "=" in word])
    if json:
        here.json_out(records.changed(changed))
    elif changed.commit:
        here.changed(changed)
    else:
        here.say("unchanged: it is so already")
