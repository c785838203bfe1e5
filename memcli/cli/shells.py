"""What does a completion script look like in each shell? Written from the commands' own definitions."""

from __future__ import annotations

import importlib

from memcli.cli.options import Arg, Opt
from memcli.cli.verbs import COMMANDS


def described() -> dict[str, dict[str, Opt | Arg]]:
    """The parameters of every verb."""
    return {verb: importlib.import_module(f"memcli.cli.{module}").PARAMS for verb, (module, _) in COMMANDS.items()}


def _flags(params: dict[str, Opt | Arg]) -> list[str]:
    return [flag for param in params.values() if isinstance(param, Opt) for flag in param.flags] + ["--help"]


def _named(params: dict[str, Opt | Arg]) -> bool:
    """Whether a verb takes entries."""
    return any(isinstance(param, Arg) and "ID" in param.metavar.strip("[]").split("...")[0].split() for param in params.values())


def bash() -> str:
    """The script for bash."""
    cases = "".join(f"        {verb}) flags='{' '.join(_flags(params))}' ;;\n" for verb, params in described().items())
    named = "|".join(verb for verb, params in described().items() if _named(params))
    return f"""# bash completion of mem
_mem() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} verb= flags= word
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in -*) ;; *) verb=$word; break ;; esac
    done
    case $prev in
        --tag) COMPREPLY=($(compgen -W "$(mem __complete tags "$cur" 2>/dev/null)" -- "$cur")); return ;;
        --vault) COMPREPLY=($(compgen -d -- "$cur")); return ;;
    esac
    if [ -z "$verb" ]; then
        COMPREPLY=($(compgen -W "{' '.join(COMMANDS)} --vault --help --version" -- "$cur"))
        return
    fi
    case $verb in
{cases}    esac
    case $cur in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")); return ;;
    esac
    case $verb in
        {named}) COMPREPLY=($(compgen -W "$(mem __complete ids "$cur" 2>/dev/null)" -- "$cur")) ;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")) ;;
        *) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
}}
complete -o filenames -o nosort -F _mem mem memcli 2>/dev/null || complete -F _mem mem memcli
"""


def zsh() -> str:
    """The script for zsh."""
    verbs = "\n".join(f"        '{verb}:{summary.rstrip('.')}'" for verb, (_, summary) in COMMANDS.items())
    cases = []
    for verb, params in described().items():
        specs = [f"'{flag}[{_quoted(param.help)}]{_zsh_value(param)}'" for param in params.values() if isinstance(param, Opt) for flag in param.flags]
        rest = "'*:entry:_mem_ids'" if _named(params) else "'*:file:_files'"
        cases.append(f"        {verb}) _arguments {' '.join(specs)} {rest} ;;\n")
    return f"""#compdef mem memcli
_mem_ids() {{ local -a found; found=(${{(f)"$(mem __complete ids "$PREFIX" 2>/dev/null)"}}); compadd -a found }}
_mem_tags() {{ local -a found; found=(${{(f)"$(mem __complete tags "$PREFIX" 2>/dev/null)"}}); compadd -a found }}
_mem() {{
    local -a verbs
    verbs=(
{verbs}
    )
    if (( CURRENT == 2 )); then
        _describe command verbs
        return
    fi
    local verb=$words[2]
    shift words; (( CURRENT-- ))
    case $verb in
{''.join(cases)}    esac
}}
if [ "$funcstack[1]" = _mem ]; then _mem "$@"; else compdef _mem mem memcli; fi
"""


def _zsh_value(param: Opt) -> str:
    if param.kind is bool:
        return ""
    return f":{param.metavar.lower() or 'value'}:{'_mem_tags' if '--tag' in param.flags else '_files -/' if '--vault' in param.flags else ' '}"


def _quoted(text: str) -> str:
    return text.replace("'", "").replace("[", "(").replace("]", ")").replace(":", "\\:").rstrip(".")


def fish() -> str:
    """The script for fish."""
    lines = ["# fish completion of mem", "complete -c mem -f"]
    lines += [f"complete -c mem -n __fish_use_subcommand -a {verb} -d '{summary.rstrip('.')}'" for verb, (_, summary) in COMMANDS.items()]
    for verb, params in described().items():
        seen = f"-n '__fish_seen_subcommand_from {verb}'"
        if _named(params):
            lines.append(f"complete -c mem {seen} -a '(mem __complete ids (commandline -ct) 2>/dev/null)'")
        for param in params.values():
            if isinstance(param, Opt):
                spelled = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in param.flags)
                value = "" if param.kind is bool else " -x -a '(mem __complete tags (commandline -ct) 2>/dev/null)'" if "--tag" in param.flags else " -r"
                lines.append(f"complete -c mem {seen} {spelled}{value} -d '{_quoted(param.help)}'")
    lines.append("complete -c memcli -w mem")
    return "\n".join(lines) + "\n"
