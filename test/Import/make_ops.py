#!/usr/bin/env python3
"""Writes the op fixtures of this folder: small graphs of one family of ops each, with what PyTorch computes on them.

    ops/FAMILY.VARIANT.pt2         the exported graph, its paths cut (python/mambac/archive.py)
    ops/FAMILY.VARIANT.inK.npy     input K (bf16 stored as f32)
    ops/FAMILY.VARIANT.out.npy     all outputs in one f64 vector: for each its rank, its sizes, its elements

Variants: `static`, `dynamic` (every size of the inputs that can be open is), `bf16` and `f16` (static). Each op of a
family is one output, so a failure names it. test/unit/Import/OpsTest.cpp imports each graph, runs it by the plain
reference lowering and compares; run_ops.py does so with the whole compiler.
To write them again:  pip install torch numpy transformers && python3 test/Import/make_ops.py [FAMILY ...]
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.scan import scan
from torch.export import Dim

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
from mambac.archive import save  # noqa: E402

import transformers.integrations.moe  # noqa: E402, F401 - registers transformers::grouped_mm_fallback

HERE = Path(__file__).resolve().parent
Op = Callable[..., Any]


def randn(*shape: int) -> Tensor:
    """Normally distributed numbers that stay away from the places where functions jump."""
    value = torch.randn(shape)
    return torch.where(value.abs() < 0.05, value + 0.1, value)


def add_in_place(x: Tensor) -> Tensor:
    """mamba.py's habit: views of views are written to."""
    a = x.clone()
    v = a.view(x.shape[0], x.shape[1], 2, -1)
    v[:, :, 1].add_(v[:, :, 0].mul(2.0))
    v[:, :, 0].mul_(v[:, :, 1])
    return a * 1.0


def slices_in_place(x: Tensor) -> Tensor:
    """Slices, selects and transposes of one storage, read after each other's writes."""
    a = x.clone()
    t = a.transpose(1, 2)
    t[:, 1:3] *= 3.0
    a[:, 1:] += a[:, :-1].clone()
    t[0].sub_(1.0)
    a[:, 0, ::2] = 7.0
    return t + a.transpose(1, 2)


def copy_in_place(x: Tensor) -> Tensor:
    """copy_, fill_, zero_, masked_fill_, clamp_."""
    a = torch.zeros_like(x)
    a[:, 0].copy_(x[:, 1])
    a[:, 1].fill_(2.5)
    a[:, 2].copy_(x[:, 0, :1])
    b = a.clone()
    b.masked_fill_(x > 0.5, -1.0)
    b.clamp_(min=-0.5)
    a.select(1, 1).zero_()
    return a + b


UNARY: list[Op] = [
    torch.abs,
    torch.neg,
    torch.exp,
    torch.exp2,
    torch.expm1,
    torch.sin,
    torch.cos,
    torch.tanh,
    torch.sigmoid,
    torch.erf,
    torch.reciprocal,
    torch.square,
    torch.sign,
    torch.floor,
    torch.ceil,
    torch.round,
    torch.trunc,
    torch.relu,
    F.silu,
    F.softplus,
    F.gelu,
    lambda x: F.gelu(x, approximate="tanh"),
    lambda x: F.softplus(x, 2.0, 1.0),
    F.mish,
    F.logsigmoid,
    F.hardsigmoid,
    F.hardswish,
    F.hardtanh,
    F.relu6,
    F.leaky_relu,
    F.elu,
    lambda x: torch.log(x.abs()),
    lambda x: torch.log2(x.abs()),
    lambda x: torch.log10(x.abs()),
    lambda x: torch.log1p(x.abs()),
    lambda x: torch.sqrt(x.abs()),
    lambda x: torch.rsqrt(x.abs()),
    lambda x: x**2,
    lambda x: x**3,
    lambda x: x.abs() ** 0.5,
    lambda x: x.abs() ** 1.7,
    lambda x: 2.0**x,
    lambda x: x.abs() ** -1,
    lambda x: x.clamp(-0.5, 0.5),
    lambda x: x.clamp(min=0.1),
    lambda x: x.clamp(0.0, float("inf")),
    lambda x: torch.isnan(x / x),
    lambda x: torch.isinf(x / 0.0),
    lambda x: torch.isfinite(x),
    torch.logical_not,
    lambda x: x.to(torch.int32),
    lambda x: x > 0,
    lambda x: x.to(torch.bool),
    lambda x: x.float(),
    lambda x: x.clone(),
    lambda x: x * 3,
    lambda x: 1 - x,
    lambda x: x - 0.3,
    lambda x: x / 3,
    lambda x: F.dropout(x, 0.5, False),
    lambda x: torch.tan(x * 0.3),
]

