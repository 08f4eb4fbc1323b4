"""Exports with state: every family goes on from its state as if it had read everything at once."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import mambac
import pytest
import torch
from conftest import FAMILIES
from mambac import state as states

LENGTH = 37
# Of the largest result, in single precision; 2e-6 is the most that was measured, without a state it is above 0.1.
TOLERANCE = 1e-5


def read_contract(path: Path) -> dict[str, Any]:
    """extra/mambac.json of an archive."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/extra/mambac.json"))
        return json.loads(archive.read(name))


def in_pieces(program: Any, value: torch.Tensor, state: states.State, lengths: list[int]) -> torch.Tensor:
    """The results of an exported program that reads a text in pieces."""
    parts, begin = [], 0
    for length in lengths:
        wanted = torch.arange(length).expand(value.shape[0], -1).contiguous()
        out = program(value[:, begin : begin + length], wanted, state)
        state, begin = out.pop("state"), begin + length
        parts.extend(out.values())
    return torch.cat(parts, 1)


def draw(generator: random.Random, length: int) -> list[int]:
    """Lengths that add up to `length`."""
    lengths = []
    while length:
        lengths.append(generator.randint(1, min(length, generator.choice((1, 5, length)))))
        length -= lengths[-1]
    return lengths


@pytest.mark.parametrize("family", FAMILIES)
def test_pieces_are_the_whole(family: str, tiny: Any, tmp_path: Path) -> None:
    """The exported graph, run by PyTorch, in pieces of drawn lengths and token by token."""
    model, path = tiny(family), tmp_path / "model.pt2"
    mambac.export(model, path, capacity=100)
    program = torch.export.load(path).module()
    contract = read_contract(path)
    assert contract["family"] == model.config.model_type and contract["name"] == "model"
    ids = torch.randint(43, (3, LENGTH), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole = model(ids, use_cache=False).logits
    state = states.initial_state(model, {"input_ids": ids[:, :2]}, capacity=LENGTH)
    assert [pair["input"] for pair in contract["state"]] == ["state_" + name.replace(".", "_") for name in state]
    assert [pair["output"] for pair in contract["state"]] == ["state." + name for name in state]
    attends = any(pair["role"] == "key" for pair in contract["state"])
    assert contract.get("capacity") == (100 if attends else None)
    assert attends == ("position" in state) == (family not in ("mamba", "falcon_mamba", "mamba2"))
    generator = random.Random(family)
    for lengths in ([LENGTH], [1] * LENGTH, draw(generator, LENGTH), draw(generator, LENGTH)):
        difference = (in_pieces(program, ids, state, lengths) - whole).abs().max() / whole.abs().max()
        assert difference <= TOLERANCE, lengths


def test_hidden_states_of_embeddings(tiny: Any, tmp_path: Path) -> None:
    """A model without a head, from embeddings."""
    model, path = tiny("bamba", hidden=True), tmp_path / "model.pt2"
    mambac.export(model, path, inputs="embeds")
    assert read_contract(path)["inputs"] == {"inputs_embeds": "embeds", "logits_at": "select"}
    value = torch.randn(2, LENGTH, model.config.hidden_size, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        whole = model(inputs_embeds=value).last_hidden_state
    state = states.initial_state(model, {"inputs_embeds": value[:, :2]}, capacity=LENGTH)
    pieces = in_pieces(torch.export.load(path).module(), value, state, [20, 1, 16])
    assert (pieces - whole).abs().max() <= TOLERANCE * whole.abs().max()


def test_types_of_states(tiny: Any) -> None:
    """Recurrent states are in single precision whatever the model is in."""
    model = tiny("bamba").bfloat16()
    state = states.initial_state(model, {"input_ids": torch.zeros(2, 3, dtype=torch.int64)}, capacity=9)
    kinds = {name.split(".")[-1]: value.dtype for name, value in state.items()}
    half = torch.bfloat16
    assert kinds == {"conv": half, "recurrent": torch.float32, "key": half, "value": half, "position": torch.int64}
    assert not any(value.any() for value in state.values())


def test_model_is_as_before(tiny: Any, tmp_path: Path) -> None:
    """An export leaves no trace in the model or in transformers."""
    model = tiny("jamba").train()
    before = model.config._attn_implementation
    ids = torch.arange(6)[None]
    with torch.no_grad():
        logits = model(ids).logits
        mambac.export(model, tmp_path / "model.pt2")
        assert model.training and model.config._attn_implementation == before
        assert torch.equal(model(ids).logits, logits)


def test_extra_files(tiny: Any, tmp_path: Path) -> None:
    """Texts and pieces of a chat are kept as they are."""
    chat = {"begin": "a", "reply": "b", "next": "c"}
    mambac.export(tiny("mamba"), tmp_path / "model.pt2", extra={"tokenizer.json": '{"é": 1}'}, chat=chat)
    assert read_contract(tmp_path / "model.pt2")["chat"] == chat
    with zipfile.ZipFile(tmp_path / "model.pt2") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/extra/tokenizer.json"))
        assert archive.read(name).decode() == '{"é": 1}'
    assert [path.name for path in tmp_path.iterdir()] == ["model.pt2"]


def broken_window(*arguments: Any) -> Any:
    """A convolution that forgets what came before."""
    y, _ = mambac.ops.causal_conv1d(*arguments)
    return y, torch.zeros_like(arguments[3])


def test_check_finds_a_lost_state(tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that is not carried over is an error that says by how much, and no file is left."""

    class Forgetful:
        def __getattr__(self, name: str) -> Any:
            return broken_window if name == "causal_conv1d" else getattr(mambac.ops, name)

    monkeypatch.setattr(states, "ops", Forgetful())
    with pytest.raises(mambac.ExportError, match=r"2 \+ 1 \+ 2 tokens differ from 5 by \d\.\d+, where .* is \d"):
        mambac.export(tiny("mamba2"), tmp_path / "model.pt2")
    assert not list(tmp_path.iterdir())


def test_old_file_stays(tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails while it writes leaves the file of before."""
    path = tmp_path / "model.pt2"
    path.write_text("before")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(mambac.archive, "rewrite", fail)
    with pytest.raises(OSError, match="no room"):
        mambac.export(tiny("mamba"), path)
    assert path.read_text() == "before" and [item.name for item in tmp_path.iterdir()] == ["model.pt2"]


def test_other_scans_are_refused(tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mixer that computes its state by functions that mambac does not know is named."""
    known = states._replacements
    monkeypatch.setattr(states, "_replacements", lambda cache: {"causal_conv1d_fn": known(cache)["causal_conv1d_fn"]})
    with pytest.raises(mambac.ExportError, match="layer 0 did not compute its state through the functions"):
        mambac.export(tiny("mamba2"), tmp_path / "model.pt2")


def test_other_versions(tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that asks the cache for something else is named."""
    monkeypatch.delattr(states.StateCache, "get_conv_state")
    with pytest.raises(mambac.ExportError, match=r"does not run with mambac's cache.*AttributeError.*transformers \d"):
        mambac.export(tiny("mamba2"), tmp_path / "model.pt2")
    assert not list(tmp_path.iterdir())


def test_not_a_language_model(tmp_path: Path) -> None:
    """Other modules are refused."""
    with pytest.raises(mambac.ExportError, match="Linear is not a model of transformers"):
        mambac.export(torch.nn.Linear(2, 2), tmp_path / "model.pt2")


def test_model_without_state(tmp_path: Path) -> None:
    """Windows of attention are not what the caches hold."""
    import transformers

    sizes = dict(vocab_size=43, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4)
    config = transformers.MistralConfig(**sizes, num_key_value_heads=2, sliding_window=4)
    with pytest.raises(mambac.ExportError, match="attends with sliding_window"):
        mambac.export(transformers.MistralForCausalLM(config).eval(), tmp_path / "model.pt2")
