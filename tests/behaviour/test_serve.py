"""Does a server answer every line, in order, as the commands themselves do, and is a search the same with and without one?"""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from box import MEM, Box
from served import Pipe, Socket, serving, until

import memcli
from memcli.serve import sockets

NOTES = {
    "boiler.md": "---\ntitle: Boiler\ntags: [home]\ncreated: 2026-02-10T08:00:00Z\n---\nThe boiler shows E41 when the filter is clogged.\n\nSee [[Plumber]].\n",
    "plumber.md": "---\ntitle: Plumber\ncreated: 2026-03-10T08:00:00Z\n---\nThe plumber comes in May and looks at the boiler.\n",
    "odd.md": "---\ntitle: \"\\e[31mred\"\ncreated: 2026-03-11T08:00:00Z\n---\nRed \x1b[31m letters, na\u00efve caf\u00e9 \u6771\u4eac \u202e boiler.\n",
    "old.md": "---\ntitle: Old boiler\nstate: cold\ncreated: 2020-03-11T08:00:00Z\n---\nThe old boiler leaked.\n",
}


@pytest.fixture
def house(box: Box) -> Box:
    """A vault with a few notes."""
    for name, text in NOTES.items():
        box.write(name, text)
    return box


def test_answers_are_what_the_commands_print(house: Box) -> None:
    house.env["MEM_MEMORY_LOG"] = "false"
    pipe = Pipe(house)
    assert pipe.hello == {"mem": house.run("--version").out.split()[1], "format_version": 1, "protocol": 1, "vault": os.path.realpath(house.vault)}
    for op, args, words in (
        ("search", {"query": "boiler"}, ["boiler"]), ("search", {"query": ["boiler", "plumber"], "limit": 1, "explain": True},
                                                 ["boiler", "plumber", "-n1", "--explain"]),
        ("list", {"tag": "home"}, ["--tag", "home"]), ("show", {"id": "boiler.md"}, ["boiler.md"]),
        ("timeline", {}, []), ("index", {"status": True}, ["--status"]), ("log", {}, []), ("conflicts", None, []), ("plugin", {"action": "list"}, ["list"]),
    ):
        pipe.send(json.dumps({"op": op, "args": args, "id": op}).encode() + b"\n")
        assert pipe.line() == {"id": op, "ok": True, "result": house.json(op, *words)}
    packed, blocks = pipe.ask("context", query="boiler", budget=300)["result"], house.json("context", "boiler", "-b", "300")["blocks"]
    assert packed["blocks"] == blocks and blocks  # its fence has another name each time
    assert pipe.end() == (0, "")


def test_all_operations_are_listed_and_the_others_refused(house: Box) -> None:
    pipe = Pipe(house)
    ops = pipe.ask("ops")["result"]["ops"]
    assert {"search", "add", "import", "bundle", "eval"} <= ops.keys() and not {"edit", "watch", "serve", "man", "completion", "diff"} & ops.keys()
    assert [arg["name"] for arg in ops["add"]["args"]][:5] == ["text", "title", "type", "tag", "importance"]
    assert [arg["required"] for arg in ops["show"]["args"]][:2] == [True, False]
    names = [arg["name"] for op in ops.values() for arg in op["args"]]
    assert all(name.isidentifier() and name == name.lower() for name in names)
    for op, args, told in (("edit", {}, "editor"), ("watch", {}, "never ends"),
                           ("serve", {}, "no such operation"), ("diff", {}, "no JSON"), ("nonsense", {}, "no such operation"),
                           ("ingest", {"plugin": "markdown", "source": ["x"], "watch": True}, "never ends"), ("show", {}, "needs id"),
                           ("list", {"jsonl": True}, "takes no"), ("eval", {"kind": "policy", "per_question": True, "log": True}, "")):
        answer = pipe.ask(op, **args)
        assert not answer["ok"] and told in answer["error"]["message"] and answer["error"]["exit_status"], answer
    assert pipe.end() == (0, "")


