"""How do several programs, and mem search, ask one server? Over a private socket: requests are answered one at a time, in turn."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import memcli
from memcli import clock
from memcli.cli.session import Session
from memcli.entries import atomic
from memcli.entries.lock import Lock
from memcli.errors import Locked, NoVault, Refused, UserError
from memcli.output import terminal
from memcli.serve import ask
from memcli.serve.ahead import Ahead
from memcli.serve.guest import Caller, call
from memcli.serve.lines import Lines, answered, hello
from memcli.serve.stdio import TICK_S, Ended, Ending, Home

if TYPE_CHECKING:
    from memcli.index.warm import Warm

REQUEST_MAX = 8 << 20  # bytes of a command line with its environment
PATH_MAX = 107  # bytes of a socket's path
PEERS_MAX = 200  # programs at once; one more is hung up on, and finds its own way
_PIECE = 1 << 16


class Code:
    """The files that this program was loaded from, as they were."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int, int]] = {}
        self._modules = 0  # that were loaded when last looked for
        self._look()

    def _look(self) -> None:
        """Take in the files of modules that were loaded since."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            paths = [getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if name.startswith("memcli")]
            self._seen.update((path, _stamp(path)) for path in paths if path and path not in self._seen)

    @property
    def changed(self) -> bool:
        """Whether one of them is not what it was when first looked at."""
        self._look()
        return any(_stamp(path) != seen for path, seen in self._seen.items())


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        info = os.stat(path)
    except OSError:
        return 0, 0, 0
    return info.st_ino, info.st_mtime_ns, info.st_size


def _place(path: str) -> int:
    """The inode that lies there, a link's own; 0 for none."""
    try:
        return os.lstat(path).st_ino
    except OSError:
        return 0


