"""Scans that PyTorch's higher-order operators compute: scan and associative_scan."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.scan import scan

from .recurrences import discretize
from .registry import BATCHES, OPEN, spelling
from .selective import AD, BLD, SCAN
from .ssd import FULL, HEADS, SSD

FAMILY = "Higher-order operators"
Pair = tuple[Tensor, Tensor]


def combine(left: Pair, right: Pair) -> Pair:
    """Two steps of h = a h + b in one."""
    return left[0] * right[0], right[0] * left[1] + right[1]


@spelling(FAMILY, "associative_scan, pointwise", BLD, AD, SCAN, [(2, 9)] * 5)
def associative_pointwise(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Over pairs of decays and inputs."""
    _, h = associative_scan(combine, discretize(self, u, delta, B), 1, combine_mode="generic")
    return torch.einsum("bldn,bln->bld", h, C) + self.D * u


@spelling(FAMILY, "associative_scan backward", BLD, AD, SCAN, [(2, 8)] * 5)
def associative_reverse(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """From the last token on."""
    _, h = associative_scan(combine, discretize(self, u, delta, B), 1, reverse=True, combine_mode="generic")
    return torch.einsum("bldn,bln->bld", h, C) + self.D * u


@spelling(FAMILY, "scan over discretized steps", BLD, AD, SCAN, OPEN)
def scan_steps(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The states are stacked and read out after."""
    a, b = discretize(self, u, delta, B)

    def step(h: Tensor, ab: Pair) -> Pair:
        new = ab[0] * h + ab[1]
        return new, new.clone()

    _, states = scan(
        step, torch.zeros(u.shape[0], *self.A_log.shape, dtype=u.dtype), (a.transpose(0, 1), b.transpose(0, 1))
    )
    return torch.einsum("lbdn,bln->bld", states, C) + self.D * u


@spelling(FAMILY, "scan with everything inside, and the last state", BLD | {"h0": "b d n"}, AD, SCAN, OPEN)
def scan_inside(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
    """Time first, as scan wants it by default."""
    A, D = -torch.exp(self.A_log), self.D

    def step(h: Tensor, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> Pair:
        u_t, d_t, B_t, C_t = inputs
        h = torch.exp(d_t.unsqueeze(-1) * A) * h + (d_t * u_t).unsqueeze(-1) * B_t.unsqueeze(1)
        return h, torch.einsum("bdn,bn->bd", h, C_t) + D * u_t

    last, ys = scan(step, h0, tuple(v.transpose(0, 1) for v in (u, delta, B, C)))
    return ys.transpose(0, 1), last


@spelling(FAMILY, "scan of state space duality", FULL, HEADS, SSD, OPEN)
def scan_ssd(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """One decay a head."""
    A = -torch.exp(self.A_log)

    def step(h: Tensor, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> Pair:
        x_t, d_t, B_t, C_t = inputs
        h = torch.exp(d_t * A)[..., None, None] * h + torch.einsum("bh,bhn,bhp->bhpn", d_t, B_t, x_t)
        return h, torch.einsum("bhpn,bhn->bhp", h, C_t)

    h0 = x.new_zeros(x.shape[0], x.shape[2], x.shape[3], B.shape[3])
    _, ys = scan(step, h0, tuple(v.transpose(0, 1) for v in (x, dt, B, C)))
    return ys.transpose(0, 1) + self.D[:, None] * x


@spelling(FAMILY, "scan backward", BLD, AD, SCAN, OPEN)
def scan_reverse(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """reverse=True."""
    a, b = discretize(self, u, delta, B)

    def step(h: Tensor, inputs: tuple[Tensor, Tensor, Tensor]) -> Pair:
        new = inputs[0] * h + inputs[1]
        return new, torch.einsum("bdn,bn->bd", new, inputs[2])

    h0 = torch.zeros(u.shape[0], *self.A_log.shape, dtype=u.dtype)
    _, ys = scan(step, h0, tuple(v.transpose(0, 1) for v in (a, b, C)), reverse=True)
    return ys.transpose(0, 1) + self.D * u
