"""Compiled models go on from their state: the script of transformers' issue 46032, and what sessions can do besides.

The script reads embeddings of a text at once, and again in two parts with a cache, several tokens each, and compares
last_hidden_state. transformers' own Mamba begins from zero in the second part and is 0.4 off.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mambac
import pytest
import torch
from conftest import FAMILIES

# Of the largest result, in single precision; 2e-6 is what was measured.
TOLERANCE = 1e-5
CHUNK = 16

Compile = Callable[..., mambac.Model]


@pytest.fixture(scope="module")
def compiled(binaries: Path, tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Exports and compiles a model; chunks are short, so that texts have several."""

    def make(model: Any, **options: Any) -> mambac.Model:
        folder = tmp_path_factory.mktemp("compiled")
        mambac.export(model, folder / "model.pt2", **options)
        command = [binaries / "mambac", folder / "model.pt2", "-o", folder / "model.so", "--quiet"]
        subprocess.run([*command, "--chunk", str(CHUNK)], check=True)
        return mambac.Model(folder / "model.so", threads=2)

    return make


def close(result: torch.Tensor, expected: torch.Tensor) -> bool:
    """Within the tolerance."""
    return bool((result - expected).abs().max() <= TOLERANCE * expected.abs().max())


@pytest.mark.parametrize("family", FAMILIES)
def test_issue_46032(family: str, tiny: Any, compiled: Compile) -> None:
    """inputs_embeds to last_hidden_state: at once, in two parts, with one token, and token by token."""
    model = tiny(family, hidden=True)
    session = compiled(model, inputs="embeds").session(batch=2, capacity=40)
    embeds = torch.randn(
        2, 37, model.get_input_embeddings().weight.shape[1], generator=torch.Generator().manual_seed(3)
    )
    with torch.no_grad():
        expected = model(inputs_embeds=embeds).last_hidden_state
    session.add(), session.add()
    for lengths in ([37], [20, 17], [5, 1, 31], [36, 1], [1] * 37):
        session.reset()
        parts, begin = [], 0
        for length in lengths:
            parts.append(session.prefill(embeds[:, begin : begin + length], positions="all"))
            begin += length
        assert close(torch.cat(parts, 1), expected), lengths
        assert close(parts[-1][:, -1:], expected[:, -1:])


@pytest.fixture(scope="module")
def bamba(tiny: Any, compiled: Compile) -> tuple[Any, mambac.Model]:
    """A hybrid with a head, and its library."""
    model = tiny("bamba")
    return model, compiled(model)


def last_logits(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Of PyTorch, without a cache."""
    with torch.no_grad():
        return model(ids, use_cache=False).logits[:, -1:]


def ids_of(rows: int, length: int, seed: int) -> torch.Tensor:
    """Ids below the vocabulary."""
    return torch.randint(43, (rows, length), generator=torch.Generator().manual_seed(seed))


def test_padding_packing_and_ragged_batches(bamba: tuple[Any, mambac.Model]) -> None:
    """Masks, seq_idx and cu_seqlens give what each text gives alone."""
    model, library = bamba
    session = library.session(batch=3, capacity=64)
    texts = [ids_of(1, length, length) for length in (21, 9, 34)]
    expected = torch.cat([last_logits(model, text) for text in texts])
    for _ in texts:
        session.add()
    for left in (True, False):
        session.reset()
        ids, mask = torch.zeros(3, 34, dtype=torch.int64), torch.zeros(3, 34, dtype=torch.bool)
        for row, text in enumerate(texts):
            place = slice(34 - text.shape[1], None) if left else slice(text.shape[1])
            ids[row, place], mask[row, place] = text[0], True
        assert close(session.prefill(ids, mask=mask), expected)
        assert [session.length(slot) for slot in range(3)] == [21, 9, 34]
    packed = torch.cat([text[0] for text in texts])
    session.reset()
    assert close(session.prefill_packed(packed, torch.tensor([0, 21, 30, 64]))[:, None], expected)
    session.reset()
    index = torch.tensor([0] * 21 + [1] * 9 + [2] * 34)
    every = session.prefill(packed[None], [1], seq_idx=index[None], positions="all")
    assert close(every[0, [20, 29, 63]], expected[:, 0])


def test_forks_checkpoints_and_saved_states(bamba: tuple[Any, mambac.Model]) -> None:
    """A text can be copied, taken back, saved and loaded; what cannot be loaded changes nothing."""
    model, library = bamba
    session = library.session(batch=2, capacity=64)
    first, second = session.add(), session.add()
    ids = ids_of(1, 30, 7)
    session.prefill(ids[:, :20], [first])
    session.copy(second, first)
    mark, saved = session.checkpoint(first), session.save(first)
    session.prefill(ids_of(1, 11, 8), [first])
    expected = last_logits(model, ids)
    assert close(session.prefill(ids[:, 20:], [second]), expected)
    session.rollback(first, mark)
    assert close(session.prefill(ids[:, 20:], [first]), expected)
    session.load(first, saved)
    with pytest.raises(mambac.Error):
        session.load(first, saved[:-1])
    with pytest.raises(mambac.Error):
        session.load(first, saved[:40] + bytes([saved[40] ^ 1]) + saved[41:])
    assert close(session.prefill(ids[:, 20:], [first]), expected)


def test_bad_input_leaves_the_session(bamba: tuple[Any, mambac.Model]) -> None:
    """Each is refused in words, and the text goes on."""
    model, library = bamba
    session = library.session(capacity=32)
    slot = session.add()
    ids = ids_of(1, 30, 9)
    session.prefill(ids[:, :20])
    for bad in (torch.tensor([[43]]), torch.tensor([[-1]]), ids_of(1, 13, 1), ids[:, :0], ids[0], torch.zeros(1, 4)):
        with pytest.raises(mambac.Error) as error:
            session.prefill(bad)
        assert str(error.value)
        assert session.length(slot) == 20
    with pytest.raises(mambac.Error):
        session.prefill(ids, [1])
    assert close(session.prefill(ids[:, 20:]), last_logits(model, ids))


def test_not_a_library(tmp_path: Path) -> None:
    """Other files are refused."""
    (tmp_path / "model.so").write_bytes(b"no library")
    with pytest.raises(mambac.Error, match="is not a library that mambac made"):
        mambac.Model(tmp_path / "model.so")
