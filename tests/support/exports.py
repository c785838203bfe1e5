"""How fast is a large ChatGPT export read? Writes one of any size, the same for the same seed, without holding it in memory.

    python tests/support/exports.py 100000 chats.zip --repeats 0.7
"""

from __future__ import annotations

import argparse
import io
import json
import random
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

START = 1_672_531_200.0  # 2023-01-01
_WHO = ("my sister", "the neighbour", "a colleague", "our teacher", "the baker", "the landlord", "my cousin", "the coach", "an old friend", "the choir")
_DID = ("repaired", "sold", "borrowed", "painted", "lost", "found", "measured", "ordered", "returned", "forgot", "planned", "cancelled", "weighed", "named")
_WHAT = ("the canoe", "a bicycle", "two lamps", "the piano", "a tent", "seven jars", "the ladder", "a kettle", "the telescope", "an atlas", "the stove",
         "a sewing machine", "some bulbs", "the accordion", "a wheelbarrow", "the printer", "nine tickets", "the compass")
_WHERE = ("in the garden", "at the station", "near the harbour", "behind the school", "in the attic", "on the island", "at the market", "by the old mill",
          "in the workshop", "under the bridge", "at the library", "in the valley")
_WHEN = ("last Monday", "in March", "before the storm", "after lunch", "two weeks ago", "on the 14th", "at dawn", "over the holidays", "in 2021", "yesterday")
_ASK = ("How do I keep it dry?", "What should it cost?", "Can you draft a note about that?", "Is that worth writing down?", "What would you do next?",
        "How long does that take?", "Which tool is best for it?", "Remind me what to check first.")
_ADVICE = ("Check the {a} first, then the {b}.", "Most people keep the {a} apart from the {b}.", "Write the date on the {a}; the {b} can wait.",
           "A thin coat on the {a} is enough, the {b} needs two.", "Measure the {a} twice before you touch the {b}.",
           "Ask for a receipt for the {a} and the {b}.")
_PARTS = ("hinge", "frame", "handle", "valve", "lid", "strap", "label", "cable", "seam", "axle", "gasket", "lens", "spring", "rim", "bolt", "cover")


def sentence(chance: random.Random) -> str:
    """What a user tells."""
    told = f"{chance.choice(_WHO)} {chance.choice(_DID)} {chance.choice(_WHAT)} {chance.choice(_WHERE)} {chance.choice(_WHEN)}"
    if chance.random() < 0.4:
        told += f" for {chance.randint(2, 950)} {chance.choice(('euros', 'minutes', 'grams', 'pages'))}"
    return f"{told[0].upper()}{told[1:]}. {chance.choice(_ASK)}"


def answer(chance: random.Random) -> str:
    """What an assistant answers: one to five sentences, now and then as a list or with code."""
    said = [chance.choice(_ADVICE).format(a=chance.choice(_PARTS), b=chance.choice(_PARTS)) for _ in range(chance.randint(1, 5))]
    if chance.random() < 0.15:
        return "\n".join(f"- {one}" for one in said)
    if chance.random() < 0.05:
        said.append(f"\n\n```python\nprint({chance.randint(1, 999)} * {chance.randint(1, 99)})\n```")
    return " ".join(said)


def conversations(messages: int, *, seed: int = 1, repeats: float = 0.0) -> Iterator[dict[str, Any]]:
    """Conversations with `messages` visible messages in all; a share `repeats` of their texts was said before, in this or an earlier one."""
    chance = random.Random(seed)
    said: dict[str, list[str]] = {"user": [], "assistant": []}
    at, left = START, messages
    while left > 0:
        size = min(left, 2 * chance.randint(1, 20))
        left -= size
        at += chance.uniform(600, 40_000)
        yield _conversation(chance, size, at, said, repeats)


def _conversation(chance: random.Random, size: int, at: float, said: dict[str, list[str]], repeats: float) -> dict[str, Any]:
    root, system = _id(chance), _id(chance)
    nodes: dict[str, Any] = {root: {"id": root, "message": None, "parent": None, "children": [system]},
                             system: _node(system, root, "system", "", None, {"is_visually_hidden_from_conversation": True})}
    last = system
    for number in range(size):
        role = "assistant" if number % 2 else "user"
        pool = said[role]
        text = chance.choice(pool) if pool and chance.random() < repeats else sentence(chance) if role == "user" else answer(chance)
        if len(pool) < 2_000:
            pool.append(text)
        id_ = _id(chance)
        nodes[last]["children"] = [id_]
        nodes[id_] = _node(id_, last, role, text, at + 37.25 * number, {"model_slug": "gpt-4o"} if number % 2 else {})
        last = id_
    first = " ".join(nodes[nodes[system]["children"][0]]["message"]["content"]["parts"][0].split()[:5])
    identity = _id(chance)
    return {"title": first, "create_time": at, "update_time": at + 37.25 * size, "mapping": nodes, "moderation_results": [], "current_node": last,
            "plugin_ids": None, "conversation_id": identity, "conversation_template_id": None, "gizmo_id": None, "is_archived": False,
            "safe_urls": [], "default_model_slug": "gpt-4o", "id": identity}


def _node(id_: str, parent: str, role: str, text: str, at: float | None, metadata: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": id_, "author": {"role": role, "name": None, "metadata": {}}, "create_time": at, "update_time": None,
        "content": {"content_type": "text", "parts": [text]}, "status": "finished_successfully", "end_turn": True, "weight": 1.0, "metadata": metadata,
        "recipient": "all", "channel": None}
    return {"id": id_, "message": message, "parent": parent, "children": []}


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def write(path: str, messages: int, *, seed: int = 1, repeats: float = 0.0) -> None:
    """Write an export as a zip with a conversations.json."""
    info = zipfile.ZipInfo("conversations.json")
    info.compress_type = zipfile.ZIP_DEFLATED
    with (zipfile.ZipFile(path, "w") as archive, archive.open(info, "w", force_zip64=True) as member,
          io.TextIOWrapper(member, encoding="utf-8") as file):
        file.write("[")
        for number, one in enumerate(conversations(messages, seed=seed, repeats=repeats)):
            file.write((",\n" if number else "") + json.dumps(one))
        file.write("]\n")


def main() -> None:
    """`exports.py N FILE`."""
    words = argparse.ArgumentParser(description="Write a ChatGPT export with N messages.")
    words.add_argument("messages", type=int)
    words.add_argument("path")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--repeats", type=float, default=0.0, help="share of texts that were said before, 0 to 1")
    chosen = words.parse_args()
    write(chosen.path, chosen.messages, seed=chosen.seed, repeats=chosen.repeats)


if __name__ == "__main__":
    main()
