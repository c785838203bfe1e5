"""`make demo`: a readable tour of the main job on the shipped fixtures, in a temporary home. Fails if any step does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.dirname(os.path.abspath(sys.executable))


class Tour:
    """Runs shell lines in a vault and shows them with their output."""

    def __init__(self, home: str) -> None:
        self.vault = os.path.join(home, "notes")
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("MEM_", "XDG_", "GIT_"))}
        self.env = {**keep, "HOME": home, "PATH": BIN + os.pathsep + os.environ.get("PATH", ""), "FIXTURES": os.path.join(TOP, "fixtures"), "PAGER": "cat",
                    "GIT_CONFIG_NOSYSTEM": "1"}

    def tell(self, text: str) -> None:
        """A line of the story."""
        print(f"\n## {text}\n", flush=True)

    def run(self, line: str, *, expect: str = "", status: int = 0) -> str:
        """One step; ends the tour when its exit status or output is not as it must be. Returns the output."""
        print(f"$ {line}", flush=True)
        done = subprocess.run(["bash", "-c", line], cwd=self.vault, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        out = done.stdout.decode("utf-8", "replace")
        print(out, end="" if out.endswith("\n") or not out else "\n", flush=True)
        if done.returncode != status or expect not in out:
            sys.exit(f"demo: this step ended with {done.returncode} (expected {status}){', without ' + repr(expect) if expect not in out else ''}")
        return out


def main() -> None:
    """The tour."""
    with tempfile.TemporaryDirectory() as home:
        tour = Tour(home)
        shutil.copytree(os.path.join(TOP, "fixtures", "vaults", "sample"), tour.vault)
        tour.tell("A folder of markdown becomes a vault. Not a byte of the files changes.")
        tour.run("mem init .", expect="vault ready")
        tour.run("mem list -n 5")
        tour.tell("Ranked recall, offline, from the first run. Every term of a score can be printed.")
        tour.run("mem search how do I restore the backup -n 3", expect="restore")
        tour.run("mem search python env -n 1 --explain", expect="idf")
        tour.run("mem search 'type:procedure -draft' --format '{id}  {title}\\n'")
        tour.tell("Entries are files: write one, change one, edit one by hand, and find it at once.")
        id_ = tour.run("mem add 'The spare key hangs behind the rain barrel' --type fact --tag home").split()[0]
        tour.run(f"mem set {id_} tags+=garden importance=0.8")
        tour.run(f"mem show {id_}", expect="importance: 0.8")
        tour.run("sed -i.bak 's/rain barrel/compost bin/' \"$(mem list --format '{path}\\n' -n 1)\" && mem search compost bin -n 1", expect="compost bin")
        tour.run("mem diff", expect="+The spare key")
        tour.tell("Forgetting leaves a tombstone, and everything can be taken back.")
        tour.run(f"mem forget {id_} --reason 'we moved'")
        tour.run("mem search compost bin spare key -n 1 --json | grep -c 'behind the compost' || true", expect="0")
        tour.run("mem undo", expect="undone")
        tour.run("mem search spare key compost -n 1", expect="compost bin")
        tour.tell("Conversations come in by a plugin; a second run adds nothing.")
        tour.run("mem ingest locomo \"$FIXTURES/ingest/conversation.locomo.json\"", expect="6 added")
        tour.run("mem ingest locomo \"$FIXTURES/ingest/conversation.locomo.json\"", expect="0 added")
        tour.run("mem search greenhouse type:event -n 2")
        tour.tell("So do the sessions of coding agents, histories, mail, notes of other programs: mem ingest --list. What says nothing new waits.")
        tour.run("mem ingest claude-code \"$FIXTURES/ingest/claude-code/home\"", expect="added")
        tour.run("mem ingest org-roam \"$FIXTURES/ingest/org-roam/roam\" | tail -n 1", expect="added")
        tour.run("mem context 'why does the till round' --budget 300 | head -n 12", expect="claude-code")
        tour.tell("A secret does not get in; a plugin that comes with a vault runs only when it is trusted.")
        tour.run("printf 'The deploy key is %s%s\\n' ghp_ 7Kq2mXw9TzLb4RvNc8YpDs3HfJg6Ae1Ut5Qi | mem add -", expect="looks like a secret", status=17)
        tour.run("mem plugin new ingest lines --into .mem/plugins && mem ingest lines .mem/plugins/sample.txt", expect="not trusted", status=15)
        tour.run("mem plugin trust lines --yes && mem ingest lines .mem/plugins/sample.txt", expect="2 added")
        tour.tell("All of it can leave as one file, and comes back byte for byte.")
        tour.run("mem export bundle ../notes.membundle && mem bundle inspect ../notes.membundle", expect="entries")
        tour.tell("What is used stays, what is not cools; a night's work is one commit, and each move says why.")
        tour.run("mem used n6pk84 && mem show n6pk84 --explain", expect="retrievability")
        tour.run("MEM_NOW=2027-03-01T03:00:00Z mem consolidate", expect="-> cold")
        tour.run("mem log --moves -n 1 | grep need | head -n 3", expect="need")
        tour.run("sed -n '/^# /,$p' summary/2025/year-2025.md | head -n 4", expect="# 2025")
        tour.run("mem undo | head -n 1", expect="undone")
        tour.run("mem stats", expect="hot over the year")
        tour.tell("A new value of a slot ends the old one; both stay findable.")
        tour.run("mem add 'The heating pressure is 1.8 bar' --key house/heating-pressure", expect="supersedes")
        tour.run("mem conflicts", expect="no conflicts")
        tour.tell("All of it is history, and the index can prove itself against the files.")
        tour.run("mem log -n 8")
        tour.run("mem doctor --deep", expect="nothing is wrong")
        print("\nThat was the tour. Your own vault: mem init ~/notes", flush=True)


if __name__ == "__main__":
    main()
