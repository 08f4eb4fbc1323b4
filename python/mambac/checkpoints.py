"""Loads a model from a folder: as transformers saves it, or as mamba_ssm does (the state-spaces/mamba* checkpoints).

Nothing is downloaded, no code of the folder is run, and every weight must fit: what is missing, unknown or of other
sizes is named.
"""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_LISTED = 8


class CheckpointError(Exception):
    """Says what a folder lacks."""


def load(folder: Path, dtype: str = "auto") -> Any:
    """The model of a folder, in evaluation mode; dtype: one of DTYPES, or "auto" for that of the weights."""
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is not a folder; models are not downloaded")
    config = read_json(folder / "config.json")
    if not isinstance(config, dict):
        raise CheckpointError(f"{folder / 'config.json'} is not an object")
    if "model_type" not in config and {"d_model", "n_layer"} <= config.keys():
        model = _state_spaces(folder, config)
        return model if dtype == "auto" else model.to(DTYPES[dtype])
    if "model_type" not in config:
        raise CheckpointError(
            f"{folder / 'config.json'} has neither transformers' model_type nor mamba_ssm's d_model and n_layer"
        )
    return _transformers(folder, config, dtype)


def read_json(path: Path) -> Any:
    """A JSON file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is not there") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"cannot read {path}: {error}") from None


def _transformers(folder: Path, config: dict[str, Any], dtype: str) -> Any:
    import transformers

    if config["model_type"] not in transformers.CONFIG_MAPPING:
        raise CheckpointError(
            f"transformers {transformers.__version__} knows no model {config['model_type']!r}"
            + ("; code of the folder is not run" if "auto_map" in config else "")
        )
    try:
        loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            dtype=DTYPES.get(dtype, "auto"),
            output_loading_info=True,
        )
    except Exception as error:  # Of many kinds, from what reads safetensors to what checks configurations.
        raise CheckpointError(f"transformers cannot load {folder}: {type(error).__name__}: {error}") from error
    model, report = loaded
    problems = {
        "missing": report.get("missing_keys"),
        "unknown": report.get("unexpected_keys"),
        "of another size": report.get("mismatched_keys"),
    }
    _complain(folder, {what: [_name(key) for key in keys or ()] for what, keys in problems.items()})
    return model.eval()


def _name(key: Any) -> str:
    """A key of a report, which has the sizes beside the name where they differ."""
    return key if isinstance(key, str) else str(key[0])


def _complain(folder: Path, problems: dict[str, list[str]]) -> None:
    """Raises if there are any."""
    said = []
    for what, names in problems.items():
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            said.append(f"{what}: {', '.join(sorted(names)[:_LISTED])}{more}")
    if said:
        raise CheckpointError(f"the weights of {folder} do not fit its config.json; " + "; ".join(said))


def _state_spaces(folder: Path, config: dict[str, Any]) -> Any:
    """A checkpoint of mamba_ssm as the model of transformers that computes the same."""
    model = _empty_model(folder / "config.json", config)
    weights = {_renamed(name): value for name, value in _read_weights(folder).items()}
    wanted = model.state_dict()
    if model.config.tie_word_embeddings and "lm_head.weight" not in weights:
        weights["lm_head.weight"] = weights.get("backbone.embeddings.weight", torch.empty(0))
    shared = wanted.keys() & weights.keys()
    _complain(
        folder,
        {
            "missing": list(wanted.keys() - weights.keys()),
            "unknown": list(weights.keys() - wanted.keys()),
            "of another size": [name for name in shared if wanted[name].shape != weights[name].shape],
        },
    )
    model.load_state_dict(weights, assign=True)
    model.tie_weights()
    return model.eval()


def _renamed(name: str) -> str:
    """mamba_ssm's name of a weight, in transformers' words; they differ in one."""
    return name.replace("backbone.embedding.", "backbone.embeddings.")


def _read_weights(folder: Path) -> dict[str, Tensor]:
    """All weights of a folder: model.safetensors or pytorch_model.bin, of which no code is run."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        path = folder / name
        if not path.exists():
            continue
        try:
            if name.endswith(".safetensors"):
                from safetensors.torch import load_file

                return load_file(path)
            # Files from before PyTorch 1.6 are no zip files, and cannot be mapped.
            weights = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
        except Exception as error:  # Corrupt files raise errors of many kinds.
            raise CheckpointError(f"cannot read {path}: {type(error).__name__}: {error}") from error
        if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
            raise CheckpointError(f"{path} does not hold tensors by name")
        return weights
    raise CheckpointError(f"{folder} has neither model.safetensors nor pytorch_model.bin")


