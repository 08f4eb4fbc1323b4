"""State space duality in other dress: recurrences, whole matrices, linear attention with decay."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .registry import BATCHES, OPEN, spelling
from .ssd import DISCRETE, FULL, HEADS, RAW, SSD, loop, loop_discrete, segsum, segsum_unstable

FAMILY = "State space duality in other forms"
QKV = {"q": "b h l n", "k": "b h l n", "v": "b h l p"}


@spelling(FAMILY, "mamba-scan-lite, sequential_scan", FULL | {"h": "b h p n"}, HEADS, SSD, BATCHES)
def scan_lite_sequential(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Token by token, D inside the loop, results written into zeros."""
    A, D = -torch.exp(self.A_log), self.D[:, None]
    y = torch.zeros_like(x)
    for t in range(x.shape[1]):
        decay = torch.exp(A * dt[:, t])
        step = dt[:, t, :, None] * x[:, t]
        h = decay[:, :, None, None] * h + step[:, :, :, None] * B[:, t][:, :, None, :]
        y[:, t] = (h * C[:, t][:, :, None, :]).sum(-1) + D[None] * x[:, t]
    return y, h


def lite(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor, size: int, clamped: bool) -> tuple[Tensor, Tensor]:
    """The computation of mamba-scan-lite's chunked_scan, without its test for overflow, which depends on data."""
    A, D = -torch.exp(self.A_log), self.D[:, None]
    h = x.new_zeros(x.shape[0], x.shape[2], x.shape[3], B.shape[3])
    y = torch.zeros_like(x)
    decay, step = torch.exp(A[None, None] * dt), dt[:, :, :, None] * x
    for begin in range(0, x.shape[1], size):
        end = min(begin + size, x.shape[1])
        d, s, Bs, Cs, xs = (v[:, begin:end] for v in (decay, step, B, C, x))
        sums = torch.cumsum(torch.log(d.clamp(min=1e-10) if clamped else d), dim=1)
        b = s[:, :, :, :, None] * Bs[:, :, :, None, :]
        total = torch.cumsum(b * torch.exp(-sums)[:, :, :, None, None], dim=1)
        states = torch.exp(sums)[:, :, :, None, None] * (h[:, None] + total)
        y[:, begin:end] = (states * Cs[:, :, :, None, :]).sum(-1) + D[None, None] * xs
        h = states[:, -1]
    return y, h


