"""Mamba-2 in chunks, as public code writes it."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .registry import CHUNK, OPEN, WHOLE_CHUNKS, spelling

FAMILY = "State space duality in chunks (Mamba-2)"
SSD = {"ssm.ssd": 1}
# As ssd_minimal_discrete has them: x times its step, A times the step, B and C for each head.
DISCRETE = {"x": "b l h p", "log_decay": "b l h", "B": "b l h n", "C": "b l h n"}
FULL = {"x": "b l h p", "dt": "b l h", "B": "b l h n", "C": "b l h n"}
RAW = {"x": "b l h p", "dt_raw": "b l h", "B": "b l g n", "C": "b l g n"}
HEADS = {"A_log": "h", "D": "h"}


def segsum(x: Tensor) -> Tensor:
    """The stable segment sum: cumulative sums of a masked square."""
    size = x.size(-1)
    below = torch.tril(torch.ones(size, size, dtype=torch.bool, device=x.device), diagonal=-1)
    upto = torch.tril(torch.ones(size, size, dtype=torch.bool, device=x.device), diagonal=0)
    square = x[..., None].expand(*x.shape, size).masked_fill(~below, 0)
    return torch.cumsum(square, dim=-2).masked_fill(~upto, -torch.inf)


def segsum_unstable(x: Tensor) -> Tensor:
    """Differences of cumulative sums."""
    size = x.size(-1)
    sums = torch.cumsum(x, dim=-1)
    upto = torch.tril(torch.ones(size, size, dtype=torch.bool, device=x.device))
    return (sums[..., :, None] - sums[..., None, :]).masked_fill(~upto, -torch.inf)


def minimal(
    x: Tensor, a: Tensor, B: Tensor, C: Tensor, initial: Tensor | None = None, seg: Any = segsum, chunk: int = CHUNK
) -> tuple[Tensor, Tensor]:
    """The computation of ssd_minimal_discrete: whole chunks, einsums with up to four operands; y and the last state."""
    x, a, B, C = (v.reshape(v.shape[0], v.shape[1] // chunk, chunk, *v.shape[2:]) for v in (x, a, B, C))
    a = a.permute(0, 3, 1, 2)
    sums = torch.cumsum(a, dim=-1)
    inside = torch.einsum("bclhn,bcshn,bhcls,bcshp->bclhp", C, B, torch.exp(seg(a)), x)
    to_end = torch.exp(sums[:, :, :, -1:] - sums)
    states = torch.einsum("bclhn,bhcl,bclhp->bchpn", B, to_end, x)
    first = torch.zeros_like(states[:, :1]) if initial is None else initial
    states = torch.cat([first, states], dim=1)
    across = torch.exp(seg(F.pad(sums[:, :, :, -1], (1, 0))))
    states = torch.einsum("bhzc,bchpn->bzhpn", across, states)
    before, last = states[:, :-1], states[:, -1]
    outside = torch.einsum("bclhn,bchpn,bhcl->bclhp", C, before, torch.exp(sums))
    return (inside + outside).flatten(1, 2), last


def loop(x: Tensor, a: Tensor, B: Tensor, C: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The recurrence, one token after the other: what the chunked forms are compared with."""
    if h is None:
        h = x.new_zeros(x.shape[0], x.shape[2], x.shape[3], B.shape[3])
    ys = []
    for t in range(x.shape[1]):
        h = torch.exp(a[:, t])[..., None, None] * h + x[:, t].unsqueeze(-1) * B[:, t].unsqueeze(2)
        ys.append(torch.einsum("bhpn,bhn->bhp", h, C[:, t]))
    return torch.stack(ys, 1), h


