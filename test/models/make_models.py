#!/usr/bin/env python3
"""Writes the whole-model fixtures of this folder: graphs, inputs, and what PyTorch computes on them.

Every fixture is a folder with

    model.pt2          the exported graph with tiny random weights, its paths cut (python/mambac/archive.py)
    meta.json          where it comes from, the cases, and how many of each op its layers must become
    caseN.in.NAME.npy  inputs; every case has a seed of its own
    caseN.out.K.npy    output K as PyTorch computes it in the model's own type (bf16 stored as f32)
    caseN.y64.K.npy    output K computed in double precision throughout

Sizes are chosen so that nothing divides a chunk, a vector or a tile, and lengths so that some are shorter than
a chunk, some equal, some longer and no multiple. The tests read the files alone; to write them again:

    pip install torch transformers==5.23.0 mambapy numpy && python3 test/models/make_models.py
    pip install torch transformers==4.57.1 numpy         && python3 test/models/make_models.py    # the *_tf4 ones

Each run writes the fixtures that the installed transformers can make. `--only NAME` makes one; `--large DIR`
writes the 24 layer, 64 step Mamba, which is too large to ship.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
from mambac.archive import save  # noqa: E402

HERE = Path(__file__).resolve().parent
MAJOR = int(transformers.__version__.split(".")[0])
VOCAB = 43
# (batch, length) of the five cases of a dynamic model with chunks of 16.
DYNAMIC_SHAPES = [(2, 7), (1, 16), (3, 21), (2, 33), (1, 50)]


# Layers whose experts are chosen by a softmax.
ROUTERS = {"granitemoehybrid_moe": 3, "jamba": 1}


@dataclasses.dataclass
class Fixture:
    """One folder to write."""

    name: str
    build: Callable[[], nn.Module]
    ops: dict[str, int]
    shapes: list[tuple[int, int]]
    dynamic: tuple[bool, bool]
    dtype: torch.dtype = torch.float32
    major: int = 5
    # Width of a floating-point input (batch, length, width); None: token ids.
    width: int | None = None
    kwarg: str | None = None
    scans_per_layer: int = 1


def grouped_product(rows: Tensor, weights: Tensor, ends: Tensor) -> Tensor:
    """Each group of rows times its own matrix, for types that PyTorch has no kernel for."""
    result, start = rows.new_zeros(rows.shape[0], weights.shape[2]), 0
    for weight, end in zip(weights, ends.tolist(), strict=True):
        result[start:end] = rows[start:end] @ weight
        start = end
    return result


class InDouble(TorchFunctionMode):
    """Runs a model that asks for float32 in places in float64 instead."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Replaces every mention of float32."""
        swap = lambda v: torch.float64 if v is torch.float32 else v  # noqa: E731
        if func is Tensor.float:
            return args[0].double()
        if getattr(func, "__name__", "") in ("grouped_mm", "_grouped_mm"):
            return grouped_product(args[0], args[1], kwargs["offs"])
        return func(*map(swap, args), **{k: swap(v) for k, v in (kwargs or {}).items()})


