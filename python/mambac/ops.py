"""The operations of state space models as operators of PyTorch, each right from any state.

`torch.export` keeps a call of one as one node, which mambac imports as one operation (docs/export.md), so graphs are
small and any length works. The definitions here are step by step: what the operators mean, not how to run them fast.
All of them compute in single precision at least. Layouts are those of mamba_ssm and causal_conv1d.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def _wide(value: Tensor) -> Tensor:
    """In the type in which things are computed."""
    return value if value.dtype == torch.float64 else value.float()


def _step(dt: Tensor, bias: Tensor | None, softplus: bool, least: float | None, most: float | None) -> Tensor:
    """The time step: with its bias, made positive, kept in bounds. `bias` fits dt by broadcasting."""
    dt = _wide(dt)
    if bias is not None:
        dt = dt + _wide(bias)
    if softplus:
        dt = F.softplus(dt)
    return dt if least is None and most is None else dt.clamp(least, most)


def _state_type(initial: Tensor | None) -> torch.dtype:
    return torch.float32 if initial is None else initial.dtype


def _over_time(value: Tensor, channels: int, length: int) -> Tensor:
    """B or C of a selective scan as (b or 1, channels, n, l): it may be constant in time, shared or grouped."""
    value = _wide(value)
    if value.ndim == 2:
        return value[None, :, :, None].expand(-1, -1, -1, length)
    if value.ndim == 3:
        return value[:, None].expand(-1, channels, -1, -1)
    return value.repeat_interleave(channels // value.shape[1], 1)


@torch.library.custom_op("mambac::selective_scan", mutates_args=())
def selective_scan(
    u: Tensor,
    delta: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    delta_bias: Tensor | None = None,
    initial_state: Tensor | None = None,
    softplus: bool = False,
    dt_min: float | None = None,
    dt_max: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Mamba's scan: u, delta and z (b, d, l); A (d, n); B and C (b, n, l), (b, g, n, l) or (d, n); D, delta_bias (d).

    Returns y (b, d, l) in u's type and the last state (b, d, n) in that of the initial one, single precision where
    there is none.
    """
    dt = _step(delta, None if delta_bias is None else delta_bias[:, None], softplus, dt_min, dt_max)
    channels, length = u.shape[1:]
    wide, b, c = _wide(u), _over_time(B, channels, length), _over_time(C, channels, length)
    state = wide.new_zeros(u.shape[0], *A.shape) if initial_state is None else _wide(initial_state)
    rows = []
    for t in range(length):
        decay = torch.exp(dt[:, :, t, None] * _wide(A))
        state = decay * state + (dt[:, :, t] * wide[:, :, t])[..., None] * b[..., t]
        rows.append((state * c[..., t]).sum(-1))
    y = torch.stack(rows, -1) if rows else torch.zeros_like(wide)
    if D is not None:
        y = y + wide * _wide(D)[:, None]
    if z is not None:
        y = y * F.silu(_wide(z))
    return y.to(u.dtype), state.to(_state_type(initial_state), copy=True)


@selective_scan.register_fake
def _selective_scan_sizes(
    u: Tensor,
    delta: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    delta_bias: Tensor | None = None,
    initial_state: Tensor | None = None,
    *_: Any,
) -> tuple[Tensor, Tensor]:
    return u.new_empty(u.shape), u.new_empty((u.shape[0], *A.shape), dtype=_state_type(initial_state))


