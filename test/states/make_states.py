#!/usr/bin/env python3
"""Writes the fixtures of this folder: models with their state, as mambac.export writes them, and what PyTorch computes.

Every fixture is a folder with

    model.pt2         the archive, with tiny random weights
    meta.json         where it comes from, and its cases
    caseN.in.npy      token ids (b, l), or embeddings (b, l, width)
    caseN.out.npy     the results of all positions as transformers computes them at once, without a cache, in the
                      model's own type (bf16 stored as f32)
    caseN.y64.npy     the same in double precision throughout

The tests read the files alone; to write them again:

    pip install torch transformers==5.23.0 numpy && python3 test/states/make_states.py
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python"))
sys.path.insert(0, str(HERE.parent / "models"))
import make_models as models  # noqa: E402
import mambac  # noqa: E402

# (batch, length): one token, less than a window, a chunk of the models, more than two chunks.
SHAPES = [(1, 1), (2, 3), (1, 16), (3, 37), (2, 50)]

# Hybrids, with as few layers as show how they are mixed: a layer that attends behind one that does not and, where a
# family shares its weights of attention between layers, two of those; experts.
JAMBA = models.JAMBA | dict(num_hidden_layers=2, attn_layer_period=2)
ZAMBA = models.ZAMBA | dict(num_hidden_layers=3, layers_block_type=["mamba", "hybrid", "hybrid"])
ZAMBA2 = models.ZAMBA2 | dict(num_hidden_layers=3, layers_block_type=["mamba", "hybrid", "hybrid"], num_mem_blocks=1)
BAMBA = models.BAMBA | dict(num_hidden_layers=2)
GRANITE = models.GRANITE_MOE | dict(num_hidden_layers=2, layer_types=["mamba", "attention"])
NEMOTRON_H = models.NEMOTRON_H_MOE | dict(layers_block_type=["mamba", "attention", "mlp", "moe"])


@dataclasses.dataclass
class Fixture:
    """One folder to write."""

    name: str
    build: Callable[[], nn.Module]
    dtype: torch.dtype = torch.float32
    width: int | None = None  # of embeddings; None: token ids
    step_weights: int = 0  # bytes of weights that the entry step has for itself
    small: bool = False  # without the longest case, and without where nodes come from

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Of its cases."""
        return SHAPES[:-1] if self.small else SHAPES


def fixtures() -> list[Fixture]:
    """All fixtures."""
    language, hidden = models.language_model, models.hidden_states_model
    return [
        Fixture("mamba", language("Mamba", 51, **models.MAMBA)),
        Fixture("mamba2", language("Mamba2", 52, **models.MAMBA2)),
        Fixture("mamba2_bf16", language("Mamba2", 53, **models.MAMBA2), torch.bfloat16),
        Fixture("falcon_mamba", language("FalconMamba", 54, **models.MAMBA)),
        # From inputs_embeds to last_hidden_state, where transformers' own continuation of Mamba is 0.4 off.
        Fixture("mamba_hidden", hidden("Mamba", 55, **models.MAMBA), width=20),
        Fixture("jamba", language("Jamba", 56, **JAMBA), small=True),
        Fixture("zamba", language("Zamba", 57, **ZAMBA), small=True),
        Fixture("zamba2", language("Zamba2", 58, **ZAMBA2), small=True),
        Fixture("bamba_bf16", language("Bamba", 59, **BAMBA), torch.bfloat16, small=True),
        Fixture("bamba_hidden", hidden("Bamba", 60, **BAMBA), width=24, small=True),
        Fixture("granitemoehybrid", language("GraniteMoeHybrid", 61, **GRANITE), small=True),
        # Its keys are scaled after they are split into heads: a prefill packs their weights by head, a step does not.
        Fixture("falcon_h1", language("FalconH1", 62, **models.FALCON_H1), step_weights=6144, small=True),
        Fixture("nemotron_h", language("NemotronH", 63, **NEMOTRON_H), small=True),
    ]


def results(model: nn.Module, value: Tensor) -> Tensor:
    """Logits or hidden states of all positions."""
    with torch.no_grad():
        out = model(inputs_embeds=value) if value.is_floating_point() else model(value)
    return out.logits if "logits" in out else out.last_hidden_state


def stored(value: Tensor) -> np.ndarray:
    """NumPy has no bf16."""
    return (value.float() if value.dtype is torch.bfloat16 else value).numpy()


def write(fixture: Fixture, folder: Path) -> None:
    """Writes one fixture."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    model = fixture.build().to(fixture.dtype)
    frames = None if fixture.small else 1
    mambac.export(model, folder / "model.pt2", inputs="embeds" if fixture.width else "ids", frames=frames)
    double = fixture.build().to(fixture.dtype).double()
    for i, shape in enumerate(fixture.shapes):
        generator = torch.Generator().manual_seed(2000 + i)
        value = torch.randint(models.VOCAB, shape, generator=generator)
        if fixture.width:
            value = torch.randn(*shape, fixture.width, generator=generator).to(fixture.dtype)
        with models.InDouble():
            exact = results(double, value.double() if fixture.width else value)
        assert exact.dtype is torch.float64, fixture.name
        np.save(folder / f"case{i}.in.npy", stored(value))
        np.save(folder / f"case{i}.out.npy", stored(results(model, value)))
        np.save(folder / f"case{i}.y64.npy", exact.numpy())
    meta = {
        "name": fixture.name,
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "dtype": str(fixture.dtype).removeprefix("torch."),
        "step_weights": fixture.step_weights,
        "cases": [list(shape) for shape in fixture.shapes],
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")
    print(f"{fixture.name}: model.pt2 {(folder / 'model.pt2').stat().st_size // 1024} KiB")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="make these alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with models.quiet():
        for fixture in fixtures():
            if not args.only or fixture.name in args.only:
                write(fixture, HERE / fixture.name)


if __name__ == "__main__":
    main()
