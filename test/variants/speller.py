"""Spells operations on tensors with named axes, each in one of many ways that PyTorch offers for it.

A `Value` is a tensor with a name for each dimension. Which spelling an operation gets is a decision of `Choices`; the
plain outcome is the usual one. All spellings of an operation compute the same function, apart from rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from choices import Choices
from sizes import Size, is_one, is_same
from tracer import Graph, Tensor, arange, cat, einsum, filled, stack, tensordot, where

Axes = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """A tensor whose dimensions have names."""

    tensor: Tensor
    axes: Axes

    def __post_init__(self) -> None:
        assert len(set(self.axes)) == self.tensor.rank, f"{self.axes} of {self.tensor.shape}"

    def size(self, axis: str) -> int:
        """The size of an axis."""
        return self.tensor.shape[self.axes.index(axis)]

    def dim(self, axis: str) -> int:
        """The number of an axis."""
        return self.axes.index(axis)

    def renamed(self, **names: str) -> Value:
        """The same tensor with other names."""
        return Value(self.tensor, tuple(names.get(a, a) for a in self.axes))


class Speller:
    """Writes operations into a graph."""

    def __init__(self, graph: Graph, choices: Choices) -> None:
        self.graph, self.choices = graph, choices

    def reshape(self, t: Tensor, shape: Sequence[int]) -> Tensor:
        """Another shape, one size of which may be left open."""
        shape = list(shape)
        if not shape or not self.choices.chance("open size", 0.15):
            return t.reshape(shape)
        return t.reshape(shape, self.choices.pick("which size", list(range(len(shape)))))

    # --- identities

    def noise(self, v: Value) -> Value:
        """Now and then something that changes nothing."""
        if not self.choices.chance("noise", 0.06):
            return v
        t = v.tensor
        last = t.rank - 1
        kinds: dict[str, Callable[[], Tensor]] = {
            "contiguous": t.contiguous,
            "clone": t.clone,
            "times one": lambda: t * 1.0,
            "float": lambda: t.to("float32"),
            "unsqueeze and squeeze": lambda: t.unsqueeze(last).squeeze(last),
            "flat and back": lambda: t.reshape([math.prod(t.shape)]).reshape(t.shape),
            "expand to itself": lambda: t.expand(t.shape),
            "negated twice": lambda: t.unary("neg").unary("neg"),
        }
        if t.rank > 1:
            kinds["transposed twice"] = lambda: t.transpose(0, last).contiguous().transpose(0, last)
            kinds["merged and split"] = lambda: t.flatten(0, 1).unflatten(0, t.shape[:2])
        if t.rank and t.shape[0] > 1:
            kinds["cut and joined"] = lambda: cat([t.slice(0, 0, 1), t.slice(0, 1)], 0)
        if t.rank and t.shape[last] > 0:
            kinds["padded and cut"] = lambda: t.pad([0, 2]).slice(last, 0, t.shape[last])
            kinds["flipped twice"] = lambda: t.flip(last).flip(last)
        return Value(kinds[self.choices.pick("noise kind", list(kinds))](), v.axes)

    def order(self, v: Value, axes: Sequence[str]) -> Value:
        """The axes in that order."""
        axes = tuple(axes)
        if v.axes == axes:
            return v
        assert sorted(v.axes) == sorted(axes), f"{v.axes} as {axes}"
        dims = [v.dim(a) for a in axes]
        moved = [k for k, d in enumerate(dims) if k != d]
        kinds = ["permute", "einsum", "contiguous"]
        if len(moved) == 2:
            kinds += ["transpose"]
        rotation = self._rotation(dims)
        if rotation:
            kinds += ["movedim"]
        kind = self.choices.pick("order", kinds)
        if kind == "transpose":
            return Value(v.tensor.transpose(*moved), axes)
        if kind == "movedim" and rotation:
            return Value(v.tensor.movedim(*rotation), axes)
        if kind == "einsum":
            return Value(einsum(self.equation([v.axes], axes), [v.tensor]), axes)
        result = v.tensor.permute(dims)
        return Value(result.contiguous() if kind == "contiguous" else result, axes)

    @staticmethod
    def _rotation(dims: list[int]) -> tuple[int, int] | None:
        for source in range(len(dims)):
            for target in range(len(dims)):
                trial = list(range(len(dims)))
                trial.insert(target, trial.pop(source))
                if trial == dims:
                    return source, target
        return None

    def equation(self, inputs: Sequence[Axes], output: Axes) -> str:
        """An einsum equation with a letter for each axis, drawn anew."""
        letters = self.choices.shuffle("letters", "bchlnpqrstuvwxyzadefgijkmo")
        names: dict[str, str] = {}
        for axes in inputs:
            for a in axes:
                names.setdefault(a, letters[len(names)])
        words = ["".join(names[a] for a in axes) for axes in inputs]
        return ",".join(words) + "->" + "".join(names[a] for a in output)

    def arrange(self, v: Value, axes: Sequence[str]) -> Tensor:
        """A tensor with all of `axes`, of size one where `v` has no such axis."""
        axes = tuple(axes)
        ordered = self.order(v, [a for a in axes if a in v.axes])
        t = ordered.tensor
        missing = [k for k, a in enumerate(axes) if a not in v.axes]
        if not missing:
            return t
        # Dimensions in front are added by broadcasting.
        while self.choices.chance("leave leading", 0.3) and missing and missing[0] == 0:
            axes = axes[1:]
            missing = [k - 1 for k in missing[1:]]
        if not missing:
            return t
        kind = self.choices.pick("unit dims", ["unsqueeze", "reshape", "backwards"])
        if kind == "reshape":
            return self.reshape(t, [v.size(a) if a in v.axes else 1 for a in axes])
        if kind == "backwards":
            for k in reversed(missing):
                t = t.unsqueeze(sum(1 for a in axes[:k] if a in v.axes))
            return t
        for k in missing:
            t = t.unsqueeze(k)
        return t

    def broadcast_to(self, v: Value, sizes: dict[str, int]) -> Value:
        """All of the axes, at their sizes."""
        t = self.arrange(v, tuple(sizes))
        shape = list(sizes.values())
        t = t if t.rank == len(shape) else self.reshape(t, [1] * (len(shape) - t.rank) + list(t.shape))
        if self.choices.pick("broadcast", ["expand", "repeat"]) == "repeat":
            return Value(t.repeat([n if is_one(t.shape[k]) else 1 for k, n in enumerate(shape)]), tuple(sizes))
        return Value(t.expand(shape), tuple(sizes))

    # --- products and sums

    def _sizes(self, values: Sequence[Value], axes: Sequence[str]) -> dict[str, int]:
        return {a: next(v.size(a) for v in values if a in v.axes) for a in axes}

    def times(self, a: Value, b: Value, axes: Sequence[str] | None = None) -> Value:
        """An elementwise product with broadcasting."""
        if axes is None:
            axes = a.axes + tuple(x for x in b.axes if x not in a.axes)
            if self.choices.chance("product layout", 0.3):
                axes = self.choices.shuffle("product axes", axes)
        axes = tuple(axes)
        kind = self.choices.pick("product", ["mul", "swapped", "einsum", "expand", "expand both"], first=0.35)
        if kind == "einsum":
            return self.noise(Value(einsum(self.equation([a.axes, b.axes], axes), [a.tensor, b.tensor]), axes))
        if kind.startswith("expand"):
            sizes = self._sizes([a, b], axes)
            a = self.broadcast_to(a, sizes)
            if kind == "expand both":
                b = self.broadcast_to(b, sizes)
        first, second = (b, a) if kind == "swapped" else (a, b)
        x, y = self.arrange(first, axes), self.arrange(second, axes)
        rank = max(x.rank, y.rank)
        product = x * y
        if rank < len(axes):  # both began with units that were left out
            product = self.reshape(product, [1] * (len(axes) - rank) + list(product.shape))
        return self.noise(Value(product, axes))

    def product(self, values: Sequence[Value], axes: Sequence[str] | None = None) -> Value:
        """The product of several tensors, in any order."""
        rest = self.choices.shuffle("factors", values)
        while len(rest) > 2:
            a = rest.pop(0)
            rest.insert(self.choices.pick("associate", [0, 1]), self.times(a, rest.pop(0)))
        if len(rest) == 2:
            return self.times(rest[0], rest[1], axes)
        return self.order(rest[0], axes or rest[0].axes)

    def contract(self, values: Sequence[Value], out: Sequence[str]) -> Value:
        """The product summed over all axes that are not in `out`."""
        out = tuple(out)
        scale = self.pick_scale()
        if scale != 1.0:
            which = self.choices.pick("constant to", list(range(len(values))))
            values = [self.scaled(v, scale) if k == which else v for k, v in enumerate(values)]
            return self.scaled(self.contract(values, out), 1.0 / scale)
        if self.choices.pick("contract", ["einsum", "pairs"], first=0.3) == "einsum":
            values = self.choices.shuffle("operands", values)
            equation = self.equation([v.axes for v in values], out)
            return self.noise(Value(einsum(equation, [v.tensor for v in values]), out))
        rest = self.choices.shuffle("operands", values)
        lazy = self.choices.chance("sum at the end", 0.15)
        while len(rest) > 1:
            a, b = rest.pop(0), rest.pop(0)
            needed = {x for v in rest for x in v.axes} | set(out)
            kept = [x for x in dict.fromkeys(a.axes + b.axes) if x in needed or lazy]
            if not rest and set(kept) == set(out):
                kept = list(out)
            rest.insert(self.choices.pick("associate", [0, len(rest)]), self.pair(a, b, kept))
        result = rest[0]
        extra = [x for x in result.axes if x not in out]
        if extra:
            result = self.total(result, extra)
        return self.order(result, out)

    def total(self, v: Value, axes: Sequence[str]) -> Value:
        """The sum over some axes."""
        kept = tuple(a for a in v.axes if a not in axes)
        dims = [v.dim(a) for a in axes]
        kind = self.choices.pick("sum", ["sum", "one by one", "keepdim", "einsum"])
        if kind == "einsum":
            return Value(einsum(self.equation([v.axes], kept), [v.tensor]), kept)
        if kind == "one by one":
            t = v.tensor
            for d in sorted(dims, reverse=True):
                t = t.sum([d - t.rank])
            return Value(t, kept)
        if kind == "keepdim" and len(dims) == 1:
            return Value(v.tensor.sum(dims, keepdim=True).squeeze(dims[0]), kept)
        return Value(v.tensor.sum(dims), kept)

    def pair(self, a: Value, b: Value, out: Sequence[str]) -> Value:
        """Two tensors multiplied and summed."""
        out = tuple(out)
        if self.choices.chance("swap operands", 0.5):
            a, b = b, a
        summed = [x for x in dict.fromkeys(a.axes + b.axes) if x not in out]
        if not summed:
            return self.times(a, b, out)
        for x in list(summed):  # what only one of them has is summed before
            if x not in a.axes or x not in b.axes:
                if x in a.axes:
                    a = self.total(a, [x])
                else:
                    b = self.total(b, [x])
                summed.remove(x)
        if not summed:
            return self.times(a, b, out)
        batch = [x for x in a.axes if x in b.axes and x in out]
        rows = [x for x in a.axes if x not in b.axes]
        columns = [x for x in b.axes if x not in a.axes]
        kinds = ["einsum", "mul and sum", "matmul", "bmm"]
        if not batch:
            kinds += ["tensordot"]
        kind = self.choices.pick("pair", kinds)
        if kind == "einsum":
            return self.noise(Value(einsum(self.equation([a.axes, b.axes], out), [a.tensor, b.tensor]), out))
        if kind == "mul and sum":
            return self.order(self.total(self.times(a, b), summed), out)
        natural = tuple(batch + rows + columns)
        sizes = self._sizes([a, b], natural)
        if kind == "tensordot":
            dims = [a.dim(x) for x in summed], [b.dim(x) for x in summed]
            return self.noise(self.order(Value(tensordot(a.tensor, b.tensor, dims), natural), out))
        count = math.prod(a.size(x) for x in summed)
        lead = [a.size(x) for x in batch]
        if kind == "bmm":
            lead = [math.prod(lead)]
        left = self.reshape(self.order(a, batch + rows + summed).tensor, [*lead, self._count(a, rows), count])
        right = self.reshape(self.order(b, batch + summed + columns).tensor, [*lead, count, self._count(b, columns)])
        result = left.bmm(right) if kind == "bmm" else left.matmul(right)
        return self.noise(self.order(Value(self.reshape(result, list(sizes.values())), natural), out))

    @staticmethod
    def _count(v: Value, axes: Sequence[str]) -> int:
        return math.prod(v.size(a) for a in axes)

    def plus(self, a: Value, b: Value) -> Value:
        """A sum; both may broadcast."""
        axes = a.axes + tuple(x for x in b.axes if x not in a.axes)
        sizes = self._sizes([a, b], axes)
        kind = self.choices.pick("add", ["add", "swapped", "minus negative", "in place"], first=0.4)
        x, y = self.arrange(a, axes), self.arrange(b, axes)
        if kind == "swapped":
            x, y = y, x
        if kind == "minus negative":
            result = x - y.unary("neg")
        elif kind == "in place" and x.shape == tuple(sizes.values()):
            x = x.clone()
            x.add_(y)
            result = x
        else:
            result = x + y
        if result.rank < len(axes):
            result = result.reshape(list(sizes.values()))
        return self.noise(Value(result, axes))

    def sum_of(self, values: Sequence[Value]) -> Value:
        """Several summands in any order."""
        rest = self.choices.shuffle("summands", values)
        while len(rest) > 1:
            rest.insert(self.choices.pick("associate sums", [0, 1]), self.plus(rest.pop(0), rest.pop(0)))
        return rest[0]

    def minus(self, a: Value, b: Value, axes: Sequence[str]) -> Value:
        """A difference with broadcasting."""
        x, y = self.arrange(a, axes), self.arrange(b, axes)
        kind = self.choices.pick("subtract", ["sub", "add negative"])
        result = x - y if kind == "sub" else x + y.unary("neg")
        if result.rank < len(axes):
            result = result.reshape([1] * (len(axes) - result.rank) + list(result.shape))
        return self.noise(Value(result, tuple(axes)))

    def updated(self, state: Value, decay: Value, added: Value) -> Value:
        """state * decay + added."""
        if self.choices.chance("change of the state", 0.08):
            lost = self.times(state, Value(decay.tensor - 1.0, decay.axes))
            return self.sum_of([state, lost, added])
        return self.plus(self.times(state, decay), added)

    def padding(self, size: int, multiple: int) -> int:
        """How much is missing to a multiple, by one of the usual formulas."""
        kind = self.choices.pick("padding", ["remainder of negative", "two remainders", "rounded up"])
        if kind == "two remainders":
            return (multiple - size % multiple) % multiple
        if kind == "rounded up":
            return (size + (multiple - 1)) // multiple * multiple - size
        return -size % multiple

    def scaled(self, v: Value, factor: float) -> Value:
        """v times a number."""
        if factor == 1.0:
            return v
        return Value(v.tensor / (1.0 / factor) if factor == 0.5 else v.tensor * factor, v.axes)

    def pick_scale(self) -> float:
        """A number that is moved through a sum; mostly none. Its reciprocal is exact."""
        return self.choices.pick("constant through a sum", [1.0, 2.0, -1.0, 0.5, -4.0], first=0.93)

    def negative(self, v: Value) -> Value:
        """-v."""
        kind = self.choices.pick("negate", ["neg", "times -1", "from zero"])
        t = v.tensor
        result = t.unary("neg") if kind == "neg" else t * -1.0 if kind == "times -1" else t.binary("rsub", 0.0)
        return Value(result, v.axes)

    # --- functions of one element

    def exp(self, v: Value) -> Value:
        """e to the v."""
        kind = self.choices.pick("exp", ["exp", "in place"], first=0.9)
        if kind == "in place":
            t = v.tensor.clone()
            t.exp_()
            return Value(t, v.axes)
        return self.noise(Value(v.tensor.unary("exp"), v.axes))

    def exp_difference(self, a: Value, b: Value, axes: Sequence[str]) -> Value:
        """exp(a - b) with broadcasting, also as a product of exponentials."""
        kind = self.choices.pick("exp of", ["difference", "quotient", "product", "negated"], first=0.55)
        if kind == "difference":
            return self.exp(self.minus(a, b, axes))
        if kind == "negated":
            return self.exp(self.negative(self.minus(b, a, axes)))
        if kind == "product":
            return self.times(self.exp(a), self.exp(self.negative(b)), axes)
        x, y = self.arrange(self.exp(a), axes), self.arrange(self.exp(b), axes)
        result = x / y
        if result.rank < len(axes):
            result = self.reshape(result, [1] * (len(axes) - result.rank) + list(result.shape))
        return self.noise(Value(result, tuple(axes)))

    def softplus(self, v: Value) -> Value:
        """log(1 + exp(v))."""
        t = v.tensor
        kinds: dict[str, Callable[[], Tensor]] = {
            "softplus": lambda: t.unary("softplus"),
            "log1p": lambda: t.unary("exp").unary("log1p"),
            "log": lambda: (t.unary("exp") + 1.0).unary("log"),
            "stable": lambda: t.unary("abs").unary("neg").unary("exp").unary("log1p") + t.unary("relu"),
            "log_sigmoid": lambda: t.unary("neg").unary("log_sigmoid").unary("neg"),
            "threshold": lambda: where(t.compare("gt", 20.0), t, t.unary("exp").unary("log1p")),
            "logaddexp": lambda: t.binary("logaddexp", t.zeros_like()),
        }
        return self.noise(Value(kinds[self.choices.pick("softplus", list(kinds), first=0.3)](), v.axes))

    def silu(self, v: Value) -> Value:
        """v * sigmoid(v)."""
        t = v.tensor
        kinds: dict[str, Callable[[], Tensor]] = {
            "silu": lambda: t.unary("silu"),
            "times sigmoid": lambda: t * t.unary("sigmoid"),
            "sigmoid times": lambda: t.unary("sigmoid") * t,
            "quotient": lambda: t / (t.unary("neg").unary("exp") + 1.0),
            "reciprocal": lambda: t * (t.unary("neg").unary("exp") + 1.0).unary("reciprocal"),
        }
        return self.noise(Value(kinds[self.choices.pick("silu", list(kinds), first=0.3)](), v.axes))

    # --- axes cut and joined

    def split(self, v: Value, axis: str, names: tuple[str, str], inner: int) -> Value:
        """An axis as two, the second one of size `inner`."""
        dim = v.dim(axis)
        outer = v.size(axis) // inner
        axes = v.axes[:dim] + names + v.axes[dim + 1 :]
        kinds = ["reshape", "unflatten"] + ([] if isinstance(outer, Size) else ["stack"])
        kind = self.choices.pick("split", kinds, first=0.4)
        if kind == "unflatten":
            result = v.tensor.unflatten(dim, [outer, inner])
        elif kind == "stack":
            result = stack([v.tensor.slice(dim, k * inner, (k + 1) * inner) for k in range(outer)], dim)
        else:
            result = self.reshape(v.tensor, v.tensor.shape[:dim] + (outer, inner) + v.tensor.shape[dim + 1 :])
        return self.noise(Value(result, axes))

    def merge(self, v: Value, names: tuple[str, str], axis: str) -> Value:
        """Two axes as one."""
        if v.dim(names[1]) != v.dim(names[0]) + 1:
            rest = [a for a in v.axes if a != names[1]]
            rest.insert(rest.index(names[0]) + 1, names[1])
            v = self.order(v, rest)
        dim = v.dim(names[0])
        axes = v.axes[:dim] + (axis,) + v.axes[dim + 2 :]
        kinds = ["reshape", "flatten"] + ([] if isinstance(v.size(names[0]), Size) else ["cat"])
        kind = self.choices.pick("merge", kinds, first=0.4)
        if kind == "flatten":
            return self.noise(Value(v.tensor.flatten(dim, dim + 1), axes))
        if kind == "cat":
            return self.noise(Value(cat([v.tensor.select(dim, k) for k in range(v.size(names[0]))], dim), axes))
        old = v.tensor.shape
        shape = old[:dim] + (old[dim] * old[dim + 1],) + old[dim + 2 :]
        return self.noise(Value(self.reshape(v.tensor, shape), axes))

    def pad_end(self, v: Value, axis: str, amount: int) -> Value:
        """Zeros behind the end of an axis."""
        dim, t = v.dim(axis), v.tensor
        kinds = ["pad", "cat", "copy into zeros"] + ([] if isinstance(amount, Size) else ["cat zeros like"])
        kind = self.choices.pick("pad", kinds)
        shape = list(t.shape)
        shape[dim] = amount
        if kind == "cat":
            return Value(cat([t, filled(self.graph, "zeros", shape)], dim), v.axes)
        if kind == "cat zeros like" and amount <= t.shape[dim]:
            return Value(cat([t, t.slice(dim, 0, amount).zeros_like()], dim), v.axes)
        if kind == "copy into zeros":
            shape[dim] = amount + t.shape[dim]
            result = t.new_zeros(shape)
            result.slice(dim, 0, t.shape[dim]).copy_(t)
            return Value(result, v.axes)
        return Value(t.pad([0, 0] * (t.rank - 1 - dim) + [0, amount]), v.axes)

    def pad_front(self, v: Value, axis: str) -> Value:
        """One zero before an axis."""
        dim, t = v.dim(axis), v.tensor
        kind = self.choices.pick("pad front", ["pad", "cat", "cat zeros like"])
        if kind == "pad":
            return Value(t.pad([0, 0] * (t.rank - 1 - dim) + [1, 0]), v.axes)
        shape = list(t.shape)
        shape[dim] = 1
        zero = filled(self.graph, "zeros", shape) if kind == "cat" else t.slice(dim, 0, 1).zeros_like()
        return Value(cat([zero, t], dim), v.axes)

    def cut(self, v: Value, axis: str, start: int, end: int) -> Value:
        """A part of an axis."""
        dim = v.dim(axis)
        if start == 0 and is_same(end, v.size(axis)):
            return v
        if self.choices.pick("cut", ["slice", "narrow"]) == "narrow":
            return Value(v.tensor.narrow(dim, start, end - start), v.axes)
        return Value(v.tensor.slice(dim, start, end), v.axes)

    def last(self, v: Value, axis: str) -> Value:
        """The last position of an axis."""
        size = v.size(axis)
        return self.at(v, axis, -1 if isinstance(size, Size) else size - 1)

    def at(self, v: Value, axis: str, index: int) -> Value:
        """One position of an axis; -1 is the last."""
        dim = v.dim(axis)
        axes = v.axes[:dim] + v.axes[dim + 1 :]
        kind = self.choices.pick("at", ["select", "slice"], first=0.7)
        if kind == "slice":
            part = v.tensor.slice(dim, index) if index == -1 else v.tensor.slice(dim, index, index + 1)
            return Value(part.squeeze(dim), axes)
        return Value(v.tensor.select(dim, index), axes)

    def join(self, values: Sequence[Value], axis: str) -> Value:
        """Values as the positions of a new axis, which is put anywhere."""
        axes = values[0].axes
        dim = self.choices.pick("join at", list(range(len(axes) + 1)))
        values = [self.order(v, axes) for v in self.choices.loop(values)]
        kind = self.choices.pick("join", ["stack", "cat", "write"], first=0.5)
        joined = axes[:dim] + (axis,) + axes[dim:]
        tensors = [v.tensor for v in values]
        if kind == "cat":
            return Value(cat([t.unsqueeze(dim) for t in tensors], dim), joined)
        if kind == "write":
            shape = list(tensors[0].shape)
            shape.insert(dim, len(tensors))
            result = filled(self.graph, "zeros", shape)
            for k, t in enumerate(tensors):
                result.select(dim, k).copy_(t)
            return Value(result, joined)
        return Value(stack(tensors, dim), joined)

    # --- masks and decays

    def causal(self, rows: str, columns: str, count: int, strict: bool = False) -> Value:
        """A mask: the row is at or behind (strict: behind) the column."""
        diagonal = -1 if strict else 0
        graph, shape = self.graph, [count, count]
        kinds = ["tril", "not triu", "arange", "arange swapped", "float tril", "triu of transpose"]
        kind = self.choices.pick("mask", kinds)
        if kind == "not triu":
            mask = filled(graph, "ones", shape, "bool").triangle("triu", diagonal + 1).unary("logical_not")
        elif kind == "float tril":
            mask = filled(graph, "ones", shape).triangle("tril", diagonal).compare("eq", 1.0)
        elif kind == "triu of transpose":
            mask = filled(graph, "ones", shape, "bool").triangle("triu", -diagonal).transpose(0, 1)
        elif kind.startswith("arange"):
            steps = arange(graph, count)
            row, column = steps.unsqueeze(1), steps.unsqueeze(0)
            if kind == "arange":
                mask = row.compare("gt" if strict else "ge", column)
            else:
                mask = column.compare("lt" if strict else "le", row)
        else:
            mask = filled(graph, "ones", shape, "bool").triangle("tril", diagonal)
        return Value(mask, (rows, columns))

    def running_sum(self, v: Value, axis: str) -> Value:
        """Sums over an axis up to each position."""
        scale = self.pick_scale()
        if scale != 1.0:
            return self.scaled(self.running_sum(self.scaled(v, scale), axis), 1.0 / scale)
        kind = self.choices.pick("running sum", ["cumsum", "matmul", "cumsum last", "masked"], first=0.5)
        if kind == "matmul":
            ones = filled(self.graph, "ones", [v.size(axis)] * 2).triangle("tril", 0)
            triangle = Value(ones, ("to", axis))
            out = ["to" if a == axis else a for a in v.axes]
            return self.pair(v, triangle, out).renamed(to=axis)
        if kind == "masked":
            spread = self.broadcast_to(v, {"to": v.size(axis)} | {a: v.size(a) for a in v.axes})
            mask = self.causal("to", axis, v.size(axis))
            t = where(self.arrange_mask(mask, spread.axes), spread.tensor, 0.0)
            return self.order(
                self.total(Value(t, spread.axes), [axis]).renamed(to=axis), v.axes
            )
        if kind == "cumsum last":
            last = [a for a in v.axes if a != axis] + [axis]
            moved = self.order(v, last)
            return self.order(Value(moved.tensor.cumsum(len(last) - 1), moved.axes), v.axes)
        return self.noise(Value(v.tensor.cumsum(v.dim(axis)), v.axes))

    def arrange_mask(self, mask: Value, axes: Axes) -> Tensor:
        """A mask with unit dimensions for the other axes."""
        present = [a for a in axes if a in mask.axes]
        t = mask.tensor if tuple(present) == mask.axes else mask.tensor.transpose(0, 1)
        for k, a in enumerate(axes):
            if a not in mask.axes and (k >= axes.index(present[0])):
                t = t.unsqueeze(k - axes.index(present[0]))
        return t

    def masked(self, v: Value, mask: Value, fill: float) -> Value:
        """`fill` where the mask does not hold."""
        m = self.arrange_mask(mask, v.axes)
        kind = self.choices.pick("fill", ["masked_fill", "where", "where full"])
        if kind == "where":
            return Value(where(m, v.tensor, fill), v.axes)
        if kind == "where full":
            value = self.graph.call("full.default", [("size", [1]), ("fill_value", fill)], [1])
            return Value(where(m, v.tensor, value), v.axes)
        return Value(v.tensor.masked_fill(m.unary("logical_not"), fill), v.axes)

    def segment_decay(self, a: Value, axis: str, target: str, source: str, sums: Value | None = None) -> Value:
        """exp of the sum of `a` over the positions behind `source` up to `target`; 0 where target is before source."""
        count = a.size(axis)
        rest = [x for x in a.axes if x != axis]
        axes = [*rest, target, source]
        if self.choices.chance("segment layout", 0.6):
            axes = self.choices.shuffle("segment axes", axes)
        kind = self.choices.pick("segment", ["difference", "masked sums"], first=0.6)
        if kind == "masked sums":
            sizes = {x: a.size(axis if x in (target, source) else x) for x in axes}
            spread = self.broadcast_to(a.renamed(**{axis: target}), sizes)
            inner = self.masked(spread, self.causal(target, source, count, strict=True), 0.0)
            segments = Value(inner.tensor.cumsum(inner.dim(target)), inner.axes)
        else:
            sums = sums or self.running_sum(a, axis)
            ends = sums.renamed(**{axis: target}), sums.renamed(**{axis: source})
            if self.choices.chance("mask the product", 0.3):
                return self.masked_after(self.exp_difference(*ends, axes), target, source, count)
            segments = self.minus(*ends, axes)
        return self.masked_exp(segments, target, source, count)

    def masked_after(
        self, decay: Value, target: str, source: str, count: int, strict: bool = False, kind: str = ""
    ) -> Value:
        """Exponentials where the target is at or behind the source, 0 elsewhere."""
        kind = kind or self.choices.pick("masked after", ["times mask", "zero after", "tril after"])
        if kind == "tril after":
            last = [a for a in decay.axes if a not in (target, source)] + [target, source]
            decay = self.order(decay, last)
            return Value(decay.tensor.triangle("tril", -1 if strict else 0), decay.axes)
        mask = self.causal(target, source, count, strict)
        if kind == "times mask":
            return self.times(decay, Value(mask.tensor.to("float32"), mask.axes), decay.axes)
        return self.masked(decay, mask, 0.0)

    def masked_exp(self, segments: Value, target: str, source: str, count: int, strict: bool = False) -> Value:
        """exp(segments) where the target is at or behind the source, 0 elsewhere."""
        kinds = ["fill -inf", "add -inf", "times mask", "zero after", "tril after", "both"]
        kind = self.choices.pick("masked exp", kinds)
        if kind in ("times mask", "zero after", "tril after"):
            return self.masked_after(self.exp(segments), target, source, count, strict, kind)
        mask = self.causal(target, source, count, strict)
        if kind == "add -inf":
            zeros = filled(self.graph, "zeros", [count, count])
            addend = Value(zeros.masked_fill(mask.tensor.unary("logical_not"), -math.inf), mask.axes)
            shifted = segments.tensor + self.arrange_mask(addend, segments.axes)
            return self.exp(Value(shifted, segments.axes))
        filled_in = self.exp(self.masked(segments, mask, -math.inf))
        if kind == "both":
            return self.masked(filled_in, mask, 0.0)
        return filled_in