BINARY: list[Op] = [
    lambda x, y, r, s: x + y,
    lambda x, y, r, s: x - y * 2,
    lambda x, y, r, s: x * r,
    lambda x, y, r, s: x / y,
    lambda x, y, r, s: torch.add(x, y, alpha=0.5),
    lambda x, y, r, s: torch.sub(x, r, alpha=2),
    lambda x, y, r, s: torch.rsub(x, y, alpha=3),
    lambda x, y, r, s: torch.maximum(x, y),
    lambda x, y, r, s: torch.minimum(x, r),
    lambda x, y, r, s: torch.remainder(x, 0.7),
    lambda x, y, r, s: torch.remainder(x, y),
    lambda x, y, r, s: torch.fmod(x, y),
    lambda x, y, r, s: torch.div(x, y, rounding_mode="floor"),
    lambda x, y, r, s: torch.div(x, y, rounding_mode="trunc"),
    lambda x, y, r, s: x // 0.6,
    lambda x, y, r, s: torch.atan2(x, y),
    lambda x, y, r, s: x.abs() ** y,
    lambda x, y, r, s: x == y,
    lambda x, y, r, s: x != r,
    lambda x, y, r, s: x < y,
    lambda x, y, r, s: x <= 0.3,
    lambda x, y, r, s: x > r,
    lambda x, y, r, s: x >= y,
    lambda x, y, r, s: (x > 0) & (y > 0),
    lambda x, y, r, s: (x > 0) | (r > 0),
    lambda x, y, r, s: (x > 0) ^ (y > 0),
    lambda x, y, r, s: torch.logical_and(x, y > 0),
    lambda x, y, r, s: torch.logical_or(x > 0, y > 0),
    lambda x, y, r, s: ~(x > 0),
    lambda x, y, r, s: torch.where(x > 0, x, y),
    lambda x, y, r, s: torch.where(x > 0, x, 0.0),
    lambda x, y, r, s: torch.where(r > 0, 1.0, x),
    lambda x, y, r, s: x.masked_fill(r > 0, float("-inf")),
    lambda x, y, r, s: x.masked_fill(y > 0, -2),
    lambda x, y, r, s: x * s,
    lambda x, y, r, s: s - x,
    lambda x, y, r, s: torch.addcmul(x, y, r, value=0.5),
    lambda x, y, r, s: torch.addcdiv(x, y, r),
    lambda x, y, r, s: torch.lerp(x, y, 0.3),
    lambda x, y, r, s: x.clamp(min=r),
    lambda x, y, r, s: x.mul(2).add_(y),
    lambda x, y, r, s: x[:, :1] * y[:1],
    lambda x, y, r, s: x.double() + y,
    lambda x, y, r, s: x.float() * y,
    lambda x, y, r, s: x.clone().mul_(y.float() + 1),
]

INTEGER: list[Op] = [
    lambda i, j, f: i + j,
    lambda i, j, f: i - j,
    lambda i, j, f: i * j,
    lambda i, j, f: i / j,
    lambda i, j, f: i // j,
    lambda i, j, f: i % j,
    lambda i, j, f: torch.div(i, j, rounding_mode="trunc"),
    lambda i, j, f: i % 4,
    lambda i, j, f: i**2,
    lambda i, j, f: -i,
    lambda i, j, f: i.abs(),
    lambda i, j, f: torch.maximum(i, j),
    lambda i, j, f: i.clamp(-2, 3),
    lambda i, j, f: i < j,
    lambda i, j, f: i == 2,
    lambda i, j, f: i & j,
    lambda i, j, f: i | 4,
    lambda i, j, f: i ^ j,
    lambda i, j, f: ~i,
    lambda i, j, f: i * 0.5,
    lambda i, j, f: i + f,
    lambda i, j, f: i * True,
    lambda i, j, f: i.to(torch.int32) + i.to(torch.uint8),
    lambda i, j, f: i.to(torch.uint8) * 2,
    lambda i, j, f: i.to(torch.int8),
    lambda i, j, f: i.float(),
    lambda i, j, f: i.sum(),
    lambda i, j, f: (i > 0).sum(-1),
    lambda i, j, f: i.cumsum(1),
    lambda i, j, f: (i > 0).cumsum(0),
    lambda i, j, f: i.amax(1),
    lambda i, j, f: i.amin(),
    lambda i, j, f: (i > 0).all(1),
    lambda i, j, f: (i > 3).any(),
    lambda i, j, f: i.prod(0),
    lambda i, j, f: i.argmax(1),
    lambda i, j, f: torch.cat([i, j.to(torch.int32)], 1),
    lambda i, j, f: F.one_hot(i.clamp(0, 4), 5),
    lambda i, j, f: i.to(torch.float16) + j,
    lambda i, j, f: torch.ones_like(i, dtype=torch.bool).tril(),
    lambda i, j, f: torch.logical_not(i),
    lambda i, j, f: torch.where(i > 0, i, f),
    lambda i, j, f: torch.sign(i),
    lambda i, j, f: i.masked_fill(j > 1, 9),
    lambda i, j, f: torch.diff(i, dim=1),
]

