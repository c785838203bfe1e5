"""Can a running `mem serve --socket` answer this search? If it can, what it answers is printed as the command itself would have printed it.

Read at the start of every search, so it imports next to nothing. A server that is not there, dead, busy, of another version or in any doubt
costs a millisecond or two, and the command goes its usual way: None.
"""

from __future__ import annotations

import os
import stat
import sys

import memcli
from memcli.entries import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROTOCOL = 1
BEGIN_S, ANSWER_S = 0.2, 60.0  # how long a server may take to begin with a search, and to answer it
_AWAY = ("-", "--debug", "--help", "-h")  # what needs this process: its standard input, a traceback, help
_PIECE = 1 << 16


def socket_path(root: str, env: Mapping[str, str]) -> str:
    """Where the socket of a vault is, in a folder of this user's own."""
    runtime = env.get("XDG_RUNTIME_DIR", "")
    folder = f"{runtime}/mem" if os.path.isabs(runtime) else os.path.join(place.xdg(env, "XDG_STATE_HOME", ".local/state"), "mem", "run")
    check = 0xCBF29CE484222325
    for byte in os.fsencode(root):  # FNV-1a: tells vaults apart, and needs no import
        check = (check ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{folder}/{check:016x}.sock"


def is_private(folder: str) -> bool:
    """Whether a folder is this user's own and nobody else's. Raises OSError when it is not there."""
    info = os.lstat(folder)
    return stat.S_ISDIR(info.st_mode) and info.st_uid == os.geteuid() and not info.st_mode & 0o077


def peer_is_us(sock: object) -> bool:
    """Whether the process at the other end is this user's; True where the system does not tell."""
    import _socket

    if not hasattr(_socket, "SO_PEERCRED"):
        return True
    credentials = sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)  # type: ignore[attr-defined]
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.geteuid()


def search(arguments: Sequence[str]) -> int | None:
    """The exit status of a search that a server has answered, None when none has."""
    env = os.environ
    if any(word in _AWAY for word in arguments) or "MEM_FAULT" in env or "MEM_DEBUG" in env:
        return None
    try:
        root = place.root(os.getcwd(), _vault(arguments) or env.get("MEM_VAULT") or None, os.path.join(place.xdg(env, "XDG_DATA_HOME", ".local/share"), "mem"))
        path = socket_path(root, env)
        info = os.lstat(path)
        if not root or not stat.S_ISSOCK(info.st_mode) or info.st_uid != os.geteuid() or not is_private(os.path.dirname(path)):
            return None
        answer = _asked(path, _request(arguments))
    except (OSError, ValueError):
        return None
    return _printed(*answer)


def _vault(arguments: Sequence[str]) -> str:
    """The vault that is named, wherever that stands. A guess: the server looks at the words as the command does."""
    for at, word in enumerate(arguments):
        if word == "--vault":
            return "".join(arguments[at + 1:at + 2])
        if word.startswith("--vault="):
            return word[8:]
    return ""


def _request(arguments: Sequence[str]) -> bytes:
    """The command line with all that surrounds it."""
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno()) if sys.__stdout__ else os.terminal_size((0, 0))
    except (OSError, ValueError):
        size = os.terminal_size((0, 0))
    head = [str(PROTOCOL), memcli.__version__, os.path.dirname(memcli.__file__), os.getcwd(), str(int(sys.stdout.isatty())), str(size.columns), str(size.lines),
            str(len(arguments))]
    told = b"\0".join(map(os.fsencode, [*head, *arguments, *(f"{name}={value}" for name, value in os.environ.items())]))
    return b"run %d\n%s" % (len(told), told)


def _asked(path: str, request: bytes) -> tuple[list[int], bytes]:
    """The numbers of the answer's head, and what follows it. Raises OSError or ValueError when there is no good answer."""
    import _socket

    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        sock.settimeout(BEGIN_S)
        sock.connect(path)
        if not peer_is_us(sock):
            raise ValueError("somebody else's")
        sock.sendall(request)
        data = b""
        while b"begin\n" not in data:
            data += _more(sock)
        sock.settimeout(ANSWER_S)
        data = data.partition(b"begin\n")[2]
        while b"\n" not in data:
            data += _more(sock)
        head, _, data = data.partition(b"\n")
        words = head.split(b" ")
        if words[0] != b"done":
            raise ValueError("declined")
        numbers = list(map(int, words[1:]))
        if len(numbers) != 4 or min(numbers) < 0:
            raise ValueError("no head")
        left = sum(numbers[1:]) - len(data)
        parts = [data]
        while left > 0:
            parts.append(_more(sock))
            left -= len(parts[-1])
        return numbers, b"".join(parts)
    finally:
        sock.close()


def _more(sock: object) -> bytes:
    data: bytes = sock.recv(_PIECE)  # type: ignore[attr-defined]
    if not data:
        raise ValueError("the server is gone")
    return data


def _printed(numbers: list[int], data: bytes) -> int:
    """Print what was answered: what is told, then what was found, through the pager where the command would use it."""
    status, out, told, pager = numbers
    sys.stderr.write(data[out:out + told].decode("utf-8", "surrogatepass"))
    if pager:
        from memcli.cli import session

        if session.current().paged(os.fsdecode(data[out + told:out + told + pager]), data[:out].decode("utf-8", "surrogateescape")):
            return status
    sys.stdout.buffer.write(data[:out])
    return status