def test_what_was_written_is_seen_at_once(house: Box) -> None:
    pipe = Pipe(house)

    def found(word: str) -> list[str]:
        return [hit["path"] for hit in pipe.ask("search", query=word, channels="keyword")["result"]["hits"]]

    for number in range(3):
        assert found("zyzzogeton") == []
        house.write("sub/deep/new.md", f"A zyzzogeton, seen {number} times.\n")
        assert found("zyzzogeton") == ["sub/deep/new.md"]
        house.write("sub/deep/new.md", f"An axolotl, seen {number} times.\n")
        assert found("zyzzogeton") == [] and found("axolotl") == ["sub/deep/new.md"]
        os.rename(house.path("sub/deep"), house.path("sub/other"))
        assert found("axolotl") == ["sub/other/new.md"]
        shutil.rmtree(house.path("sub"))
        assert found("axolotl") == []
    added = pipe.ask("add", text="A quokka smiled.", tag="animal")["result"]
    assert found("quokka") == [added["path"]]
    assert house.found("quokka") == [added["path"]]
    house.run("set", added["id"], "tags+=small", check=0)
    assert [row["path"] for row in pipe.ask("list", tag="small")["result"]["entries"]] == [added["path"]]
    assert pipe.ask("undo")["ok"] and pipe.ask("undo")["ok"]
    assert found("quokka") == []
    shutil.rmtree(house.path(".mem/index"))
    assert found("plumber") == ["plumber.md", "boiler.md"]
    assert pipe.end()[0] == 0
    house.sound()


def test_garbage_gets_an_error_each_and_the_rest_goes_on(house: Box) -> None:
    pipe = Pipe(house)
    garbage = [b"what?", b"\x00", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"[]", b"1", b'"x"', b"null", b"{}", b'{"op": 5}', b'{"op": ["search"]}',
               b'{"op": "search", "args": []}', b'{"op": "search", "args": {"query": {}}}', b'{"op": "search", "args": {"query": [[]]}}',
               b'{"op": "search", "args": {"query": []}}', b'{"op": "search", "args": {"query": "x", "limit": "many"}}',
               b'{"op": "search", "args": {"query": "x", "limit": 1e9}}', b'{"op": "search", "args": {"query": "x", "limit": -1}}',
               b'{"op": "search", "args": {"query": "x", "limit": true}}', b'{"op": "search", "args": {"query": "x", "limit": ' + b"9" * 5000 + b"}}",
               b'{"op": "search", "args": {"query": "x", "fuzzy": 1}}', b'{"op": "search", "args": {"query": "a\\u0000b"}}',
               b'{"op": "search", "args": {"query": "\\ud800"}}', b'{"op": "search", "args": {"query": NaN}}', b'{"op": "search", "extra": 1}',
               b'{"op": "search", "id": {}}', b'{"op": "add", "args": {"importance": 1e400, "text": "x"}}', b'{"op": "add", "input": 5}',
               b'{"op": "search", "args": {"query": "' + b"x" * 10_000_000 + b'"}}', b"x" * 10_000_000, b"run 5", b"\xe2\x28\xa1"]
    for line in garbage:
        pipe.send(line + b"\n\n\r\n" + b'{"op": "list", "args": {"limit": 1}, "id": 7}\n')
        answer = pipe.line()
        assert answer["ok"] is False and answer["error"]["code"] == "usage", (line[:80], answer)
        assert all(answer["error"][name] for name in ("message", "hint", "exit_status"))
        assert pipe.line()["id"] == 7
    assert pipe.end() == (0, "")
    assert house.run("log", "--format", "{subject}\n").out.count("\n") == 1


