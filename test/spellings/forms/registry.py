"""What a spelling is: a function of tensors, the shapes of its inputs and parameters, and what it must become.

A spelling is registered by the decorator `spelling` over the `forward` of a module. Inputs and parameters are given as
lists of axes ("b l d"); a name says how its values are drawn (`draw`), so that decays decay and steps are positive.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# d channels, n states, h heads of p channels in g groups, k taps; m is the width around a whole block.
SIZES = {"d": 6, "n": 5, "h": 4, "g": 2, "p": 3, "k": 4, "m": 10}
# (batch, length) of the five cases: of graphs that are open in both, with chunks of 8; of those that take whole chunks
# alone; of those that are open in the batch; and of closed ones.
OPEN = [(2, 5), (1, 8), (2, 13), (1, 21), (1, 26)]
WHOLE_CHUNKS = [(1, 8), (2, 16), (1, 24), (2, 8), (1, 32)]
BATCHES = [(2, 7), (1, 7), (3, 7), (2, 7), (4, 7)]
CLOSED = [(2, 7)] * 5
CHUNK = 8


@dataclasses.dataclass
class Spelling:
    """One fixture."""

    name: str
    family: str
    title: str
    forward: Callable[..., Any]
    inputs: dict[str, str]
    params: dict[str, str]
    ops: dict[str, int]
    # What stays beside the ops: "exponentials" and "others", see coverage.py; "largest": temporaries may grow.
    kept: dict[str, int]
    shapes: list[tuple[int, int]]
    sizes: dict[str, int]
    dtype: torch.dtype
    # The same function, spelled as PyTorch computes it most exactly; None: as it is.
    reference: Callable[..., Any] | None
    # Makes the module where it is not one of ours; `forward` is then what is called on it.
    make: Callable[[], nn.Module] | None = None


ALL: list[Spelling] = []


def spelling(
    family: str,
    title: str,
    inputs: dict[str, str],
    params: dict[str, str] | None = None,
    ops: dict[str, int] | None = None,
    shapes: list[tuple[int, int]] = OPEN,
    sizes: dict[str, int] | None = None,
    dtype: torch.dtype = torch.float32,
    reference: Callable[..., Any] | None = None,
    kept: dict[str, int] | None = None,
    make: Callable[[], nn.Module] | None = None,
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated forward, under its own name or `name`."""

    def register(forward: Callable[..., Any]) -> Callable[..., Any]:
        ALL.append(
            Spelling(
                name or forward.__name__,
                family,
                title,
                forward,
                inputs,
                params or {},
                ops or {},
                kept or {},
                shapes,
                SIZES | (sizes or {}),
                dtype,
                reference,
                make,
            )
        )
        return forward

    return register


def draw(name: str, shape: list[int], generator: torch.Generator) -> Tensor:
    """Values for an input or a parameter of this name."""
    if name == "ids":
        return torch.randint(43, shape, generator=generator)
    noise = torch.randn(shape, generator=generator)
    if name in ("delta", "dt"):
        return F.softplus(noise - 1.5)
    if name in ("delta_raw", "dt_raw"):
        return noise - 0.5
    if name == "delta_bias" or name == "dt_bias":
        return 0.5 * noise - 1
    if name == "decay":
        return torch.sigmoid(noise + 2)
    if name in ("log_decay", "A"):
        return -F.softplus(noise)
    if name == "A_log":
        return 0.7 * noise
    if name == "D" or name.startswith("norm"):
        return 1 + 0.3 * noise
    if name.startswith("positive"):
        return F.softplus(noise)
    if name.endswith("weight"):
        return noise / math.sqrt(math.prod(shape[1:]) or 1)
    return noise


def axes(spec: str, sizes: dict[str, int]) -> list[int]:
    """The sizes of a list of axes; a product is written d*2."""
    return [math.prod(sizes[f] if f in sizes else int(f) for f in axis.split("*")) for axis in spec.split()]


def build(form: Spelling, forward: Callable[..., Any] | None = None) -> nn.Module:
    """A module with the spelling's parameters, the same for every call."""
    if form.make:
        model = form.make()
        module = type("Form", (nn.Module,), {"forward": forward or form.forward})()
        module.add_module("model", model)
        return module.eval()
    module = type("Form", (nn.Module,), {"forward": forward or form.forward})()
    generator = torch.Generator().manual_seed(sum(map(ord, form.name)))
    for name, spec in form.params.items():
        value = draw(name, axes(spec, form.sizes), generator)
        module.register_parameter(name, nn.Parameter(value))
    return module.eval()


def make_inputs(form: Spelling, shape: tuple[int, int], seed: int) -> dict[str, Tensor]:
    """The inputs of one case."""
    generator = torch.Generator().manual_seed(1000 + seed)
    sizes = form.sizes | {"b": shape[0], "l": shape[1], "c": max(1, shape[1] // CHUNK)}
    values = {name: draw(name, axes(spec, sizes), generator) for name, spec in form.inputs.items()}
    return {name: value.to(form.dtype) if value.is_floating_point() else value for name, value in values.items()}