VIEWS: list[Op] = [
    lambda x: x.view(x.shape[0], x.shape[1], 4, 3).transpose(1, 2),
    lambda x: x.reshape(x.shape[0], -1),
    lambda x: x.reshape(-1, 12) * 1,
    lambda x: x.transpose(1, 2).reshape(x.shape[0], 12 * x.shape[1]),
    lambda x: x.permute(2, 0, 1).contiguous(),
    lambda x: x.unsqueeze(1),
    lambda x: x.unsqueeze(-1).squeeze(-1),
    lambda x: x.unsqueeze(0).squeeze(),
    lambda x: x[:, None, :, None] * 2,
    lambda x: x.flatten(0, 1),
    lambda x: torch.cat([x, x[:, :1]], 1).unflatten(-1, (3, 4)).unsqueeze(-1).flatten(0, 1),  # b (l + 1), multiplied out
    lambda x: x.flatten(1),
    lambda x: x.unflatten(-1, (2, 6)),
    lambda x: x.unflatten(-1, (2, -1, 3)).flatten(-2),
    lambda x: x.view(x.shape[0], x.shape[1], 2, 6).reshape(x.shape[0], x.shape[1], 4, 3),
    lambda x: x[..., :4].reshape(x.shape[0], x.shape[1] * 2, 2),
    lambda x: x[:, 1],
    lambda x: x[:, -1],
    lambda x: x[:, 1:],
    lambda x: x[:, :-1],
    lambda x: x[..., 2:-3],
    lambda x: x[:, :, ::3],
    lambda x: x[:, :, 1:10:4],
    lambda x: x[:, -2:],
    lambda x: x[:, : x.shape[1] - 1],
    lambda x: x[0, 0],
    lambda x: x[:, :100],
    lambda x: x.narrow(2, 3, 5),
    lambda x: x.select(2, -2),
    lambda x: x.split(5, -1)[1],
    lambda x: x.split([3, 4, 5], -1)[2],
    lambda x: x.chunk(3, -1)[1],
    lambda x: x.chunk(5, -1)[3],
    lambda x: x.unbind(2)[4],
    lambda x: x.expand(3, *x.shape),
    lambda x: x[:, :1].expand(x.shape[0], 5, 12),
    lambda x: x[:, :, :1].expand_as(x),
    lambda x: x.swapaxes(0, 1),
    lambda x: x.movedim(0, 2),
    lambda x: x[0].t(),
    lambda x: x.mT,
    lambda x: x[0].T,
    lambda x: x.detach(),
    lambda x: x.broadcast_to(2, *x.shape),
    lambda x: x.sum().reshape(1, 1),
    lambda x: x.sum().unsqueeze(0).expand(3),
    lambda x: x.sum().view(()),
    lambda x: torch.slice_scatter(x, x[:, :, :3] * 2, 2, 4, 7),
    lambda x: torch.select_scatter(x, x[:, :, 0], 2, 5),
    add_in_place,
    slices_in_place,
    copy_in_place,
]

MOVEMENT: list[Op] = [
    lambda x, y: torch.cat([x, y, x], 1),
    lambda x, y: torch.cat([x, x * 2], -1),
    lambda x, y: torch.stack([x, x + 1], 0),
    lambda x, y: torch.stack([x, x - 1], -1),
    lambda x, y: F.pad(x, (1, 2)),
    lambda x, y: F.pad(x, (0, 0, 3, 0), value=1.5),
    lambda x, y: F.pad(x, (-1, 2)),
    lambda x, y: F.pad(x, (2, -3, -1, 1)),
    lambda x, y: F.pad(x, (0, 0, 0, 16 - x.shape[1] % 16)),
    lambda x, y: F.pad(x, (0, 0, 0, (16 - x.shape[1] % 16) % 16)).reshape(x.shape[0], -1, 16, x.shape[2]),
    lambda x, y: x.repeat_interleave(3, dim=1),
    lambda x, y: x.repeat_interleave(2, dim=-1),
    lambda x, y: x.repeat_interleave(2),
    lambda x, y: x.repeat(1, 2, 3),
    lambda x, y: x.repeat(2, 1, 1, 1),
    lambda x, y: x.tile(2),
    lambda x, y: x.flip(1),
    lambda x, y: x.flip([0, 2]),
    lambda x, y: x.roll(2, 1),
    lambda x, y: torch.roll(x, (1, -2), (1, 2)),
    lambda x, y: torch.diff(x, dim=1),
    lambda x, y: torch.diff(x, n=2),
    lambda x, y: torch.diff(x, dim=1, prepend=x[:, :1]),
    lambda x, y: torch.zeros(2, x.shape[1]),
    lambda x, y: torch.ones_like(x),
    lambda x, y: x.new_zeros(x.shape[0], 3),
    lambda x, y: torch.full((x.shape[1],), 2.5),
    lambda x, y: torch.full_like(x, -1),
    lambda x, y: torch.arange(x.shape[1]),
    lambda x, y: torch.arange(1, 2 * x.shape[1], 2),
    lambda x, y: torch.arange(5, dtype=torch.float32),
    lambda x, y: torch.arange(0.0, 1.0, 0.3),
    lambda x, y: torch.linspace(-1, 1, 7),
    lambda x, y: torch.eye(4),
    lambda x, y: x.tril(),
    lambda x, y: x.triu(1),
    lambda x, y: x.tril(-1),
    lambda x, y: torch.ones(x.shape[1], x.shape[1]).tril(diagonal=1),
    lambda x, y: x.new_ones(2, 2, dtype=torch.int64),
    lambda x, y: torch.cat([x.to(torch.float64), x], 0),
]

