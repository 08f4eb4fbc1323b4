"""Text: what built programs write and how well they foresee a text, beside PyTorch and transformers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import FAMILIES, models
from mambac import build
from test_build import make_tokenizer

TEXT = "In the beginning God created the heaven and the earth. And the earth was without form, and void; " * 6

Built = Callable[..., tuple[Any, Path]]


@pytest.fixture(scope="module")
def built(binaries: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A model with random weights, and the program that its folder became."""

    def make(family: str, vocabulary: int, tokenizer: bool, dtype: torch.dtype) -> tuple[Any, Path]:
        kind, sizes = FAMILIES[family]
        folder = tmp_path_factory.mktemp("folder")
        model = models.language_model(kind, 7, **sizes)()
        model.resize_token_embeddings(vocabulary)
        model = models.randomize(model, 8).to(dtype)
        model.save_pretrained(folder)
        if tokenizer:
            make_tokenizer().save(str(folder / "tokenizer.json"))
        program = tmp_path_factory.mktemp("program") / "model"
        arguments = [folder, "-o", program, "--mambac", binaries / "mambac", "--quiet", "--chunk", "64"]
        assert build.main([str(argument) for argument in arguments]) == 0
        return model, program

    return make


def perplexity(model: Any, ids: list[int]) -> float:
    """PyTorch's: of all tokens but the first, each after all before it."""
    with torch.no_grad():
        logits = model(torch.tensor([ids]), use_cache=False).logits[0].double()
    return float(torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:])).exp())


# In 16 bits logits differ by their rounding, 4e-3 of each, which errs to both sides.
@pytest.mark.parametrize(
    ("family", "tokenizer", "dtype", "tolerance"),
    [
        ("mamba", False, torch.float32, 1e-5),
        ("mamba2", True, torch.float32, 1e-5),
        ("jamba", True, torch.float32, 1e-5),
        ("mamba2", False, torch.bfloat16, 1e-2),
    ],
)
def test_perplexity(
    family: str, tokenizer: bool, dtype: torch.dtype, tolerance: float, built: Built, tmp_path: Path
) -> None:
    """A program's perplexity is PyTorch's."""
    model, program = built(family, 300 if tokenizer else 256, tokenizer, dtype)
    (tmp_path / "text").write_text(TEXT)
    said = subprocess.run([program, "--perplexity", tmp_path / "text"], capture_output=True, text=True, check=True)
    ids = make_tokenizer().encode(TEXT).ids if tokenizer else list(TEXT.encode())
    (count, value) = re.findall(r"^(\d+) tokens, .*perplexity ([\d.]+)", said.stdout, re.MULTILINE)[0]
    assert int(count) in (len(ids), len(ids) - 1)
    expected = perplexity(model, ids)
    assert abs(float(value) - expected) <= tolerance * expected + 1e-6, (value, expected)


def test_greedy_text_is_that_of_transformers(built: Built) -> None:
    """The most likely token each time, from a tokenized prompt."""
    model, program = built("mamba2", 300, True, torch.float32)
    tokenizer, prompt = make_tokenizer(), "In the beginning"
    ids = tokenizer.encode(prompt).ids
    with torch.no_grad():
        for _ in range(20):
            ids.append(int(model(torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    ends = [token for token in (model.config.eos_token_id,) if token in ids]
    expected = tokenizer.decode(ids[: ids.index(ends[0])] if ends else ids)
    command = [program, "--generate", prompt, "--tokens", "20", "--temperature", "0"]
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode(errors="replace")
    assert said.rstrip("\n") == expected.rstrip("\n")
