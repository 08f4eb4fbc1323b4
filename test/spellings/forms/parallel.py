"""Scans without a loop over time: running products and sums, logarithms, log-depth shifts, recursion."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .recurrences import discretize, run
from .registry import BATCHES, spelling
from .selective import AD, BLD, SCAN

FAMILY = "Scans without a loop"
POSITIVE = {"positive_u": "b l d", "delta": "b l d", "positive_B": "b l n", "C": "b l n"}


def read_out(self: Any, h: Tensor, u: Tensor, C: Tensor) -> Tensor:
    """y of all states."""
    return torch.einsum("bldn,bln->bld", h, C) + self.D * u


def by_loop(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The recurrence: what the forms below are compared with."""
    return read_out(self, run(*discretize(self, u, delta, B)), u, C)


def positive_by_loop(self: Any, positive_u: Tensor, delta: Tensor, positive_B: Tensor, C: Tensor) -> Tensor:
    """The same for inputs whose logarithm is taken."""
    return by_loop(self, positive_u, delta, positive_B, C)


SHORT = [(2, 5), (1, 4), (2, 7), (1, 9), (1, 12)]


@spelling(FAMILY, "running products: P cumsum(b / P), P = cumprod(a)", BLD, AD, SCAN, SHORT, reference=by_loop)
def cumprod_divided(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Good for short lengths only, as written."""
    a, b = discretize(self, u, delta, B)
    product = torch.cumprod(a, dim=1)
    return read_out(self, product * torch.cumsum(b / product, dim=1), u, C)


@spelling(FAMILY, "running sums: exp(S) cumsum(b exp(-S)), S = cumsum(log a)", BLD, AD, SCAN, SHORT, reference=by_loop)
def cumsum_divided(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The same with exponentials of sums."""
    sums = torch.cumsum(delta.unsqueeze(-1) * -torch.exp(self.A_log), dim=1)
    b = torch.einsum("bld,bln,bld->bldn", delta, B, u)
    return read_out(self, torch.exp(sums) * torch.cumsum(b * torch.exp(-sums), dim=1), u, C)


@spelling(
    FAMILY, "mamba-tiny's running sums from the end (its 1e-12 left out)", BLD, AD, SCAN, SHORT, reference=by_loop
)
def cumsum_flipped(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Decays to the end of the sequence, by a cumulative sum between two flips."""
    dA = torch.einsum("bld,dn->bldn", delta, -torch.exp(self.A_log))
    b = torch.einsum("bld,bld,bln->bldn", delta, u, B)
    to_end = F.pad(dA[:, 1:], (0, 0, 0, 0, 0, 1)).flip(1).cumsum(1).exp().flip(1)
    h = (b * to_end).cumsum(1) / to_end
    return read_out(self, h, u, C)


@spelling(FAMILY, "Heinsen's scan in logarithms", POSITIVE, AD, SCAN, SHORT, reference=positive_by_loop)
def heinsen(self: Any, positive_u: Tensor, delta: Tensor, positive_B: Tensor, C: Tensor) -> Tensor:
    """exp(S + logcumsumexp(log b - S))."""
    log_a = delta.unsqueeze(-1) * -torch.exp(self.A_log)
    log_b = torch.log(delta.unsqueeze(-1) * positive_B.unsqueeze(2) * positive_u.unsqueeze(-1))
    sums = torch.cumsum(log_a, dim=1)
    h = torch.exp(sums + torch.logcumsumexp(log_b - sums, dim=1))
    return read_out(self, h, positive_u, C)


@spelling(FAMILY, "all pairs of times: a segment sum over the whole length", BLD, AD, SCAN, SHORT, reference=by_loop)
def all_pairs(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Quadratic in the length, with the state as a further axis."""
    sums = torch.cumsum(delta.unsqueeze(-1) * -torch.exp(self.A_log), dim=1)
    causal = torch.ones(u.shape[1], u.shape[1], dtype=torch.bool).tril()
    decay = (sums[:, :, None] - sums[:, None]).masked_fill(~causal[..., None, None], -torch.inf).exp()
    b = (delta * u).unsqueeze(-1) * B.unsqueeze(2)
    return read_out(self, torch.einsum("btsdn,bsdn->btdn", decay, b), u, C)


def shifted(v: Tensor, by: int, fill: float) -> Tensor:
    """The tensor moved along time."""
    return torch.cat([torch.full_like(v[:, :by], fill), v[:, :-by]], dim=1)


@spelling(FAMILY, "Hillis and Steele, shifts by cat", BLD, AD, SCAN, [(b, 13) for b, _ in BATCHES])
def hillis_steele_cat(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Steps of 1, 2, 4, 8."""
    a, b = discretize(self, u, delta, B)
    step = 1
    while step < u.shape[1]:
        a, b = a * shifted(a, step, 1.0), b + a * shifted(b, step, 0.0)
        step *= 2
    return read_out(self, b, u, C)


@spelling(FAMILY, "Hillis and Steele, shifts by pad", BLD, AD, SCAN, [(b, 8) for b, _ in BATCHES])
def hillis_steele_pad(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Padded in front and cut behind; products of decays padded with ones."""
    a, b = discretize(self, u, delta, B)
    step = 1
    while step < u.shape[1]:
        before = F.pad(b, (0, 0, 0, 0, step, 0))[:, : u.shape[1]]
        b = b + a * before
        a = a * F.pad(a, (0, 0, 0, 0, step, 0), value=1.0)[:, : u.shape[1]]
        step *= 2
    return read_out(self, b, u, C)


@spelling(FAMILY, "Hillis and Steele on slices", BLD, AD, SCAN, [(b, 11) for b, _ in BATCHES])
def hillis_steele_slices(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """What a step leaves as it is stays in front."""
    a, b = discretize(self, u, delta, B)
    step = 1
    while step < u.shape[1]:
        b = torch.cat([b[:, :step], torch.addcmul(b[:, step:], a[:, step:], b[:, :-step])], dim=1)
        a = torch.cat([a[:, :step], a[:, step:] * a[:, :-step]], dim=1)
        step *= 2
    return read_out(self, b, u, C)


def recursive(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs are combined, their scan is taken, and the even places are filled in: the scan of jax."""
    length = a.shape[1]
    if length < 2:
        return a, b
    odd = a[:, 1::2] * a[:, : length - 1 : 2], a[:, 1::2] * b[:, : length - 1 : 2] + b[:, 1::2]
    odd_a, odd_b = recursive(*odd)
    before = (odd_a, odd_b) if length % 2 else (odd_a[:, :-1], odd_b[:, :-1])
    even_a = torch.cat([a[:, :1], a[:, 2::2] * before[0]], 1)
    even_b = torch.cat([b[:, :1], a[:, 2::2] * before[1] + b[:, 2::2]], 1)
    out_a, out_b = torch.empty_like(a), torch.empty_like(b)
    out_a[:, ::2], out_b[:, ::2] = even_a, even_b
    out_a[:, 1::2], out_b[:, 1::2] = odd_a, odd_b
    return out_a, out_b


@spelling(FAMILY, "odd and even places, recursively", BLD, AD, SCAN, [(b, 13) for b, _ in BATCHES])
def odd_even(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Blelloch's scan by recursion."""
    return read_out(self, recursive(*discretize(self, u, delta, B))[1], u, C)


def halves(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The scan of both halves; the first one's end is carried into the second."""
    length = a.shape[1]
    if length == 1:
        return a, b
    (la, lb), (ra, rb) = (
        halves(a[:, : length // 2], b[:, : length // 2]),
        halves(a[:, length // 2 :], b[:, length // 2 :]),
    )
    return torch.cat([la, ra * la[:, -1:]], 1), torch.cat([lb, rb + ra * lb[:, -1:]], 1)


@spelling(FAMILY, "halves, recursively", BLD, AD, SCAN, [(b, 11) for b, _ in BATCHES])
def divide_and_conquer(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Divide and conquer."""
    return read_out(self, halves(*discretize(self, u, delta, B))[1], u, C)


@spelling(FAMILY, "chunks of a scan: products inside, a loop across", BLD, AD, SCAN, [(b, 12) for b, _ in BATCHES],
          reference=by_loop)  # fmt: skip
def chunked_scan(self: Any, u: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Four tokens at a time; a chunk is computed by running sums, its last state is carried."""
    A = -torch.exp(self.A_log)
    h = torch.zeros(u.shape[0], 1, *A.shape)
    ys = []
    for begin in range(0, u.shape[1], 4):
        us, ds, Bs, Cs = (v[:, begin : begin + 4] for v in (u, delta, B, C))
        sums = torch.cumsum(ds.unsqueeze(-1) * A, dim=1)
        b = (ds * us).unsqueeze(-1) * Bs.unsqueeze(2)
        states = torch.exp(sums) * (h + torch.cumsum(b * torch.exp(-sums), dim=1))
        h = states[:, -1:]
        ys.append(torch.einsum("bldn,bln->bld", states, Cs))
    return torch.cat(ys, 1) + self.D * u


@spelling(
    FAMILY,
    "a recurrence by the matrix of its decays",
    {"decay": "b l d", "x": "b l d"},
    {},
    {"ssm.scan": 1},
    SHORT,
    kept={"others": -1},
)
def decay_matrix(self: Any, decay: Tensor, x: Tensor) -> Tensor:
    """One decay a channel, no state: h as a product of a lower triangle and x."""
    sums = torch.cumsum(torch.log(decay), dim=1)
    causal = torch.ones(x.shape[1], x.shape[1]).tril()
    weights = torch.exp((sums[:, :, None] - sums[:, None]) * causal[..., None]) * causal[..., None]
    return torch.einsum("btsd,bsd->btd", weights, x)
