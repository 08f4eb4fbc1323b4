"""Writes a model of shapes.py as a GGUF file, which llama.cpp reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np


def write(model: Any, kind: str, types: str, path: Path) -> None:
    """The weights of projections and the embedding in `types` (f32 or f16), all others in f32."""
    config = model.config
    weights = {name: value.detach().float().numpy() for name, value in model.named_parameters()}
    inner = config.hidden_size * config.expand
    out = gguf.GGUFWriter(str(path) + ".part", kind)
    out.add_context_length(1 << 20)
    out.add_embedding_length(config.hidden_size)
    out.add_feed_forward_length(0)
    out.add_head_count(0)
    out.add_block_count(config.num_hidden_layers)
    out.add_vocab_size(config.vocab_size)
    out.add_tokenizer_model("no_vocab")
    out.add_layer_norm_rms_eps(config.layer_norm_epsilon)
    out.add_ssm_conv_kernel(config.conv_kernel)
    out.add_ssm_inner_size(inner)
    out.add_ssm_state_size(config.state_size)
    if kind == "mamba2":
        out.add_ssm_time_step_rank(config.num_heads)
        out.add_ssm_group_count(config.n_groups)
    else:
        out.add_ssm_time_step_rank(int(config.time_step_rank))
        out.add_ssm_dt_b_c_rms(False)

    def put(name: str, value: Any, wide: bool = True) -> None:
        half = types == "f16" and not wide
        out.add_tensor(name, np.ascontiguousarray(value, dtype=np.float16 if half else np.float32))

    put("token_embd.weight", weights["backbone.embeddings.weight"], wide=False)
    # Absent where the head is the embedding.
    if "lm_head.weight" in weights:
        put("output.weight", weights["lm_head.weight"], wide=False)
    put("output_norm.weight", weights["backbone.norm_f.weight"])
    for i in range(config.num_hidden_layers):
        block = f"backbone.layers.{i}."
        get = lambda name, block=block: weights[block + "mixer." + name]  # noqa: E731
        names = {"ssm_in.weight": "in_proj.weight", "ssm_out.weight": "out_proj.weight"}
        if kind == "mamba":
            names["ssm_x.weight"] = "x_proj.weight"
            put(f"blk.{i}.ssm_dt.weight", get("dt_proj.weight"))
            put(f"blk.{i}.ssm_dt.bias", get("dt_proj.bias"))
            put(f"blk.{i}.ssm_a", -np.exp(get("A_log")))
            put(f"blk.{i}.ssm_d", get("D"))
        else:
            put(f"blk.{i}.ssm_dt.bias", get("dt_bias"))
            put(f"blk.{i}.ssm_a", -np.exp(get("A_log"))[:, None])
            put(f"blk.{i}.ssm_d", get("D")[:, None])
            put(f"blk.{i}.ssm_norm.weight", get("norm.weight").reshape(config.n_groups, -1))
        for target, source in names.items():
            put(f"blk.{i}.{target}", get(source), wide=False)
        put(f"blk.{i}.attn_norm.weight", weights[block + "norm.weight"])
        put(f"blk.{i}.ssm_conv1d.weight", get("conv1d.weight")[:, 0])
        put(f"blk.{i}.ssm_conv1d.bias", get("conv1d.bias"))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    Path(str(path) + ".part").rename(path)
