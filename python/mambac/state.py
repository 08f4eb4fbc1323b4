"""Runs a model of transformers from a given state, as one graph for all lengths.

The mixers of transformers 5 ask a cache for their states, call functions of their module for the convolution and the
scan, and hand the new states back. `running` puts functions in their place that call the operators of `mambac.ops` from
and to a state of tensors; `StateCache` stands in for the cache. It says that there is no state yet, so that a mixer
never takes its branch for one token, which would make another graph of each length, and only notes which layer asked.
Nothing here knows a family: what a module has decides. mambac.export compares the numbers, as all of this leans on how
transformers is written.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from mambac import ops

State = dict[str, Tensor]


class Unsupported(Exception):
    """What a model needs and is not there."""


class StateCache:
    """What the mixers take for their cache: `state` holds the tensors before the run, and then those after it."""

    is_compileable = False
    is_sliding: tuple[bool, ...] = ()

    def __init__(self, state: State) -> None:
        self.state = dict(state)
        self.written: set[str] = set()
        self.layer = -1

    def get_seq_length(self, layer_idx: int = 0, **_: Any) -> int:
        """No token is known to have been seen."""
        return 0

    def get_mask_sizes(self, length: int, layer_idx: int = 0) -> tuple[int, int]:
        """A mask would be over the new tokens alone."""
        return length, 0

    def has_previous_state(self, layer_idx: int | None = None, **_: Any) -> bool:
        """There is none that a mixer should look at."""
        return False

    def is_recording_past(self, layer_idx: int) -> bool:
        """Nothing is recorded."""
        return False

    def get_conv_state(self, layer_idx: int, **_: Any) -> None:
        """Notes the layer."""
        self.layer = layer_idx

    def get_recurrent_state(self, layer_idx: int, **_: Any) -> None:
        """Notes the layer."""
        self.layer = layer_idx

    def update_conv_state(self, value: Tensor, layer_idx: int, **_: Any) -> Tensor:
        """The convolution reads the window by itself."""
        return value

    def update_recurrent_state(self, value: Tensor, layer_idx: int, **_: Any) -> None:
        """The scan has written its state already."""

    def update(self, *_: Any, **__: Any) -> Any:
        """Attention."""
        raise Unsupported("a layer that attends cannot keep its state yet")

    def exchange(self, role: str, call: Callable[[Tensor], tuple[Tensor, Tensor]]) -> Tensor:
        """Replaces a state of the layer that asked last by `call`'s second result, and returns the first."""
        name = f"{self.layer}.{role}"
        if name not in self.state:
            raise Unsupported(f"layer {self.layer} has no {role} state in transformers' own cache")
        result, self.state[name] = call(self.state[name])
        self.written.add(name)
        return result


def _replacements(cache: StateCache) -> dict[str, Callable[..., Any]]:
    """By the name that a mixer's module has for it: what runs in its place."""

    def convolution(x: Tensor, weight: Tensor, bias: Any = None, activation: Any = None, **_: Any) -> Tensor:
        if activation not in (None, "silu", "swish"):
            raise Unsupported(f"a convolution with the activation {activation}")
        silu = activation is not None
        return cache.exchange("conv", lambda window: ops.causal_conv1d(x, weight, bias, window, silu))

    def scan(
        u: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor,
        D: Any = None, z: Any = None, delta_bias: Any = None, delta_softplus: bool = False, **_: Any,
    ) -> tuple[Tensor, None]:  # fmt: skip
        call = lambda state: ops.selective_scan(u, dt, A, B, C, D, z, delta_bias, state, delta_softplus)  # noqa: E731
        return cache.exchange("recurrent", call), None

    def chunk_scan(
        x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, chunk_size: int = 0,
        D: Any = None, dt_bias: Any = None, initial_states: Any = None, dt_softplus: bool = False,
        dt_limit: tuple[float, float] = (0.0, float("inf")), **_: Any,
    ) -> tuple[Tensor, None]:  # fmt: skip
        least, most = dt_limit
        bounds = (least if least > 0 or not dt_softplus else None, most if most < float("inf") else None)
        call = lambda state: ops.ssd(x, dt, A, B, C, D, None, dt_bias, state, dt_softplus, *bounds)  # noqa: E731
        return cache.exchange("recurrent", call), None

    return {"causal_conv1d_fn": convolution, "mamba_selective_scan": scan, "mamba2_chunk_scan": chunk_scan}


@contextlib.contextmanager
def running(model: nn.Module, cache: StateCache) -> Iterator[None]:
    """While it lasts, the model's mixers run from and to `cache`."""
    modules = {sys.modules[type(module).__module__] for module in model.modules()}
    saved = [
        (module, name, getattr(module, name), function)
        for module in modules
        for name, function in _replacements(cache).items()
        if hasattr(module, name)
    ]
    try:
        for module, name, _, function in saved:
            setattr(module, name, function)
        yield
    finally:
        for module, name, original, _ in saved:
            setattr(module, name, original)


def cache_argument(model: nn.Module) -> str:
    """What the model calls its cache."""
    names = inspect.signature(type(model).forward).parameters
    for name in ("cache_params", "past_key_values"):
        if name in names:
            return name
    raise Unsupported(f"{type(model).__name__} takes no cache")


def initial_state(model: nn.Module, inputs: dict[str, Tensor], batch: int) -> State:
    """A state of zeros for each layer, of the sizes that the model's own cache takes in a run on `inputs`.

    Recurrent states are in single precision whatever the model is in, windows in its own type. A window holds one input
    less than transformers' does, whose first one is never read again.
    """
    with torch.no_grad():
        result = model(**inputs, use_cache=True)
    cache = getattr(result, cache_argument(model), None)
    layers = getattr(cache, "layers", None)
    if layers is None:
        raise Unsupported(f"{type(model).__name__} returns no cache with layers")
    state: State = {}
    for i, layer in enumerate(layers):
        if getattr(layer, "keys", None) is not None:
            raise Unsupported(f"layer {i} of {type(model).__name__} attends: such layers cannot keep their state yet")
        windows, states = (getattr(layer, name, None) or {} for name in ("conv_states", "recurrent_states"))
        for role, tensors in (("conv", windows), ("recurrent", states)):
            if len(tensors) > 1:
                raise Unsupported(f"layer {i} of {type(model).__name__} has {len(tensors)} {role} states")
            for tensor in (tensors[key] for key in (tensors if isinstance(tensors, dict) else range(len(tensors)))):
                if role == "conv":
                    state[f"{i}.conv"] = tensor.new_zeros(batch, *tensor.shape[1:-1], tensor.shape[-1] - 1)
                else:
                    state[f"{i}.recurrent"] = torch.zeros(batch, *tensor.shape[1:], device=tensor.device)
    if not state:
        raise Unsupported(f"{type(model).__name__} has no state")
    return state
