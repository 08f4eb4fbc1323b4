"""Selective scans of Mamba as public code writes them, all of them loops over time."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .registry import BATCHES, CLOSED, spelling

FAMILY = "Selective scan (Mamba)"
SCAN = {"ssm.selective_scan": 1}
BLD = {"u": "b l d", "delta": "b l d", "B": "b l n", "C": "b l n"}
BDL = {"u": "b d l", "delta": "b d l", "B": "b n l", "C": "b n l"}
AD = {"A_log": "d n", "D": "d"}


@spelling(FAMILY, "mamba-minimal, selective_scan", BLD, AD, SCAN, BATCHES)
def mamba_minimal(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Products by einsum, y of each step by einsum, stacked."""
    A = -torch.exp(self.A_log.float())
    decay = torch.exp(torch.einsum("bld,dn->bldn", delta, A))
    step = torch.einsum("bld,bln,bld->bldn", delta, B, u)
    state = torch.zeros((u.shape[0], *A.shape), device=u.device)
    ys = []
    for t in range(u.shape[1]):
        state = decay[:, t] * state + step[:, t]
        ys.append(torch.einsum("bdn,bn->bd", state, C[:, t, :]))
    return torch.stack(ys, dim=1) + u * self.D


def reference_scan(
    u: Tensor,
    delta: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    bias: Tensor | None = None,
    softplus: bool = False,
) -> tuple[Tensor, Tensor]:
    """The computation of mamba_ssm's selective_scan_ref, channels before time: y and the last state."""
    kind = u.dtype
    u, delta = u.float(), delta.float()
    if bias is not None:
        delta = delta + bias[..., None].float()
    if softplus:
        delta = F.softplus(delta)
    if A.is_complex():
        B, C = (torch.view_as_complex(v.float().unflatten(-1, (-1, 2))) if v.dim() > 2 else v for v in (B, C))
    else:
        B, C = B.float(), C.float()
    decay = torch.exp(torch.einsum("bdl,dn->bdln", delta, A))
    if B.dim() == 2:
        step = torch.einsum("bdl,dn,bdl->bdln", delta, B, u)
    elif B.dim() == 3:
        step = torch.einsum("bdl,bnl,bdl->bdln", delta, B, u)
    else:
        wide = B.repeat_interleave(A.shape[0] // B.shape[1], dim=1)
        step = torch.einsum("bdl,bdnl,bdl->bdln", delta, wide, u)
    if C.dim() == 4:
        C = C.repeat_interleave(A.shape[0] // C.shape[1], dim=1)
    x = A.new_zeros((u.shape[0], A.shape[0], A.shape[1]))
    ys = []
    for t in range(u.shape[2]):
        x = decay[:, :, t] * x + step[:, :, t]
        if C.dim() == 2:
            y = torch.einsum("bdn,dn->bd", x, C)
        elif C.dim() == 3:
            y = torch.einsum("bdn,bn->bd", x, C[:, :, t])
        else:
            y = torch.einsum("bdn,bdn->bd", x, C[:, :, :, t])
        ys.append(y.real * 2 if y.is_complex() else y)
    out = torch.stack(ys, dim=2)
    if D is not None:
        out = out + u * D[:, None]
    if z is not None:
        out = out * F.silu(z)
    return out.to(kind), x


@spelling(FAMILY, "mamba_ssm, selective_scan_ref", BDL, {"A_log": "d n"}, SCAN, BATCHES)
def scan_ref(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Without options."""
    return reference_scan(u, delta, -torch.exp(self.A_log), B, C)[0]


@spelling(FAMILY, "mamba_ssm, selective_scan_ref with A an input", BDL | {"A": "d n"}, {}, SCAN, BATCHES)
def scan_ref_inputs(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor, A: Tensor) -> Tensor:
    """Everything is an input."""
    return reference_scan(u, delta, A, B, C)[0]


FULL = {"A_log": "d n", "D": "d", "delta_bias": "d"}
RAW = {"u": "b d l", "delta_raw": "b d l", "B": "b n l", "C": "b n l"}


@spelling(
    FAMILY, "mamba_ssm, selective_scan_ref with D, z, delta_bias, softplus", RAW | {"z": "b d l"}, FULL, SCAN, BATCHES
)
def scan_ref_full(self: Any, u: Tensor, delta_raw: Tensor, B: Tensor, C: Tensor, z: Tensor) -> Tensor:
    """All options."""
    return reference_scan(u, delta_raw, -torch.exp(self.A_log), B, C, self.D, z, self.delta_bias, True)[0]


@spelling(FAMILY, "mamba_ssm, selective_scan_ref, return_last_state", RAW, FULL, SCAN, BATCHES)
def scan_ref_last_state(self: Any, u: Tensor, delta_raw: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """The state after the last step is a result, too."""
    return reference_scan(u, delta_raw, -torch.exp(self.A_log), B, C, self.D, None, self.delta_bias, True)


GROUPED = {"u": "b d l", "delta": "b d l", "B": "b g n l", "C": "b g n l"}


@spelling(FAMILY, "mamba_ssm, selective_scan_ref with grouped B and C", GROUPED, AD, SCAN, BATCHES)
def scan_ref_grouped(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """B and C are shared by a group's channels."""
    return reference_scan(u, delta, -torch.exp(self.A_log), B, C, self.D)[0]


@spelling(FAMILY, "mamba_ssm, selective_scan_ref with constant B and C", {"u": "b d l", "delta": "b d l"},
          AD | {"B": "d n", "C": "d n"}, SCAN, BATCHES)  # fmt: skip
def scan_ref_constant(self: Any, u: Tensor, delta: Tensor) -> Tensor:
    """B and C do not depend on time."""
    return reference_scan(u, delta, -torch.exp(self.A_log), self.B, self.C, self.D)[0]


@spelling(FAMILY, "mamba_ssm, selective_scan_ref with constant B", {"u": "b d l", "delta": "b d l", "C": "b n l"},
          AD | {"B": "d n"}, SCAN, BATCHES)  # fmt: skip
def scan_ref_constant_B(self: Any, u: Tensor, delta: Tensor, C: Tensor) -> Tensor:
    """B does not depend on time."""
    return reference_scan(u, delta, -torch.exp(self.A_log), self.B, C, self.D)[0]


@spelling(
    FAMILY, "mamba_ssm, selective_scan_ref in bf16", RAW | {"z": "b d l"}, FULL, SCAN, CLOSED, dtype=torch.bfloat16
)
def scan_ref_bf16(self: Any, u: Tensor, delta_raw: Tensor, B: Tensor, C: Tensor, z: Tensor) -> Tensor:
    """Casts to f32 before, and to bf16 behind."""
    A = -torch.exp(self.A_log.float())
    return reference_scan(u, delta_raw, A, B, C, self.D, z, self.delta_bias, True)[0]


@spelling(FAMILY, "mamba_ssm, selective_scan_ref with complex A, B, C",
          {"u": "b d l", "delta": "b d l", "B": "b n l*2", "C": "b n l*2"}, {"A_log": "d n", "A_imag": "d n"},
          {"ssm.scan": 1}, CLOSED, kept={"exponentials": 3, "others": -1})  # fmt: skip
def scan_ref_complex(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Complex state; real and imaginary parts of B and C alternate along time."""
    return reference_scan(u, delta, torch.complex(-torch.exp(self.A_log), self.A_imag), B, C)[0]


def one_state_update(
    state: Tensor,
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    bias: Tensor | None = None,
    softplus: bool = False,
) -> tuple[Tensor, Tensor]:
    """The computation of mamba_ssm's selective_state_update_ref with heads: y and the new state."""
    if bias is not None:
        dt = dt + bias
    if softplus:
        dt = F.softplus(dt)
    repeats = state.shape[1] // B.shape[1]
    B, C = B.repeat_interleave(repeats, dim=1), C.repeat_interleave(repeats, dim=1)
    new = state * torch.exp(dt.unsqueeze(-1) * A) + (dt.unsqueeze(-1) * B.unsqueeze(2)) * x.unsqueeze(-1)
    y = torch.einsum("bhdn,bhn->bhd", new.to(C.dtype), C)
    if D is not None:
        y = y + (x * D).to(y.dtype)
    return (y if z is None else y * F.silu(z)).to(x.dtype), new


ONE = [(2, 1), (1, 1), (3, 1), (4, 1), (5, 1)]
STEP = {"state": "b d n", "x": "b d", "dt_raw": "b d", "B": "b n", "C": "b n"}


@spelling(FAMILY, "mamba_ssm, selective_state_update_ref", STEP | {"z": "b d"}, AD | {"dt_bias": "d"}, SCAN, ONE)
def state_update_ref(
    self: Any, state: Tensor, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, z: Tensor
) -> tuple[Tensor, Tensor]:
    """One step without heads; the new state is a result."""
    A, D, bias = -torch.exp(self.A_log)[None], self.D[None], self.dt_bias[None]
    y, new = one_state_update(
        state[:, None], x[:, None], dt_raw[:, None], A, B[:, None], C[:, None], D, z[:, None], bias, True
    )
    return y.squeeze(1), new.squeeze(1)


@spelling(FAMILY, "mamba_ssm, selective_state_update_ref in place", STEP, AD, SCAN, ONE)
def state_update_ref_in_place(self: Any, state: Tensor, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """One step; the new state is written over the old one."""
    dt = F.softplus(dt_raw)
    decay = torch.exp(dt.unsqueeze(-1) * -torch.exp(self.A_log))
    state.copy_(state * decay + (dt.unsqueeze(-1) * B.unsqueeze(1)) * x.unsqueeze(-1))
    return torch.einsum("bdn,bn->bd", state, C) + x * self.D


@spelling(FAMILY, "mamba_ssm, selective_state_update_ref with heads",
          {"state": "b h p n", "x": "b h p", "dt_raw": "b h p", "B": "b g n", "C": "b g n", "z": "b h p"},
          {"A_log": "h p n", "D": "h p", "dt_bias": "h p"}, SCAN, ONE)  # fmt: skip
def state_update_ref_heads(
    self: Any, state: Tensor, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, z: Tensor
) -> tuple[Tensor, Tensor]:
    """One step with heads and groups, a decay for each state."""
    return one_state_update(state, x, dt_raw, -torch.exp(self.A_log), B, C, self.D, z, self.dt_bias, True)


@spelling(FAMILY, "mamba_ssm, selective_state_update_ref with heads, one decay a head",
          {"state": "b h p n", "x": "b h p", "dt_raw": "b h", "B": "b g n", "C": "b g n"},
          {"A_log": "h", "D": "h", "dt_bias": "h"}, {"ssm.ssd": 1}, ONE)  # fmt: skip
def state_update_ref_ssd(
    self: Any, state: Tensor, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of Mamba-2, as its callers use the function: dt, A, D and the bias are expanded."""
    heads, p, n = state.shape[1:]
    wide = dt_raw[..., None].expand(-1, -1, p)
    A = -torch.exp(self.A_log)[:, None, None].expand(heads, p, n)
    D, bias = self.D[:, None].expand(heads, p), self.dt_bias[:, None].expand(heads, p)
    return one_state_update(state, x, wide, A, B, C, D, None, bias, True)
