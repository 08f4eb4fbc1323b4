#!/usr/bin/env python3
"""Writes the models of this folder: graphs that write to their inputs, as people write them by hand.

    NAME.pt2          the exported graph (python/mambac/archive.py cuts its paths)
    NAME.inK.npy      input K
    NAME.afterK.npy   what PyTorch leaves in input K, if it writes to it
    NAME.out.npy      its result
    buffers.second.npy  the result of the second run

To write them again: pip install torch numpy && python3 test/Emit/Inputs/states/make.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.export import Dim

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "python"))
from mambac.archive import save  # noqa: E402


class Step(nn.Module):
    """One token of a layer: a window that moves on, and a recurrence in place."""

    def __init__(self) -> None:
        super().__init__()
        self.into, self.read = nn.Linear(6, 10), nn.Linear(10, 3)
        self.rate, self.taps = nn.Parameter(-torch.rand(10, 3) - 0.5), nn.Parameter(torch.randn(10, 4) / 3)

    def forward(self, x: Tensor, memory: Tensor, recent: Tensor) -> Tensor:
        """(b, 6), with a memory (b, 10, 3) and the last three inputs (b, 10, 3), to (b, 10)."""
        window = torch.cat([recent, self.into(x)[:, :, None]], -1)
        recent.copy_(window[:, :, 1:])
        u = F.silu((window * self.taps).sum(-1))
        memory.mul_(torch.exp(self.rate * F.softplus(u)[:, :, None])).add_(u[:, :, None] * self.read(u)[:, None])
        return memory.sum(-1)


class Swap(nn.Module):
    """Two states that change places, one of them with something added; a third one that nobody writes to."""

    def forward(self, x: Tensor, left: Tensor, right: Tensor, still: Tensor) -> Tensor:
        """All (3, 4), to (3)."""
        old = left.clone()
        left.copy_(right)
        right.copy_(old + x)
        return (left * x + still).sum(-1)


class Count(nn.Module):
    """A position, which is read behind its change, and the last four rows; of any length."""

    def forward(self, x: Tensor, position: Tensor, rows: Tensor) -> Tensor:
        """(b, l, 5), with a position (b) and rows (b, 4, 5), to (b, l, 5)."""
        start = position.clone()
        position.add_(x.shape[1])
        y = x * (start[:, None] + torch.arange(x.shape[1]))[:, :, None]
        rows.copy_(torch.cat([rows, y], 1)[:, -4:])
        return y.cumsum(1) + rows.sum(1)[:, None] * start[:, None, None]


class Buffers(nn.Module):
    """States that the module keeps: a memory, a counter without dimensions, and a buffer that nobody writes to."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.register_buffer("memory", torch.full((2, 8), start))
        self.register_buffer("count", torch.zeros((), dtype=torch.long), persistent=False)
        self.register_buffer("scale", torch.full((8,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        """(2, 8) to (2, 8)."""
        self.memory[:, 1:] = self.memory[:, :-1] * self.scale[1:] + x[:, 1:]
        self.memory[:, 0] += x[:, 0]
        self.count.add_(1)
        return self.memory.tanh() * self.count


def write(name: str, model: nn.Module, inputs: tuple[Tensor, ...], dynamic: Any = None) -> None:
    """Exports a model, and runs it."""
    with torch.no_grad():
        program = torch.export.export(model.eval(), tuple(x.clone() for x in inputs), dynamic_shapes=dynamic)
        after = [x.clone() for x in inputs]
        out = model(*after)
    save(program, HERE / f"{name}.pt2")
    np.save(HERE / f"{name}.out.npy", out.numpy())
    for k, (x, left) in enumerate(zip(inputs, after, strict=True)):
        np.save(HERE / f"{name}.in{k}.npy", x.numpy())
        if not torch.equal(x, left):
            np.save(HERE / f"{name}.after{k}.npy", left.numpy())


if __name__ == "__main__":
    torch.manual_seed(0)
    batch, length = Dim("batch"), Dim("length")
    write("step", Step(), (torch.randn(2, 6), torch.randn(2, 10, 3), torch.randn(2, 10, 3)))
    write("swap", Swap(), tuple(torch.randn(3, 4) for _ in range(4)))
    open_sizes = ({0: batch, 1: length}, {0: batch}, {0: batch})
    x = torch.randn(2, 8)
    with torch.no_grad():
        program = torch.export.export(Buffers(0.0).eval(), (x,))
        save(program, HERE / "buffers.pt2")
        save(program.run_decompositions(), HERE / "buffers_decomposed.pt2")
        save(torch.export.export(Buffers(1.0).eval(), (x,)), HERE / "ones.pt2")
        model = Buffers(0.0)
        model(x)
        np.save(HERE / "buffers.in0.npy", x.numpy())
        np.save(HERE / "buffers.second.npy", model(x).numpy())
    write("count", Count(), (torch.randn(3, 6, 5), torch.tensor([0, 4, 9]), torch.randn(3, 4, 5)), open_sizes)
