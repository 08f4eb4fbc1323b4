"""Linear attention with a decay, in a loop over chunks: products inside a chunk, a state across chunks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .registry import BATCHES, spelling

FAMILY = "Linear attention in a loop over chunks"
QKV = {"q": "b h l n", "k": "b h l n", "v": "b h l p"}
SSD = {"ssm.ssd": 1}
# Three chunks of four, and two with one of two behind them.
EVEN = [(b, 12) for b, _ in BATCHES]
UNEVEN = [(b, 10) for b, _ in BATCHES]


def gammas(heads: int) -> Tensor:
    """RetNet's decays."""
    return 1 - torch.exp2(-5 - torch.arange(heads, dtype=torch.float32))


@spelling(FAMILY, "RetNet, chunkwise: powers of gamma", QKV, {}, SSD, EVEN)
def retention_chunkwise(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """A decayed mask inside, powers of gamma across."""
    size = 4
    gamma = gammas(q.shape[1])[:, None, None]
    position = torch.arange(size)
    distance = position[:, None] - position[None]
    mask = torch.where(distance >= 0, gamma**distance, 0.0)
    inner, values = gamma ** (position[:, None] + 1), gamma ** (size - 1 - position[:, None])
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], size):
        qs, ks, vs = (t[:, :, begin : begin + size] for t in (q, k, v))
        out.append((qs @ ks.transpose(-1, -2) * mask) @ vs + (qs @ state) * inner)
        state = gamma**size * state + ks.transpose(-1, -2) @ (vs * values)
    return torch.cat(out, 2)


@spelling(FAMILY, "RetNet, chunkwise, with a shorter last chunk", QKV, {}, SSD, UNEVEN)
def retention_chunkwise_uneven(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The decays of each chunk are made for its own length, by exponentials."""
    log_gamma = torch.log(gammas(q.shape[1]))[:, None, None]
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    y = torch.empty_like(v)
    for begin in range(0, q.shape[2], 4):
        end = min(begin + 4, q.shape[2])
        position = torch.arange(end - begin)
        mask = torch.exp(log_gamma * (position[:, None] - position[None])).tril()
        qs, ks, vs = (t[:, :, begin:end] for t in (q, k, v))
        inside = torch.einsum("bhin,bhjn,hij,bhjp->bhip", qs, ks, mask, vs)
        y[:, :, begin:end] = inside + qs @ state * torch.exp(log_gamma * (position[:, None] + 1))
        rest = torch.exp(log_gamma * (end - begin - 1 - position[:, None]))
        state = torch.exp(log_gamma * (end - begin)) * state + (ks * rest).transpose(-1, -2) @ vs
    return y


@spelling(FAMILY, "lightning attention with slopes that are parameters", QKV, {"A_log": "h"}, SSD, EVEN)
def lightning_parameter(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The mask is a product; the state of all chunks is stacked."""
    slope = torch.exp(self.A_log)[:, None, None]
    index = torch.arange(4)
    mask = torch.exp(-slope * (index[:, None] - index[None]).clamp(min=0)) * torch.ones(4, 4).tril()
    queries, keys = torch.exp(-slope * (index[:, None] + 1)), torch.exp(-slope * (3 - index[:, None]))
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for qs, ks, vs in zip(q.split(4, 2), k.split(4, 2), v.split(4, 2), strict=True):
        out.append((qs @ ks.transpose(-1, -2) * mask) @ vs + qs * queries @ state)
        state = torch.exp(-slope * 4) * state + (ks * keys).transpose(-1, -2) @ vs
    return torch.stack(out, 2).flatten(2, 3)


@spelling(FAMILY, "lightning attention with slopes that are an input", QKV | {"positive_slope": "h"}, {}, SSD, EVEN,
          kept={"others": 1})  # fmt: skip
def lightning_input(self: Any, q: Tensor, k: Tensor, v: Tensor, positive_slope: Tensor) -> Tensor:
    """A decay of each step is taken to powers."""
    ratio = torch.exp(-positive_slope)[:, None]
    index = torch.arange(4)
    distance = index[:, None] - index[None]
    mask = (ratio[..., None] ** distance).masked_fill(distance < 0, 0.0)
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = torch.zeros_like(v)
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs = (t[:, :, begin : begin + 4] for t in (q, k, v))
        scores = torch.einsum("bhin,bhjn->bhij", qs, ks) * mask
        across = torch.einsum("bhin,bhnp->bhip", qs, state) * (ratio ** (index + 1))[..., None]
        out[:, :, begin : begin + 4] = scores @ vs + across
        weights = (ratio ** (3 - index))[..., None]
        state = state * (ratio**4)[..., None] + torch.einsum("bhjn,bhjp->bhnp", ks, vs * weights)
    return out


@spelling(FAMILY, "one decay for all heads, a number", QKV, {}, SSD, EVEN)
def one_decay_chunks(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """0.9 to the power of positions."""
    index = torch.arange(4)
    distance = index[:, None] - index[None]
    mask = torch.where(distance >= 0, 0.9**distance, 0.0)
    queries, keys = 0.9 ** (index + 1), 0.9 ** (3 - index)
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs = (t[:, :, begin : begin + 4] for t in (q, k, v))
        out.append((qs @ ks.mT * mask) @ vs + queries[:, None] * (qs @ state))
        state = 0.9**4 * state + (ks * keys[:, None]).mT @ vs
    return torch.cat(out, 2)


@spelling(FAMILY, "linear attention without a decay", QKV, {}, SSD, UNEVEN)
def no_decay_chunks(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The state is the sum of all chunks before."""
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs = (t[:, :, begin : begin + 4] for t in (q, k, v))
        out.append(torch.tril(qs @ ks.mT) @ vs + qs @ state)
        state = state + ks.mT @ vs
    return torch.cat(out, 2)


@spelling(FAMILY, "simple GLA, chunkwise: a decay for each token and head", QKV | {"log_decay": "b h l"}, {}, SSD, EVEN)
def simple_gla_chunkwise(self: Any, q: Tensor, k: Tensor, v: Tensor, log_decay: Tensor) -> Tensor:
    """Running sums of the logarithms inside of each chunk."""
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs, gs = (t[:, :, begin : begin + 4] for t in (q, k, v, log_decay))
        sums = gs.cumsum(-1)
        mask = torch.exp(sums[..., :, None] - sums[..., None, :]).tril()
        out.append((qs @ ks.mT * mask) @ vs + (qs * sums.exp()[..., None]) @ state)
        last = sums[..., -1:]
        state = last.exp()[..., None] * state + (ks * (last - sums).exp()[..., None]).mT @ vs
    return torch.cat(out, 2)


@spelling(FAMILY, "GLA, chunkwise: a decay for each token and key channel", QKV | {"log_decay": "b h l n"}, {},
          {"ssm.scan": 1, "ssm.einsum": 1}, EVEN, kept={"others": -1, "exponentials": 1})  # fmt: skip
def gla_chunkwise(self: Any, q: Tensor, k: Tensor, v: Tensor, log_decay: Tensor) -> Tensor:
    """Queries and keys take up the decays."""
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs, gs = (t[:, :, begin : begin + 4] for t in (q, k, v, log_decay))
        sums = gs.cumsum(2)
        queries, keys = qs * sums.exp(), ks * (-sums).exp()
        last = sums[:, :, -1]
        out.append((queries @ keys.mT).tril() @ vs + queries @ state)
        state = (state + keys.mT @ vs) * last.exp()[..., None]
    return torch.cat(out, 2)
