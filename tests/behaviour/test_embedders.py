"""Do other embedders than `static` find by meaning, and does the search go on by words when they cannot be had?"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import vectorisers
from box import Box
from vectorisers import Endpoint

ENTRIES = {"a.md": "The automobile was red.", "b.md": "A feline slept.", "c.md": "The vessel left harbour."}


@pytest.fixture
def few(box: Box) -> Box:
    """Three entries, in no index yet."""
    for at, (path, words) in enumerate(ENTRIES.items()):
        box.write(path, f"---\nid: 01h{at:023d}\ntitle: Entry {at}\n---\n{words}\n")
        box.settle(path)
    return box


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A server on this machine."""
    with vectorisers.serving() as found:
        yield found


def program(box: Box, mode: str = "12") -> str:
    """The setting that names the fake program."""
    path = Path(box.home) / "embedder.py"
    path.write_text(vectorisers.PROGRAM)
    return f"command:{sys.executable} {path} {mode} {box.home}/log"


def chosen(box: Box, name: str, **settings: str) -> Box:
    """The box with an embedder in its environment."""
    box.env.update({"MEM_EMBEDDER_NAME": name, "MEM_EMBEDDER_TIMEOUT_S": "3",
                    **{f"MEM_EMBEDDER_{key.upper()}": value for key, value in settings.items()}})
    return box


def warnings(errors: str) -> list[str]:
    """The lines on standard error but the remark that an entry was found by its meaning, which is what is wanted here."""
    return [line for line in errors.splitlines() if not line.startswith("mem: the first hit has none of these words")]


def hits(box: Box, query: str, check: int = 0) -> list[str]:
    """The paths that a search finds without a warning."""
    result = box.run("search", query, "--format", "{path}\n", check=check)
    assert not warnings(result.err) or check, result.err
    return result.out.splitlines()


def only_words(box: Box, *told: str) -> str:
    """Searches by words, which must work, with one warning that says all of `told`. Returns it."""
    result = box.run("search", "feline", "--format", "{path}\n", check=0)
    assert result.out.splitlines() == ["b.md"]
    assert len(result.err.splitlines()) == 1 and all(word in result.err for word in told), result.err
    return result.err


def lacking(box: Box) -> int:
    """How many pieces have no vector."""
    found: int = box.json("index", "--status")["no_vector"]
    return found


# -- a program ---------------------------------------------------------------------------------------------------------------------


def test_a_program_finds_what_words_do_not(few: Box) -> None:
    chosen(few, program(few)).run("index", "--rebuild", check=0)
    assert hits(few, "car")[0] == "a.md" and hits(few, "ship")[0] == "c.md"
    assert lacking(few) == 0
    few.sound()


def test_a_program_is_started_once_a_run_and_asked_in_batches(few: Box) -> None:
    chosen(few, program(few), batch="2").run("index", "--rebuild", check=0)
    with open(f"{few.home}/log") as file:
        assert file.read().split() == ["started", "2", "1"]


def test_a_new_entry_is_found_by_meaning_at_once_and_kept_by_index(few: Box) -> None:
    chosen(few, program(few)).run("index", "--rebuild", check=0)
    few.write("d.md", "---\nid: 01h00000000000000000000009\n---\nA vessel of clay.\n")
    few.settle("d.md")
    assert set(hits(few, "ship")[:2]) == {"c.md", "d.md"}
    few.run("index", check=0)
    os.remove(f"{few.home}/log")
    assert set(hits(few, "ship")[:2]) == {"c.md", "d.md"}
    with open(f"{few.home}/log") as file:
        assert file.read().split() == ["started", "1"]  # the question alone


@pytest.mark.parametrize(("mode", "said"), [("die", "ended without an answer"), ("garbage", "something other"), ("hang", "within 3 s"),
                                            ("few", "one for each"), ("nan", "not finite")])
def test_a_program_that_fails_leaves_words_and_is_caught_up_with(few: Box, mode: str, said: str) -> None:
    chosen(few, program(few, mode))
    first = few.run("index", "--rebuild", check=0)
    assert len(first.err.splitlines()) == 1 and said in first.err
    assert lacking(few) == 3
    only_words(few, said)
    doctor = few.run("doctor")
    assert "3 pieces have no vector" in doctor.out and "mem index" in doctor.out
    text = Path(few.home) / "embedder.py"
    text.write_text(vectorisers.PROGRAM.replace("mode, log = sys.argv[1]", "mode, log = '12'"))  # mended in place
    result = few.run("index", check=0)
    assert result.err == "" and lacking(few) == 0
    assert hits(few, "car")[0] == "a.md"
    few.sound()


def test_a_program_that_is_not_there_says_so(few: Box) -> None:
    chosen(few, "command:no-such-program-of-ours --fast").run("index", "--rebuild", check=0)
    only_words(few, "cannot be started", "No such file")