# What a configuration of mamba_ssm may say besides, and the one value that transformers' models compute.
_ONLY = {"rms_norm": True, "d_intermediate": 0, "attn_layer_idx": [], "attn_cfg": {}}
_ONLY_MIXER: dict[str, Any] = {"D_has_hdim": False, "rmsnorm": True, "norm_before_gate": False, "d_ssm": None}
# What says only how weights begin, or how kernels run.
_IGNORED = {"A_init_range", "dt_min", "dt_max", "dt_init_floor", "dt_init", "dt_scale", "conv_init", "use_mem_eff_path",
            "use_fast_path", "sequence_parallel"}  # fmt: skip


def _empty_model(path: Path, config: dict[str, Any]) -> Any:
    """The model of transformers that a configuration of mamba_ssm means, without weights."""
    import transformers

    mixer = dict(config.get("ssm_cfg") or {})
    kind = mixer.pop("layer", "Mamba1")
    if kind not in ("Mamba1", "Mamba2"):
        raise CheckpointError(f"{path}: ssm_cfg.layer is {kind!r}, known are Mamba1 and Mamba2")
    for key, value in _ONLY.items():
        if config.get(key, value) not in (value, None):
            raise CheckpointError(f"{path}: {key} = {config[key]!r} is not supported, only {value!r}")
    for key, value in _ONLY_MIXER.items():
        if mixer.pop(key, value) != value:
            raise CheckpointError(f"{path}: ssm_cfg.{key} is supported as {value!r} only")
    for key in _IGNORED:
        mixer.pop(key, None)

    try:
        width, layers, vocabulary = (int(config[key]) for key in ("d_model", "n_layer", "vocab_size"))
        multiple = int(config.get("pad_vocab_size_multiple", 8))
        expand = int(mixer.pop("expand", 2))
        options: dict[str, Any] = {
            "hidden_size": width,
            "num_hidden_layers": layers,
            "vocab_size": math.ceil(vocabulary / multiple) * multiple,
            "state_size": int(mixer.pop("d_state", 128 if kind == "Mamba2" else 16)),
            "conv_kernel": int(mixer.pop("d_conv", 4)),
            "expand": expand,
            "use_bias": bool(mixer.pop("bias", False)),
            "use_conv_bias": bool(mixer.pop("conv_bias", True)),
            "residual_in_fp32": bool(config.get("residual_in_fp32", True)),
            "layer_norm_epsilon": float(config.get("norm_epsilon", 1e-5)),
            "tie_word_embeddings": bool(config.get("tie_embeddings", True)),
        }
        if kind == "Mamba1":
            options["time_step_rank"] = mixer.pop("dt_rank", "auto")
        else:
            head = int(mixer.pop("headdim", 64))
            least, most = mixer.pop("dt_limit", (0.0, math.inf))
            options |= {
                "head_dim": head,
                "num_heads": width * expand // head,
                "n_groups": int(mixer.pop("ngroups", 1)),
                "chunk_size": int(mixer.pop("chunk_size", 256)),
                "time_step_limit": (float(least), float(most)),
                # Those of the tokenizer that all of these models were trained with.
                "bos_token_id": 0,
                "eos_token_id": 0,
                "pad_token_id": 0,
            }
        if mixer:
            raise CheckpointError(f"{path}: ssm_cfg has keys that are not known: {', '.join(sorted(mixer))}")
        name = "Mamba2" if kind == "Mamba2" else "Mamba"
        described = getattr(transformers, f"{name}Config")(**options)
        with torch.device("meta"):
            model: nn.Module = getattr(transformers, f"{name}ForCausalLM")(described)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise CheckpointError(f"{path} is not a configuration that mamba_ssm writes: {error}") from error
    return model
