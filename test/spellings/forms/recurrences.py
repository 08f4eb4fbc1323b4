"""Recurrences token by token: the many ways to write the loop, initial and final states, reversed time."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .registry import BATCHES, CLOSED, spelling
from .selective import AD, BLD, SCAN

FAMILY = "Loops over time"
STATES = {"decay": "b l d", "x": "b l d"}


def discretize(self: Any, u: Tensor, delta: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    """Decays and inputs of all steps, (b, l, d, n)."""
    A = -torch.exp(self.A_log)
    return torch.exp(delta.unsqueeze(-1) * A), delta.unsqueeze(-1) * B.unsqueeze(2) * u.unsqueeze(-1)


@spelling(FAMILY, "states stacked, read out by matmul", BLD, AD, SCAN, BATCHES)
def loop_stack_states(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """As mamba.py's sequential mode."""
    a, b = discretize(self, u, delta, B)
    h = torch.zeros_like(b[:, 0])
    states = []
    for t in range(u.shape[1]):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return (torch.stack(states, dim=1) @ C.unsqueeze(-1)).squeeze(-1) + self.D * u


@spelling(FAMILY, "results joined by cat", BLD, AD, SCAN, BATCHES)
def loop_cat(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Each y gets a dimension of time and all are concatenated."""
    a, b = discretize(self, u, delta, B)
    h = u.new_zeros(u.shape[0], u.shape[2], B.shape[2])
    ys = []
    for t in range(u.shape[1]):
        h = torch.addcmul(b[:, t], a[:, t], h)
        ys.append((h * C[:, t].unsqueeze(1)).sum(-1).unsqueeze(1))
    return torch.cat(ys, dim=1) + self.D * u


@spelling(FAMILY, "results written into out[:, t]", BLD, AD, SCAN, BATCHES)
def loop_in_place(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """A tensor of zeros that the steps fill."""
    a, b = discretize(self, u, delta, B)
    h = torch.zeros_like(b[:, 0])
    out = torch.zeros_like(u)
    for t in range(u.shape[1]):
        h = a[:, t] * h + b[:, t]
        out[:, t] = torch.einsum("bdn,bn->bd", h, C[:, t])
    return out + self.D * u


@spelling(FAMILY, "states written into hs[:, t], the state updated in place", BLD, AD, SCAN, BATCHES)
def loop_state_in_place(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """mul_ and add_ on the state."""
    a, b = discretize(self, u, delta, B)
    h = torch.zeros_like(b[:, 0])
    hs = torch.empty_like(b)
    for t in range(u.shape[1]):
        h.mul_(a[:, t]).add_(b[:, t])
        hs[:, t] = h
    return torch.einsum("bldn,bln->bld", hs, C) + self.D * u


@spelling(FAMILY, "the recurrence run inside the tensor of states", BLD, AD, SCAN, BATCHES)
def loop_over_itself(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """hs[:, t] += a[:, t] * hs[:, t - 1], on a copy of the inputs."""
    a, b = discretize(self, u, delta, B)
    hs = b.clone()
    for t in range(1, u.shape[1]):
        hs[:, t] += a[:, t] * hs[:, t - 1]
    return (hs * C.unsqueeze(2)).sum(-1) + self.D * u


@spelling(FAMILY, "started from the first input", BLD, AD, SCAN, BATCHES)
def loop_first_input(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """No state of zeros."""
    a, b = discretize(self, u, delta, B)
    h = b[:, 0]
    states = [h]
    for t in range(1, u.shape[1]):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return torch.einsum("bldn,bln->bld", torch.stack(states, 1), C) + self.D * u


@spelling(FAMILY, "over unbound tensors, time first",
          {"u": "l b d", "delta": "l b d", "B": "l b n", "C": "l b n"}, AD, SCAN, BATCHES)  # fmt: skip
def loop_unbind(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Everything is computed inside the loop."""
    A = -torch.exp(self.A_log)
    h = torch.zeros(u.shape[1], *A.shape)
    ys = []
    for u_t, d_t, B_t, C_t in zip(u.unbind(0), delta.unbind(0), B.unbind(0), C.unbind(0)):
        h = torch.exp(d_t[..., None] * A) * h + (d_t * u_t)[..., None] * B_t[:, None]
        ys.append(torch.bmm(h, C_t[..., None])[..., 0] + self.D * u_t)
    return torch.stack(ys)


@spelling(FAMILY, "everything inside the loop, gated", BLD | {"z": "b l d"}, AD, SCAN, BATCHES)
def loop_all_inside(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor, z: Tensor) -> Tensor:
    """Discretization, skip and gate of each step."""
    A = -torch.exp(self.A_log)
    h = torch.zeros(u.shape[0], *A.shape)
    ys = []
    for t in range(u.shape[1]):
        dA = torch.exp(torch.einsum("bd,dn->bdn", delta[:, t], A))
        dB = torch.einsum("bd,bn->bdn", delta[:, t], B[:, t])
        h = h * dA + u[:, t].unsqueeze(-1) * dB
        y = torch.einsum("bdn,bn->bd", h, C[:, t]) + self.D * u[:, t]
        ys.append(y * F.silu(z[:, t]))
    return torch.stack(ys, 1)


@spelling(FAMILY, "initial and final state", BLD | {"h0": "b d n"}, AD, SCAN, BATCHES)
def loop_states(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
    """A state comes in, another goes out."""
    a, b = discretize(self, u, delta, B)
    ys = []
    for t in range(u.shape[1]):
        h0 = a[:, t] * h0 + b[:, t]
        ys.append(torch.einsum("bdn,bn->bd", h0, C[:, t]))
    return torch.stack(ys, 1) + self.D * u, h0


@spelling(FAMILY, "exp2 of a scaled step", BLD, AD, SCAN, BATCHES)
def loop_exp2(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """As GPU kernels compute the exponential."""
    A = -torch.exp(self.A_log) * 1.4426950408889634
    a = torch.exp2(delta.unsqueeze(-1) * A)
    b = (delta * u).unsqueeze(-1) * B.unsqueeze(2)
    h = torch.zeros_like(b[:, 0])
    ys = []
    for t in range(u.shape[1]):
        h = a[:, t] * h + b[:, t]
        ys.append((h @ C[:, t].unsqueeze(-1)).squeeze(-1))
    return torch.stack(ys, 1) + self.D * u


@spelling(FAMILY, "softplus and silu spelled out", {"u": "b l d", "delta_raw": "b l d", "B": "b l n", "C": "b l n",
          "z": "b l d"}, AD | {"delta_bias": "d"}, SCAN, BATCHES)  # fmt: skip
def loop_spelled_functions(self: Any, u: Tensor, delta_raw: Tensor, B: Tensor, C: Tensor, z: Tensor) -> Tensor:
    """log1p(exp(x)) and z * sigmoid(z)."""
    delta = torch.log1p(torch.exp(delta_raw + self.delta_bias))
    a, b = discretize(self, u, delta, B)
    h = torch.zeros_like(b[:, 0])
    ys = []
    for t in range(u.shape[1]):
        h = a[:, t] * h + b[:, t]
        ys.append(torch.einsum("bdn,bn->bd", h, C[:, t]))
    return (torch.stack(ys, 1) + self.D * u) * (z * torch.sigmoid(z))


def run(a: Tensor, b: Tensor) -> Tensor:
    """All states of a recurrence along dimension 1."""
    h = torch.zeros_like(b[:, 0])
    states = []
    for t in range(b.shape[1]):
        h = a[:, t] * h + b[:, t]
        states.append(h)
    return torch.stack(states, 1)


@spelling(FAMILY, "backward: flip, scan, flip", BLD, AD, SCAN, BATCHES)
def reverse_flip(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The second direction of a bidirectional Mamba."""
    u, delta, B, C = (v.flip(1) for v in (u, delta, B, C))
    a, b = discretize(self, u, delta, B)
    return (torch.einsum("bldn,bln->bld", run(a, b), C) + self.D * u).flip(1)


@spelling(FAMILY, "backward: the loop counts down", BLD, AD, SCAN, BATCHES)
def reverse_loop(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """From the last step to the first, written in place."""
    a, b = discretize(self, u, delta, B)
    h = torch.zeros_like(b[:, 0])
    out = torch.zeros_like(u)
    for t in reversed(range(u.shape[1])):
        h = a[:, t] * h + b[:, t]
        out[:, t] = torch.einsum("bdn,bn->bd", h, C[:, t])
    return out + self.D * u


# Both directions and D u are added up behind the scans.
@spelling(FAMILY, "bidirectional (Vision Mamba)", BLD, AD | {"A_log_back": "d n"}, {"ssm.selective_scan": 2}, BATCHES,
          kept={"others": 3})  # fmt: skip
def bidirectional(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Forward and backward scans of the same inputs with decays of their own, added."""
    a, b = discretize(self, u, delta, B)
    forth = torch.einsum("bldn,bln->bld", run(a, b), C)
    back_a = torch.exp(delta.unsqueeze(-1) * -torch.exp(self.A_log_back)).flip(1)
    back = torch.einsum("bldn,bln->bld", run(back_a, b.flip(1)).flip(1), C)
    return forth + back + self.D * u


@spelling(FAMILY, "a plain recurrence h = a h + x, states returned", STATES, {}, {"ssm.scan": 1}, BATCHES)
def plain_recurrence(self: Any, decay: Tensor, x: Tensor) -> Tensor:
    """No readout: every state is a result."""
    return run(decay, x)


@spelling(
    FAMILY,
    "an exponential moving average by lerp",
    {"x": "b l d"},
    {"decay": "d"},
    {"ssm.scan": 1},
    BATCHES,
    kept={"others": -1},
)
def moving_average(self: Any, x: Tensor) -> Tensor:
    """h = x + decay (h - x)."""
    h = torch.zeros_like(x[:, 0])
    states = []
    for t in range(x.shape[1]):
        h = torch.lerp(x[:, t], h, self.decay)
        states.append(h)
    return torch.stack(states, 1)


@spelling(FAMILY, "S4D as a recurrence, real", {"u": "b l d"},
          {"A_log": "d n", "B": "d n", "C": "d n", "D": "d", "dt_raw": "d"}, SCAN, BATCHES)  # fmt: skip
def s4d_real(self: Any, u: Tensor) -> Tensor:
    """Nothing depends on time but u; zero-order hold for A and B."""
    A = -torch.exp(self.A_log)
    dA = F.softplus(self.dt_raw).unsqueeze(-1) * A
    decay, gain = torch.exp(dA), torch.expm1(dA) / A * self.B
    x = torch.zeros(u.shape[0], *A.shape)
    ys = []
    for t in range(u.shape[1]):
        x = decay * x + gain * u[:, t].unsqueeze(-1)
        ys.append((x * self.C).sum(-1))
    return torch.stack(ys, 1) + self.D * u


@spelling(FAMILY, "S4D as a recurrence, complex", {"u": "b l d"},
          {"A_log": "d n", "A_imag": "d n", "C": "d n 2", "D": "d", "dt_raw": "d"}, {"ssm.scan": 1}, CLOSED,
          kept={"others": -1})  # fmt: skip
def s4d_complex(self: Any, u: Tensor) -> Tensor:
    """Twice the real part of half of the conjugate pairs."""
    A = torch.complex(-torch.exp(self.A_log), self.A_imag)
    dA = F.softplus(self.dt_raw).unsqueeze(-1) * A
    C = torch.view_as_complex(self.C.contiguous()) * (torch.exp(dA) - 1) / A
    decay = torch.exp(dA)
    x = torch.zeros(u.shape[0], *A.shape, dtype=A.dtype)
    ys = []
    for t in range(u.shape[1]):
        x = decay * x + u[:, t].unsqueeze(-1)
        ys.append(2 * torch.einsum("bdn,dn->bd", x, C).real)
    return torch.stack(ys, 1) + self.D * u


LRU = {"nu": "n", "theta": "n", "B_re": "n d", "B_im": "n d", "C_re": "d n", "C_im": "d n", "D": "d"}


def lru_decay(self: Any) -> tuple[Tensor, Tensor]:
    """exp(-exp(nu) + i exp(theta)), in two parts."""
    size, angle = torch.exp(-torch.exp(self.nu)), torch.exp(self.theta)
    return size * torch.cos(angle), size * torch.sin(angle)


@spelling(FAMILY, "LRU, complex", {"u": "b l d"}, LRU, {"ssm.scan": 1}, CLOSED, kept={"others": -1})
def lru(self: Any, u: Tensor) -> Tensor:
    """All states are stacked, and read out by one product."""
    decay = torch.complex(*lru_decay(self))
    x = torch.sqrt(1 - decay.abs() ** 2) * (u.to(decay.dtype) @ torch.complex(self.B_re, self.B_im).T)
    h = torch.zeros_like(x[:, 0])
    states = []
    for t in range(u.shape[1]):
        h = decay * h + x[:, t]
        states.append(h)
    return (torch.stack(states, 1) @ torch.complex(self.C_re, self.C_im).T).real + self.D * u


@spelling(FAMILY, "LRU, in two real parts", {"u": "b l d"}, LRU, {"ssm.scan": 1}, CLOSED, kept={"others": -1})
def lru_parts(self: Any, u: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Nobody says complex; the last state is a result."""
    c, s = lru_decay(self)
    x, z = u @ self.B_re.T, u @ self.B_im.T
    re = im = torch.zeros_like(x[:, 0])
    ys = []
    for t in range(u.shape[1]):
        re, im = c * re - s * im + x[:, t], s * re + c * im + z[:, t]
        ys.append(re @ self.C_re.T - im @ self.C_im.T)
    return torch.stack(ys, 1), re, im


@spelling(FAMILY, "LRU, a state of pairs", {"u": "b l d"}, LRU, {"ssm.scan": 1}, CLOSED, kept={"others": -1})
def lru_pairs(self: Any, u: Tensor) -> Tensor:
    """One tensor holds both parts, side by side."""
    c, s = lru_decay(self)
    x = torch.stack((u @ self.B_re.T, u @ self.B_im.T), -1)
    h = torch.zeros_like(x[:, 0])
    states = []
    for t in range(u.shape[1]):
        re, im = h.unbind(-1)
        h = torch.stack((c * re - s * im, s * re + c * im), -1) + x[:, t]
        states.append(h)
    re, im = torch.stack(states, 1).unbind(-1)
    return re @ self.C_re.T - im @ self.C_im.T