def loop_discrete(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """The recurrence, of what DISCRETE lists."""
    return loop(x, log_decay, B, C)[0]


@spelling(FAMILY, "mamba_ssm, ssd_minimal_discrete", DISCRETE, {}, SSD, WHOLE_CHUNKS, reference=loop_discrete)
def ssd_minimal(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """x and A come with their step."""
    return minimal(x, log_decay, B, C)[0]


@spelling(
    FAMILY, "mamba_ssm, ssd_minimal_discrete, one length", DISCRETE, {}, SSD, [(2, 24)] * 5, reference=loop_discrete
)
def ssd_minimal_static(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Nothing is open."""
    return minimal(x, log_decay, B, C)[0]


@spelling(FAMILY, "mamba_ssm, ssd_minimal_discrete with segsum_unstable", DISCRETE, {}, SSD, WHOLE_CHUNKS,
          reference=loop_discrete)  # fmt: skip
def ssd_minimal_unstable(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Differences of cumulative sums."""
    return minimal(x, log_decay, B, C, seg=segsum_unstable)[0]


@spelling(FAMILY, "mamba_ssm, ssd_minimal_discrete with initial and final states", DISCRETE | {"h0": "b 1 h p n"}, {},
          SSD, WHOLE_CHUNKS,
          reference=lambda self, x, log_decay, B, C, h0: loop(x, log_decay, B, C, h0[:, 0]))  # fmt: skip
def ssd_minimal_states(
    self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor, h0: Tensor
) -> tuple[Tensor, Tensor]:
    """A state comes in, another goes out."""
    return minimal(x, log_decay, B, C, h0)


@spelling(FAMILY, "mamba_ssm, ssd_minimal_discrete called with x dt and A dt", FULL, {"A_log": "h"}, SSD, WHOLE_CHUNKS)
def ssd_minimal_called(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """As its test calls it."""
    return minimal(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)[0]


@spelling(FAMILY, "mamba2-minimal, ssd", FULL, HEADS, SSD, WHOLE_CHUNKS)
def mamba2_minimal(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """With D and the last state."""
    A = -torch.exp(self.A_log)
    y, last = minimal(x * dt.unsqueeze(-1), A * dt, B, C)
    return y + x * self.D.unsqueeze(-1), last


@spelling(FAMILY, "mamba2-minimal, ssd with one group", {"x": "b l h p", "dt_raw": "b l h", "B": "b l 1 n",
          "C": "b l 1 n"}, HEADS | {"dt_bias": "h"}, SSD, WHOLE_CHUNKS)  # fmt: skip
def mamba2_minimal_one_group(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """B and C have a head dimension of size one, which einsum broadcasts."""
    dt = F.softplus(dt_raw + self.dt_bias)
    y, _ = minimal(x * dt.unsqueeze(-1), -torch.exp(self.A_log) * dt, B, C)
    return y + x * self.D.unsqueeze(-1)


@spelling(FAMILY, "mamba2-minimal, step", {"x": "b h p", "dt_raw": "b h", "B": "b n", "C": "b n", "h": "b h p n"},
          HEADS | {"dt_bias": "h"}, SSD, [(2, 1), (1, 1), (3, 1), (4, 1), (5, 1)])  # fmt: skip
def mamba2_minimal_step(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """One token, B and C shared by all heads."""
    dt = F.softplus(dt_raw + self.dt_bias)
    dA = torch.exp(dt * -torch.exp(self.A_log))
    h = h * dA[..., None, None] + torch.einsum("bh,bn,bhp->bhpn", dt, B, x)
    return torch.einsum("bhpn,bn->bhp", h, C) + self.D[:, None] * x, h


def cut(v: Tensor, pad: int) -> Tensor:
    """Pads the time with zeros and cuts it into chunks."""
    v = F.pad(v, (0, 0) * (v.dim() - 2) + (0, pad))
    return v.reshape(v.shape[0], -1, CHUNK, *v.shape[2:])


def broadcast(
    x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor | None = None, h: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The computation of vasqu's port without einops: broadcast, multiply, sum; pads to a multiple of the chunk."""
    length = x.shape[1]
    pad = (CHUNK - length % CHUNK) % CHUNK
    skip = D.unsqueeze(-1) * F.pad(x, (0, 0, 0, 0, 0, pad)) if D is not None else None
    x, a, B, C = (cut(v, pad) for v in (x * dt.unsqueeze(-1), A * dt, B, C))
    a = a.permute(0, 3, 1, 2)
    sums = torch.cumsum(a, dim=-1)
    scores = (C.permute(0, 3, 1, 2, 4)[..., None, :] * B.permute(0, 3, 1, 2, 4)[..., None, :, :]).sum(-1)
    scores = scores * torch.exp(segsum(a))
    inside = (scores.permute(0, 2, 4, 3, 1)[..., None] * x[..., None, :, :]).sum(2)
    to_end = torch.exp(sums[:, :, :, -1:] - sums).permute(0, 2, 3, 1)
    states = ((B * to_end[..., None])[..., None, :] * x[..., None]).sum(2)
    first = torch.zeros_like(states[:, :1]) if h is None else h[:, None]
    states = torch.cat([first, states], dim=1)
    across = torch.exp(segsum(F.pad(sums[:, :, :, -1], (1, 0)))).transpose(1, 3)
    states = (across[..., None, None] * states[:, :, None]).sum(1)
    before, last = states[:, :-1], states[:, -1]
    outside = (C[..., None, :] * before[:, :, None]).sum(-1) * torch.exp(sums).permute(0, 2, 3, 1)[..., None]
    y = (inside + outside).reshape(x.shape[0], -1, *x.shape[3:])
    return (y if skip is None else y + skip)[:, :length], last


@spelling(FAMILY, "vasqu, broadcast products", FULL, HEADS, SSD, OPEN)
def vasqu_broadcast(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Padded to a multiple of the chunk."""
    return broadcast(x, dt, -torch.exp(self.A_log), B, C, self.D)[0]


@spelling(FAMILY, "vasqu, broadcast products, initial and final states", FULL | {"h0": "b h p n"}, HEADS, SSD, OPEN)
def vasqu_broadcast_states(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
    """A state comes in, another goes out."""
    return broadcast(x, dt, -torch.exp(self.A_log), B, C, self.D, h0)


@spelling(FAMILY, "vasqu, einsums throughout", RAW, HEADS | {"dt_bias": "h"}, SSD, OPEN)
def vasqu_einsum(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Padded, groups repeated, pairwise einsums."""
    length, pad = x.shape[1], (CHUNK - x.shape[1] % CHUNK) % CHUNK
    dt = F.softplus(dt_raw + self.dt_bias)
    B, C = (v.repeat_interleave(x.shape[2] // v.shape[2], dim=2) for v in (B, C))
    skip = torch.einsum("blhp,h->blhp", x, self.D)
    a, x = torch.einsum("blh,h->blh", dt, -torch.exp(self.A_log)), torch.einsum("blhp,blh->blhp", x, dt)
    x, a, B, C = (cut(v, pad) for v in (x, a, B, C))
    a = a.permute(0, 3, 1, 2)
    sums = torch.cumsum(a, dim=-1)
    scores = torch.einsum("bclhn,bcshn->bhcls", C, B)
    inside = torch.einsum("bhcls,bcshp->bclhp", torch.einsum("bhcls,bhcls->bhcls", scores, torch.exp(segsum(a))), x)
    decayed = torch.einsum("bclhn,bhcl->bclhn", B, torch.exp(sums[..., -1:] - sums))
    states = torch.einsum("bclhn,bclhp->bchpn", decayed, x)
    states = torch.cat([torch.zeros_like(states[:, :1]), states], dim=1)
    states = torch.einsum("bhzc,bchpn->bzhpn", torch.exp(segsum(F.pad(sums[..., -1], (1, 0)))), states)
    outside = torch.einsum("bclhp,bhcl->bclhp", torch.einsum("bclhn,bchpn->bclhp", C, states[:, :-1]), torch.exp(sums))
    return (inside + outside).reshape(x.shape[0], -1, *x.shape[3:])[:, :length] + skip


def chunk_state(B: Tensor, x: Tensor, dt: Tensor, sums: Tensor) -> Tensor:
    """The computation of chunk_state_ref: the state that each chunk adds."""
    chunks, size = dt.shape[2:]
    missing = chunks * size - x.shape[1]
    B = B.repeat_interleave(x.shape[2] // B.shape[2], dim=2)
    x, B = (F.pad(v, (0, 0, 0, 0, 0, missing)).unflatten(1, (-1, size)) for v in (x, B))
    return torch.einsum("bclhn,bhcl,bhcl,bclhp->bchpn", B, torch.exp(sums[:, :, :, -1:] - sums), dt, x)


def state_passing(states: Tensor, total: Tensor, initial: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The computation of state_passing_ref: the state before each chunk, and the last one."""
    first = torch.zeros_like(states[:, 0]) if initial is None else initial
    states = torch.cat([first[:, None], states], dim=1)
    sums = torch.cumsum(F.pad(total, (1, 0)), dim=-1)
    decay = torch.exp(sums[:, :, :, None] - sums[:, :, None, :])
    causal = torch.tril(torch.ones(sums.shape[-1], sums.shape[-1], dtype=torch.bool))
    out = torch.einsum("bhzc,bchd->bzhd", decay.masked_fill(~causal, 0), states)
    return out[:, :-1], out[:, -1]


def chunk_scan(B: Tensor, C: Tensor, x: Tensor, dt: Tensor, sums: Tensor, before: Tensor) -> Tensor:
    """The computation of chunk_scan_ref, without D and z."""
    chunks, size = dt.shape[2:]
    B, C = (v.repeat_interleave(x.shape[2] // v.shape[2], dim=2).unflatten(1, (chunks, size)) for v in (B, C))
    x = x.unflatten(1, (chunks, size))
    scores = torch.einsum("bclhn,bcshn->bchls", C, B)
    decay = torch.exp(sums[:, :, :, :, None] - sums[:, :, :, None, :]).permute(0, 2, 1, 3, 4)
    causal = torch.tril(torch.ones(size, size, dtype=torch.bool))
    scores = (scores * decay).masked_fill(~causal, 0)
    out = torch.einsum("bchls,bhcs,bcshp->bclhp", scores, dt, x)
    past = torch.einsum("bclhn,bchpn->bclhp", C, before) * torch.exp(sums).permute(0, 2, 3, 1)[..., None]
    return (out + past).flatten(1, 2)


def cumulate(dt_raw: Tensor, bias: Tensor | None, A: Tensor, softplus: bool = True) -> tuple[Tensor, Tensor]:
    """Steps by chunk, (b, h, c, l), and the cumulative sums of dt A."""
    missing = (-dt_raw.shape[1]) % CHUNK
    dt = F.pad(dt_raw, (0, 0, 0, missing)).unflatten(1, (-1, CHUNK)).permute(0, 3, 1, 2).float()
    if bias is not None:
        dt = dt + bias[:, None, None]
    if softplus:
        dt = F.softplus(dt)
    return dt, torch.cumsum(dt * A[:, None, None], dim=-1)


@spelling(FAMILY, "mamba_ssm, ssd_chunk_scan_combined_ref with D, z, dt_bias, softplus", RAW | {"z": "b l h p"},
          HEADS | {"dt_bias": "h"}, SSD, WHOLE_CHUNKS)  # fmt: skip
def chunk_scan_combined(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, z: Tensor) -> Tensor:
    """chunk_state_ref, state_passing_ref on merged dimensions, chunk_scan_ref."""
    dt, sums = cumulate(dt_raw, self.dt_bias, -torch.exp(self.A_log))
    states = chunk_state(B, x, dt, sums)
    before = state_passing(states.flatten(-2), sums[..., -1])[0].unflatten(-1, states.shape[-2:])
    out = chunk_scan(B, C, x, dt, sums, before) + x * self.D[:, None]
    return out * F.silu(z)


@spelling(FAMILY, "mamba_ssm, ssd_chunk_scan_combined_ref with D for each channel", FULL, {"A_log": "h", "D": "h p"}, SSD,
          WHOLE_CHUNKS)  # fmt: skip
def chunk_scan_combined_D(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Neither bias nor softplus."""
    dt, sums = cumulate(dt, None, -torch.exp(self.A_log), False)
    states = chunk_state(B, x, dt, sums)
    before = state_passing(states.flatten(-2), sums[..., -1])[0].unflatten(-1, states.shape[-2:])
    return chunk_scan(B, C, x, dt, sums, before) + x * self.D


@spelling(FAMILY, "mamba_ssm, chunk functions composed with initial and final states", RAW | {"h0": "b h p n"},
          {"A_log": "h", "dt_bias": "h"}, SSD, WHOLE_CHUNKS)  # fmt: skip
def chunk_scan_states(self: Any, x: Tensor, dt_raw: Tensor, B: Tensor, C: Tensor, h0: Tensor) -> tuple[Tensor, Tensor]:
    """A state comes in, another goes out."""
    dt, sums = cumulate(dt_raw, self.dt_bias, -torch.exp(self.A_log))
    states = chunk_state(B, x, dt, sums)
    before, last = state_passing(states.flatten(-2), sums[..., -1], h0.flatten(-2))
    y = chunk_scan(B, C, x, dt, sums, before.unflatten(-1, states.shape[-2:]))
    return y, last.unflatten(-1, states.shape[-2:])


@spelling(FAMILY, "chunks by a loop that carries the state", {"x": "b l h p", "dt": "b l h", "B": "b l h n",
          "C": "b l h n"}, HEADS, SSD, [(b, 21) for b in (2, 1, 3, 2, 1)])  # fmt: skip
def chunk_loop(self: Any, x: Tensor, dt: Tensor, B: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """Chunks of eight, the last one shorter; quadratic inside."""
    A = -torch.exp(self.A_log)
    h = x.new_zeros(x.shape[0], x.shape[2], x.shape[3], B.shape[3])
    ys = []
    for begin in range(0, x.shape[1], CHUNK):
        xs, ds, Bs, Cs = (v[:, begin : begin + CHUNK] for v in (x, dt, B, C))
        sums = torch.cumsum(A * ds, dim=1)
        mask = torch.ones(ds.shape[1], ds.shape[1]).tril().bool()
        decay = (sums[:, :, None] - sums[:, None]).masked_fill(~mask[..., None], -torch.inf).exp()
        scores = torch.einsum("blhn,bshn->blsh", Cs, Bs) * decay * ds[:, None]
        y = torch.einsum("blsh,bshp->blhp", scores, xs)
        y = y + torch.einsum("blhn,bhpn,blh->blhp", Cs, h, torch.exp(sums))
        weight = torch.exp(sums[:, -1:] - sums) * ds
        h = h * torch.exp(sums[:, -1])[..., None, None] + torch.einsum("blh,blhp,blhn->bhpn", weight, xs, Bs)
        ys.append(y)
    return torch.cat(ys, dim=1) + self.D[:, None] * x, h


@spelling(FAMILY, "mamba_ssm, ssd_minimal_discrete in bf16", DISCRETE, {}, SSD, WHOLE_CHUNKS[:1] * 5,
          dtype=torch.bfloat16)  # fmt: skip
def ssd_minimal_bf16(self: Any, x: Tensor, log_decay: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Decays in f32, the rest in bf16."""
    a = log_decay.float()
    return minimal(x.float(), a, B.float(), C.float())[0].to(x.dtype)
