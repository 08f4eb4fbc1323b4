"""Writes what the benchmarks of models need: archives for mambac, and the results that everybody's are compared with.

    python export.py FOLDER KIND DTYPE

FOLDER/KIND-DTYPE.prompt.pt2 and .step.pt2 are the graphs, .ids.npy and .in.N.npy their inputs; .y64.npy and .y.npy are
the last logits of the prompt in double precision and in PyTorch's own, .step.y64.npy and .step.y.npy those of the step.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapes
import torch
import transformers
from torch import Tensor, nn


def logits(model: nn.Module, ids: Tensor) -> np.ndarray[Any, Any]:
    """The last logits."""
    with torch.no_grad():
        return shapes.Prompt(model)(ids).double().numpy()


class InDouble(torch.overrides.TorchFunctionMode):
    """Runs a model that asks for float32 in places in float64 instead."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Replaces every mention of float32."""
        swap = lambda v: torch.float64 if v is torch.float32 else v  # noqa: E731
        if func is Tensor.float:
            return args[0].double()
        return func(*map(swap, args), **{k: swap(v) for k, v in (kwargs or {}).items()})


def export_large(folder: Path, dtype: str) -> None:
    """The prompt's graph of a Mamba-2 of 2.8 billion parameters, whose weights are zeros: 5.7 GB in bf16."""
    config = transformers.Mamba2Config(
        hidden_size=2560, num_heads=80, head_dim=64, expand=2, state_size=128, n_groups=1, chunk_size=256,
        num_hidden_layers=64, vocab_size=shapes.VOCABULARY, use_cache=False,
    )  # fmt: skip
    with torch.device("meta"):
        model = transformers.Mamba2ForCausalLM(config).to(shapes.DTYPES[dtype])
    model = model.to_empty(device="cpu").eval()
    with torch.no_grad():
        for value in [*model.parameters(), *model.buffers()]:
            value.zero_()
        auto = ({1: torch.export.Dim.AUTO},)
        program = torch.export.export(shapes.Prompt(model), (shapes.prompt(300),), dynamic_shapes=auto)
    torch.export.save(program, folder / f"large-{dtype}.prompt.pt2")


def main() -> None:
    """Exports one model."""
    folder, kind, dtype = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "large":
        export_large(folder, dtype)
        return
    base = f"{kind}-{dtype}"
    model, ids = shapes.build(kind, shapes.DTYPES[dtype]), shapes.prompt()
    np.save(folder / f"{base}.ids.npy", ids.numpy())
    np.save(folder / f"{base}.y.npy", logits(model, ids))

    token, windows, states = shapes.step_inputs(model)
    step = shapes.Step(model)
    for i, value in enumerate([token, *windows, *states]):
        np.save(folder / f"{base}.in.{i}.npy", value.float().numpy() if value.is_floating_point() else value.numpy())
    with torch.no_grad():
        np.save(folder / f"{base}.step.y.npy", step(token, windows, states)[0].double().numpy())
        torch.export.save(torch.export.export(step, (token, windows, states)), folder / f"{base}.step.pt2")
        # A length that is longer than a chunk and no multiple of one stays open.
        example = shapes.prompt(300)
        with shapes.rolled_scan():
            program = torch.export.export(
                shapes.Prompt(model), (example,), dynamic_shapes=({1: torch.export.Dim.AUTO},)
            )
        torch.export.save(program, folder / f"{base}.prompt.pt2")
        model = model.double()
        with InDouble():
            exact = shapes.Step(model)(token, [w.double() for w in windows], [s.double() for s in states])
            np.save(folder / f"{base}.step.y64.npy", exact[0].numpy())
            np.save(folder / f"{base}.y64.npy", logits(model, ids))


if __name__ == "__main__":
    main()