def test_a_text_may_come_as_input(house: Box) -> None:
    pipe = Pipe(house)
    pipe.send(json.dumps({"op": "add", "args": {"text": "-"}, "input": "---\ntitle: Given\n---\nTwo\nlines \u00e9.\n", "id": 1}).encode() + b"\n")
    path = pipe.line()["result"]["path"]
    assert "Two\nlines \u00e9.\n" in house.read(path).decode()
    assert pipe.ask("add")["error"]["exit_status"] and pipe.ask("search", query="-")["ok"] is False
    assert pipe.end()[0] == 0


def test_it_ends_cleanly(house: Box) -> None:
    for how in ("term", "eof", "half", "gone"):
        pipe = Pipe(house)
        if how == "term":
            pipe.process.terminate()
            pipe.process.wait(20)
        elif how == "gone":
            os.rename(house.vault, house.vault + "-moved")
            pipe.process.wait(20)
        elif how == "half":
            pipe.send(b'{"op": "li')
        status, said = pipe.end()
        assert (status, said) == (0, "") if how != "gone" else status == 10 and "is gone" in said, (how, status, said)


CALLS = [["boiler"], ["boiler", "--explain", "--json"], ["boiler", "--jsonl"], ["boiler", "--format", r"{id}\t{title}\n"], ["boiler", "-0"],
         ["boiler", "--chunks", "--explain"], ["xqzzt"], ["xqzzt", "--json"], ["boiler", "--json", "--jsonl"], ["boiler", "--channels", "nothing"],
         ["boiler", "--at", "HEAD"], ["--", "-x"], ["boiler", "--nothing"], ["caf\u00e9", "\u6771\u4eac", "-n1"], ["boiler", "--vault", "."],
         ["boiler", "--vault=/nowhere"], ["bo" * 3000], [os.fsdecode(b"b\xffx"), "--json"]]
SURROUNDINGS = [{"FORCE_COLOR": "1"}, {"MEM_OUTPUT_COLOR": "always", "NO_COLOR": "1"}, {"MEM_SEARCH_LIMIT": "2"}, {"MEM_SEARCH_LIMIT": "many"},
                {"MEM_NOW": "2031-01-01T00:00:00Z"}, {"MEM_NOW": "never"}]


def test_a_search_is_the_same_with_and_without_a_server(house: Box) -> None:
    calls: list[tuple[list[str], dict[str, str]]] = [*((words, {}) for words in CALLS), *((["boiler"], env) for env in SURROUNDINGS)]
    cold = [house.run("search", *words, env=env) for words, env in calls]
    with serving(house) as server:
        until(lambda: house.run("search", "boiler", env=server.env).data == cold[0].data)
        for (words, env), before in zip(calls, cold):
            assert house.run("search", *words, env={**env, **server.env}) == before, words
        assert house.run("--vault", house.vault, "search", "boiler", cwd=house.home, env=server.env) == cold[0]
        assert house.run("search", "boiler", cwd=house.home, env=server.env).status == 10
        assert answers(house, server) == [b"begin", b"done 0"]


def answers(box: Box, server: Socket, **changed: str) -> list[bytes]:
    """What a server says to the request that the command makes: the lines after the hello, without sizes."""
    where = os.path.join(os.path.dirname(MEM), "..", "lib")
    (code,) = [str(path) for path in Path(where).glob("python*/site-packages/memcli")]
    fields = {"protocol": "1", "version": memcli.__version__, "code": os.path.realpath(code), "cwd": box.vault, "tty": "0", "columns": "0", "lines": "0",
              "count": "2", **changed}
    told = b"\0".join(os.fsencode(word) for word in (*fields.values(), "search", "boiler", *(f"{name}={value}" for name, value in box.env.items())))
    with server.connect() as client:
        client.sendall(b"run %d\n" % len(told) + told)
        client.shutdown(socket.SHUT_WR)
        data = b""
        while more := client.recv(65536):
            data += more
    lines = data.split(b"\n")
    assert json.loads(lines[0])["protocol"] == 1
    return [b" ".join(line.split(b" ")[:2]) for line in lines[1:3]]