def randomize(model: nn.Module, seed: int) -> nn.Module:
    """Gives every parameter a value that matters, so that a wrong one shows."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=generator)
        last = name.split(".")[-1]
        with torch.no_grad():
            if last == "A_log":
                p.copy_(0.7 * noise)
            elif last == "dt_bias" or name.endswith("dt_proj.bias"):
                p.copy_(noise - 1.5)
            elif last == "D":
                p.copy_(1 + 0.3 * noise)
            elif p.ndim == 1:
                p.copy_((0.1 if last == "bias" else 1.0) + 0.2 * noise)
            elif "embed" in name:
                p.copy_(noise)
            else:
                p.copy_(noise / math.sqrt(math.prod(p.shape[1:])))
    return model.eval()


def language_model(kind: str, seed: int, **options: Any) -> Callable[[], nn.Module]:
    """A ...ForCausalLM of transformers, without a cache."""

    def build() -> nn.Module:
        config = getattr(transformers, f"{kind}Config")(
            vocab_size=VOCAB, use_cache=False, pad_token_id=0, bos_token_id=1, eos_token_id=2, **options
        )
        torch.manual_seed(seed)
        return randomize(getattr(transformers, f"{kind}ForCausalLM")(config), seed)

    return build


def hidden_states_model(kind: str, seed: int, **options: Any) -> Callable[[], nn.Module]:
    """A ...Model of transformers: from embeddings to hidden states."""

    def build() -> nn.Module:
        config = getattr(transformers, f"{kind}Config")(vocab_size=VOCAB, use_cache=False, pad_token_id=0, **options)
        model = randomize(getattr(transformers, f"{kind}Model")(config), seed)
        return model

    return build


def mamba_py_layer(seed: int, pscan: bool) -> Callable[[], nn.Module]:
    """One residual layer of mamba.py, (B, L, D) in and out."""

    def build() -> nn.Module:
        from mambapy.mamba import Mamba, MambaConfig

        return randomize(Mamba(MambaConfig(d_model=20, n_layers=1, d_state=7, pscan=pscan)), seed)

    return build


MAMBA2: dict[str, Any] = dict(
    hidden_size=36, num_heads=6, head_dim=12, state_size=10, n_groups=2, num_hidden_layers=2, chunk_size=16
)
# Rows of whole groups of vectors on every CPU: norms over 64 and over 128.
MAMBA2_WIDE: dict[str, Any] = dict(
    hidden_size=64, num_heads=4, head_dim=32, state_size=16, n_groups=1, num_hidden_layers=1, chunk_size=16
)
MAMBA: dict[str, Any] = dict(hidden_size=20, state_size=7, num_hidden_layers=2, time_step_rank=3)
ATTENTION: dict[str, Any] = dict(hidden_size=24, intermediate_size=40, num_attention_heads=4)
GROUPED: dict[str, Any] = dict(ATTENTION, num_key_value_heads=2)
BAMBA: dict[str, Any] = dict(
    GROUPED,
    num_hidden_layers=3,
    attn_layer_indices=[1],
    mamba_n_heads=4,
    mamba_d_head=12,
    mamba_n_groups=2,
    mamba_d_state=10,
    mamba_chunk_size=16,
)
ZAMBA2: dict[str, Any] = dict(
    ATTENTION,
    num_hidden_layers=4,
    layers_block_type=["mamba", "hybrid", "mamba", "hybrid"],
    mamba_d_state=10,
    mamba_ngroups=2,
    n_mamba_heads=4,
    mamba_headdim=12,
    chunk_size=16,
    num_key_value_heads=4,
    num_mem_blocks=2,
    adapter_rank=5,
    use_mem_rope=True,
    attention_head_dim=12,
)
GRANITE: dict[str, Any] = dict(
    GROUPED,
    num_hidden_layers=3,
    num_local_experts=0,
    num_experts_per_tok=0,
    shared_intermediate_size=44,
    layer_types=["mamba", "attention", "mamba"],
    mamba_n_heads=4,
    mamba_d_head=12,
    mamba_n_groups=1,
    mamba_d_state=10,
    mamba_chunk_size=16,
    embedding_multiplier=1.5,
    residual_multiplier=0.7,
    attention_multiplier=0.3,
    logits_scaling=2.0,
)
FALCON_H1: dict[str, Any] = dict(
    GROUPED,
    num_hidden_layers=2,
    head_dim=6,
    mamba_d_ssm=48,
    mamba_n_heads=4,
    mamba_d_head=12,
    mamba_n_groups=2,
    mamba_d_state=10,
    mamba_chunk_size=16,
    key_multiplier=0.8,
    attention_out_multiplier=0.9,
    lm_head_multiplier=0.5,
    ssm_in_multiplier=1.1,
)
NEMOTRON_H: dict[str, Any] = dict(
    GROUPED,
    layers_block_type=["mamba", "attention", "mlp", "mamba"],
    head_dim=6,
    ssm_state_size=10,
    mamba_num_heads=4,
    mamba_head_dim=12,
    n_groups=2,
    chunk_size=16,
)

# Experts: four, of which each token takes two.
GRANITE_MOE: dict[str, Any] = GRANITE | dict(num_local_experts=4, num_experts_per_tok=2)
NEMOTRON_H_MOE: dict[str, Any] = NEMOTRON_H | dict(
    layers_block_type=["mamba", "attention", "moe", "mamba"],
    n_routed_experts=4,
    num_experts_per_tok=2,
    moe_intermediate_size=20,
    moe_shared_expert_intermediate_size=28,
    n_group=2,
    topk_group=1,
)
JAMBA: dict[str, Any] = dict(
    GROUPED,
    num_hidden_layers=3,
    attn_layer_period=3,
    attn_layer_offset=1,
    expert_layer_period=2,
    expert_layer_offset=1,
    num_experts=4,
    num_experts_per_tok=2,
    mamba_d_state=7,
    mamba_dt_rank=3,
    use_mamba_kernels=False,
)
# A Mamba head of Zamba is a scan of its own.
ZAMBA: dict[str, Any] = dict(
    ATTENTION,
    num_hidden_layers=4,
    attention_hidden_size=48,
    layers_block_type=["mamba", "hybrid", "mamba", "hybrid"],
    num_key_value_heads=4,
    n_mamba_heads=2,
    mamba_d_state=7,
    mamba_dt_rank=3,
    attn_layer_period=2,
    attn_layer_offset=1,
    use_mamba_kernels=False,
)


def hybrid_ops(layers: int, attention: int, projections: int) -> dict[str, int]:
    """What a hybrid of Mamba-2 and attention layers becomes."""
    return {"ssm.ssd": layers, "ssm.causal_conv1d": layers, "ssm.attention": attention, "ssm.einsum": projections}


WIDE_OPS = {"ssm.ssd": 1, "ssm.causal_conv1d": 1, "ssm.attention": 0, "ssm.einsum": 3}
MAMBA2_OPS = {"ssm.ssd": 2, "ssm.causal_conv1d": 2, "ssm.attention": 0, "ssm.einsum": 5}
MAMBA_OPS = {"ssm.selective_scan": 2, "ssm.causal_conv1d": 2, "ssm.attention": 0, "ssm.einsum": 9}


def fixtures() -> list[Fixture]:
    """All fixtures, in the order in which they are written."""
    both, batch, none = (True, True), (True, False), (False, False)
    steps = [(b, 11) for b in (2, 1, 3, 2, 5)]
    half, brain = torch.float16, torch.bfloat16
    result = [
        Fixture("mamba2", language_model("Mamba2", 1, **MAMBA2), MAMBA2_OPS, DYNAMIC_SHAPES, both),
        Fixture("mamba2_static", language_model("Mamba2", 2, **MAMBA2), MAMBA2_OPS, [(2, 37)] * 5, none),
        Fixture("mamba2_bf16", language_model("Mamba2", 3, **MAMBA2), MAMBA2_OPS, DYNAMIC_SHAPES, both, brain),
        Fixture("mamba2_wide", language_model("Mamba2", 35, **MAMBA2_WIDE), WIDE_OPS, DYNAMIC_SHAPES, both),
        Fixture("mamba2_wide_bf16", language_model("Mamba2", 36, **MAMBA2_WIDE), WIDE_OPS, DYNAMIC_SHAPES, both, brain),
        Fixture("mamba2_f16", language_model("Mamba2", 4, **MAMBA2), MAMBA2_OPS, DYNAMIC_SHAPES, both, half),
        Fixture("mamba", language_model("Mamba", 5, **MAMBA), MAMBA_OPS, steps, batch),
        Fixture("mamba_static", language_model("Mamba", 6, **MAMBA), MAMBA_OPS, [(2, 5)] * 5, none),
        Fixture("mamba_bf16", language_model("Mamba", 7, **MAMBA), MAMBA_OPS, steps, batch, brain),
        Fixture("mamba2_tf4", language_model("Mamba2", 8, **MAMBA2), MAMBA2_OPS, DYNAMIC_SHAPES, both, major=4),
        Fixture("mamba2_tf4_static", language_model("Mamba2", 9, **MAMBA2), MAMBA2_OPS, [(2, 37)] * 5, none, major=4),
        Fixture("mamba_tf4", language_model("Mamba", 10, **MAMBA), MAMBA_OPS, steps, batch, major=4),
        Fixture("falcon_mamba", language_model("FalconMamba", 11, **MAMBA), MAMBA_OPS, steps, batch),
        Fixture("falcon_mamba_f16", language_model("FalconMamba", 12, **MAMBA), MAMBA_OPS, steps, batch, half),
        Fixture("zamba2", language_model("Zamba2", 21, **ZAMBA2), hybrid_ops(4, 2, 27), DYNAMIC_SHAPES, both),
        Fixture("bamba", language_model("Bamba", 22, **BAMBA), hybrid_ops(2, 1, 18), DYNAMIC_SHAPES, both),
        Fixture("bamba_bf16", language_model("Bamba", 23, **BAMBA), hybrid_ops(2, 1, 18), DYNAMIC_SHAPES, both, brain),
        Fixture(
            "bamba_eager",
            language_model("Bamba", 27, **BAMBA, attn_implementation="eager"),
            hybrid_ops(2, 1, 18),
            DYNAMIC_SHAPES,
            both,
        ),
        Fixture(
            "granitemoehybrid",
            language_model("GraniteMoeHybrid", 24, **GRANITE),
            hybrid_ops(2, 1, 15),
            DYNAMIC_SHAPES,
            both,
        ),
        Fixture("falcon_h1", language_model("FalconH1", 25, **FALCON_H1), hybrid_ops(2, 2, 19), DYNAMIC_SHAPES, both),
        Fixture(
            "falcon_h1_f16",
            language_model("FalconH1", 26, **FALCON_H1),
            hybrid_ops(2, 2, 19),
            DYNAMIC_SHAPES,
            both,
            half,
        ),
        Fixture(
            "nemotron_h", language_model("NemotronH", 27, **NEMOTRON_H), hybrid_ops(2, 1, 11), DYNAMIC_SHAPES, both
        ),
        Fixture(
            "granitemoehybrid_moe",
            language_model("GraniteMoeHybrid", 31, **GRANITE_MOE),
            hybrid_ops(2, 1, 18),
            DYNAMIC_SHAPES,
            both,
        ),
        Fixture(
            "nemotron_h_moe",
            language_model("NemotronH", 32, **NEMOTRON_H_MOE),
            hybrid_ops(2, 1, 12),
            DYNAMIC_SHAPES,
            both,
        ),
        Fixture(
            "jamba",
            language_model("Jamba", 33, **JAMBA),
            {"ssm.selective_scan": 2, "ssm.causal_conv1d": 2, "ssm.attention": 1, "ssm.einsum": 20},
            [(b, 5) for b in (2, 1, 3, 2, 5)],
            batch,
        ),
        Fixture(
            "zamba",
            language_model("Zamba", 34, **ZAMBA),
            {"ssm.selective_scan": 8, "ssm.causal_conv1d": 4, "ssm.attention": 2, "ssm.einsum": 33},
            [(b, 4) for b in (2, 1, 3, 2, 5)],
            batch,
            scans_per_layer=2,
        ),
        Fixture(
            "mamba2_hidden",
            hidden_states_model("Mamba2", 28, **MAMBA2),
            MAMBA2_OPS | {"ssm.einsum": 4},
            DYNAMIC_SHAPES,
            both,
            width=36,
            kwarg="inputs_embeds",
        ),
        Fixture(
            "mamba_py",
            mamba_py_layer(29, pscan=True),
            {"ssm.selective_scan": 1, "ssm.causal_conv1d": 1, "ssm.attention": 0, "ssm.einsum": 4},
            [(7, 13)] * 5,
            none,
            width=20,
        ),
        Fixture(
            "mamba_py_steps",
            mamba_py_layer(30, pscan=False),
            {"ssm.selective_scan": 1, "ssm.causal_conv1d": 1, "ssm.attention": 0, "ssm.einsum": 4},
            [(b, 13) for b in (2, 1, 3, 2, 5)],
            batch,
            width=20,
        ),
    ]
    return result


def make_inputs(fixture: Fixture, shape: tuple[int, int], seed: int) -> Tensor:
    """The input of one case."""
    generator = torch.Generator().manual_seed(1000 + seed)
    if fixture.width is None:
        return torch.randint(VOCAB, shape, generator=generator)
    return torch.randn(*shape, fixture.width, generator=generator).to(fixture.dtype)


def outputs_of(model: nn.Module, fixture: Fixture, value: Tensor) -> list[Tensor]:
    """Runs the model and returns its outputs in the exported order."""
    with torch.no_grad():
        result = model(**{fixture.kwarg: value}) if fixture.kwarg else model(value)
    if isinstance(result, Tensor):
        return [result]
    return [v for v in result.to_tuple() if isinstance(v, Tensor)]


def export(model: nn.Module, fixture: Fixture) -> torch.export.ExportedProgram:
    """Exports the model, with the axes that the fixture says dynamic."""
    example = make_inputs(fixture, fixture.shapes[0] if not all(fixture.dynamic) else (2, 21), 0)
    auto = torch.export.Dim.AUTO
    dims = {axis: auto for axis, dynamic in enumerate(fixture.dynamic) if dynamic}
    if fixture.kwarg:
        shapes: Any = {fixture.kwarg: dims}
        return torch.export.export(model, (), {fixture.kwarg: example}, dynamic_shapes=shapes if dims else None)
    return torch.export.export(model, (example,), dynamic_shapes=(dims,) if dims else None)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silences the notice of every mixer that the fast path is not available."""
    transformers.logging.set_verbosity_error()
    yield


