"""What stands around a scan: causal convolutions, gated norms, and whole blocks."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .registry import BATCHES, OPEN, WHOLE_CHUNKS, spelling
from .selective import reference_scan
from .ssd import chunk_scan, chunk_state, cumulate, minimal, state_passing

CONV = "Causal convolution"
NORM = "Gated norm"
BLOCK = "Blocks"
ONE_CONV = {"ssm.causal_conv1d": 1}
TAPS = {"weight": "d k", "bias": "d"}
BDL = {"x": "b d l"}
BLD = {"x": "b l d"}


@spelling(CONV, "causal_conv1d, causal_conv1d_ref", BDL, TAPS, ONE_CONV, OPEN)
def conv_ref(self: Any, x: Tensor) -> Tensor:
    """conv1d with padding, cut, silu."""
    channels, taps = self.weight.shape
    out = F.conv1d(x, self.weight.unsqueeze(1), self.bias, padding=taps - 1, groups=channels)
    return F.silu(out[..., : x.shape[-1]])


@spelling(CONV, "causal_conv1d, causal_conv1d_ref with initial and final states", BDL | {"before": "b d 3"}, TAPS,
          ONE_CONV, OPEN)  # fmt: skip
def conv_ref_states(self: Any, x: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
    """The window before the first token comes in, that behind the last goes out."""
    channels, taps = self.weight.shape
    length = x.shape[-1]
    joined = torch.cat([before, x], dim=-1)
    out = F.conv1d(joined, self.weight.unsqueeze(1), self.bias, padding=0, groups=channels)[..., :length]
    final = F.pad(joined, (taps - 1 - joined.shape[-1], 0))
    return F.silu(out), final


@spelling(CONV, "causal_conv1d, causal_conv1d_update_ref", {"x": "b d 1", "window": "b d k"}, TAPS, ONE_CONV, BATCHES)
def conv_update_ref(self: Any, x: Tensor, window: Tensor) -> tuple[Tensor, Tensor]:
    """One token: joined with the window, of which the oldest entry goes."""
    channels, taps = self.weight.shape
    joined = torch.cat([window, x], dim=-1)
    out = F.conv1d(joined, self.weight.unsqueeze(1), self.bias, padding=0, groups=channels)[:, :, -1:]
    return F.silu(out), joined[:, :, -taps:]


@spelling(CONV, "mamba2-minimal, step: roll, multiply, sum", {"x": "b d", "window": "b d k"}, TAPS, ONE_CONV, BATCHES)
def conv_step_roll(self: Any, x: Tensor, window: Tensor) -> Tensor:
    """The window is changed in place."""
    window.copy_(torch.roll(window, shifts=-1, dims=-1))
    window[:, :, -1] = x
    return F.silu(torch.sum(window * self.weight, dim=-1) + self.bias)


@spelling(CONV, "mamba-scan-lite, unfold and einsum", BDL, {"weight": "d 1 k", "bias": "d"}, ONE_CONV, OPEN)
def conv_unfold(self: Any, x: Tensor) -> Tensor:
    """Windows as a dimension, groups as another."""
    channels, _, taps = self.weight.shape
    windows = F.pad(x, (taps - 1, 0)).unfold(2, taps, 1).reshape(x.shape[0], channels, 1, x.shape[2], taps)
    kernel = self.weight.reshape(channels, 1, 1, taps)
    out = torch.einsum("bgitk,gojk->bgojt", windows, kernel).reshape(x.shape[0], channels, x.shape[2])
    return F.silu(out + self.bias[:, None])


@spelling(CONV, "shifted sums", BLD, TAPS, ONE_CONV, OPEN)
def conv_shifts(self: Any, x: Tensor) -> Tensor:
    """Padded once, a slice for each tap."""
    taps = self.weight.shape[1]
    padded = F.pad(x, (0, 0, taps - 1, 0))
    out = sum(padded[:, k : k + x.shape[1]] * self.weight[:, k] for k in range(taps))
    return F.silu(out + self.bias)


@spelling(CONV, "a product with stacked shifts", BLD, TAPS, ONE_CONV, OPEN)
def conv_stack(self: Any, x: Tensor) -> Tensor:
    """Each shift padded by itself; the taps contracted by einsum."""
    taps = self.weight.shape[1]
    shifts = [F.pad(x, (0, 0, taps - 1 - k, 0))[:, : x.shape[1]] for k in range(taps)]
    return torch.einsum("bldk,dk->bld", torch.stack(shifts, -1), self.weight) + self.bias


@spelling(CONV, "conv2d with a height of one", BDL, TAPS, ONE_CONV, OPEN)
def conv_2d(self: Any, x: Tensor) -> Tensor:
    """Padded before."""
    channels, taps = self.weight.shape
    padded = F.pad(x, (taps - 1, 0)).unsqueeze(2)
    return F.silu(F.conv2d(padded, self.weight[:, None, None], self.bias, groups=channels)).squeeze(2)


def gated_norm(
    x: Tensor, weight: Tensor, z: Tensor, size: int | None, before: bool, bias: Tensor | None = None, eps: float = 1e-6
) -> Tensor:
    """The computation of mamba_ssm's rms_norm_ref."""
    x, z = x.float(), z.float()
    if not before:
        x = x * F.silu(z)
    grouped = x if size is None else x.unflatten(-1, (-1, size))
    rstd = 1 / torch.sqrt(grouped.square().mean(-1, keepdim=True) + eps)
    out = (grouped * rstd).reshape(x.shape) * weight
    if bias is not None:
        out = out + bias
    return out * F.silu(z) if before else out


