"""What do the git hooks of mem say? Small shell scripts that run the hook that was there before, and never fail or hold up git for mem's sake.

Only `pre-commit` of a vault may say no. What takes time goes on in the background, without the streams of git, and lives on when the terminal closes.
A shell script that was there before is read by its own shell under the name it had, since husky and others go by that name.
"""

from __future__ import annotations

import hashlib
import re
import shlex

WORK = ("post-commit", "prepare-commit-msg")
VAULT = ("pre-commit", "post-merge", "post-checkout", "post-rewrite")
PREVIOUS = ".mem-prev"  # what the hook that was there before is called meanwhile
_HEAD = re.compile(rb"#!/bin/sh\n# mem hooks ([0-9a-f]{16}): [^\n]*\n")

_BEFORE = """previous="${{0%/*}}/{name}{previous}"
if [ -x "$previous" ]; then
  read -r bang <"$previous"
  case ${{bang% -[a-z]*}} in
    '#!'*[!a-z]sh | '#!'*[!a-z]bash | '#!'*[!a-z]dash) ${{bang#??}} -c '. "${{0%/*}}/{name}{previous}"' "$0" "$@" ;;
    *) "$previous" "$@" ;;
  esac || {failed}
fi
mem={mem}
command -v "$mem" >/dev/null || mem=mem
command -v "$mem" >/dev/null || exit ${{status:-0}}
"""
_BODY = {
    "post-commit": """here=${{GIT_DIR:-.git}}
if [ -d "$here/rebase-merge" ] || [ -d "$here/rebase-apply" ]; then exit ${{status:-0}}; fi
commit=
read -r head <"$here/HEAD" && case $head in
  ref:*) if [ -f "$here/${{head#ref: }}" ]; then read -r commit <"$here/${{head#ref: }}"; fi ;;
  *) commit=$head ;;
esac 2>/dev/null
[ -n "$commit" ] || commit=$(git rev-parse HEAD)
(trap '' HUP; exec "$mem" hooks run post-commit "$commit"{vault}) </dev/null >/dev/null 2>&1 &
exit ${{status:-0}}
""",
    "prepare-commit-msg": """case "$2" in '' | template) ;; *) exit 0 ;; esac
if [ "$GIT_EDITOR" = : ]; then exit 0; fi
"$mem" hooks run prepare-commit-msg "$1"{vault} </dev/null >/dev/null 2>&1
exit 0
""",
    "pre-commit": """exec "$mem" hooks check --staged </dev/null
""",
    **dict.fromkeys(("post-merge", "post-checkout", "post-rewrite"), """(trap '' HUP; exec "$mem" index --vault .) </dev/null >/dev/null 2>&1 &
exit ${{status:-0}}
"""),
}


def script(name: str, program: str, vault: str = "") -> bytes:
    """The hook `name`: `program` is this mem, `vault` the one to use where the caller named it."""
    failed = "exit" if name in ("pre-commit", "prepare-commit-msg") else "status=$?"
    words = {"name": name, "previous": PREVIOUS, "failed": failed, "mem": shlex.quote(program), "vault": f" --vault {shlex.quote(vault)}" if vault else ""}
    body = (_BEFORE + _BODY[name]).format(**words).encode("utf-8", "surrogateescape")
    return b"#!/bin/sh\n# mem hooks %s: mem hooks uninstall takes this away\n" % _sum(body) + body


def is_ours(data: bytes) -> bool:
    """Whether a hook was written by mem, changed since or not."""
    return _HEAD.match(data) is not None


def is_whole(data: bytes) -> bool:
    """Whether a hook of mem is as it was written."""
    head = _HEAD.match(data)
    return head is not None and head[1] == _sum(data[head.end():])


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()
