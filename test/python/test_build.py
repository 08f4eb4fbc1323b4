"""`python -m mambac build`: a folder becomes a program, and what goes wrong leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tokenizers
import torch
from conftest import ROOT, models
from mambac import build
from test_chat import CHATML
from test_checkpoints import MAMBA, weights, write
from test_export import read_contract

TEXTS = ["In the beginning God created the heaven and the earth.", "And the earth was without form, and void."] * 4
VOCABULARY = 300


def make_tokenizer() -> tokenizers.Tokenizer:
    """A tokenizer of bytes and some words."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=VOCABULARY - 10,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as transformers saves one: a Mamba-2 with a tokenizer and a chat template."""
    path = tmp_path_factory.mktemp("mamba2")
    model = models.language_model("Mamba2", 7, **models.MAMBA2)()
    model.resize_token_embeddings(VOCABULARY)
    models.randomize(model, 8).save_pretrained(path)
    make_tokenizer().save(str(path / "tokenizer.json"))
    described = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|endoftext|>",
        "chat_template": CHATML,
    }
    (path / "tokenizer_config.json").write_text(json.dumps(described))
    return path


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """The command: its exit status and what it said on standard error."""

    def call(*arguments: Any) -> tuple[int, str]:
        capfd.readouterr()
        status = build.main([str(argument) for argument in arguments])
        return status, capfd.readouterr().err

    return call


def test_folder_becomes_a_program(folder: Path, binaries: Path, tmp_path: Path) -> None:
    """As a user runs it, with no network to use: a program is all that is left."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "python"), "HF_ENDPOINT": "http://localhost:9"}
    command = [sys.executable, "-m", "mambac", "build", folder, "-o", tmp_path / "model", "--quiet"]
    command += ["--mambac", binaries / "mambac"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert [item.name for item in tmp_path.iterdir()] == ["model"]
    said = subprocess.run([tmp_path / "model", "--list"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"model {folder.name}, "), said
    assert "entry prefill" in said and "entry step" in said


def test_archive_has_tokenizer_and_chat(folder: Path, tmp_path: Path, run: Run) -> None:
    """An output that ends in .pt2 is the archive itself."""
    assert run(folder, "-o", tmp_path / "model.pt2") == (0, "")
    contract = read_contract(tmp_path / "model.pt2")
    assert contract["vocabulary"] == VOCABULARY
    assert contract["chat"] == {
        "begin": "<|im_start|>user\n",
        "reply": "<|im_end|>\n<|im_start|>assistant\n",
        "next": "<|im_end|>\n<|im_start|>user\n",
        "system": ["<|im_start|>system\n", "<|im_end|>\n<|im_start|>user\n"],
    }
    program = torch.export.load(tmp_path / "model.pt2", extra_files=(extra := {"tokenizer.json": ""}))
    assert extra["tokenizer.json"] == (folder / "tokenizer.json").read_text()
    assert program.graph_signature.user_outputs[0]


def test_state_spaces_becomes_a_library(binaries: Path, tmp_path: Path, run: Run) -> None:
    """A checkpoint of mamba_ssm, with a tokenizer from elsewhere."""
    source = write(tmp_path / "source", MAMBA | {"vocab_size": 297}, None)
    values = weights(MAMBA)
    values["backbone.embedding.weight"] = values["lm_head.weight"] = torch.randn(304, 20)
    torch.save(values, source / "pytorch_model.bin")
    make_tokenizer().save(str(tmp_path / "tokenizer.json"))
    output = tmp_path / "model.so"
    arguments = ["-o", output, "--tokenizer", tmp_path / "tokenizer.json", "--mambac", binaries / "mambac", "--quiet"]
    assert run(source, *arguments) == (0, "")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["model.so", "source", "tokenizer.json"]


def test_errors_leave_nothing(folder: Path, binaries: Path, tmp_path: Path, run: Run) -> None:
    """One line that says what is wrong, exit 1, and the file of before."""
    old = tmp_path / "model"
    old.write_text("before")
    cases: list[tuple[str, list[Any]]] = [
        ("is not a folder; models are not downloaded", ["state-spaces/mamba-130m"]),
        ("is not a program", [folder, "--mambac", tmp_path / "none"]),
        ("has no tokenizer.json", [folder, "--tokenizer", tmp_path]),
        ("config.json is not there", [tmp_path]),
    ]
    for message, arguments in cases:
        if "--mambac" not in arguments:
            arguments += ["--mambac", binaries / "mambac"]
        status, said = run(*arguments, "-o", old)
        assert status == 1 and message in said and said.startswith("mambac: error: "), (message, said)
        assert [item.name for item in tmp_path.iterdir()] == ["model"] and old.read_text() == "before"
    for output, message in ((tmp_path, "it is a folder"), (tmp_path / "a/b", "there is no folder")):
        status, said = run(folder, "-o", output, "--mambac", binaries / "mambac")
        assert status == 1 and message in said


def test_compiler_refuses(folder: Path, binaries: Path, tmp_path: Path, run: Run) -> None:
    """What the compiler says is passed on, with its exit status."""
    status, said = run(folder, "-o", tmp_path / "model", "--mambac", binaries / "mambac", "--no-such-option")
    assert status == 1 and "--no-such-option" in said
    assert not list(tmp_path.iterdir())


def test_other_tokenizer_files(tmp_path: Path) -> None:
    """Where there is no tokenizer.json, transformers makes one of what there is; damaged ones are refused."""
    assert build.tokenizer_files(tmp_path) == {}
    (tmp_path / "tokenizer.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(build.BuildError, match="cannot read the tokenizer"):
        build.tokenizer_files(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "tokenizer.model").write_bytes(b"no model")
    with pytest.raises(build.BuildError, match="cannot become a tokenizer.json"):
        build.tokenizer_files(tmp_path)