def test_what_does_not_fit_is_declined(house: Box) -> None:
    with serving(house) as server:
        assert answers(house, server) == [b"begin", b"done 0"]
        for name, value in (("version", "0.0.1"), ("protocol", "2"), ("code", "/elsewhere"), ("count", "many"), ("columns", "")):
            assert answers(house, server, **{name: value}) == [b"begin", b"decline"], name
        assert answers(house, server, cwd="/nowhere") == [b"begin", b"done 4"]
        assert answers(house, server) == [b"begin", b"done 0"]


def on_a_terminal(box: Box, env: dict[str, str], *words: str) -> bytes:
    """What `mem search` sends to a terminal of 60 columns."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(box.vault)
        os.execve(MEM, ["mem", "search", *words], {**box.env, **env, "TERM": "xterm"})
    import fcntl
    import struct
    import termios

    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 6, 60, 0, 0))
    data = b""
    try:
        while more := os.read(fd, 65536):
            data += more
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    return data


def test_colours_and_pager_are_those_of_the_terminal(house: Box) -> None:
    pager = {"PAGER": "sed 's/^/paged: /'", "LINES": "6", "COLUMNS": "60"}
    cold = [on_a_terminal(house, env, *words) for env in ({"PAGER": "cat"}, pager) for words in (["boiler"], ["red", "--json"], ["red", "-n1"])]
    assert b"\x1b[" in cold[0] and b"paged: " in cold[3]
    with serving(house) as server:
        answers(house, server)
        warm = [on_a_terminal(house, {**env, **server.env}, *words) for env in ({"PAGER": "cat"}, pager)
                for words in (["boiler"], ["red", "--json"], ["red", "-n1"])]
    assert warm == cold


def test_many_clients_at_once(house: Box) -> None:
    with serving(house) as server:
        expected = house.json("search", "boiler")
        faults: list[Any] = []

        def client(number: int) -> None:
            with server.connect() as sock, sock.makefile("rb") as lines:
                json.loads(lines.readline())
                for turn in range(20):
                    sock.sendall(b"garbage\n" + json.dumps({"op": "search", "args": {"query": "boiler"}, "id": f"{number}/{turn}"}).encode() + b"\n")
                    one, two = json.loads(lines.readline()), json.loads(lines.readline())
                    if one["ok"] or two != {"id": f"{number}/{turn}", "ok": True, "result": expected}:
                        faults.append((one, two))

        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        with server.connect() as rude:  # asks much and reads nothing, then is gone
            rude.settimeout(0.5)
            try:
                for _ in range(200):
                    rude.sendall(b'{"op": "config"}\n' * 1000)
            except TimeoutError:
                pass
            assert answers(house, server) == [b"begin", b"done 0"]


def test_a_crowd_does_not_end_it(house: Box) -> None:
    with serving(house) as server:
        crowd = []
        for _ in range(sockets.PEERS_MAX):
            crowd.append(server.connect())
            assert crowd[-1].recv(1) == b"{"
        with server.connect() as late:
            assert late.recv(1) == b""
        assert house.run("search", "boiler", env=server.env) == house.run("search", "boiler")
        for client in crowd:
            client.close()
        until(lambda: greeted(server))
        assert answers(house, server) == [b"begin", b"done 0"]


def test_what_is_not_read_yet_has_to_wait(house: Box) -> None:
    with serving(house) as server:
        with server.connect() as rude:
            rude.settimeout(1)
            rude.sendall(b"\n" * (32 << 20))  # blank lines are nothing
            rude.sendall(b'{"op": "ops", "id": 1}\n')
            with rude.makefile("rb") as lines:
                assert [b'"mem"' in lines.readline(), b'"id": 1' in lines.readline()] == [True, True]
        with server.connect() as rude:
            rude.settimeout(1)
            reading = threading.Thread(target=drain, args=(rude,))
            reading.start()
            with pytest.raises(TimeoutError):
                rude.sendall(b"x\n" * (32 << 20))
            rude.shutdown(socket.SHUT_RDWR)
            reading.join()
        assert answers(house, server) == [b"begin", b"done 0"]


def drain(client: socket.socket) -> None:
    """Read whatever comes, to the end."""
    try:
        while client.recv(1 << 16):
            pass
    except OSError:
        pass


def greeted(server: Socket) -> bool:
    """Whether there is a place for one more."""
    with server.connect() as client:
        return client.recv(1) == b"{"


def test_the_dead_the_busy_and_the_foreign_are_passed_over(house: Box) -> None:
    cold = house.run("search", "boiler")
    with serving(house) as server:
        os.kill(server.process.pid, signal.SIGSTOP)  # a request is under way and never answered
        assert house.run("search", "boiler", env=server.env, timeout_s=30) == cold
        with server.connect() as client:
            client.sendall(b'{"op": "search", "args": {"query": "boiler"}}\n')
            server.kill(signal.SIGKILL)
        assert os.path.exists(server.path)
        assert house.run("search", "boiler", env=server.env) == cold
        os.unlink(server.path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as liar:
            liar.bind(server.path)
            liar.listen()
            for answer in (b"", b"begin\n", b"begin\ndone 0 9999 0 0\nshort", b"begin\ndone\n", b"begin\nnonsense\n", b"begin\ndone x y z w\n",
                           b"begin\ndone 0 -5 -6 0\n", b"begin\ndone 0 5\nabcde"):
                thread = threading.Thread(target=lie, args=(liar, answer))
                thread.start()
                assert house.run("search", "boiler", env=server.env) == cold, answer
                thread.join()
            os.chmod(os.path.dirname(server.path), 0o755)  # others may have put it there
            assert house.run("search", "boiler", env=server.env) == cold
        refused = house.run("serve", "--socket", env=server.env)
        assert refused.status == 17 and "not private" in refused.err


def lie(liar: socket.socket, answer: bytes) -> None:
    """Answer one client so, and hang up."""
    client, _ = liar.accept()
    with client:
        client.recv(1 << 20)
        client.sendall(answer)


def test_only_one_serves_and_it_knows_when_to_end(house: Box) -> None:
    with serving(house) as server:
        assert f" on {server.path};" in server.said
        assert os.stat(server.path).st_mode & 0o777 == 0o600 and os.stat(os.path.dirname(server.path)).st_mode & 0o777 == 0o700
        again = house.run("serve", "--socket", env=server.env)
        assert again.status == 11 and "runs already" in again.err and str(server.process.pid) in again.err
        assert server.kill() == 0 and not os.path.exists(server.path)
    with serving(house, {"MEM_SERVE_IDLE_MINUTES": "0.01"}) as server:
        assert server.process.wait(20) == 0
        assert server.process.stderr and "nobody asked anything" in server.process.stderr.read().decode()
    with serving(house) as server:
        os.rename(server.path, f"{server.path}.real")
        os.symlink(f"{server.path}.real", server.path)  # no search follows it
        assert server.process.wait(20) == 0
    with serving(house) as server:
        os.rename(house.vault, house.vault + "-moved")
        assert server.process.wait(20) == 10


def test_a_path_that_is_too_long_is_told(bare: Box) -> None:
    os.mkdir(bare.path(".mem"))
    refused = bare.run("serve", "--socket", env={"XDG_RUNTIME_DIR": "/tmp/" + "x" * 120})
    assert refused.status == 4 and "too long for a socket" in refused.err


def test_it_ends_when_the_code_changes(house: Box, tmp_path: Path) -> None:
    (installed,) = Path(os.path.dirname(MEM), "..", "lib").glob("python*/site-packages/memcli")
    shutil.copytree(installed, tmp_path / "copy" / "memcli")
    with serving(house, {"PYTHONPATH": str(tmp_path / "copy")}) as server:
        (tmp_path / "copy" / "memcli" / "config.py").touch()
        assert server.process.wait(20) == 0
        assert server.process.stderr and "was changed" in server.process.stderr.read().decode()