NORM_INPUTS = {"x": "b l d", "z": "b l d"}
# A norm is no scan: it has no op of its own, and all of it is computation that stays.


@spelling(NORM, "mamba_ssm, rms_norm_ref, norm before the gate", NORM_INPUTS, {"norm_weight": "d", "bias": "d"},
          {"ssm.einsum": 0}, OPEN, kept={"others": -1})  # fmt: skip
def norm_before_gate(self: Any, x: Tensor, z: Tensor) -> Tensor:
    """With a bias."""
    return gated_norm(x, self.norm_weight, z, None, True, self.bias)


@spelling(NORM, "mamba_ssm, rms_norm_ref, gate before the norm, groups", NORM_INPUTS, {"norm_weight": "d"},
          {"ssm.einsum": 0}, OPEN, kept={"others": -1})  # fmt: skip
def norm_after_gate(self: Any, x: Tensor, z: Tensor) -> Tensor:
    """Groups of three channels."""
    return gated_norm(x, self.norm_weight, z, 3, False)


@spelling(BLOCK, "mamba_ssm, mamba_inner_ref", {"xz": "b d*2 l"},
          {"conv_weight": "d k", "conv_bias": "d", "x_proj_weight": "12 d", "dt_proj_weight": "d 2",
           "out_proj_weight": "m d", "A_log": "d n", "D": "d", "delta_bias": "d"},
          {"ssm.selective_scan": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 3}, BATCHES)  # fmt: skip
def mamba_inner_ref(self: Any, xz: Tensor) -> Tensor:
    """Convolution, projections on merged batch and time, scan, gate, projection out."""
    length, n = xz.shape[-1], self.A_log.shape[1]
    x, z = xz.chunk(2, dim=1)
    channels, taps = self.conv_weight.shape
    x = F.silu(
        F.conv1d(x, self.conv_weight.unsqueeze(1), self.conv_bias, padding=taps - 1, groups=channels)[..., :length]
    )
    merged = F.linear(x.transpose(1, 2).reshape(-1, channels), self.x_proj_weight)
    rank = self.dt_proj_weight.shape[1]
    delta = (self.dt_proj_weight @ merged[:, :rank].t()).unflatten(1, (-1, length)).transpose(0, 1)
    B = merged[:, rank : rank + n].unflatten(0, (-1, length)).transpose(1, 2).contiguous()
    C = merged[:, -n:].unflatten(0, (-1, length)).transpose(1, 2).contiguous()
    y, _ = reference_scan(x, delta, -torch.exp(self.A_log), B, C, self.D, z, self.delta_bias, True)
    return F.linear(y.transpose(1, 2), self.out_proj_weight)


