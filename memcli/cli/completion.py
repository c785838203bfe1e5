"""mem completion"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage

HELP = """Print a completion script for your shell.

\b
Examples:
  mem completion bash > ~/.local/share/bash-completion/completions/mem
  mem completion zsh > ~/.zfunc/_mem      (a folder in $fpath)
  mem completion fish > ~/.config/fish/completions/mem.fish

Commands and options complete without starting mem; ids and tags are asked of
the vault that is found from where you are."""
PARAMS = {
    "shell": options.Arg("SHELL", "bash, zsh or fish."),
}


def command(shell: str) -> None:
    """Print a completion script."""
    from memcli.cli import shells

    scripts = {"bash": shells.bash, "zsh": shells.zsh, "fish": shells.fish}
    if shell not in scripts:
        raise Usage(f"no completion for {shell!r}", "bash, zsh or fish")
    session.out(scripts[shell]())
