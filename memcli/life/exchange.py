"""How does a vault give and take? Its verbs for export, import and bundles, which the store inherits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from memcli.errors import NothingFound, PluginFailed, Usage, UserError
from memcli.life.export.choice import Choice
from memcli.life.following import Following

if TYPE_CHECKING:
    from memcli.life.doctor import Problem
    from memcli.life.export.fusing import Fused
    from memcli.life.export.opened import Bundle
    from memcli.life.picture import Choice as Selection
    from memcli.life.picture import Picture
    from memcli.life.syncing import Synced
    from memcli.life.taking import Item, Taken

__all__ = ["Choice", "Exchange", "Sent"]


@dataclass(slots=True)
class Sent:
    """What an export wrote: its format, where ("" for standard output), files and bytes, and what it cannot hold (path, reason)."""

    format: str
    dest: str = ""
    files: int = 0
    size: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


class Exchange(Following):
    """What goes out of a vault and comes in from others."""

    def sync(self, name: str = "") -> Synced:
        """Make this vault and its remote (or another place) one: record, fetch, merge, push."""
        from memcli.life import syncing

        return syncing.sync(self, name)

    def capture(self, folder: str, commit: str) -> None:
        """Take in a commit of a working repository, with all that waits."""
        from memcli.life import capture

        capture.capture(self, folder, commit)

    def captures_waiting(self) -> int:
        """How many commits of working repositories are noted and not taken in yet."""
        from memcli.life import capture

        return capture.waiting(self)

    def staged_problems(self) -> list[Problem]:
        """What speaks against committing what a person staged in the vault."""
        from memcli.life import vetting

        return vetting.staged(self)

    def export(self, name: str, choice: Choice, sent: Sent) -> Iterator[bytes]:
        """The bytes of an export that is one file; what is told of it in `sent` is complete when they end. Raises Usage for a format that is a folder."""
        from memcli.life.export import formats

        if formats.named(name).folder:
            raise Usage(f"{name} is a folder of files", f"mem export {name} FOLDER")
        for piece in self._stream(name, choice, sent):
            sent.size += len(piece)
            yield piece

    def _stream(self, name: str, choice: Choice, sent: Sent) -> Iterator[bytes]:
        from memcli.life.export import contents, lines

        sent.files = 1
        if name == "bundle":
            from memcli.life.export import bundle

            return bundle.pieces(self, choice, sent.refused)
        if name == "jsonl":
            return _some(lines.written(contents.everything(self, sent.refused) if choice.whole else contents.part(self, choice)))
        return (data for _, data in self._made(name, choice, sent))

    def _made(self, name: str, choice: Choice, sent: Sent) -> Iterator[tuple[str, bytes]]:
        """The files of a format that is made of entries one by one."""
        from memcli.extend.contracts import Rejected
        from memcli.life.export import contents, formats

        for piece in formats.pieces(formats.named(name), contents.entries(self, choice)):
            if isinstance(piece, Rejected):
                sent.refused.append((piece.position, piece.reason))
            else:
                yield piece

    def export_to(self, name: str, choice: Choice, dest: str, *, force: bool) -> Sent:
        """Write an export to a file or folder outside the vault. Raises UserError when something is there and not `force`."""
        from memcli.life.export import deliver, formats

        form, sent = formats.named(name), Sent(name, dest)
        deliver.refuse_inside(self.vault.root, dest)

        def counted() -> Iterator[tuple[str, bytes]]:
            for file, data in self._made(name, choice, sent):
                sent.files += 1
                sent.size += len(data)
                yield file, data

        if form.folder:
            deliver.to_folder(dest, counted(), force=force)
        else:
            deliver.to_file(dest, self.export(name, choice, sent), force=force)
        return sent

    def picture(self, choice: Selection, *, texts: bool = True) -> Picture:
        """The chosen entries as they may be sent on, how they stand and are linked; without `texts` their titles alone."""
        from memcli.life import picture

        return picture.picture(self, choice, texts=texts)

    def put_beside(self, dest: str, pieces: Iterable[bytes], *, force: bool, ours: bytes) -> None:
        """Write a file outside the vault. Raises UserError when one is there that does not begin with `ours`, unless `force`."""
        from memcli.life.export import deliver

        deliver.refuse_inside(self.vault.root, dest)
        deliver.to_file(dest, pieces, force=force, ours=ours)

    def take(self, word: str, *, theirs: bool = False, dry_run: bool = False) -> Taken:
        """Take in a file of `mem export jsonl`, `-` for standard input, or a bundle. Raises UserError when it is neither, or a bundle that is not whole."""
        from memcli.extend.source import Source

        source = Source.open(word)
        if source.is_folder:
            raise UserError(f"{source.name} is a folder, not an export of mem", "mem ingest --list names what can be read")
        try:
            with source.stream() as stream:
                head = stream.peek(4)[:4] if hasattr(stream, "peek") else b""
                if head.startswith(b"PK"):
                    return self.load(word, theirs=theirs, dry_run=dry_run)
                if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                    what = "is empty" if not head else "is neither lines of mem export jsonl nor a bundle"
                    raise UserError(f"{source.name} {what}", "mem ingest --list names what else can be read")
                from memcli.life.export import lines

                return self._take(lines.read(stream), source.name, theirs, dry_run)
        except PluginFailed as error:
            raise UserError(error.message, error.hint or "nothing was changed") from None

    def _take(self, items: Iterable[Item], name: str, theirs: bool, dry_run: bool) -> Taken:
        from memcli.life import taking

        return taking.take(self, items, name, theirs=theirs, dry_run=dry_run)

    def load(self, word: str, *, theirs: bool = False, dry_run: bool = False) -> Taken:
        """Take in a bundle, every member of which is checked before the first is used, with the uses of what is here then."""
        from memcli.memory import events

        with inspected(word) as bundle:
            uses = bundle.uses()
            taken = self._take(bundle.items(), bundle.name, theirs, dry_run)
            here = {id_ for id_, _ in [*taken.added, *taken.replaced]} | taken.same_ids
            wanted = [event for event in uses if event.id in here]
            if wanted and not dry_run and self.settings.values["memory.log"]:
                events.replay(self.vault.state, wanted)
            return taken


def inspected(word: str) -> Bundle:
    """A bundle that has passed every check. Raises UserError naming the member that did not."""
    from memcli.life.export.opened import Bundle

    bundle = Bundle(word)
    try:
        bundle.check()
    except BaseException:
        bundle.__exit__()
        raise
    return bundle


def fuse(one: str, other: str, dest: str, now: datetime, *, force: bool) -> Fused:
    """Write the bundle that holds two others. Needs no vault."""
    from memcli.life.export import deliver, fusing

    report = fusing.Fused()
    with inspected(one) as first, inspected(other) as second:
        deliver.to_file(dest, fusing.pieces(first, second, now, report), force=force)
    return report


def _some(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The lines. Raises NothingFound before the first one when there is none."""
    first = next(lines, None)
    if first is None:
        raise NothingFound("no entries to export", "mem list shows the entries")
    yield first
    yield from lines