REDUCTIONS: list[Op] = [
    lambda x: x.sum(),
    lambda x: x.sum(1),
    lambda x: x.sum((0, 2), keepdim=True),
    lambda x: x.sum(-1, dtype=torch.float64),
    lambda x: x.mean(),
    lambda x: x.mean(-1, keepdim=True),
    lambda x: x.mean((1, 2)),
    lambda x: x.prod(1),
    lambda x: x.amax(-1),
    lambda x: x.amin((0, 1), keepdim=True),
    lambda x: x.max(),
    lambda x: x.max(1)[0],
    lambda x: x.max(2)[1],
    lambda x: x.min(1, keepdim=True)[1],
    lambda x: x.argmax(-1),
    lambda x: x.argmin(),
    lambda x: x.argmax(1, keepdim=True),
    lambda x: (x > 0).all(-1),
    lambda x: (x > 1).any(1),
    lambda x: x.var(-1),
    lambda x: x.var(-1, unbiased=False),
    lambda x: x.std(1, keepdim=True),
    lambda x: torch.linalg.vector_norm(x, dim=-1),
    lambda x: x.norm(dim=-1, keepdim=True),
    lambda x: torch.linalg.vector_norm(x, 1, dim=-1),
    lambda x: F.softmax(x, -1),
    lambda x: F.softmax(x, 1, dtype=torch.float32),
    lambda x: F.log_softmax(x, -1),
    lambda x: torch.logsumexp(x, -1),
    lambda x: torch.logsumexp(x, 1, keepdim=True),
    lambda x: x.cumsum(1),
    lambda x: x.cumsum(-1),
    lambda x: F.layer_norm(x, (x.shape[-1],)),
    lambda x: F.rms_norm(x, (x.shape[-1],)),
    lambda x: F.rms_norm(x, (x.shape[-1],), eps=1e-3),
    lambda x: F.layer_norm(x, (12,), x[0, 0], x[0, 1], 1e-3),
    lambda x: F.group_norm(x.transpose(1, 2), 3),
    lambda x: F.group_norm(x.transpose(1, 2), 4, x[0, 0], x[0, 1]),
    lambda x: F.normalize(x, dim=-1),
]

CONTRACTIONS: list[Op] = [
    lambda x, w, b, m: F.linear(x, w),
    lambda x, w, b, m: F.linear(x, w, b),
    lambda x, w, b, m: F.linear(x[0, 0], w, b),
    lambda x, w, b, m: x @ w.T,
    lambda x, w, b, m: x @ m,
    lambda x, w, b, m: x[:, None] @ m[None],
    lambda x, w, b, m: x @ m[0],
    lambda x, w, b, m: x[0] @ m,
    lambda x, w, b, m: x @ w[0],
    lambda x, w, b, m: w[0] @ m,
    lambda x, w, b, m: torch.bmm(x, m),
    lambda x, w, b, m: torch.mm(x[0], m[0]),
    lambda x, w, b, m: torch.mv(w, x[0, 0]),
    lambda x, w, b, m: torch.dot(w[0], x[0, 0]),
    lambda x, w, b, m: torch.addmm(b, x[0], w.t()),
    lambda x, w, b, m: torch.addmm(b, x[0], w.t(), beta=0.5, alpha=2.0),
    lambda x, w, b, m: torch.baddbmm(x[:, :, :1], x, m),
    lambda x, w, b, m: torch.outer(w[0], b),
    lambda x, w, b, m: torch.einsum("bld,nd->bln", x, w),
    lambda x, w, b, m: torch.einsum("bld,bdk->bkl", x, m),
    lambda x, w, b, m: torch.einsum("bld,bsd->bls", x, x),
    lambda x, w, b, m: torch.einsum("bld,nd,n->bl", x, w, b),
    lambda x, w, b, m: torch.einsum("bld->dbl", x),
    lambda x, w, b, m: torch.einsum("bld->b", x),
    lambda x, w, b, m: torch.einsum("...d,nd->...n", x, w),
    lambda x, w, b, m: torch.einsum("b...,b...->b...", x, x),
    lambda x, w, b, m: torch.einsum("ld,dk", x[0], m[0]),
    lambda x, w, b, m: torch.einsum("ii->i", m[0] @ m[0].T),
    lambda x, w, b, m: torch.einsum("bld,bld->bl", x, x),
    lambda x, w, b, m: torch.einsum("i,j->ij", w[0], b),
    lambda x, w, b, m: torch.einsum("b l d, d b k -> l k b", x, m.transpose(0, 1)),
    lambda x, w, b, m: (x[:, :, None, :] * w[None, None]).sum(-1),
    lambda x, w, b, m: torch.matmul(x.unsqueeze(2), x.unsqueeze(-1)).squeeze(-1),
    lambda x, w, b, m: torch.tensordot(x, w, dims=([2], [1])),
    lambda x, w, b, m: torch.tensordot(x, m, dims=([0, 2], [0, 1])),
    lambda x, w, b, m: torch.tensordot(w, b, dims=0),
]

PRODUCTS: list[Op] = [
    lambda x, w, b, m: torch.addmm(b * math.nan, x[0], w.t(), beta=0, alpha=0.5),
    lambda x, w, b, m: torch.baddbmm(x[:, :, :1], x, m, beta=0),
    lambda x, w, b, m: torch.baddbmm(torch.zeros(1, 1, 1, dtype=x.dtype), x, m, alpha=0.25),
    lambda x, w, b, m: torch.addmv(b, w, x[0, 0], alpha=0.5),
    lambda x, w, b, m: torch.add(b, x @ w.T, alpha=0.5),
    lambda x, w, b, m: torch.inner(x, w),
    lambda x, w, b, m: torch.inner(w[0], x),
    lambda x, w, b, m: torch.inner(w[0], w[1]),
    lambda x, w, b, m: torch.inner(w[0, 0], x),
    lambda x, w, b, m: torch.vdot(w[0], x[0, 0]),
    lambda x, w, b, m: torch.linalg.vecdot(x, w[0]),
    lambda x, w, b, m: torch.linalg.vecdot(x[:, :, None], w),
    lambda x, w, b, m: torch.linalg.vecdot(m, x[:, 0, :, None], dim=1),
    lambda x, w, b, m: F.bilinear(x[..., :5], x, w[:, :5, None] * w[:, None]),
    lambda x, w, b, m: F.bilinear(x, x, w[:, :, None] * w[:, None], b),
    lambda x, w, b, m: torch.kron(w[:2], m[0]),
    lambda x, w, b, m: torch.kron(b, w[:, :2]),
    lambda x, w, b, m: torch.kron(w[0], b),
    lambda x, w, b, m: torch.diag_embed(x),
    lambda x, w, b, m: torch.diag_embed(w, 1),
    lambda x, w, b, m: torch.diag_embed(w, -2, 0, 2),
]

