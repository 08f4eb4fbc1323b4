"""Runs a model of transformers from a given state, as one graph for all lengths.

The mixers of transformers 5 ask a cache for their states, call functions of their module for the convolution and the
scan, and hand the new states back; layers that attend append to the cache, and call the function that is registered
under the name that their configuration has. `running` puts functions in their place that call the operators of
`mambac.ops` from and to a state of tensors; `StateCache` stands in for the cache. It says that there is no state yet,
so that a mixer never takes its branch for one token, which would make another graph of each length, and only notes
which layer asked. Nothing here knows a family: what a module has decides. mambac.export compares the numbers, as all of
this leans on how transformers is written.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from mambac import ops

State = dict[str, Tensor]
POSITION = "position"
_ATTENTION = "mambac"


class Unsupported(Exception):
    """What a model needs and is not there."""


class StateCache:
    """What the mixers take for their cache: `state` holds the tensors before the run, and then those after it.

    Names are LAYER.ROLE, LAYER.ROLE.1 for the second of its kind in a layer (Zamba scans each head by itself), and
    `position` (b), how much of each text has been read. With a `capacity`, a state that is missing begins with zeros:
    this is how a first one is made.
    """

    is_compileable = False
    is_sliding: tuple[bool, ...] = ()

    def __init__(self, state: State, capacity: int | None = None) -> None:
        self.state, self.capacity = dict(state), capacity
        self.before = state.get(POSITION)
        self.written: set[str] = set()
        self.layer, self.calls = -1, Counter[str]()
        self.updated: set[tuple[str, int]] = set()
        self.keys: Tensor | None = None

    def get_seq_length(self, layer_idx: int = 0, **_: Any) -> int:
        """No token is known to have been seen: positions are given."""
        return 0

    def get_query_offset(self, layer_idx: int = 0, **_: Any) -> int:
        """As get_seq_length."""
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
        self.enter(layer_idx)

    def get_recurrent_state(self, layer_idx: int, **_: Any) -> None:
        """Notes the layer."""
        self.enter(layer_idx)

    def update_conv_state(self, value: Tensor, layer_idx: int, **_: Any) -> Tensor:
        """The convolution reads the window by itself."""
        self.updated.add(("conv", layer_idx))
        return value

    def update_recurrent_state(self, value: Tensor | None, layer_idx: int, **_: Any) -> None:
        """The scan has written its state already."""
        self.updated.add(("recurrent", layer_idx))

    def update(self, keys: Tensor, values: Tensor, layer_idx: int, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Appends keys and values (b, h, l, d) of new tokens, and returns those of the whole text."""
        self.enter(layer_idx)
        self.keys, kept = (self.append(role, rows) for role, rows in (("key", keys), ("value", values)))
        return self.keys, kept

    def append(self, role: str, rows: Tensor) -> Tensor:
        """The cache of this role with new rows."""

        def call(cache: Tensor) -> tuple[Tensor, Tensor]:
            new = ops.append(cache, rows, self.position(rows.shape[0]))
            return new, new

        return self.exchange(role, lambda: rows.new_zeros(*rows.shape[:2], self.capacity or 0, rows.shape[3]), call)

    def position(self, batch: int) -> Tensor:
        """How much of each text was read before this run."""
        if self.before is None:
            if self.capacity is None:
                raise Unsupported("a layer attends, and the state has no position")
            self.before = torch.zeros(batch, dtype=torch.int64)
        return self.before

    def enter(self, layer: int) -> None:
        """A layer begins to use its state."""
        self.layer = layer
        self.calls.clear()

    def exchange(self, role: str, zeros: Callable[[], Tensor], call: Callable[[Tensor], tuple[Tensor, Tensor]]) -> Any:
        """Replaces a state of the layer that asked last by `call`'s second result, and returns the first."""
        name = f"{self.layer}.{role}" + (f".{self.calls[role]}" if self.calls[role] else "")
        self.calls[role] += 1
        if name not in self.state:
            if self.capacity is None:
                raise Unsupported(f"layer {self.layer} asks for a state {name} that it had not in its first run")
            self.state[name] = zeros()
        result, self.state[name] = call(self.state[name])
        self.written.add(name)
        return result

    def finish(self, length: int) -> State:
        """The state after the run, of `length` tokens, in the order in which the layers use it."""
        if stray := sorted(layer for role, layer in self.updated if f"{layer}.{role}" not in self.written):
            raise Unsupported(
                f"layer {stray[0]} did not compute its state through the functions that mambac replaces "
                "(causal_conv1d_fn, mamba_selective_scan, mamba2_chunk_scan of its module)"
            )
        if missing := sorted(set(self.state) - self.written - {POSITION}):
            raise Unsupported(f"the state {missing[0]} was not written")
        if self.before is not None:
            self.state[POSITION] = self.before + length
        return self.state