def write(fixture: Fixture, folder: Path, kept_frames: int = 1) -> None:
    """Writes one fixture."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    model = fixture.build().to(fixture.dtype)
    program = export(model, fixture)
    save(program, folder / "model.pt2", kept_frames)
    name = program.graph_signature.user_inputs[0]
    recorded = [outputs_of(model, fixture, make_inputs(fixture, s, i)) for i, s in enumerate(fixture.shapes)]
    double = fixture.build().to(fixture.dtype).double()
    cases = []
    for i, shape in enumerate(fixture.shapes):
        value = make_inputs(fixture, shape, i)
        with InDouble():
            exact = outputs_of(double, fixture, value.double() if value.is_floating_point() else value)
        np.save(folder / f"case{i}.in.{name}.npy", value.float().numpy() if value.dtype is torch.bfloat16 else value)
        for k, (y, y64) in enumerate(zip(recorded[i], exact, strict=True)):
            assert y64.dtype is torch.float64, fixture.name
            error = ((y.double() - y64).abs().max() / y64.abs().max()).item()
            limit = {torch.float32: 2e-5, torch.float16: 2e-2, torch.bfloat16: 1e-1}[fixture.dtype]
            assert error < limit, f"{fixture.name} case {i}: float64 and {fixture.dtype} differ by {error}"
            np.save(folder / f"case{i}.out.{k}.npy", y.float().numpy() if y.dtype is torch.bfloat16 else y.numpy())
            np.save(folder / f"case{i}.y64.{k}.npy", y64.numpy())
        cases.append({"shape": list(shape), "outputs": len(exact)})
    # What raising leaves (test/spellings/coverage.py): the softplus of a time step that is rounded to 16 bits behind it in
    # each layer, and the softmax of each router.
    scans = fixture.ops.get("ssm.ssd", 0) + fixture.ops.get("ssm.selective_scan", 0)
    exponentials = ROUTERS.get(fixture.name, 0 if fixture.dtype is torch.float32 else scans)
    kept = {"exponentials": exponentials} if exponentials else {}
    meta = {
        "name": fixture.name,
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "dtype": str(fixture.dtype).removeprefix("torch."),
        "dynamic": {"batch": fixture.dynamic[0], "length": fixture.dynamic[1]},
        "input": name,
        "ops": fixture.ops,
        **({"scans_per_layer": fixture.scans_per_layer} if fixture.scans_per_layer > 1 else {}),
        **({"kept": kept} if kept else {}),
        "cases": cases,
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")
    size = sum(p.stat().st_size for p in folder.iterdir())
    print(f"{fixture.name}: {size // 1024} KiB, model.pt2 {(folder / 'model.pt2').stat().st_size // 1024} KiB")


def large() -> Fixture:
    """Mamba with 24 layers, unrolled over 64 steps."""
    options = dict(hidden_size=64, state_size=16, num_hidden_layers=24)
    ops = {"ssm.selective_scan": 24, "ssm.causal_conv1d": 24, "ssm.attention": 0, "ssm.einsum": 97}
    return Fixture("mamba_24x64", language_model("Mamba", 20, **options), ops, [(2, 64)] * 5, (True, False))


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="make these alone")
    parser.add_argument("--large", type=Path, metavar="DIR", help="write the large Mamba to DIR instead")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with quiet():
        if args.large:
            write(large(), args.large)
            return
        for fixture in fixtures():
            if fixture.major == MAJOR and (not args.only or fixture.name in args.only):
                write(fixture, HERE / fixture.name)


if __name__ == "__main__":
    main()
