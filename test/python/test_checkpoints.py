"""Folders with checkpoints: those of transformers and of mamba_ssm, and what is wrong with others."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from conftest import models
from mambac import checkpoints

MAMBA = {"d_model": 20, "n_layer": 2, "vocab_size": 41, "ssm_cfg": {"d_state": 7}, "rms_norm": True}
MAMBA2 = {
    "d_model": 36,
    "d_intermediate": 0,
    "n_layer": 2,
    "vocab_size": 41,
    "ssm_cfg": {"layer": "Mamba2", "headdim": 12, "d_state": 10, "ngroups": 2},
    "attn_layer_idx": [],
    "attn_cfg": {},
    "rms_norm": True,
    "residual_in_fp32": True,
    "fused_add_norm": True,
    "pad_vocab_size_multiple": 16,
    "tie_embeddings": True,
}
# Of each kind: names and sizes as mamba_ssm has them, for layer 0.
SHAPES = {
    "A_log": (40, 7), "D": (40,), "conv1d.weight": (40, 1, 4), "conv1d.bias": (40,), "in_proj.weight": (80, 20),
    "out_proj.weight": (20, 40), "x_proj.weight": (16, 40), "dt_proj.weight": (40, 2), "dt_proj.bias": (40,),
}  # fmt: skip
SHAPES2 = {
    "A_log": (6,), "D": (6,), "dt_bias": (6,), "conv1d.weight": (112, 1, 4), "conv1d.bias": (112,),
    "norm.weight": (72,),
    "in_proj.weight": (190, 36), "out_proj.weight": (36, 72),
}  # fmt: skip


def weights(config: dict[str, Any]) -> dict[str, torch.Tensor]:
    """A checkpoint as mamba_ssm saves it."""
    second = "layer" in config["ssm_cfg"]
    rows, width = (48 if second else 48), config["d_model"]
    shapes = {"backbone.embedding.weight": (rows, width), "backbone.norm_f.weight": (width,)}
    for layer in range(config["n_layer"]):
        shapes[f"backbone.layers.{layer}.norm.weight"] = (width,)
        for name, shape in (SHAPES2 if second else SHAPES).items():
            shapes[f"backbone.layers.{layer}.mixer.{name}"] = shape
    generator = torch.Generator().manual_seed(1)
    values = {name: 0.3 * torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    return values | {"lm_head.weight": values["backbone.embedding.weight"]}


def write(folder: Path, config: dict[str, Any], values: dict[str, torch.Tensor] | None = None) -> Path:
    """A folder with both files."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(weights(config) if values is None else values, folder / "pytorch_model.bin")
    return folder


@pytest.mark.parametrize("config", [MAMBA, MAMBA2])
def test_state_spaces(config: dict[str, Any], tmp_path: Path) -> None:
    """The weights land where transformers' model of the same sizes has them, and the head is the embedding."""
    model = checkpoints.load(write(tmp_path / "a", config))
    assert not model.training and model.dtype == torch.float32 and model.config.tie_word_embeddings
    saved, loaded = weights(config), model.state_dict()
    assert len(saved) == len(loaded)
    for name, value in saved.items():
        assert torch.equal(loaded[name.replace("backbone.embedding.", "backbone.embeddings.")], value), name
    assert model.lm_head.weight is model.get_input_embeddings().weight
    if config is MAMBA2:
        assert (model.config.n_groups, model.config.num_heads, model.config.chunk_size) == (2, 6, 256)
    with torch.no_grad():
        assert model(torch.arange(9)[None]).logits.isfinite().all()
    half = checkpoints.load(tmp_path / "a", "bfloat16")
    assert half.dtype == torch.bfloat16


def test_state_spaces_safetensors_without_head(tmp_path: Path) -> None:
    """The other kind of file, which has shared weights once."""
    folder = write(tmp_path / "a", MAMBA)
    (folder / "pytorch_model.bin").unlink()
    values = {name: value for name, value in weights(MAMBA).items() if not name.startswith("lm_head")}
    safetensors.torch.save_file(values, folder / "model.safetensors")
    model = checkpoints.load(folder)
    assert torch.equal(model.lm_head.weight, values["backbone.embedding.weight"])