def test_a_program_that_breaks_half_way_keeps_what_it_gave(few: Box) -> None:
    name = program(few)
    path = Path(few.home) / "embedder.py"
    path.write_text(vectorisers.PROGRAM.replace('    vectors = []\n', '    if "vessel" in str(texts): sys.exit(1)\n    vectors = []\n'))
    chosen(few, name, batch="1").run("index", "--rebuild", check=0)
    assert lacking(few) == 1
    result = few.run("search", "car", "--format", "{path}\n", check=0)
    assert result.out.splitlines()[0] == "a.md" and "by words only: 1;" in result.err and "mem index" in result.err
    path.write_text(vectorisers.PROGRAM)
    few.run("index", check=0)
    assert lacking(few) == 0 and hits(few, "ship")[0] == "c.md"


# -- changing it -------------------------------------------------------------------------------------------------------------------


def test_another_embedder_makes_all_vectors_anew_and_says_so_once(few: Box) -> None:
    few.run("index", "--rebuild", check=0)
    chosen(few, program(few))
    first = few.run("search", "car", "--format", "{path}\n", check=0)
    assert first.out.splitlines()[0] == "a.md"
    assert len(warnings(first.err)) == 1 and "the vectors are of static: making those of 3 entries anew" in first.err
    assert hits(few, "car")[0] == "a.md"
    chosen(few, "static")
    assert "making those of 3 entries anew" in few.run("search", "harbour", check=0).err
    assert few.run("search", "harbour", check=0).err == ""
    few.sound()


def test_listing_does_not_wait_for_another_embedder(few: Box) -> None:
    few.run("index", "--rebuild", check=0)
    chosen(few, program(few, "hang"))
    assert few.run("list", check=0).err == ""
    assert not os.path.exists(f"{few.home}/log")


def test_an_embedder_that_cannot_be_had_leaves_the_vectors_of_the_one_before(few: Box) -> None:
    few.run("index", "--rebuild", check=0)
    chosen(few, program(few, "die"))
    only_words(few, "ended without an answer")
    assert lacking(few) == 3
    assert "ended without an answer" in few.run("index", check=0).err
    chosen(few, "static")
    assert few.run("search", "harbour", check=0).err == "" and lacking(few) == 0


def test_other_dimensions_under_the_same_name_are_noticed(few: Box, endpoint: Endpoint) -> None:
    chosen(few, endpoint.address).run("index", "--rebuild", check=0)
    endpoint.size = 40
    only_words(few, "40 numbers", "the index has 16", "mem index --rebuild")
    few.run("index", "--rebuild", check=0)
    assert hits(few, "car")[0] == "a.md"
    endpoint.size = 300
    few.write("d.md", "---\nid: 01h00000000000000000000009\n---\nA vessel of clay.\n")
    few.run("index", check=0)
    assert set(hits(few, "ship")[:2]) == {"c.md", "d.md"} and lacking(few) == 0


def test_none_finds_by_words_only(few: Box) -> None:
    few.run("index", "--rebuild", check=0)
    chosen(few, "none")
    assert hits(few, "feline") == ["b.md"]
    assert lacking(few) == 0
    few.run("index", "--rebuild", check=0)
    assert not [name for name in os.listdir(few.path(".mem/index")) if name.startswith(("vectors-", "lexicon-"))]
    few.sound()


@pytest.mark.parametrize("call", [("related", "b.md"), ("context", "feline"), ("timeline", "feline")], ids=lambda call: call[0])
def test_what_the_vectors_lack_is_said_by_whatever_looks_at_them(few: Box, call: tuple[str, ...]) -> None:
    name = program(few)
    path = Path(few.home) / "embedder.py"
    path.write_text(vectorisers.PROGRAM.replace('    vectors = []\n', '    if "vessel" in str(texts): sys.exit(1)\n    vectors = []\n'))
    chosen(few, name, batch="1").run("index", "--rebuild", check=0)
    assert lacking(few) == 1
    errors = few.run(*call).err
    assert errors.count("by words only: 1;") == 1, errors


def test_what_is_near_counts_entries_that_no_index_holds_yet(few: Box) -> None:
    few.write("e.md", "---\nid: 01h00000000000000000000008\n---\nA ship at sea.\n")
    chosen(few, program(few)).run("index", "--rebuild", check=0)
    few.write("d.md", "---\nid: 01h00000000000000000000009\n---\nAn old vessel of clay.\n")
    before = {one["path"]: one["reasons"] for one in few.json("related", "e.md")["related"]}
    assert any(reason.startswith("alike") for reason in before["d.md"]), before
    few.run("index", check=0)
    assert {one["path"]: one["reasons"] for one in few.json("related", "e.md")["related"]} == before


# -- an endpoint -------------------------------------------------------------------------------------------------------------------


def test_an_endpoint_finds_what_words_do_not(few: Box, endpoint: Endpoint) -> None:
    few.env["SOME_KEY"] = "s3cret-word"
    chosen(few, endpoint.address, model="small", key_env="SOME_KEY").run("index", "--rebuild", check=0)
    assert hits(few, "car")[0] == "a.md"
    assert {request["path"] for request in endpoint.requests} == {"/v1/embeddings"}
    assert {request["model"] for request in endpoint.requests} == {"small"} and set(endpoint.keys) == {"Bearer s3cret-word"}
    for folder, _, names in os.walk(few.home):
        for name in names:
            assert b"s3cret-word" not in Path(folder, name).read_bytes()