CONVOLUTIONS: list[Op] = [
    lambda x, d, g, f, b: F.conv1d(x, d, b, padding=3, groups=6)[..., : x.shape[-1]],
    lambda x, d, g, f, b: F.conv1d(x, d, groups=6),
    lambda x, d, g, f, b: F.conv1d(x, f, b),
    lambda x, d, g, f, b: F.conv1d(x, f, padding=1, stride=2),
    lambda x, d, g, f, b: F.conv1d(x, g, b, groups=2, padding=2, dilation=2),
    lambda x, d, g, f, b: F.conv1d(x, g, groups=2, stride=3),
    lambda x, d, g, f, b: F.conv1d(x, d, b, padding="same", groups=6),
    lambda x, d, g, f, b: F.conv1d(x, d, b, padding="valid", groups=6),
    lambda x, d, g, f, b: F.conv1d(x[0], f, b),
    lambda x, d, g, f, b: F.conv2d(x[:, None], d[:2, :, None], padding=(0, 1)),
]

INDEXING: list[Op] = [
    lambda i, w, x, j: F.embedding(i, w),
    lambda i, w, x, j: w[i],
    lambda i, w, x, j: x[:, j],
    lambda i, w, x, j: x[:, :, j],
    lambda i, w, x, j: x[j, j],
    lambda i, w, x, j: x[j, :, j],
    lambda i, w, x, j: x[:, j[:, None], j],
    lambda i, w, x, j: x[j - 2],
    lambda i, w, x, j: x.index_select(1, j),
    lambda i, w, x, j: x.gather(1, i[:, :, None].clamp(0, 2).expand(-1, -1, x.shape[2])[: x.shape[0]]),
    lambda i, w, x, j: x.index_put((j,), x[j] * 2),
    lambda i, w, x, j: x.index_put((j[:1], j[1:2]), torch.tensor(3.0)),
    lambda i, w, x, j: x.index_put((j,), x[j], accumulate=True),
    lambda i, w, x, j: x.clone().masked_fill_(x > 0, 0.5),
    lambda i, w, x, j: x.clone().index_put_((x > 0.5,), torch.tensor(-1.0)),
]

SORTING: list[Op] = [
    lambda x, i, e: torch.sort(x, 1)[0],
    lambda x, i, e: torch.sort(x, -1, descending=True)[1],
    lambda x, i, e: torch.sort(i.flatten(), stable=True)[1],
    lambda x, i, e: torch.sort(i, dim=1, stable=True, descending=True)[1],
    lambda x, i, e: torch.argsort(x, 1),
    lambda x, i, e: torch.msort(x),
    lambda x, i, e: torch.topk(x, 3)[0],
    lambda x, i, e: torch.topk(x, 2, 1, largest=False)[1],
    lambda x, i, e: torch.topk(torch.where(x > 0, float("nan"), x), 4)[0],
    lambda x, i, e: torch.kthvalue(x, 2)[0],
    lambda x, i, e: torch.kthvalue(x, 4, 1, keepdim=True)[1],
    lambda x, i, e: torch.histc(i.float(), bins=4, min=0, max=3),
    lambda x, i, e: torch.histc(x, bins=5, min=-1, max=1),
    lambda x, i, e: torch.bucketize(x, torch.tensor([-1.0, 0.0, 0.5])),
    lambda x, i, e: torch.bucketize(i, torch.tensor([0, 1, 3]), right=True),
    lambda x, i, e: torch.searchsorted(torch.tensor([-1.0, 0.0, 0.5]), x),
    lambda x, i, e: torch.isin(i, torch.tensor([1, 3])),
    lambda x, i, e: torch.isin(i, torch.tensor([1, 3]), invert=True),
    lambda x, i, e: torch.cummax(x, 1)[0],
    lambda x, i, e: torch.cummax(i, 1)[1],
    lambda x, i, e: torch.cummin(torch.where(x > 1, float("nan"), x), -1)[1],
    lambda x, i, e: torch.cumprod(x, 1),
    lambda x, i, e: torch.logcumsumexp(50 * x, 1),
    lambda x, i, e: torch.logcumsumexp(torch.where(x > 0, float("-inf"), x), -1),
    lambda x, i, e: torch.logaddexp(x, 20 * x.flip(1)),
    lambda x, i, e: torch.hypot(x, x + 1),
]


def expert_rows(x: Tensor, i: Tensor, e: Tensor) -> Tensor:
    """Tokens in the order of their experts, each multiplied by its expert's matrix, and back in their own order."""
    order = i.flatten().sort()[1]
    ends = torch.histc(i.flatten().float(), bins=4, min=0, max=3).cumsum(0, dtype=torch.int32)
    y = torch.ops.transformers.grouped_mm_fallback(x.reshape(-1, x.shape[-1])[order], e, ends)
    back = torch.empty_like(order)
    back[order] = torch.arange(order.shape[0])
    return y[back]


def expert_loop(x: Tensor, i: Tensor, e: Tensor) -> Tensor:
    """The same with a mask for each expert."""
    rows, flat = x.reshape(-1, x.shape[-1]), i.flatten()
    y = torch.zeros(rows.shape[0], e.shape[-1], dtype=x.dtype)
    for expert in range(e.shape[0]):
        y = y + torch.where((flat == expert)[:, None], rows @ e[expert], 0.0)
    return y


