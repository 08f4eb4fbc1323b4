"""Contractions, each in many spellings: every one has to become the same ssm.einsum.

A contraction is a class: its inputs (and weights of the model) by their axes, and functions that all compute the same.
`exact` is the one in torch.einsum that results in double precision come from.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

# b is open in the exported graphs, and l and m where `open_length` says so; the cases have other sizes there.
SIZES = {"l": 7, "d": 6, "e": 4, "n": 5, "h": 6, "g": 2, "p": 3, "i": 3, "j": 4, "k": 2, "m": 5}
ALL: list[type[Contraction]] = []


class Contraction:
    """What the contractions have in common."""

    inputs: dict[str, str]
    # The one ssm.einsum: its operands with their axes, and those of its result.
    becomes: str
    weights: dict[str, str] = {}
    # Computations that stay beside the einsum.
    others = 0
    open_length = False

    def __init_subclass__(cls) -> None:
        ALL.append(cls)

    @classmethod
    def spellings(cls) -> dict[str, Callable[..., Tensor]]:
        """All but the exact one, by name."""
        return {n: getattr(cls, n) for n, f in vars(cls).items() if isinstance(f, staticmethod) and n != "exact"}


class Readout(Contraction):
    """The readout of a state: y[b, l, p] = sum over n of h[b, l, p, n] * c[b, l, n]."""

    inputs = {"h": "b l p n", "c": "b l n"}
    becomes = "h[a b c d] c[a b d] -> a b c"
    open_length = True

    @staticmethod
    def exact(h: Tensor, c: Tensor) -> Tensor:
        return torch.einsum("blpn,bln->blp", h, c)

    @staticmethod
    def multiply_sum(h: Tensor, c: Tensor) -> Tensor:
        return (h * c.unsqueeze(2)).sum(-1)

    @staticmethod
    def matmul_column(h: Tensor, c: Tensor) -> Tensor:
        return (h @ c.unsqueeze(-1)).squeeze(-1)

    @staticmethod
    def einsum(h: Tensor, c: Tensor) -> Tensor:
        return torch.einsum("blpn,bln->blp", h, c)

    @staticmethod
    def einsum_row(h: Tensor, c: Tensor) -> Tensor:
        return torch.einsum("...n,...pn->...p", c, h)

    @staticmethod
    def bmm_flat(h: Tensor, c: Tensor) -> Tensor:
        return torch.bmm(h.flatten(0, 1), c.reshape(-1, c.shape[-1], 1)).view(h.shape[:-1])

    @staticmethod
    def row_times_transpose(h: Tensor, c: Tensor) -> Tensor:
        return (c.unsqueeze(2) @ h.transpose(-1, -2)).squeeze(2)

    @staticmethod
    def expand_mul_sum(h: Tensor, c: Tensor) -> Tensor:
        return torch.mul(c[:, :, None, :].expand_as(h), h).sum(dim=3)

    @staticmethod
    def permuted_sum(h: Tensor, c: Tensor) -> Tensor:
        return (h.permute(3, 0, 1, 2) * c.permute(2, 0, 1).unsqueeze(-1)).sum(0)

    @staticmethod
    def repeat_interleave(h: Tensor, c: Tensor) -> Tensor:
        return (c.unsqueeze(2).repeat_interleave(h.shape[2], 2) * h).sum(-1)

    @staticmethod
    def repeat(h: Tensor, c: Tensor) -> Tensor:
        return (c.unsqueeze(2).repeat(1, 1, h.shape[2], 1) * h).sum(-1)

    @staticmethod
    def vecdot(h: Tensor, c: Tensor) -> Tensor:
        return torch.linalg.vecdot(h, c.unsqueeze(2), dim=-1)

    @staticmethod
    def baddbmm(h: Tensor, c: Tensor) -> Tensor:
        flat = h.flatten(0, 1)
        zeros = torch.zeros(flat.shape[0], flat.shape[1], 1)
        return torch.baddbmm(zeros, flat, c.flatten(0, 1).unsqueeze(-1), beta=0).squeeze(-1).unflatten(0, h.shape[:2])

    @staticmethod
    def keepdim(h: Tensor, c: Tensor) -> Tensor:
        return (h.mT * c.unsqueeze(-1)).sum(2, keepdim=True).squeeze(2)

    @staticmethod
    def mean_times_size(h: Tensor, c: Tensor) -> Tensor:
        return (h * c[:, :, None]).mean(-1) * h.shape[-1]

    @staticmethod
    def negated_twice(h: Tensor, c: Tensor) -> Tensor:
        return -((-h) * c.unsqueeze(-2)).sum(-1)

    @staticmethod
    def matrix_of_rows(h: Tensor, c: Tensor) -> Tensor:
        rows = c.unsqueeze(2).expand(-1, -1, h.shape[2], -1)
        return (rows.unsqueeze(-2) @ h.unsqueeze(-1))[..., 0, 0]



class Product(Contraction):
    """A projection of inputs: y[b, l, e] = sum over d of x[b, l, d] * w[e, d], w an input."""

    inputs = {"x": "b l d", "w": "e d"}
    becomes = "x[a b c] w[d c] -> a b d"
    open_length = True

    @staticmethod
    def exact(x: Tensor, w: Tensor) -> Tensor:
        return torch.einsum("bld,ed->ble", x, w)

    @staticmethod
    def linear(x: Tensor, w: Tensor) -> Tensor:
        return F.linear(x, w)

    @staticmethod
    def matmul(x: Tensor, w: Tensor) -> Tensor:
        return x @ w.T

    @staticmethod
    def einsum(x: Tensor, w: Tensor) -> Tensor:
        return torch.einsum("bld,ed->ble", x, w)

    @staticmethod
    def einsum_reversed(x: Tensor, w: Tensor) -> Tensor:
        return torch.einsum("de,bld->ble", w.t(), x)

    @staticmethod
    def tensordot(x: Tensor, w: Tensor) -> Tensor:
        return torch.tensordot(x, w, dims=([2], [1]))

    @staticmethod
    def tensordot_weight_first(x: Tensor, w: Tensor) -> Tensor:
        return torch.tensordot(w, x, dims=([1], [2])).permute(1, 2, 0)

    @staticmethod
    def inner(x: Tensor, w: Tensor) -> Tensor:
        return torch.inner(x, w)

    @staticmethod
    def broadcast_multiply_sum(x: Tensor, w: Tensor) -> Tensor:
        return (x.unsqueeze(2) * w).sum(-1)

    @staticmethod
    def mm_flat(x: Tensor, w: Tensor) -> Tensor:
        return torch.mm(x.reshape(-1, x.shape[-1]), w.t()).reshape(x.shape[0], x.shape[1], -1)

    @staticmethod
    def addmm_zero(x: Tensor, w: Tensor) -> Tensor:
        flat = x.flatten(0, 1)
        return torch.addmm(torch.zeros(w.shape[0]), flat, w.t(), beta=0).unflatten(0, x.shape[:2])

    @staticmethod
    def transposed_product(x: Tensor, w: Tensor) -> Tensor:
        return (w @ x.transpose(1, 2)).transpose(1, 2)

    @staticmethod
    def bmm_expanded(x: Tensor, w: Tensor) -> Tensor:
        return torch.bmm(x, w.t().unsqueeze(0).expand(x.shape[0], -1, -1))

    @staticmethod
    def conv_of_one(x: Tensor, w: Tensor) -> Tensor:
        return F.conv1d(x.transpose(1, 2), w.unsqueeze(-1)).transpose(1, 2)

    @staticmethod
    def vecdot(x: Tensor, w: Tensor) -> Tensor:
        return torch.linalg.vecdot(x.unsqueeze(2), w, dim=-1)

    @staticmethod
    def repeat_interleave(x: Tensor, w: Tensor) -> Tensor:
        repeated = x.repeat_interleave(w.shape[0], dim=1).unflatten(1, (x.shape[1], w.shape[0]))
        return (repeated * w).sum(-1)

    @staticmethod
    def stacked_columns(x: Tensor, w: Tensor) -> Tensor:
        return torch.stack([x @ row for row in w.unbind(0)], dim=-1)

    @staticmethod
    def joined_columns(x: Tensor, w: Tensor) -> Tensor:
        return torch.cat([F.linear(x, part) for part in w.chunk(2)], dim=-1)

    @staticmethod
    def sums_of_halves(x: Tensor, w: Tensor) -> Tensor:
        halves = x.unflatten(-1, (2, -1)).unsqueeze(2) * w.unflatten(-1, (2, -1))
        return halves.sum(-1).sum(-1)


class Projection(Contraction):
    """The same with a weight of the model, scaled and with a bias."""

    inputs = {"x": "b l d"}
    becomes = "x[a b c] w[d c] 0.5[] -> a b d"
    open_length = True
    weights = {"w": "e d", "bias": "e"}
    others = 1

    @staticmethod
    def exact(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return 0.5 * torch.einsum("bld,ed->ble", x, w) + bias

    @staticmethod
    def linear(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return F.linear(0.5 * x, w, bias)

    @staticmethod
    def addmm(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return torch.addmm(bias, x.flatten(0, 1), w.t(), alpha=0.5).unflatten(0, x.shape[:2])

    @staticmethod
    def baddbmm(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return torch.baddbmm(bias, x, w.t().expand(x.shape[0], -1, -1), alpha=0.5)

    @staticmethod
    def matmul(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return (x @ w.mT) / 2 + bias

    @staticmethod
    def sum(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return (x[:, :, None] * w * 0.5).sum(3) + bias

    @staticmethod
    def einsum(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return bias + torch.einsum("ed,bld->ble", w, x).mul(0.5)

    @staticmethod
    def conv(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return F.conv1d(x.mT * 0.5, w[:, :, None], bias).mT

    @staticmethod
    def tensordot(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
        return torch.add(bias, torch.tensordot(x, w, dims=([-1], [-1])), alpha=0.5)


class Scores(Contraction):
    """Scores: s[b, h, l, m] = scale * sum over n of q[b, l, h, n] * k[b, m, h, n]."""

    inputs = {"q": "b l h n", "k": "b m h n"}
    becomes = "q[a b c d] k[a e c d] 0.25[] -> a c b e"
    open_length = True

    @staticmethod
    def exact(q: Tensor, k: Tensor) -> Tensor:
        return 0.25 * torch.einsum("blhn,bmhn->bhlm", q, k)

    @staticmethod
    def matmul(q: Tensor, k: Tensor) -> Tensor:
        return q.transpose(1, 2) @ k.transpose(1, 2).transpose(-1, -2) * 0.25

    @staticmethod
    def einsum(q: Tensor, k: Tensor) -> Tensor:
        return torch.einsum("blhn,bmhn->bhlm", q * 0.25, k)

    @staticmethod
    def bmm(q: Tensor, k: Tensor) -> Tensor:
        b, l, h, n = q.shape
        left = q.permute(0, 2, 1, 3).reshape(b * h, l, n)
        right = k.permute(0, 2, 3, 1).reshape(b * h, n, k.shape[1])
        return torch.bmm(left / 4, right).view(b, h, l, -1)

    @staticmethod
    def baddbmm(q: Tensor, k: Tensor) -> Tensor:
        b, l, h, n = q.shape
        left = q.permute(0, 2, 1, 3).reshape(b * h, l, n)
        right = k.permute(0, 2, 3, 1).reshape(b * h, n, k.shape[1])
        nothing = torch.empty(1, 1, 1)
        return torch.baddbmm(nothing, left, right, beta=0, alpha=0.25).view(b, h, l, k.shape[1])

    @staticmethod
    def multiply_sum(q: Tensor, k: Tensor) -> Tensor:
        return (q.mul(0.5).transpose(1, 2).unsqueeze(3) * k.mul(0.5).transpose(1, 2).unsqueeze(2)).sum(-1)

    @staticmethod
    def heads_last(q: Tensor, k: Tensor) -> Tensor:
        pairs = (q[:, :, None] * k[:, None]).sum(-1)
        return (pairs * 0.25).movedim(-1, 1)

    @staticmethod
    def one_head_at_a_time(q: Tensor, k: Tensor) -> Tensor:
        return torch.stack([q[:, :, i] @ k[:, :, i].mT for i in range(q.shape[2])], 1) * 0.25

    @staticmethod
    def merged_heads(q: Tensor, k: Tensor) -> Tensor:
        flat = (q.flatten(2).unsqueeze(2) * k.flatten(2).unsqueeze(1)).unflatten(-1, (6, 5))
        return 0.25 * flat.sum(-1).permute(0, 3, 1, 2)


class Groups(Contraction):
    """Groups: y[b, l, h] = sum over n of c[b, l, h / 3, n] * x[b, l, h, n], six heads in two groups."""

    inputs = {"c": "b l g n", "x": "b l h n"}
    becomes = "c[a b c d] x[a b c e d] -> a b c e"
    open_length = True

    @staticmethod
    def exact(c: Tensor, x: Tensor) -> Tensor:
        return torch.einsum("blgn,blgrn->blgr", c, x.unflatten(2, (2, 3))).flatten(2)

    @staticmethod
    def repeat_interleave(c: Tensor, x: Tensor) -> Tensor:
        return (c.repeat_interleave(3, dim=2) * x).sum(-1)

    @staticmethod
    def repeat_interleave_matmul(c: Tensor, x: Tensor) -> Tensor:
        heads = torch.repeat_interleave(c, x.shape[2] // c.shape[2], 2, output_size=x.shape[2])
        return (x.unsqueeze(-2) @ heads.unsqueeze(-1)).squeeze(-1).squeeze(-1)

    @staticmethod
    def expand_reshape(c: Tensor, x: Tensor) -> Tensor:
        heads = c.unsqueeze(3).expand(-1, -1, -1, 3, -1).reshape(x.shape)
        return torch.einsum("blhn,blhn->blh", heads, x)

    @staticmethod
    def unflatten_sum(c: Tensor, x: Tensor) -> Tensor:
        return (c.unsqueeze(3) * x.unflatten(2, (2, 3))).sum(-1).flatten(2)

    @staticmethod
    def matmul_groups(c: Tensor, x: Tensor) -> Tensor:
        b, l, h, n = x.shape
        return (x.view(b, l, 2, 3, n) @ c.view(b, l, 2, n, 1)).view(b, l, h)

    @staticmethod
    def indexed(c: Tensor, x: Tensor) -> Tensor:
        return (c[:, :, torch.arange(6) // 3] * x).sum(-1)

    @staticmethod
    def index_select(c: Tensor, x: Tensor) -> Tensor:
        return torch.linalg.vecdot(c.index_select(2, torch.tensor([0, 0, 0, 1, 1, 1])), x)

    @staticmethod
    def joined_groups(c: Tensor, x: Tensor) -> Tensor:
        parts = [(x[:, :, 3 * g : 3 * g + 3] * c[:, :, g : g + 1]).sum(-1) for g in range(2)]
        return torch.cat(parts, dim=2)

    @staticmethod
    def stacked_heads(c: Tensor, x: Tensor) -> Tensor:
        return torch.stack([(x[:, :, h] * c[:, :, h // 3]).sum(-1) for h in range(6)], -1)

    @staticmethod
    def bmm_groups(c: Tensor, x: Tensor) -> Tensor:
        b, l, h, n = x.shape
        return torch.bmm(x.reshape(b * l * 2, 3, n), c.reshape(b * l * 2, n, 1)).reshape(b, l, h)


class Pairs(Contraction):
    """Four factors: y[b, l, h, p] = sum over m, n of C[b, l, n] B[b, m, n] w[b, h, l, m] x[b, m, h, p]."""

    inputs = {"C": "b l n", "B": "b m n", "w": "b h l m", "x": "b m h p"}
    becomes = "C[a b c] B[a d c] w[a e b d] x[a d e f] -> a b e f"
    open_length = True

    @staticmethod
    def exact(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        return torch.einsum("bln,bmn,bhlm,bmhp->blhp", C, B, w, x)

    @staticmethod
    def einsum(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        return torch.einsum("bln,bmn,bhlm,bmhp->blhp", C, B, w, x)

    @staticmethod
    def einsum_in_steps(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        s = torch.einsum("bln,bmn->blm", C, B)
        return torch.einsum("bhlm,bmhp->blhp", s.unsqueeze(1) * w, x)

    @staticmethod
    def matmuls(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        return (((C @ B.mT)[:, None] * w) @ x.transpose(1, 2)).transpose(1, 2)

    @staticmethod
    def all_at_once(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        s = C[:, :, None] * B[:, None]
        t = s[:, :, :, None, None, :] * x[:, None, :, :, :, None]
        return (t * w.permute(0, 2, 3, 1)[..., None, None]).sum((2, 5))

    @staticmethod
    def states_first(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        outer = torch.einsum("bmn,bmhp->bmhpn", B, x)
        state = torch.einsum("bhlm,bmhpn->blhpn", w, outer)
        return (state * C[:, :, None, None]).sum(-1)

    @staticmethod
    def bmm_of_heads(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        b, h, l, m = w.shape
        s = torch.bmm(C, B.transpose(1, 2)).repeat_interleave(h, 0) * w.flatten(0, 1)
        y = torch.bmm(s, x.transpose(1, 2).reshape(b * h, m, -1))
        return y.unflatten(0, (b, h)).transpose(1, 2)

    @staticmethod
    def baddbmm(C: Tensor, B: Tensor, w: Tensor, x: Tensor) -> Tensor:
        b, h, l, m = w.shape
        s = torch.baddbmm(torch.zeros(()), C, B.mT).unsqueeze(1).expand(-1, h, -1, -1) * w
        return torch.matmul(s, x.permute(0, 2, 1, 3)).permute(0, 2, 1, 3)


class Outer(Contraction):
    """Outer products: y[b, p, n] = sum over l of a[b, l] x[b, l, p] B[b, l, n]."""

    inputs = {"a": "b l", "x": "b l p", "B": "b l n"}
    becomes = "a[a b] x[a b c] B[a b d] -> a c d"

    @staticmethod
    def exact(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return torch.einsum("bl,blp,bln->bpn", a, x, B)

    @staticmethod
    def einsum(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return torch.einsum("bl,blp,bln->bpn", a, x, B)

    @staticmethod
    def broadcast(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return (a[..., None, None] * x.unsqueeze(-1) * B.unsqueeze(-2)).sum(1)

    @staticmethod
    def matmul_of_transposes(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return (x * a.unsqueeze(-1)).mT @ B

    @staticmethod
    def columns_times_rows(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return ((x.unsqueeze(-1) @ B.unsqueeze(-2)) * a[:, :, None, None]).sum(dim=1)

    @staticmethod
    def einsum_of_outer(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        return torch.einsum("bl,blpn->bpn", a, torch.einsum("...p,...n->...pn", x, B))

    @staticmethod
    def row_of_products(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        flat = (x.unsqueeze(3) * B.unsqueeze(2)).flatten(2)
        return (a.unsqueeze(1) @ flat).reshape(x.shape[0], x.shape[2], B.shape[2])

    @staticmethod
    def kron_of_rows(a: Tensor, x: Tensor, B: Tensor) -> Tensor:
        rows = x.repeat_interleave(B.shape[2], -1) * B.repeat(1, 1, x.shape[2])
        return (rows * a.unsqueeze(-1)).sum(1).unflatten(-1, (x.shape[2], B.shape[2]))


class Dot(Contraction):
    """Vectors: y = sum over d of a[d] b[d]."""

    inputs = {"u": "d", "v": "d"}
    becomes = "u[a] v[a] ->"

    @staticmethod
    def exact(u: Tensor, v: Tensor) -> Tensor:
        return torch.einsum("d,d->", u, v)

    @staticmethod
    def dot(u: Tensor, v: Tensor) -> Tensor:
        return torch.dot(u, v)

    @staticmethod
    def inner(u: Tensor, v: Tensor) -> Tensor:
        return torch.inner(u, v)

    @staticmethod
    def vdot(u: Tensor, v: Tensor) -> Tensor:
        return torch.vdot(u, v)

    @staticmethod
    def vecdot(u: Tensor, v: Tensor) -> Tensor:
        return torch.linalg.vecdot(u, v)

    @staticmethod
    def matmul(u: Tensor, v: Tensor) -> Tensor:
        return u @ v

    @staticmethod
    def multiply_sum(u: Tensor, v: Tensor) -> Tensor:
        return (u * v).sum()

    @staticmethod
    def einsum(u: Tensor, v: Tensor) -> Tensor:
        return torch.einsum("i,i", u, v)

    @staticmethod
    def row_times_column(u: Tensor, v: Tensor) -> Tensor:
        return (u[None] @ v[:, None]).squeeze()

    @staticmethod
    def tensordot(u: Tensor, v: Tensor) -> Tensor:
        return torch.tensordot(u, v, dims=1)

    @staticmethod
    def trace_of_outer(u: Tensor, v: Tensor) -> Tensor:
        return torch.outer(u, v).diagonal().sum()

    @staticmethod
    def linear(u: Tensor, v: Tensor) -> Tensor:
        return F.linear(u, v.unsqueeze(0))[0]


class Mv(Contraction):
    """A matrix and a vector: y[e] = sum over d of w[e, d] v[d]."""

    inputs = {"w": "e d", "v": "d"}
    becomes = "w[a b] v[b] -> a"

    @staticmethod
    def exact(w: Tensor, v: Tensor) -> Tensor:
        return torch.einsum("ed,d->e", w, v)

    @staticmethod
    def mv(w: Tensor, v: Tensor) -> Tensor:
        return torch.mv(w, v)

    @staticmethod
    def matmul(w: Tensor, v: Tensor) -> Tensor:
        return w @ v

    @staticmethod
    def vector_first(w: Tensor, v: Tensor) -> Tensor:
        return v @ w.T

    @staticmethod
    def linear(w: Tensor, v: Tensor) -> Tensor:
        return F.linear(v, w)

    @staticmethod
    def multiply_sum(w: Tensor, v: Tensor) -> Tensor:
        return torch.sum(w * v, 1)

    @staticmethod
    def addmv(w: Tensor, v: Tensor) -> Tensor:
        return torch.addmv(torch.zeros(w.shape[0]), w, v, beta=0)

    @staticmethod
    def inner(w: Tensor, v: Tensor) -> Tensor:
        return torch.inner(w, v)

    @staticmethod
    def outer_then_sum(w: Tensor, v: Tensor) -> Tensor:
        ones = torch.ones(w.shape[0])
        return (torch.outer(ones, v) * w).sum(-1)

    @staticmethod
    def mm(w: Tensor, v: Tensor) -> Tensor:
        return torch.mm(w, v.view(-1, 1)).view(-1)


class Kron(Contraction):
    """A Kronecker product with a vector: y[i k] = sum over j, m of A[i, j] B[k, m] v[j m]."""

    inputs = {"A": "i j", "B": "k m", "v": "j*m"}
    becomes = "A[a b] B[c d] v[b d] -> a c"

    @staticmethod
    def exact(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        return torch.einsum("ij,km,jm->ik", A, B, v.view(4, 5)).flatten()

    @staticmethod
    def kron_mv(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        return torch.kron(A, B) @ v

    @staticmethod
    def two_products(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        return (A @ v.view(4, 5) @ B.T).flatten()

    @staticmethod
    def einsum(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        return torch.einsum("ij,km,jm->ik", A, B, v.unflatten(0, (4, 5))).reshape(-1)

    @staticmethod
    def blocks(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        big = (A[:, None, :, None] * B[None, :, None, :]).reshape(6, 20)
        return (big * v).sum(-1)

    @staticmethod
    def repeated_blocks(A: Tensor, B: Tensor, v: Tensor) -> Tensor:
        big = A.repeat_interleave(2, 0).repeat_interleave(5, 1) * B.repeat(3, 4)
        return torch.mv(big, v)


class Bilinear(Contraction):
    """A bilinear form: y[b, e] = sum over d, n of u[b, d] w[e, d, n] v[b, n]."""

    inputs = {"u": "b d", "v": "b n", "w": "e d n"}
    becomes = "u[a b] v[a c] w[d b c] -> a d"

    @staticmethod
    def exact(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return torch.einsum("bd,edn,bn->be", u, w, v)

    @staticmethod
    def bilinear(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return F.bilinear(u, v, w)

    @staticmethod
    def einsum(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return torch.einsum("bd,edn,bn->be", u, w, v)

    @staticmethod
    def flat_outer(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return (u[:, :, None] * v[:, None]).flatten(1) @ w.flatten(1).T

    @staticmethod
    def tensordots(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        left = torch.tensordot(u, w, dims=([1], [1]))
        return (left * v.unsqueeze(1)).sum(-1)

    @staticmethod
    def matmuls(u: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return (u[:, None, None] @ w @ v[:, None, :, None]).squeeze(-1).squeeze(-1)


class Trace(Contraction):
    """A trace of a product: y[b] = sum over l, d of x[b, l, d] z[b, d, l]."""

    inputs = {"x": "b l d", "z": "b d l"}
    becomes = "x[a b c] z[a c b] -> a"

    @staticmethod
    def exact(x: Tensor, z: Tensor) -> Tensor:
        return torch.einsum("bld,bdl->b", x, z)

    @staticmethod
    def einsum(x: Tensor, z: Tensor) -> Tensor:
        return torch.einsum("bld,bdl->b", x, z)

    @staticmethod
    def multiply_sum(x: Tensor, z: Tensor) -> Tensor:
        return (x * z.mT).sum((-1, -2))

    @staticmethod
    def diagonal_of_product(x: Tensor, z: Tensor) -> Tensor:
        return torch.diagonal(x @ z, dim1=-2, dim2=-1).sum(-1)

    @staticmethod
    def flat_vectors(x: Tensor, z: Tensor) -> Tensor:
        return torch.linalg.vecdot(x.flatten(1), z.transpose(1, 2).flatten(1))

    @staticmethod
    def flat_bmm(x: Tensor, z: Tensor) -> Tensor:
        b = x.shape[0]
        return torch.bmm(x.reshape(b, 1, -1), z.permute(0, 2, 1).reshape(b, -1, 1)).view(b)

    @staticmethod
    def sums_one_by_one(x: Tensor, z: Tensor) -> Tensor:
        return (x.mT * z).sum(1).sum(1)