@pytest.mark.parametrize(("mode", "said"), [("401", "refused the key (401)"), ("500", "answered 500"), ("hang", "in time"), ("garbage", "did not answer as"),
                                            ("redirect", "answered 307")])
def test_an_endpoint_that_fails_leaves_words(few: Box, endpoint: Endpoint, mode: str, said: str) -> None:
    chosen(few, endpoint.address, timeout_s="1").run("index", "--rebuild", check=0)
    endpoint.requests.clear()
    endpoint.mode = mode
    only_words(few, said, "only words")
    assert len(endpoint.requests) == (2 if mode == "500" else 1)
    assert all(request["path"] == "/v1/embeddings" for request in endpoint.requests)


def test_an_endpoint_that_is_busy_once_is_asked_again(few: Box, endpoint: Endpoint) -> None:
    chosen(few, endpoint.address).run("index", "--rebuild", check=0)
    endpoint.mode = "once-503"
    assert hits(few, "car")[0] == "a.md"


def test_an_endpoint_that_is_gone_leaves_words(few: Box) -> None:
    with vectorisers.serving() as gone:
        chosen(few, gone.address).run("index", "--rebuild", check=0)
    only_words(few, "cannot be reached", "check the address")
    few.run("add", "more", check=0)


def test_an_empty_key_and_a_key_in_the_address_are_told_apart(few: Box, endpoint: Endpoint) -> None:
    chosen(few, endpoint.address, key_env="NO_SUCH_KEY").run("index", "--rebuild", check=0)
    only_words(few, "NO_SUCH_KEY", "empty")
    chosen(few, endpoint.address.replace("http://", "http://me:s3cret@")).run("index", "--rebuild", check=0)
    assert "s3cret" not in only_words(few, "embedder.key_env")
    assert endpoint.requests == []


# -- who may choose ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["command", "http", "onnx"])
def test_a_vault_cannot_switch_on_what_runs_or_sends(few: Box, endpoint: Endpoint, kind: str) -> None:
    name = {"command": program(few), "http": endpoint.address, "onnx": "onnx:/somewhere"}[kind]
    few.write(".mem/config.yaml", f"embedder:\n  name: '{name}'\n  key_env: HOME\n")
    result = few.run("search", "feline", "--format", "{path}\n", check=0)
    assert result.out.splitlines() == ["b.md"]
    lines = result.err.splitlines()
    assert len(lines) == 2 and all("is ignored" in line and "--user" in line for line in lines), lines
    few.run("index", "--rebuild", check=0)
    assert endpoint.requests == [] and not os.path.exists(f"{few.home}/log")
    refused = few.run("config", "embedder.name", name, check=2)
    assert "--user" in refused.err


def test_a_vault_can_choose_none_and_a_person_anything(few: Box) -> None:
    few.run("config", "embedder.name", "none", check=0)
    assert few.run("config", "embedder.name").out == "none\n"
    few.run("config", "embedder.name", "--unset", check=0)
    few.run("config", "embedder.name", program(few), "--user", check=0)
    few.run("index", "--rebuild", check=0)
    assert hits(few, "car")[0] == "a.md"
    assert few.run("config", "embedder.name", "telepathy", check=14).err.count("command:...") == 1


# -- a folder ----------------------------------------------------------------------------------------------------------------------


def test_a_folder_that_lacks_a_model_or_the_packages_leaves_words(few: Box) -> None:
    chosen(few, f"onnx:{few.home}/no-model").run("index", "--rebuild", check=0)
    has = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers"))
    only_words(few, "has no model.onnx" if has else "pip install 'memcli[onnx]'")


@pytest.mark.parametrize("first", [False, True])
def test_a_folder_finds_what_words_do_not(few: Box, first: bool) -> None:
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    pytest.importorskip("tokenizers", reason="the extra onnx is not installed")
    few.write("t.md", "---\nid: 01h00000000000000000000009\ntitle: vessel\n---\nclay harbour\n")
    folder = vectorisers.onnx_folder(Path(few.home) / "model", first=first)
    chosen(few, f"onnx:{folder}").run("index", "--rebuild", check=0)
    found = hits(few, "ship")
    assert found[0] == "t.md" and ("c.md" in found) is not first  # its title begins with the word, c.md's text only holds it
    (folder / "onnx" / "model.onnx").write_bytes(b"broken")
    only_words(few, "cannot be loaded")


# -- static ------------------------------------------------------------------------------------------------------------------------


def test_doctor_says_that_the_token_vectors_are_not_there(few: Box) -> None:
    few.run("index", "--rebuild", check=0)
    few.run("doctor", check=0)
    package = Path(few.home) / "before" / "wordllama"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")  # found first, and without the table
    few.env["PYTHONPATH"] = str(package.parent)
    only_words(few, "token vectors of wordllama cannot be read")
    result = few.run("doctor", check=3)
    assert "no-embedder" in result.out and "pip install --force-reinstall wordllama" in result.out