EXPERTS: list[Op] = [
    expert_rows,
    expert_loop,
    lambda x, i, e: torch.ops.transformers.grouped_mm_fallback(
        x.reshape(-1, x.shape[-1]), e, torch.tensor([2, 2, 5, 6], dtype=torch.int32)
    ),
    lambda x, i, e: x.reshape(-1, x.shape[-1]).unsqueeze(1) @ e[i.flatten()],
    lambda x, i, e: torch.zeros(7, x.shape[-1]).index_add(0, i.flatten(), x.reshape(-1, x.shape[-1]).float()),
]

SCATTER: list[Op] = [
    lambda x, i, y: x.scatter(1, i, y),
    lambda x, i, y: x.scatter(1, i[:, :1], y),
    lambda x, i, y: x.scatter(2, i[:1, :2, :1], y),
    lambda x, i, y: torch.zeros_like(x).scatter_(1, i, 1.0),
    lambda x, i, y: x.scatter(1, i, y, reduce="add"),
    lambda x, i, y: x.scatter(1, i, 2.0, reduce="multiply"),
    lambda x, i, y: x.scatter_add(1, i, y),
    lambda x, i, y: x.scatter_add(0, i[:1] % 2, y),
    lambda x, i, y: x.scatter_reduce(1, i, y, "sum"),
    lambda x, i, y: x.scatter_reduce(1, i, y, "amax"),
    lambda x, i, y: x.scatter_reduce(1, i, y, "amin", include_self=False),
    lambda x, i, y: x.scatter_reduce(1, i, y, "mean"),
    lambda x, i, y: x.scatter_reduce(1, i, y, "mean", include_self=False),
    lambda x, i, y: x.scatter_reduce(1, i, y, "prod", include_self=False),
    lambda x, i, y: x.index_add(1, i[0, :, 0], y, alpha=0.5),
    lambda x, i, y: x.index_add(1, torch.tensor([2, 0]), y[:, :2]),
    lambda x, i, y: x.index_copy(1, torch.tensor([2, 0]), y[:, :2]),
    lambda x, i, y: x.index_fill(2, torch.tensor([3, 0]), 1.5),
    lambda x, i, y: x.index_fill(1, torch.tensor(1), torch.tensor(-2.0)),
    lambda x, i, y: x.clone().index_add_(2, torch.tensor([1, 1, 0, 3]), y),
    lambda x, i, y: torch.take_along_dim(x, i, 1),
    lambda x, i, y: torch.take_along_dim(x, i[:, :1, :1], 1),
    lambda x, i, y: torch.take_along_dim(x, torch.tensor([3, 1])),
    lambda x, i, y: x.unfold(2, 2, 1),
    lambda x, i, y: x.unfold(2, 3, 2),
    lambda x, i, y: F.pad(x, (0, 0, 2, 0)).unfold(1, 3, 1),
    lambda x, i, y: x.roll(3),
    lambda x, i, y: x.diagonal(dim1=1, dim2=2),
    lambda x, i, y: x.diagonal(-1, 2, 1),
]

ATTENTION: list[Op] = [
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, is_causal=True),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, scale=0.3),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, g, g, enable_gqa=True, is_causal=True),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, attn_mask=m),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, attn_mask=n),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, attn_mask=m[0, 0]),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q[:, 0], k[:, 0], v[:, 0]),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q[:, :, 2:], k, v, is_causal=True),
    lambda q, k, v, g, m, n: F.scaled_dot_product_attention(q, k, v, attn_mask=m.expand(q.shape[0], 4, -1, -1)),
]


# Lists of numbers that the code writes: they are a part of the module. A long one and truth values are weights.
CONSTANTS: list[Op] = [
    lambda x: x * torch.tensor([0.5, -1.25, 3.0]),
    lambda x: x + torch.tensor([[1.0], [-2.0]], dtype=torch.float64).float(),
    lambda x: x[:, torch.tensor([2, 0, 1])],
    lambda x: x.index_select(0, torch.tensor([1, 0], dtype=torch.int32)),
    lambda x: torch.where(torch.tensor([True, False, True]), x, -x),
    lambda x: x * torch.tensor([0.5, 2.0, 4.0], dtype=torch.bfloat16),
    lambda x: x * torch.tensor([0.5, 2.0, 4.0], dtype=torch.float16) ** torch.tensor([1, 2, 3]),
    lambda x: x[:, :1] + torch.tensor([i / 8 for i in range(300)]),
]


class WithGradSwitch(nn.Module):
    """Sub-graphs: a part that runs without gradients, and constants of the module."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 5))
        self.register_buffer("table", torch.arange(5.0), persistent=False)
        self.shift = torch.tensor(0.5)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Switches the gradient off in between."""
        y = x * 2
        with torch.no_grad():
            z = torch.cos(y) + self.table
            w = z.sum(-1)
        return F.linear(z, self.weight), w + torch.tensor([1.0, 2.0, 3.0]), y + self.shift, x.new_tensor(3.0) * z