def lite_by_loop(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """What it is compared with."""
    y, h = loop(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)
    return y + self.D[:, None] * x, h


@spelling(
    FAMILY, "mamba-scan-lite, chunked_scan", FULL, HEADS, SSD, [(b, 11) for b, _ in BATCHES], reference=lite_by_loop
)
def scan_lite_chunked(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """Chunks of four: running sums of b / P, the state carried by a loop; log of the decay."""
    return lite(self, x, dt, B, C, 4, False)


@spelling(FAMILY, "mamba-scan-lite, chunked_scan with its clamp", FULL, HEADS, SSD, [(b, 11) for b, _ in BATCHES],
          reference=lite_by_loop, kept={"others": 5})  # fmt: skip
def scan_lite_clamped(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """Decays are at least 1e-10: their logarithms, the input and the skip are computed beside the op."""
    return lite(self, x, dt, B, C, 4, True)


@spelling(FAMILY, "token by token", FULL, HEADS, SSD, BATCHES)
def ssd_loop(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The definition."""
    return loop(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)[0] + self.D[:, None] * x


@spelling(FAMILY, "token by token, softplus, groups, gate, states", RAW | {"z": "b l h p", "h": "b h p n"},
          HEADS | {"dt_bias": "h"}, SSD, BATCHES)  # fmt: skip
def ssd_loop_full(
    self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, z: Tensor, h: Tensor
) -> tuple[Tensor, Tensor]:
    """Everything that ssm.ssd has."""
    A, dt = -torch.exp(self.A_log), F.softplus(dt_raw + self.dt_bias)
    ratio = x.shape[2] // B.shape[2]
    ys = []
    for t in range(x.shape[1]):
        Bt, Ct = B[:, t].repeat_interleave(ratio, 1), C[:, t].repeat_interleave(ratio, 1)
        dBx = torch.einsum("bh,bhn,bhp->bhpn", dt[:, t], Bt, x[:, t])
        h = h * torch.exp(dt[:, t] * A)[..., None, None] + dBx
        ys.append(torch.einsum("bhpn,bhn->bhp", h, Ct) + self.D[:, None] * x[:, t])
    return torch.stack(ys, 1) * F.silu(z), h


@spelling(FAMILY, "one whole matrix, (L o C B^T) x", FULL, {"A_log": "h"}, SSD, OPEN)
def whole_matrix(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Not chunked at all."""
    decay = torch.exp(segsum((-torch.exp(self.A_log) * dt).transpose(1, 2)))
    scores = torch.einsum("blhn,bshn->bhls", C, B) * decay
    return torch.einsum("bhls,bshp->blhp", scores, x * dt.unsqueeze(-1))


@spelling(
    FAMILY,
    "one whole matrix by bmm",
    {"x": "b l h p", "dt_raw": "b l h", "B": "b l h n", "C": "b l h n"},
    {"A_log": "h"},
    SSD,
    OPEN,
    reference=lambda self, x, dt_raw, B, C: loop(
        x * F.softplus(dt_raw).unsqueeze(-1), -torch.exp(self.A_log) * F.softplus(dt_raw), B, C
    )[0],
)
def whole_matrix_bmm(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Batch and head merged; the mask multiplied after the exponential of a sum clamped at 0, which does nothing."""
    (b, length, h, p), n = x.shape, B.shape[-1]
    dt = F.softplus(dt_raw)
    q, k, v = (t.transpose(1, 2).reshape(b * h, length, -1) for t in (C, B, x * dt.unsqueeze(-1)))
    sums = (-torch.exp(self.A_log) * dt).cumsum(1).transpose(1, 2).reshape(b * h, length)
    difference = sums.unsqueeze(2) - sums.unsqueeze(1)
    mask = torch.tril(torch.ones(length, length))
    weights = torch.bmm(q, k.transpose(1, 2)) * torch.exp(difference.clamp(max=0)) * mask
    return torch.bmm(weights, v).reshape(b, h, length, p).transpose(1, 2)


@spelling(FAMILY, "one whole matrix, where and triu", DISCRETE, {}, SSD, OPEN, reference=loop_discrete)
def whole_matrix_where(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The mask from positions."""
    sums = log_decay.cumsum(1)
    position = torch.arange(x.shape[1])
    causal = position[:, None] >= position[None]
    difference = sums[:, :, None] - sums[:, None]
    decay = torch.where(causal[..., None], difference, float("-inf")).exp()
    return torch.einsum("blhn,bshn,blsh,bshp->blhp", C, B, decay, x)


@spelling(
    FAMILY,
    "linear attention with a decay for each token and head (simple GLA)",
    QKV | {"gate": "b h l"},
    {},
    SSD,
    OPEN,
    kept={"exponentials": 1, "others": -1},
)
def gated_linear_attention(self: Any, q: Tensor, k: Tensor, v: Tensor, gate: Tensor) -> Tensor:
    """Heads before time; the decay is a log-sigmoid; queries scaled."""
    log_decay = F.logsigmoid(gate)
    decay = torch.exp(segsum_unstable(log_decay))
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    return (scores * decay) @ v


@spelling(
    FAMILY,
    "linear attention with a decay, recurrent",
    QKV | {"gate": "b h l"},
    {},
    SSD,
    BATCHES,
    kept={"exponentials": 1, "others": -1},
)
def gated_linear_attention_loop(self: Any, q: Tensor, k: Tensor, v: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
    """The state is keys by values."""
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for t in range(q.shape[2]):
        state = state * F.logsigmoid(gate[:, :, t]).exp()[..., None, None] + k[:, :, t, :, None] * v[:, :, t, None, :]
        out.append((q[:, :, t, :, None] * state).sum(-2))
    return torch.stack(out, 2), state


@spelling(FAMILY, "RetNet, parallel: gamma^(i - j)", QKV, {}, SSD, OPEN)
def retention(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """A constant decay for each head."""
    heads = torch.arange(q.shape[1], dtype=torch.float32)
    log_gamma = torch.log(1 - torch.exp2(-5 - heads))
    position = torch.arange(q.shape[2])
    distance = position[:, None] - position[None]
    weights = torch.exp(log_gamma[:, None, None] * distance) * (distance >= 0)
    return (q @ k.transpose(-1, -2) * weights) @ v


# A decay that is a parameter itself, and no exponential, could be negative: ssm.ssd has no such thing.
@spelling(
    FAMILY, "RetNet, recurrent", QKV, {"decay": "h"}, {"ssm.scan": 1, "ssm.einsum": 1}, BATCHES, kept={"others": 1}
)
def retention_loop(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The decay is a parameter."""
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for t in range(q.shape[2]):
        state = self.decay[:, None, None] * state + k[:, :, t].unsqueeze(-1) * v[:, :, t].unsqueeze(-2)
        out.append((q[:, :, t].unsqueeze(-2) @ state).squeeze(-2))
    return torch.stack(out, 2)


@spelling(FAMILY, "linear attention, causal, by a matrix", QKV, {}, SSD, OPEN)
def linear_attention(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """No decay."""
    return torch.tril(q @ k.transpose(-1, -2)) @ v


@spelling(FAMILY, "linear attention, causal, by cumulative sums", QKV, {}, SSD, OPEN)
def linear_attention_cumsum(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """The states are the running sum of the outer products."""
    states = torch.einsum("bhln,bhlp->bhlnp", k, v).cumsum(2)
    return torch.einsum("bhln,bhlnp->bhlp", q, states)


@spelling(FAMILY, "backward in time: flip, scan, flip (Hydra)", FULL, HEADS, SSD, BATCHES)
def ssd_reverse(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Token by token."""
    x, dt, B, C = (v.flip(1) for v in (x, dt, B, C))
    y = loop(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)[0] + self.D[:, None] * x
    return y.flip(1)


@spelling(FAMILY, "the first order of the step clamped (dt_limit)", RAW, HEADS | {"dt_bias": "h"}, SSD, BATCHES)
def ssd_clamped(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Steps between two bounds; groups by a view."""
    dt = torch.clamp(F.softplus(dt_raw + self.dt_bias), 0.05, 0.9)
    groups = B.shape[2]
    B, C = (v.unsqueeze(3).expand(-1, -1, -1, x.shape[2] // groups, -1).flatten(2, 3) for v in (B, C))
    return loop(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)[0] + self.D[:, None] * x


@spelling(FAMILY, "a single token, a length of one", FULL, HEADS, SSD, [(b, 1) for b in (2, 1, 3, 4, 5)])
def ssd_one_token(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The recurrence over one token from a state of zeros: it has nothing to decay, and is an op of length 1 all the same."""
    return loop(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)[0] + self.D[:, None] * x


@spelling(FAMILY, "RetNet with powers of a decay, distances clamped", QKV, {}, SSD, OPEN)
def retention_powers(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """gamma ** (i - j) by pow; what is masked is multiplied by 0."""
    gamma = 1 - torch.exp2(-5 - torch.arange(q.shape[1], dtype=torch.float32))
    position = torch.arange(q.shape[2])
    distance = (position[:, None] - position[None]).clamp(min=0)
    mask = torch.tril(torch.ones(q.shape[2], q.shape[2]))
    return (q @ k.transpose(-1, -2) * gamma[:, None, None] ** distance * mask) @ v


@spelling(FAMILY, "linear attention with ALiBi's slopes as decays", QKV, {}, SSD, OPEN)
def alibi_decay(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """A bias that is minus infinity above the diagonal, and no softmax."""
    slopes = 2.0 ** (-8.0 * torch.arange(1, q.shape[1] + 1) / q.shape[1])
    position = torch.arange(q.shape[2]).float()
    distance = position[None] - position[:, None]
    bias = (slopes[:, None, None] * distance).masked_fill(distance > 0, float("-inf"))
    return torch.einsum("bhin,bhjn,hij,bhjp->bhip", q, k, torch.exp(bias), v)


@spelling(FAMILY, "RetNet with the decay in queries and keys", QKV, {}, SSD, OPEN)
def retention_apart(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """gamma^i in the queries and gamma^-j in the keys."""
    log_gamma = torch.log(1 - torch.exp2(-5 - torch.arange(q.shape[1], dtype=torch.float32)))[:, None, None]
    position = torch.arange(q.shape[2]).float()[:, None]
    queries, keys = q * torch.exp(log_gamma * position), k * torch.exp(-log_gamma * position)
    return torch.tril(queries @ keys.transpose(-1, -2)) @ v


@spelling(FAMILY, "linear attention in chunks, without a loop", QKV, {}, SSD, [(b, 12) for b, _ in BATCHES])
def linear_attention_chunks(self: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Running sums over chunks of four, less the chunk itself."""
    b, h, length, _ = q.shape
    q, k, v = (t.reshape(b, h, length // 4, 4, -1) for t in (q, k, v))
    states = k.transpose(-1, -2) @ v
    before = states.cumsum(2) - states
    return (torch.tril(q @ k.transpose(-1, -2)) @ v + q @ before).reshape(b, h, length, -1)


@spelling(FAMILY, "linear attention with a sigmoid for each token and head, recurrent", QKV | {"gate": "b h l"}, {}, SSD,
          BATCHES, kept={"others": -1, "exponentials": 1})  # fmt: skip
def gated_linear_attention_sigmoid(self: Any, q: Tensor, k: Tensor, v: Tensor, gate: Tensor) -> Tensor:
    """The decay is given as such, and not by its logarithm."""
    decay = torch.sigmoid(gate)
    state = q.new_zeros(q.shape[0], q.shape[1], q.shape[3], v.shape[3])
    out = []
    for t in range(q.shape[2]):
        state = decay[:, :, t, None, None] * state + k[:, :, t, :, None] * v[:, :, t, None, :]
        out.append(torch.einsum("bhn,bhnp->bhp", q[:, :, t], state))
    return torch.stack(out, 2)