def test_old_files(tmp_path: Path) -> None:
    """The kind of file that PyTorch wrote before it used zip files."""
    folder = write(tmp_path / "a", MAMBA)
    torch.save(weights(MAMBA), folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    assert torch.equal(checkpoints.load(folder).backbone.norm_f.weight, weights(MAMBA)["backbone.norm_f.weight"])


def test_transformers_folder(tiny: Any, tmp_path: Path) -> None:
    """What save_pretrained writes is what is loaded, in the type of the weights unless another one is asked for."""
    model = tiny("jamba").bfloat16()
    model.save_pretrained(tmp_path / "a")
    loaded, ids = checkpoints.load(tmp_path / "a"), torch.arange(9)[None]
    with torch.no_grad():
        assert torch.equal(loaded(ids).logits, model(ids).logits)
    assert loaded.dtype == torch.bfloat16
    assert checkpoints.load(tmp_path / "a", "float32").dtype == torch.float32


def changed(config: dict[str, Any], mixer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A configuration with other values."""
    return config | {"ssm_cfg": config["ssm_cfg"] | (mixer or {})} | more


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (changed(MAMBA2, attn_layer_idx=[1]), r"attn_layer_idx = \[1\] is not supported"),
        (changed(MAMBA2, d_intermediate=64), "d_intermediate = 64 is not supported"),
        (changed(MAMBA, rms_norm=False), "rms_norm = False is not supported"),
        (changed(MAMBA2, {"layer": "Mamba3"}), "ssm_cfg.layer is 'Mamba3'"),
        (changed(MAMBA2, {"D_has_hdim": True}), "ssm_cfg.D_has_hdim is supported as False only"),
        (changed(MAMBA2, {"twist": 3}), "ssm_cfg has keys that are not known: twist"),
        (changed(MAMBA, {"d_state": "x"}), "is not a configuration that mamba_ssm writes"),
        ({key: value for key, value in MAMBA.items() if key != "vocab_size"}, "'vocab_size'"),
        (changed(MAMBA, {"d_state": 8}), "of another size: backbone.layers.0.mixer.A_log"),
        (changed(MAMBA, n_layer=3), "missing: backbone.layers.2.*and 2 more"),
        (changed(MAMBA, n_layer=1), "unknown: backbone.layers.1"),
        (changed(MAMBA, vocab_size=49), "of another size: backbone.embeddings.weight, lm_head.weight"),
    ],
)
def test_state_spaces_that_do_not_fit(config: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Each is refused with what is wrong."""
    folder = write(tmp_path / "a", config, weights(MAMBA2 if "layer" in config["ssm_cfg"] else MAMBA))
    with pytest.raises(checkpoints.CheckpointError, match=message):
        checkpoints.load(folder)


class Payload:
    """A pickle that would run a program."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        """What a reader of pickles calls."""
        return os.system, (f"touch {self.path}",)


def test_pickles_run_nothing(tmp_path: Path) -> None:
    """Code in a checkpoint is refused, not run."""
    folder = write(tmp_path / "a", MAMBA)
    torch.save({"x": Payload(tmp_path / "ran")}, folder / "pytorch_model.bin")
    with pytest.raises(checkpoints.CheckpointError, match="cannot read .*pytorch_model.bin"):
        checkpoints.load(folder)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(tmp_path / "ran")))
    with pytest.raises(checkpoints.CheckpointError, match="cannot read .*pytorch_model.bin"):
        checkpoints.load(folder)
    assert not (tmp_path / "ran").exists()


def test_pickles_of_transformers_run_nothing(tiny: Any, tmp_path: Path) -> None:
    """Nor in a folder that transformers reads."""
    tiny("mamba").save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    torch.save({"x": Payload(tmp_path / "ran")}, tmp_path / "pytorch_model.bin")
    with pytest.raises(checkpoints.CheckpointError, match="transformers cannot load"):
        checkpoints.load(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_code_of_a_folder_is_not_run(tmp_path: Path) -> None:
    """Configurations that name Python files are refused."""
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "mine", "auto_map": {"AutoModelForCausalLM": "model.Mine"}})
    )
    (tmp_path / "model.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Mine: pass\n")
    with pytest.raises(checkpoints.CheckpointError, match="knows no model 'mine'; code of the folder is not run"):
        checkpoints.load(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_damaged_folders(tiny: Any, tmp_path: Path) -> None:
    """What is missing, cut off, or does not fit is named."""

    def refused(message: str, folder: Path) -> None:
        with pytest.raises(checkpoints.CheckpointError, match=message):
            checkpoints.load(folder)

    refused("is not a folder", tmp_path / "none")
    refused("config.json is not there", tmp_path)
    (tmp_path / "config.json").write_text("{")
    refused("cannot read .*config.json", tmp_path)
    (tmp_path / "config.json").write_text("[]")
    refused("is not an object", tmp_path)
    (tmp_path / "config.json").write_text('{"vocab_size": 3}')
    refused("neither transformers' model_type", tmp_path)
    folder = tmp_path / "mamba"
    tiny("mamba").save_pretrained(folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    refused("transformers cannot load", folder)
    (folder / "model.safetensors").unlink()
    refused("transformers cannot load", folder)
    values = safetensors.torch.load(whole)
    del values["backbone.layers.1.mixer.D"]
    safetensors.torch.save_file(values, folder / "model.safetensors", {"format": "pt"})
    refused("missing: backbone.layers.1.mixer.D", folder)
    values["backbone.layers.1.mixer.D"] = torch.zeros(7)
    safetensors.torch.save_file(values, folder / "model.safetensors", {"format": "pt"})
    refused("mixer.D|size", folder)
    refused("has neither model.safetensors nor pytorch_model.bin", write_without_weights(tmp_path / "b"))


def write_without_weights(folder: Path) -> Path:
    """A configuration alone."""
    (write(folder, MAMBA) / "pytorch_model.bin").unlink()
    return folder


def test_sizes_are_those_of_the_fixtures() -> None:
    """MAMBA2 above has the sizes of the other tests."""
    assert MAMBA2["d_model"] == models.MAMBA2["hidden_size"]