class Loops(nn.Module):
    """Higher-order ops: scans with and without parameters, in both directions, along any dim; a condition."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(5, 4)
        self.decay = nn.Parameter(torch.rand(4))

    def forward(self, x: Tensor, start: Tensor) -> tuple[Tensor, ...]:
        """x (b, l, 5), start (b, 4)"""

        def recur(h: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
            h = torch.tanh(self.inner(step) + self.decay * h)
            return h, torch.softmax(h, -1)

        def swap(state: tuple[Tensor, Tensor], step: tuple[Tensor, Tensor]) -> tuple[tuple[Tensor, Tensor], Tensor]:
            (a, b), (u, v) = state, step
            return (b * u, a + v), a - b

        def combine(a1: Tensor, b1: Tensor, a2: Tensor, b2: Tensor) -> list[Tensor]:
            return [a1 * a2, torch.addcmul(b2, a2, b1)]

        last, y = scan(recur, start, x, dim=1)
        last_back, y_back = scan(recur, start, x, dim=1, reverse=True)
        (p, q), z = scan(swap, (start, 2 * start), (x[:, :, :4], x[:, :, 1:]), dim=1)
        rows = x.transpose(0, 1)
        product, h = torch.ops.higher_order.associative_scan(combine, (torch.sigmoid(rows), rows * 1.0), ())
        chosen = torch.cond(x.sum() > 0, lambda v: v + 1.0, lambda v: v * 2.0, (x,))
        return last, y, last_back, y_back, p, q, z, product, h, chosen


class Complex(nn.Module):
    """Complex numbers in between real inputs and outputs, as diagonal state spaces use them, and a complex weight."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = nn.Parameter(torch.randn(4, dtype=torch.complex64))

    def forward(self, x: Tensor, y: Tensor, u: Tensor) -> tuple[Tensor, ...]:
        """x, y (b, 3, 4, 2), u (b, 3, 4)"""
        z, w = torch.view_as_complex(x), torch.view_as_complex(y)
        see = torch.view_as_real
        h = torch.zeros(u.shape[0], 4, dtype=torch.complex64)
        states = []
        for t in range(3):
            h = torch.exp(z[:, t]) * h + w[:, t] * u[:, t]
            states.append(torch.einsum("bn,n->b", h, self.turn).real)
        return (
            see(z * w + 1.5),
            see(z * u - 2.0 * w),
            see(u - z),
            see(z / w),
            see(1.0 / z),
            see((z + 1j) / (0.5 - 2j)),
            see(torch.exp(z) * self.turn),
            see((z @ w.mT).resolve_conj()),
            see(torch.einsum("blm,blm,m->bl", z, w, self.turn)),
            see(torch.conj(z).resolve_conj()),
            z.abs() + w.angle() + z.imag,
            see(torch.polar(u.abs(), u)),
            see(torch.complex(u, u[:, :1] * 2).transpose(1, 2).reshape(u.shape[0], 12)),
            see(torch.stack([z, w], 1).flip(-1).sum(2)),
            see(torch.cat([z[:, 1:], w], 1).cumsum(1)),
            see(u.to(torch.complex64) + z**2),
            see(torch.where(u > 0, z, w)),
            see(-z.square().mean((0, 1))),
            torch.stack(states, 1),
        )


