"""Stand-ins for the schedulers' own programs, which keep what they are told in files of the test's home and talk as the real ones do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CRONTAB = """#!/bin/sh
table="$HOME/table"
case "$1" in
-l) [ -f "$table" ] && exec cat "$table"; echo "no crontab for lena" >&2; exit 1 ;;
-r) rm "$table" ;;
-) cat > "$table.new"; [ -s "$table.new" ] && [ -n "$(tail -c1 "$table.new")" ] && { echo "new crontab file is missing newline before EOF" >&2; exit 1; }
   mv "$table.new" "$table" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
[ "$1" = --user ] || exit 1
echo "$*" >> "$HOME/told"
[ "$2" = is-system-running ] && { cat "$HOME/systemd" 2>/dev/null || { echo "Failed to connect to bus: No medium found" >&2; exit 1; }; }
[ "$2" = enable ] && [ -f "$HOME/refuses" ] && { echo "Failed to enable unit: it is masked" >&2; exit 1; }
exit 0
"""
LAUNCHCTL = """#!/bin/sh
echo "$*" >> "$HOME/told"
"""


def put(home: str) -> dict[str, str]:
    """Write the stand-ins into `home`/programs; returns the environment in which they are found first."""
    folder = Path(home, "programs")
    folder.mkdir()
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL), ("launchctl", LAUNCHCTL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.path.dirname(os.path.abspath(sys.executable))}{os.pathsep}/usr/bin{os.pathsep}/bin"}