class Peer:
    """One program at the other end."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.lines = Lines()
        self.out = bytearray()
        self.over = False  # it sends nothing more
        self.dead = False
        self.coming = 0  # bytes of a command line that were announced

    def send(self, data: bytes) -> None:
        """Send what can be sent now, and keep the rest."""
        self.out += data
        try:
            while self.out and not self.dead:
                del self.out[:self.sock.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.dead = True

    def receive(self) -> None:
        """Take in what has come."""
        try:
            data = self.sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            self.dead = True
            return
        self.over = not data
        self.lines.feed(data)

    @property
    def left(self) -> bool:
        """Whether it has hung up, so that nobody waits for an answer."""
        poll = select.poll()
        poll.register(self.sock, 0)
        return bool(poll.poll(0))


class Server:
    """The vault's server. `caller` is who started it, for those who send lines."""

    def __init__(self, listening: socket.socket, path: str, caller: Caller, warm: Warm) -> None:
        self._path, self._made = path, _place(path)
        self._home = Home(warm.root)
        self._listening = listening
        self._caller = caller
        self._warm = warm
        self._ending = Ending()
        self._code = Code()
        self._ahead = Ahead(caller, warm)
        self._peers: list[Peer] = []
        self._more = False  # whether somebody was answered in the last round
        self._asked_s = clock.monotonic_s()

    def run(self, idle_s: float) -> str:
        """Answer until it is time to end; says why."""
        try:
            while not self._home.gone:
                busy = self._round()
                if self._ending.wanted:
                    return ""
                if not busy and self._code.changed:
                    return "mem itself was changed"
                if _place(self._path) != self._made:
                    return "the socket was taken away"
                if not busy and idle_s and clock.monotonic_s() - self._asked_s >= idle_s:
                    return "nobody asked anything"
        except Ended:
            return ""
        raise NoVault(f"the vault {self._warm.root} is gone", "mem serve ends")

    def _round(self) -> bool:
        """Wait for something to happen, then answer at most one request of each program. Whether there was one."""
        wanting = [peer.sock for peer in self._peers if not peer.out and not peer.over and not peer.lines.full]
        giving = [peer.sock for peer in self._peers if peer.out]
        waiting = any(peer.over and not peer.out for peer in self._peers)
        ready, free, _ = select.select([self._listening, *wanting], giving, [], 0.0 if waiting or self._more or self._ahead.left else TICK_S)
        if not ready and not free and not self._more and self._ahead.left:
            self._ahead.step()
        if self._listening in ready:
            self._accept()
        for peer in self._peers:
            if peer.sock in free:
                peer.send(b"")
            if peer.sock in ready:
                peer.receive()
        answered_ = [self._serve(peer) for peer in self._peers if not peer.out and not peer.dead]
        self._more = any(answered_)
        if self._more:
            self._asked_s = clock.monotonic_s()
        for peer in [peer for peer in self._peers if peer.dead or peer.over and not peer.out and not self._more]:
            peer.sock.close()
            self._peers.remove(peer)
        return self._more

    def _accept(self) -> None:
        try:
            sock, _ = self._listening.accept()
        except OSError:
            return
        sock.setblocking(False)
        if len(self._peers) >= PEERS_MAX or not ask.peer_is_us(sock):
            sock.close()
            return
        peer = Peer(sock)
        peer.send(hello(self._warm.root))
        self._peers.append(peer)
        peer.receive()

    def _serve(self, peer: Peer) -> bool:
        """Answer a program's next request; False when there is none yet."""
        if not peer.coming:
            some, line = peer.lines.next()
            if not some:
                return False
            if line is not None and line.startswith(b"run "):
                size = line[4:12].decode("ascii", "replace")
                peer.coming = int(size) if size.isdecimal() else 0
                if not 0 < peer.coming <= REQUEST_MAX:
                    peer.dead = True
                    return True
            else:
                peer.send(self._worked(lambda: answered(line, self._caller, self._warm)))
                return True
        told = peer.lines.take(peer.coming)
        if told is None:
            return False
        peer.coming = 0
        if not peer.left:
            peer.send(b"begin\n")
            peer.send(b"decline\n" if self._code.changed else self._worked(lambda: self._ran(told)))
        return True

    def _worked(self, work: Callable[[], bytes]) -> bytes:
        self._ending.working = True
        answer = work()
        self._ending.working = False
        return answer

    def _ran(self, told: bytes) -> bytes:
        """The answer to a command line: what the command prints here, or that it should go its usual way."""
        from memcli.cli import quick, session

        try:
            words = list(map(os.fsdecode, told.split(b"\0")))
            protocol, version, code, cwd, tty, columns, lines, count = words[:8]
            arguments, env = words[8:8 + int(count)], dict(word.split("=", 1) for word in words[8 + int(count):])
            caller = Caller(env, cwd, tty == "1", int(columns), int(lines))
        except ValueError:
            return b"decline\n"
        if (protocol, version, code) != (str(ask.PROTOCOL), memcli.__version__, os.path.dirname(memcli.__file__)):
            return b"decline\n"

        class Elsewhere(Exception):
            """Not for this server."""

        def work() -> object:
            found = quick.read(arguments)
            if found is None or session.current().vault(found[1].get("vault")).root != self._warm.root:
                raise Elsewhere
            return found[0](**found[1])

        done = call(caller, work, self._warm, tell=arguments)
        if done.error and done.error[0] == "bug":
            return b"decline\n"  # the command itself may fare better, and if not it says so with all it knows
        err, pager = done.err.encode("utf-8", "surrogatepass"), os.fsencode(done.pager)
        return b"done %d %d %d %d\n" % (done.status, len(done.out), len(err), len(pager)) + done.out + err + pager


def serve(here: Session, warm: Warm, idle_s: float) -> int:
    """Open the socket and answer. Raises Locked when another server does."""
    path = ask.socket_path(warm.root, here.env)
    if len(os.fsencode(path)) > PATH_MAX:
        raise UserError(f"{path} is too long for a socket", "set XDG_RUNTIME_DIR to a folder with a short name, here and where you search")
    folder = os.path.dirname(path)
    before = os.umask(0o077)
    try:
        atomic.make_folder(folder, durable=False)
        if not ask.is_private(folder):
            raise Refused(f"{folder} is not private to you", f"chmod 700 {folder}, or remove it")
        try:
            with Lock(path.removesuffix(".sock") + ".lock", 0.0, "serve"):
                return _listen(here, warm, path, idle_s, before)
        except Locked as error:
            raise Locked(error.message.replace("another command is writing to this vault", "mem serve --socket runs already for this vault"),
                         "mem search uses it; end that process to start another") from None
    finally:
        os.umask(before)


def _listen(here: Session, warm: Warm, path: str, idle_s: float, umask: int) -> int:
    if os.path.lexists(path):
        atomic.remove(path, durable=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        os.umask(0o177)
        listening.bind(path)
        os.umask(umask)
        listening.setblocking(False)
        listening.listen(64)
        server = Server(listening, path, Caller({**here.env, "MEM_VAULT": warm.root}, os.getcwd()), warm)
        here.say(f"mem: serving {terminal.line(warm.root)} on {terminal.line(path)}; interrupt to end")
        try:
            why = server.run(idle_s)
        finally:
            if os.path.lexists(path):
                atomic.remove(path, durable=False)
    if why:
        here.say(f"mem: {why}; ended")
    return 0