def _replacements(cache: StateCache) -> dict[str, Callable[..., Any]]:
    """By the name that a mixer's module has for it: what runs in its place."""

    def convolution(x: Tensor, weight: Tensor, bias: Any = None, activation: Any = None, **_: Any) -> Tensor:
        if activation not in (None, "silu", "swish"):
            raise Unsupported(f"a convolution with the activation {activation}")
        zeros = lambda: x.new_zeros(*x.shape[:2], weight.shape[1] - 1)  # noqa: E731
        silu = activation is not None
        return cache.exchange("conv", zeros, lambda window: ops.causal_conv1d(x, weight, bias, window, silu))

    def scan(
        u: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor,
        D: Any = None, z: Any = None, delta_bias: Any = None, delta_softplus: bool = False, **_: Any,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        zeros = lambda: u.new_zeros(u.shape[0], *A.shape, dtype=_recurrent_type(u))  # noqa: E731
        call = lambda state: ops.selective_scan(u, dt, A, B, C, D, z, delta_bias, state, delta_softplus)  # noqa: E731
        # The mixer stacks the last states of its scans only to hand them to the cache, which has them.
        return cache.exchange("recurrent", zeros, call), u.new_zeros(0)

    def chunk_scan(
        x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, chunk_size: int = 0,
        D: Any = None, dt_bias: Any = None, initial_states: Any = None, dt_softplus: bool = False,
        dt_limit: tuple[float, float] = (0.0, float("inf")), **_: Any,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        least, most = dt_limit
        bounds = (least if least > 0 or not dt_softplus else None, most if most < float("inf") else None)
        batch, heads, width = x.shape[0], *x.shape[2:]
        zeros = lambda: x.new_zeros(batch, heads, width, B.shape[3], dtype=_recurrent_type(x))  # noqa: E731
        call = lambda state: ops.ssd(x, dt, A, B, C, D, None, dt_bias, state, dt_softplus, *bounds)  # noqa: E731
        return cache.exchange("recurrent", zeros, call), x.new_zeros(0)

    return {"causal_conv1d_fn": convolution, "mamba_selective_scan": scan, "mamba2_chunk_scan": chunk_scan}


def _recurrent_type(value: Tensor) -> torch.dtype:
    """Recurrent states are in single precision whatever the model is in."""
    return torch.float64 if value.dtype is torch.float64 else torch.float32


def _attention(cache: StateCache) -> Callable[..., Any]:
    """What layers call that attend."""

    def attend(
        module: nn.Module, q: Tensor, k: Tensor, v: Tensor, mask: Any = None, scaling: float | None = None, **more: Any
    ) -> tuple[Tensor, None]:
        if mask is not None or k is not cache.keys:
            raise Unsupported(f"{type(module).__name__} attends to something else than the text before")
        for name in ("sliding_window", "softcap", "s_aux"):
            if more.get(name) is not None:
                raise Unsupported(f"{type(module).__name__} attends with {name}")
        y = ops.attention(q, k, v, cache.position(q.shape[0]), scaling)
        return y.transpose(1, 2).contiguous(), None

    return attend


@contextlib.contextmanager
def running(model: Any, cache: StateCache) -> Iterator[None]:
    """While it lasts, the model's layers run from and to `cache`."""
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS as MASKS
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS as FUNCTIONS

    modules = {sys.modules[type(module).__module__] for module in model.modules()}
    saved = [
        (module, name, getattr(module, name), function)
        for module in modules
        for name, function in _replacements(cache).items()
        if hasattr(module, name)
    ]
    configured = model.config._attn_implementation
    try:
        FUNCTIONS[_ATTENTION], MASKS[_ATTENTION] = _attention(cache), lambda *_, **__: None
        model.config._attn_implementation = _ATTENTION
        for module, name, _, function in saved:
            setattr(module, name, function)
        yield
    finally:
        for module, name, original, _ in saved:
            setattr(module, name, original)
        model.config._attn_implementation = configured
        del FUNCTIONS[_ATTENTION], MASKS[_ATTENTION]


def cache_argument(model: nn.Module) -> str:
    """What the model calls its cache."""
    names = inspect.signature(type(model).forward).parameters
    for name in ("cache_params", "past_key_values"):
        if name in names:
            return name
    raise Unsupported(f"{type(model).__name__} takes no cache")


def run(model: Any, inputs: dict[str, Tensor], cache: StateCache) -> Any:
    """Runs the model on ids or embeddings (b, l, ...) from and to `cache`."""
    batch, length = next(iter(inputs.values())).shape[:2]
    more: dict[str, Any] = {cache_argument(model): cache, "use_cache": True}
    if "position_ids" in inspect.signature(type(model).forward).parameters:
        # Without a position no layer has attended when the state was made, and none of its places matters.
        first = torch.zeros(batch, dtype=torch.int64) if cache.before is None else cache.before
        more["position_ids"] = first[:, None] + torch.arange(length)
    with running(model, cache):
        result = model(**inputs, **more)
    cache.finish(length)
    return result


def initial_state(model: Any, inputs: dict[str, Tensor], capacity: int) -> State:
    """A state of zeros for each layer, of the sizes that it has in a run on `inputs`.

    Windows, keys and values are in the type in which they are computed, recurrent states in single precision.
    `capacity` is that of keys and values.
    """
    cache = StateCache({}, capacity)
    try:
        with torch.no_grad():
            run(model, inputs, cache)
    except Unsupported:
        raise
    except Exception as error:  # Of any kind: other versions ask the cache for other things.
        raise Unsupported(
            f"{type(model).__name__} does not run with mambac's cache, which is written for transformers 5.23: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not cache.written:
        raise Unsupported(f"{type(model).__name__} has no state that mambac knows how to keep")
    order = lambda name: (name == POSITION, int(name.split(".")[0]) if name != POSITION else 0)  # noqa: E731
    return {name: torch.zeros_like(cache.state[name]) for name in sorted(cache.state, key=order)}
