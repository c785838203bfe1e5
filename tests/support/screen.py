"""What reaches a person's terminal? `mem` with its standard output on a pseudo terminal, and what no terminal may be sent."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from box import MEM, Box

STYLES = re.compile(r"\x1b\[(?:[0-2]|3[1-6])m")  # ours, and only when colour is on
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and line feed: ESC, CR, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction
    "\u2028\u2029\u200b-\u200d\u2060-\u2064\ufeff\U000e0000-\U000e007f]"  # line ends, no width, tags
)


def screen(box: Box, *args: str, input: bytes = b"", color: bool = False) -> tuple[int, str]:
    """Run `mem ARGS` on a terminal of 100 columns without a pager: exit status, and what was shown, line ends as LF."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    env = {**box.env, "TERM": "xterm-256color", "PAGER": "cat", **({} if color else {"NO_COLOR": "1"})}
    with subprocess.Popen([MEM, *args], stdin=subprocess.PIPE, stdout=follower, stderr=subprocess.PIPE, env=env, cwd=box.vault) as process:
        os.close(follower)
        assert process.stdin and process.stderr
        process.stdin.write(input)
        process.stdin.close()
        shown = _all_of(leader)
        talk = process.stderr.read()
    text = (shown.replace(b"\r\n", b"\n") + talk).decode()
    assert "Traceback" not in text, text
    return process.returncode, text


def _all_of(leader: int) -> bytes:
    parts = []
    try:
        while part := os.read(leader, 65_536):
            parts.append(part)
    except OSError:
        pass  # Linux: EIO once the other side is closed
    os.close(leader)
    return b"".join(parts)


def raw(text: str, *, color: bool = False) -> list[str]:
    """What a terminal would obey or hide, with its surroundings."""
    text = STYLES.sub("", text) if color else text
    return [repr(text[max(0, found.start() - 20):found.end() + 20]) for found in RAW.finditer(text)]