@torch.library.custom_op("mambac::ssd", mutates_args=())
def ssd(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    dt_bias: Tensor | None = None,
    initial_state: Tensor | None = None,
    softplus: bool = False,
    dt_min: float | None = None,
    dt_max: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Mamba-2's scan: x and z (b, l, h, p); dt (b, l, h); A and dt_bias (h); B and C (b, l, g, n); D (h) or (h, p).

    Returns y (b, l, h, p) in x's type and the last state (b, h, p, n) in that of the initial one, single precision
    where there is none.
    """
    step = _step(dt, dt_bias, softplus, dt_min, dt_max)
    batch, length, heads, channels = x.shape
    wide, repeats = _wide(x), heads // B.shape[2]
    b, c = (_wide(value).repeat_interleave(repeats, 2) for value in (B, C))
    shape = (batch, heads, channels, B.shape[3])
    state = wide.new_zeros(shape) if initial_state is None else _wide(initial_state)
    rows = []
    for t in range(length):
        decay = torch.exp(step[:, t] * _wide(A))[..., None, None]
        state = decay * state + (step[:, t, :, None] * wide[:, t])[..., None] * b[:, t, :, None]
        rows.append((state * c[:, t, :, None]).sum(-1))
    y = torch.stack(rows, 1) if rows else torch.zeros_like(wide)
    if D is not None:
        y = y + wide * (_wide(D) if D.ndim == 2 else _wide(D)[:, None])
    if z is not None:
        y = y * F.silu(_wide(z))
    return y.to(x.dtype), state.to(_state_type(initial_state), copy=True)


@ssd.register_fake
def _ssd_sizes(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    dt_bias: Tensor | None = None,
    initial_state: Tensor | None = None,
    *_: Any,
) -> tuple[Tensor, Tensor]:
    last = x.new_empty((x.shape[0], *x.shape[2:], B.shape[3]), dtype=_state_type(initial_state))
    return x.new_empty(x.shape), last


@torch.library.custom_op("mambac::causal_conv1d", mutates_args=())
def causal_conv1d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, window: Tensor | None = None, silu: bool = False
) -> tuple[Tensor, Tensor]:
    """A convolution of each channel along time: x (b, c, l); weight (c, k); bias (c); window (b, c, k - 1).

    The window holds the inputs before x; without one they are zeros. Returns y (b, c, l) in x's type, and the window
    after x in the window's type.
    """
    taps = weight.shape[1]
    before = x.new_zeros(x.shape[0], x.shape[1], taps - 1) if window is None else window
    whole = torch.cat([before.to(x.dtype), x], -1)
    y = F.conv1d(_wide(whole), _wide(weight)[:, None], None if bias is None else _wide(bias), groups=weight.shape[0])
    y = F.silu(y) if silu else y
    return y.to(x.dtype), whole[..., whole.shape[-1] - (taps - 1) :].to(before.dtype, copy=True)


@causal_conv1d.register_fake
def _causal_conv1d_sizes(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, window: Tensor | None = None, *_: Any
) -> tuple[Tensor, Tensor]:
    kind = x.dtype if window is None else window.dtype
    return x.new_empty(x.shape), x.new_empty((x.shape[0], x.shape[1], weight.shape[1] - 1), dtype=kind)


@torch.library.custom_op("mambac::append", mutates_args=())
def append(cache: Tensor, rows: Tensor, position: Tensor) -> Tensor:
    """Rows (b, h, l, d) of keys or values put into a cache (b, h, capacity, d) in its type, from position (b) on.

    Row i of text b goes to cache[b, :, position[b] + i]; the cache's other rows stay. Rows beyond its capacity are
    dropped.
    """
    capacity, length = cache.shape[2], rows.shape[2]
    at = torch.arange(capacity, device=cache.device) - position[:, None]
    # Where nothing is written `at` is no row; any will do there.
    source = at.clamp(0, max(length - 1, 0))[:, None, :, None].expand(*cache.shape)
    written = ((at >= 0) & (at < length))[:, None, :, None]
    moved = torch.gather(rows, 2, source) if length else cache
    return torch.where(written, moved.to(cache.dtype), cache)


@append.register_fake
def _append_sizes(cache: Tensor, rows: Tensor, position: Tensor) -> Tensor:
    return cache.new_empty(cache.shape)


@torch.library.custom_op("mambac::attention", mutates_args=())
def attention(q: Tensor, k: Tensor, v: Tensor, position: Tensor | None = None, scale: float | None = None) -> Tensor:
    """Causal attention of q (b, h, l, d) to k (b, g, s, d) and v (b, g, s, e), g dividing h.

    Query i of text b sees the keys up to position[b] + i; without positions the last query sees all of them. The scale
    is 1 / sqrt(d) where none is given. Returns (b, h, l, e) in q's type.
    """
    repeats = q.shape[1] // k.shape[1]
    keys, values = (_wide(part).repeat_interleave(repeats, 1) for part in (k, v))
    weights = (_wide(q) @ keys.transpose(-1, -2)) * (q.shape[-1] ** -0.5 if scale is None else scale)
    first = torch.full((q.shape[0],), k.shape[2] - q.shape[2]) if position is None else position
    last = first.to(q.device)[:, None] + torch.arange(q.shape[2], device=q.device)
    seen = torch.arange(k.shape[2], device=q.device) <= last[:, None, :, None]
    # What a key that is not seen holds does not matter, not even if it is no number.
    values = torch.where(seen.any(2)[..., None], values, 0)
    return (weights.masked_fill(~seen, -torch.inf).softmax(-1) @ values).to(q.dtype)


@attention.register_fake
def _attention_sizes(q: Tensor, k: Tensor, v: Tensor, *_: Any) -> Tensor:
    return q.new_empty((*q.shape[:3], v.shape[3]))
