"""Recurrences of complex numbers, as scans without a loop and as rotations."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .recurrences import LRU, lru_decay, lru_parts
from .registry import CLOSED, spelling

FAMILY = "Complex scans"
SCAN = {"ssm.scan": 1}
KEPT = {"others": -1}


def lru_reference(self: Any, u: Tensor) -> Tensor:
    """The definition."""
    return lru_parts(self, u)[0]


@spelling(FAMILY, "LRU by Hillis and Steele, complex", {"u": "b l d"}, LRU, SCAN, CLOSED, kept=KEPT, reference=lru_reference)
def lru_hillis_steele(self: Any, u: Tensor) -> Tensor:
    """The decay is the same at all times, and squared at each level."""
    a = torch.complex(*lru_decay(self))
    h = u.to(a.dtype) @ torch.complex(self.B_re, self.B_im).T
    shift = 1
    while shift < u.shape[1]:
        h = torch.cat((h[:, :shift], h[:, shift:] + a * h[:, :-shift]), 1)
        a, shift = a * a, 2 * shift
    return (h @ torch.complex(self.C_re, self.C_im).T).real


@spelling(FAMILY, "a selective complex scan by Hillis and Steele, in pairs of real tensors",
          {"delta": "b l d", "u": "b l d"}, {"A_log": "d", "A_imag": "d"}, SCAN, CLOSED, kept=KEPT | {"exponentials": 3})  # fmt: skip
def pairs_hillis_steele(self: Any, delta: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """Decays and inputs are shifted by cat; both parts are results."""
    size, angle = torch.exp(-delta * torch.exp(self.A_log)), delta * self.A_imag
    c, s = size * torch.cos(angle), size * torch.sin(angle)
    x, z = delta * u, torch.zeros_like(u)
    shift = 1
    while shift < u.shape[1]:
        one, zero = torch.ones_like(u[:, :shift]), torch.zeros_like(u[:, :shift])
        cs, ss = torch.cat((one, c[:, :-shift]), 1), torch.cat((zero, s[:, :-shift]), 1)
        xs, zs = torch.cat((zero, x[:, :-shift]), 1), torch.cat((zero, z[:, :-shift]), 1)
        x, z = x + c * xs - s * zs, z + s * xs + c * zs
        c, s = c * cs - s * ss, c * ss + s * cs
        shift *= 2
    return x, z


@spelling(FAMILY, "S4D's kernel of states by a parallel scan, complex", {"delta": "b l d", "u": "b l d"},
          {"A_log": "d n", "A_imag": "d n", "C_re": "d n", "C_im": "d n"}, SCAN, CLOSED, kept=KEPT | {"exponentials": 3})  # fmt: skip
def s4d_parallel(self: Any, delta: Tensor, u: Tensor) -> Tensor:
    """A state of n complex numbers for each channel, read out as twice the real part."""
    A = torch.complex(-torch.exp(self.A_log), self.A_imag)
    a = torch.exp(delta[..., None] * A)
    h = ((delta * u)[..., None] + torch.zeros_like(self.A_log)).to(a.dtype)
    shift = 1
    while shift < u.shape[1]:
        h = torch.cat((h[:, :shift], h[:, shift:] + a[:, shift:] * h[:, :-shift]), 1)
        a = torch.cat((a[:, :shift], a[:, shift:] * a[:, :-shift]), 1)
        shift *= 2
    return 2 * (h * torch.complex(self.C_re, self.C_im)).sum(-1).real


@spelling(FAMILY, "a rotation by a matrix of two by two at each step", {"delta": "b l d", "u": "b l d"},
          {"A_log": "d", "A_imag": "d"}, SCAN, CLOSED, kept=KEPT | {"exponentials": 3})  # fmt: skip
def rotation_matrices(self: Any, delta: Tensor, u: Tensor) -> Tensor:
    """The state is a pair, multiplied with a decay and a rotation."""
    angle = delta * self.A_imag
    c, s = torch.cos(angle), torch.sin(angle)
    rotation = torch.stack((torch.stack((c, -s), -1), torch.stack((s, c), -1)), -2)
    decay = torch.exp(-delta * torch.exp(self.A_log))
    h = u.new_zeros(u.shape[0], u.shape[2], 2)
    out = []
    for t in range(u.shape[1]):
        h = decay[:, t, :, None] * torch.einsum("bdij,bdj->bdi", rotation[:, t], h)
        h = h + torch.stack((delta[:, t] * u[:, t], torch.zeros_like(u[:, t])), -1)
        out.append(h[..., 0])
    return torch.stack(out, 1)