MAMBA2 = {
    "in_proj_weight": "48 m",
    "conv_weight": "32 k",
    "conv_bias": "32",
    "dt_bias": "h",
    "A_log": "h",
    "D": "h",
    "norm_weight": "12",
    "out_proj_weight": "m 12",
}
MAMBA2_OPS = {"ssm.ssd": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 2}


def split(self: Any, zxbcdt: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gate, what is convolved, and the step."""
    return torch.split(zxbcdt, [12, 32, 4], dim=-1)  # type: ignore[return-value]


@spelling(BLOCK, "mamba_ssm, mamba_split_conv1d_scan_ref with chunk functions", {"u": "b l m"}, MAMBA2, MAMBA2_OPS,
          WHOLE_CHUNKS, kept={"others": -1})  # fmt: skip
def split_conv_scan_ref(self: Any, u: Tensor) -> Tensor:
    """Split, convolution, scan, gated norm, projection."""
    b, length, _ = u.shape
    z, xBC, dt_raw = split(self, F.linear(u, self.in_proj_weight))
    taps = self.conv_weight.shape[1]
    conv = F.conv1d(xBC.transpose(1, 2), self.conv_weight.unsqueeze(1), self.conv_bias, padding=taps - 1, groups=32)
    x, B, C = torch.split(F.silu(conv[..., :length]).transpose(1, 2), [12, 10, 10], dim=-1)
    x, B, C = x.unflatten(-1, (4, 3)), B.unflatten(-1, (2, 5)), C.unflatten(-1, (2, 5))
    dt, sums = cumulate(dt_raw, self.dt_bias, -torch.exp(self.A_log))
    states = chunk_state(B, x, dt, sums)
    before = state_passing(states.flatten(-2), sums[..., -1])[0].unflatten(-1, states.shape[-2:])
    y = chunk_scan(B, C, x, dt, sums, before) + x * self.D[:, None]
    return F.linear(gated_norm(y.flatten(2), self.norm_weight, z, None, False), self.out_proj_weight)


@spelling(BLOCK, "mamba2-minimal, a block", {"u": "b l m"},
          MAMBA2 | {"in_proj_weight": "38 m", "conv_weight": "22 k", "conv_bias": "22"}, MAMBA2_OPS, WHOLE_CHUNKS,
          kept={"others": -1})  # fmt: skip
def mamba2_minimal_block(self: Any, u: Tensor) -> Tensor:
    """One group; silu spelled out; the norm's gate before it."""
    z, xBC, dt_raw = torch.split(F.linear(u, self.in_proj_weight), [12, 22, 4], dim=-1)
    dt = F.softplus(dt_raw + self.dt_bias)
    conv = F.conv1d(xBC.transpose(1, 2), self.conv_weight.unsqueeze(1), self.conv_bias, padding=3, groups=22)
    conv = conv.transpose(1, 2)[:, : u.shape[1]]
    x, B, C = torch.split(conv * F.sigmoid(conv), [12, 5, 5], dim=-1)
    x = x.unflatten(-1, (4, 3))
    A = -torch.exp(self.A_log)
    y, _ = minimal(x * dt.unsqueeze(-1), A * dt, B.unsqueeze(2), C.unsqueeze(2))
    y = (y + x * self.D.unsqueeze(-1)).flatten(2)
    y = y * (z * F.sigmoid(z))
    y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-5) * self.norm_weight
    return F.linear(y, self.out_proj_weight)