class Mapped(nn.Module):
    """associative_scan, which is exported as mapped functions on halves of halves."""

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, ...]:
        """a, b (l, n)"""

        def combine(x: tuple[Tensor, Tensor], y: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            return x[0] * y[0], torch.addcmul(y[1], y[0], x[1])

        def normalized(x: Tensor, y: Tensor) -> Tensor:
            return torch.cat([x[:1], y[1:] + x.softmax(-1)[1:]])

        def affine(x: tuple[Tensor, Tensor], y: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            return torch.einsum("ij,jk->ik", y[0], x[0]), torch.einsum("ij,j->i", y[0], x[1]) + y[1]

        decay = torch.sigmoid(a)
        h = associative_scan(combine, (decay, b), dim=0, combine_mode="generic")[1]
        back = associative_scan(combine, (decay, b), dim=0, reverse=True, combine_mode="generic")[1]
        rows = associative_scan(normalized, a, dim=0, combine_mode="generic")
        matrices = decay[:, :, None] * decay[:, None, :]
        turned = associative_scan(affine, (matrices, b), dim=0, combine_mode="generic")[1]
        return h, back, rows, turned


class Family(nn.Module):
    """One output an op."""

    def __init__(self, ops: list[Op]) -> None:
        super().__init__()
        self.ops = ops

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Applies each op to all inputs."""
        return tuple(op(*inputs) for op in self.ops)


def tokens(high: int, *shape: int, low: int = 0) -> Tensor:
    """Random integers."""
    return torch.randint(low, high, shape)


def families() -> dict[str, tuple[nn.Module, Callable[[], list[Tensor]], list[str]]]:
    """The module, its inputs, and the variants of each family."""
    everything = ["static", "dynamic", "bf16", "f16"]
    return {
        "elementwise": (Family(UNARY), lambda: [randn(3, 5)], everything),
        "binary": (Family(BINARY), lambda: [randn(2, 3, 5), randn(2, 3, 5), randn(3, 1), randn()], everything),
        "integer": (
            Family(INTEGER),
            lambda: [tokens(6, 4, 5, low=-5), tokens(4, 4, 5, low=1), randn(4, 5)],
            ["static", "dynamic"],
        ),
        "views": (Family(VIEWS), lambda: [randn(2, 3, 12)], ["static", "dynamic"]),
        "movement": (Family(MOVEMENT), lambda: [randn(2, 5, 6), randn(2, 3, 6)], ["static", "dynamic"]),
        "reductions": (Family(REDUCTIONS), lambda: [randn(3, 4, 12)], everything),
        "contractions": (
            Family(CONTRACTIONS),
            lambda: [randn(2, 3, 8), randn(5, 8), randn(5), randn(2, 8, 4)],
            everything,
        ),
        "products": (
            Family(PRODUCTS),
            lambda: [randn(2, 5, 6), randn(4, 6), randn(4), randn(2, 6, 3)],
            everything,
        ),
        "convolutions": (
            Family(CONVOLUTIONS),
            lambda: [randn(2, 6, 9), randn(6, 1, 4), randn(6, 3, 3), randn(6, 6, 3), randn(6)],
            everything,
        ),
        "indexing": (
            Family(INDEXING),
            lambda: [tokens(7, 3, 4), randn(7, 5), randn(3, 3, 6), tokens(3, 2)],
            ["static", "dynamic"],
        ),
        "sorting": (Family(SORTING), lambda: [randn(2, 5, 6), tokens(4, 2, 5), randn(1)], ["static", "dynamic"]),
        "experts": (Family(EXPERTS), lambda: [randn(2, 5, 6), tokens(4, 2, 5), randn(4, 6, 7)], everything),
        "scatter": (
            Family(SCATTER),
            lambda: [randn(2, 3, 4), tokens(3, 2, 3, 4), randn(2, 3, 4)],
            ["static", "dynamic"],
        ),
        "attention": (
            Family(ATTENTION),
            lambda: [
                randn(2, 4, 5, 8),
                randn(2, 4, 5, 8),
                randn(2, 4, 5, 6),
                randn(2, 2, 5, 8),
                (randn(2, 1, 5, 5) > -0.5) | torch.eye(5, dtype=torch.bool),
                randn(5, 5),
            ],
            everything,
        ),
        "loops": (Loops(), lambda: [randn(2, 6, 5), randn(2, 4)], ["static", "dynamic"]),
        "complex": (
            Complex(),
            lambda: [randn(2, 3, 4, 2), randn(2, 3, 4, 2), randn(2, 3, 4)],
            ["static", "dynamic"],
        ),
        "constants": (Family(CONSTANTS), lambda: [randn(2, 3)], ["static"]),
        "mapped": (Mapped(), lambda: [randn(7, 3), randn(7, 3)], ["static"]),
        "subgraphs": (WithGradSwitch(), lambda: [randn(2, 3, 5)], ["static", "dynamic"]),
    }


# Sizes that stay fixed in the dynamic variants: channels and the like, which models never leave open.
FIXED: dict[str, dict[int, set[int]]] = {
    "views": {0: {2}},
    "reductions": {0: {2}},
    "movement": {0: {2}, 1: {2}},
    "contractions": {0: {2}, 1: {0, 1}, 2: {0}, 3: {1, 2}},
    "products": {0: {2}, 1: {0, 1}, 2: {0}, 3: {1, 2}},
    "convolutions": {0: {1}, 1: {0, 1, 2}, 2: {0, 1, 2}, 3: {0, 1, 2}, 4: {0}},
    "indexing": {1: {0, 1}, 2: {0, 1, 2}, 3: {0}},
    "attention": {0: {1, 3}, 1: {1, 3}, 2: {1, 3}, 3: {1, 3}, 4: {1}},
    "binary": {2: {1}},
    "sorting": {0: {1, 2}, 2: {0}},
    "experts": {0: {2}, 2: {0, 1, 2}},
    "scatter": {0: {1, 2}, 1: {1, 2}, 2: {1, 2}},
    "complex": {0: {1, 2, 3}, 1: {1, 2, 3}, 2: {1, 2}},
    "loops": {0: {2}, 1: {1}},
    "subgraphs": {0: {1, 2}},
}


def to_array(value: Tensor) -> Any:
    """numpy has no bf16."""
    return (value.float() if value.dtype is torch.bfloat16 else value).numpy()


def write(name: str, variant: str, module: nn.Module, inputs: list[Tensor]) -> None:
    """Exports one graph and records its results."""
    dtype = {"bf16": torch.bfloat16, "f16": torch.float16}.get(variant)
    if dtype:
        inputs = [v.to(dtype) if v.is_floating_point() else v for v in inputs]
    shapes = None
    if variant == "dynamic":
        fixed = FIXED.get(name, {})
        dims = tuple(
            {d: Dim.AUTO for d in range(v.ndim) if d not in fixed.get(k, set()) and v.shape[d] > 1}
            for k, v in enumerate(inputs)
        )
        shapes = (dims,) if isinstance(module, Family) else dims
    with torch.no_grad():
        outputs = module(*inputs)
    program = torch.export.export(module, tuple(inputs), dynamic_shapes=shapes)
    folder = HERE / "ops"
    folder.mkdir(exist_ok=True)
    save(program, folder / f"{name}.{variant}.pt2")
    for k, v in enumerate(inputs):
        np.save(folder / f"{name}.{variant}.in{k}.npy", to_array(v))
    flat: list[float] = []
    for v in outputs:
        flat += [v.ndim, *v.shape, *v.double().flatten().tolist()]
    np.save(folder / f"{name}.{variant}.out.npy", np.array(flat))


def main() -> None:
    """Writes the families that were named, or all."""
    warnings.filterwarnings("ignore")
    for name, (module, make, variants) in families().items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        for variant in variants:
            torch.manual_seed(0)
            try:
                write(name, variant, module.eval(), make())
            except Exception as error:  # noqa: BLE001 - one failure should not hide the others
                print(f"{name}.{variant}: {type(error).__name__}: {error}"[:1500])
                continue
            print(f"{name}.{variant}")


if __name__ == "__main__":
    main()
