"""Relatives of state space models whose core is the same recurrence."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .recurrences import run
from .registry import BATCHES, OPEN, spelling

FAMILY = "Relatives"
SCAN = {"ssm.scan": 1}
# Gates make the decay and the input of the recurrence; they are computation that stays.
GATES = {"others": -1}


@spelling(FAMILY, "minGRU, a loop", {"gate": "b l d", "x": "b l d"}, {}, SCAN, BATCHES, kept=GATES)
def min_gru_loop(self: Any, gate: Tensor, x: Tensor) -> Tensor:
    """h = (1 - z) h + z x."""
    h = torch.zeros_like(x[:, 0])
    states = []
    for t in range(x.shape[1]):
        z = torch.sigmoid(gate[:, t])
        h = (1 - z) * h + z * x[:, t]
        states.append(h)
    return torch.stack(states, 1)


@spelling(FAMILY, "minGRU in logarithms", {"gate": "b l d", "positive_x": "b l d"}, {}, SCAN,
          [(2, 5), (1, 4), (2, 7), (1, 9), (1, 12)], kept=GATES,
          reference=lambda self, gate, positive_x: run(torch.sigmoid(-gate), torch.sigmoid(gate) * positive_x))  # fmt: skip
def min_gru_log(self: Any, gate: Tensor, positive_x: Tensor) -> Tensor:
    """As its authors train it: softplus for log(1 - z) and log z, logcumsumexp."""
    sums = torch.cumsum(-F.softplus(gate), dim=1)
    log_values = -F.softplus(-gate) + torch.log(positive_x)
    return torch.exp(sums + torch.logcumsumexp(log_values - sums, dim=1))


@spelling(FAMILY, "RG-LRU (Griffin)", {"x": "b l d", "a_gate": "b l d", "x_gate": "b l d"}, {"A_log": "d"}, SCAN, BATCHES,
          kept=GATES | {"exponentials": 2})  # fmt: skip
def rg_lru(self: Any, x: Tensor, a_gate: Tensor, x_gate: Tensor) -> Tensor:
    """The input is scaled by the root of one minus the squared decay."""
    log_a = -8 * torch.sigmoid(a_gate) * F.softplus(self.A_log)
    a = torch.exp(log_a)
    b = torch.sqrt(1 - torch.exp(2 * log_a)) * (x * torch.sigmoid(x_gate))
    h = torch.zeros_like(x[:, 0])
    out = torch.zeros_like(x)
    for t in range(x.shape[1]):
        h = a[:, t] * h + b[:, t]
        out[:, t] = h
    return out


@spelling(FAMILY, "gated linear attention, a decay for each key channel",
          {"q": "b h l n", "k": "b h l n", "v": "b h l p", "gate": "b h l n"}, {}, SCAN, BATCHES, kept=GATES | {"exponentials": 2})  # fmt: skip
def gla_vector(self: Any, q: Tensor, k: Tensor, v: Tensor, gate: Tensor) -> Tensor:
    """The decay depends on the state and on time: no ssm.ssd and no ssm.selective_scan."""
    decay = torch.exp(F.logsigmoid(gate) / 16)
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for t in range(q.shape[2]):
        state = decay[:, :, t].unsqueeze(-1) * state + k[:, :, t].unsqueeze(-1) * v[:, :, t].unsqueeze(-2)
        out.append(torch.einsum("bhn,bhnp->bhp", q[:, :, t], state))
    return torch.stack(out, 2)


@spelling(FAMILY, "lightning attention: blocks and a state per head", {"q": "b h l n", "k": "b h l n", "v": "b h l p"}, {},
          {"ssm.ssd": 1}, [(b, 12) for b, _ in BATCHES])  # fmt: skip
def lightning_attention(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """A constant slope a head; blocks of four, decayed masks inside, a loop across."""
    slopes = torch.tensor([0.5, 0.25, 0.125, 0.0625])
    steps = torch.arange(4) + 1
    query_decay = torch.exp(-slopes[:, None, None] * steps[:, None])
    key_decay = torch.exp(-slopes[:, None, None] * (4 - steps[:, None]))
    distance = (steps[:, None] - steps[None]) * slopes[:, None, None]
    inside = torch.exp(torch.where(distance >= 0, -distance, float("-inf")))
    block_decay = torch.exp(-slopes * 4)[:, None, None]
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for begin in range(0, q.shape[2], 4):
        qs, ks, vs = (t[:, :, begin : begin + 4] for t in (q, k, v))
        intra = (qs @ ks.transpose(-1, -2) * inside) @ vs
        out.append(intra + (qs * query_decay) @ state)
        state = state * block_decay + (ks * key_decay).transpose(-1, -2) @ vs
    return torch.cat(out, dim=2)


@spelling(FAMILY, "RWKV-6's heads", {"r": "b l h n", "k": "b l h n", "v": "b l h p", "w": "b l h n"}, {"bonus": "h n"}, SCAN,
          BATCHES, kept=GATES | {"exponentials": 2})  # fmt: skip
def rwkv6(self: Any, r: Tensor, k: Tensor, v: Tensor, w: Tensor) -> Tensor:
    """The state is read before its update; the present token has a weight of its own."""
    decay = torch.exp(-torch.exp(w))
    state = r.new_zeros(r.shape[0], r.shape[2], r.shape[3], v.shape[3])
    out = []
    for t in range(r.shape[1]):
        kv = k[:, t].unsqueeze(-1) * v[:, t].unsqueeze(-2)
        out.append(torch.einsum("bhn,bhnp->bhp", r[:, t], state + self.bonus[..., None] * kv))
        state = decay[:, t].unsqueeze(-1) * state + kv
    return torch.stack(out, 1)


@spelling(FAMILY, "a discounted return, backward", {"reward": "b l"}, {}, SCAN, OPEN[:1] * 5, kept=GATES)
def discounted_return(self: Any, reward: Tensor) -> Tensor:
    """A constant decay, from the end."""
    value = torch.zeros_like(reward[:, 0])
    out = []
    for t in reversed(range(reward.shape[1])):
        value = reward[:, t] + 0.9 * value
        out.append(value)
    return torch.stack(out[::-1], 1)
