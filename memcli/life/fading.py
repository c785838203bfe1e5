"""How does a vault forget by a policy? Read everything, plan, and apply the plan in one commit that `undo` takes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memcli.extend import registry
from memcli.life import forgetting, moving
from memcli.life import plan as planning
from memcli.life.desk import Changed, Desk
from memcli.life.holding import Held, held
from memcli.life.ladder import Move
from memcli.life.plan import Guards, Plan

Change = tuple[str, bytes | None, bytes | None]


def guards(desk: Desk, *, may_forget: bool) -> Guards:
    """The guards that the settings state."""
    return Guards(desk.settings.number("forget.min_age_days"), desk.settings.number("forget.max_share"), may_forget)


def fade(desk: Desk, name: str, options: Mapping[str, str], *, dry_run: bool) -> tuple[Plan, Changed]:
    """Let the policy `name` judge every entry and do what the guards let pass; nothing is changed in a dry run."""
    policy = registry.load_policy(name, desk.around)
    if dry_run:
        return planning.plan(policy, held(desk), desk.now, options, guards(desk, may_forget=True)), Changed((), "")
    with desk.run("forget") as run:
        found = held(desk)
        made = planning.plan(policy, found, desk.now, options, guards(desk, may_forget=True))
        if not made.moves:
            return made, Changed((), "")
        commit = desk.save(run, changes(desk, found, made.moves), subject(made.moves, name), [("Mem-Policy", name), *moving.trailers(made.moves)])
    return made, Changed(tuple((move.id, move.path) for move in made.moves), commit)


def subject(moves: Sequence[Move], name: str) -> str:
    """What a commit of moves is called."""
    states: dict[str, int] = {}
    for move in moves:
        states[move.after] = states.get(move.after, 0) + 1
    return ", ".join(f"{number} {state}" for state, number in sorted(states.items())) + f" by {name}"


def changes(desk: Desk, found: Sequence[Held], moves: Sequence[Move]) -> list[Change]:
    """What the moves do to files."""
    by_path = {one.path: one for one in found}
    edited: list[Change] = []
    packing: list[tuple[str, bytes]] = []
    for move in moves:
        one = by_path[move.path]
        if move.after == "archived":
            packing.append((one.path, one.data))
        elif move.after == "forgotten":
            edited.append((one.path, one.data, forgetting.tombstone(desk, one.entry, move.reason)))
        else:
            edited.append((one.path, one.data, moving.state_edit(one, move, desk.now)))
    if packing:
        from memcli.life import archive

        edited += archive.archive_entries(desk.vault, packing, desk.now)
    return edited
