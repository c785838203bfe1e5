"""The door: arguments in, exit status out. The only place where an error becomes words and a number."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` imports enum, which takes longer than all that is done here
import gc
import os
import sys

from memcli import __version__
from memcli.errors import BUG, INTERRUPTED, MemError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """The `mem` and `memcli` commands."""
    gc.disable()  # a command is over before a collection would pay
    _plug()
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"mem {__version__}\n")
        return
    if arguments[:1] == ["__complete"]:
        from memcli.cli.complete import complete

        complete(arguments[1:])
        return
    if arguments[:1] == ["hook"] and not {"-h", "--help"} & {*arguments}:
        from memcli.cli.hook import run

        run(arguments[1:])
        return
    _heed()
    status = _run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _pipe_closed()
    except OSError as error:
        status = _output_failed(error)
    if status:
        sys.exit(status)


def _plug() -> None:
    """Put /dev/null where a standard stream was closed, so that no file of ours takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def _heed() -> None:
    """End on SIGTERM and SIGHUP as on an interrupt, so that plugins end too and no temporary folder stays."""
    for number in (_signal.SIGTERM, _signal.SIGHUP):
        if _signal.getsignal(number) is _signal.SIG_DFL:  # else the caller wants it ignored, as nohup does
            _signal.signal(number, _signal.default_int_handler)


def _run(arguments: list[str]) -> int:
    try:
        return _dispatch(arguments)
    except MemError as error:
        tell(error.code, error.message, error.hint, error.exit_status, arguments)
        return error.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("\nmem: interrupted; what was acknowledged before is safe\n")
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:
        if "--debug" in arguments or os.environ.get("MEM_DEBUG"):
            raise
        if isinstance(error, OSError) and error.filename is None and error.errno == 28:
            return _output_failed(error)
        if isinstance(error, FileNotFoundError) and _adrift():
            tell("cannot", "the folder you are in was removed", "cd to one that is there", 4, arguments)
            return 4
        tell("bug", *bug(error), BUG, arguments)
        return BUG


def _adrift() -> bool:
    """Whether the present folder is no more."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def bug(error: Exception) -> tuple[str, str]:
    """Message and hint for an error that nobody foresaw."""
    return f"unexpected {type(error).__name__}: {error}", "this is a bug of mem; run again with --debug and report what it prints"


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["search"] or arguments[:1] == ["--vault"] and arguments[2:3] == ["search"]:
        from memcli.serve import ask

        answered = ask.search(arguments)
        if answered is not None:
            return answered
    from memcli.cli import quick

    call = quick.read(arguments)
    if call is not None:
        function, given = call
        status = function(**given)
        return status if isinstance(status, int) else 0
    from memcli.cli.app import app

    try:
        result = app(args=arguments, prog_name="mem", standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message") or not hasattr(error, "exit_code"):
            raise
        _usage(error, arguments)
        return 2
    return result if isinstance(result, int) else 0


def _usage(error: Exception, arguments: Sequence[str]) -> None:
    """A command line that does not parse, in our words."""
    message = str(error.format_message()).rstrip(".")  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "mem"
    hint = f"{path} --help"
    if "No such command" in message:
        import difflib

        from memcli.cli.verbs import COMMANDS

        word = message.partition("'")[2].rpartition("'")[0]
        near = difflib.get_close_matches(word, COMMANDS, 1)
        message = f"no such command: {word}"
        hint = f"did you mean mem {near[0]}?" if near else "mem --help lists the commands"
    tell("usage", message, hint, 2, arguments)


def tell(code: str, message: str, hint: str, status: int, arguments: Sequence[str]) -> None:
    """An error in words on standard error, or as JSON where the command line asks for JSON."""
    if any(word in ("--json", "--jsonl") for word in arguments):
        import json

        from memcli.output import records

        sys.stderr.write(json.dumps(records.error(code, message, hint, status)) + "\n")
        return
    from memcli.output import terminal

    sys.stderr.write(f"mem: {'' if status == 1 else 'error: '}{terminal.line(message)}\n")
    if hint:
        sys.stderr.write(f"hint: {terminal.line(hint)}\n")


def _pipe_closed() -> int:
    """Whoever reads us has seen enough: end quietly, as a killed writer would."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141


def _output_failed(error: OSError) -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    tell("cannot", f"cannot write the output: {error.strerror}", "", 4, sys.argv[1:])
    return 4
