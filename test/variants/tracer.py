"""Records calls of aten operators on tensors that have a shape and no contents, and writes them as a `.pt2` archive.

A `Tensor` has the methods of PyTorch's that the generator of variants uses; each call becomes one node of the graph, as
`torch.export` would record it, and one line of PyTorch (`Graph.source`). Only what docs/import-format.md says the
reader needs is written. Sizes are numbers, or expressions of the inputs' sizes (sizes.py). Not a tensor library: nothing
is computed here.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sizes
from sizes import Size

ALIGNMENT = 64
END = 2**63 - 1
SCALAR_TYPES = {"int64": 5, "float32": 7, "float64": 8, "bool": 12}
# Operators that are no methods of a tensor.
FUNCTIONS = {
    "arange": "torch.arange",
    "cat": "torch.cat",
    "einsum": "torch.einsum",
    "full": "torch.full",
    "linear": "F.linear",
    "log_sigmoid": "F.logsigmoid",
    "ones": "torch.ones",
    "pad": "F.pad",
    "rsub": "torch.rsub",
    "silu": "F.silu",
    "softplus": "F.softplus",
    "stack": "torch.stack",
    "tensordot": "torch.tensordot",
    "where": "torch.where",
    "zeros": "torch.zeros",
    "zeros_like": "torch.zeros_like",
    "ones_like": "torch.ones_like",
}

Shape = tuple[int, ...]


def contiguous_strides(shape: Sequence[int]) -> Shape:
    """The strides of a dense tensor in row-major order."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(1, size)
    return tuple(reversed(strides))


def broadcast(a: Shape, b: Shape) -> Shape:
    """The shape of an elementwise operation."""
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    for x, y in zip(a, b):
        assert x == y or sizes.is_one(x) or sizes.is_one(y), f"{a} and {b} do not broadcast"
    return tuple(y if sizes.is_one(x) else x for x, y in zip(a, b))


class Dtype(str):
    """The name of an element type, as an argument."""


class Graph:
    """The nodes of a program in order."""

    def __init__(self) -> None:
        self.inputs: list[Tensor] = []
        self.nodes: list[dict[str, Any]] = []
        self.tensors: dict[str, dict[str, Any]] = {}
        self.sizes: dict[str, dict[str, Any]] = {}
        self.symbols: list[str] = []
        self.source: list[str] = []
        self.counts: dict[str, int] = {}

    def fresh(self, stem: str) -> str:
        """A name that is not taken."""
        number = self.counts.get(stem, 0)
        self.counts[stem] = number + 1
        return f"{stem}_{number}" if number else stem

    def describe(self, tensor: Tensor) -> None:
        """Enters a tensor into the table of values."""
        self.tensors[tensor.name] = {
            "dtype": SCALAR_TYPES[tensor.dtype],
            "sizes": [sizes.describe(size) for size in tensor.shape],
            "requires_grad": False,
            "device": {"type": "cpu", "index": None},
            "strides": [sizes.describe(stride) for stride in tensor.strides],
            "storage_offset": sizes.describe(tensor.offset),
            "layout": 7,
        }

    def input(self, name: str, shape: Sequence[int]) -> Tensor:
        """A new input of the program."""
        tensor = Tensor(self, self.fresh(name), tuple(shape), contiguous_strides(shape))
        self.inputs.append(tensor)
        self.describe(tensor)
        return tensor

    def symbol(self, value: int, factor: int = 1) -> Size:
        """A size that inputs have at run time: a multiple of `factor`, of `factor * value` in the example."""
        self.symbols.append(f"s{len(self.symbols)}")
        return Size.symbol(self, self.symbols[-1], value, factor)

    def find_size(self, size: Size) -> tuple[Tensor, int]:
        """An input and the number of its dimension that has this size."""
        for tensor in self.inputs:
            for dim, have in enumerate(tensor.shape):
                if have is size:
                    return tensor, dim
        raise AssertionError(f"no input has the size {size!r}")

    def size_node(self, target: str, arguments: list[tuple[str, Any]], size: Size, text: str) -> str:
        """Records the node that computes a size; returns its name."""
        inputs = [{"name": n, "arg": encode(v), "kind": 1} for n, v in arguments]
        name = self.fresh(target.split(".")[-1] if target.startswith("_") else "sym_size_int")
        self.sizes[name] = sizes.describe(size)
        self.nodes.append(
            {
                "target": target,
                "inputs": inputs,
                "outputs": [{"as_sym_int": {"as_name": name}}],
                "metadata": self.metadata(),
                "is_hop_single_tensor_return": None,
                "name": name,
            }
        )
        self.source.append(f"{name} = {text}")
        return name

    def metadata(self) -> dict[str, str]:
        """Where the next node comes from."""
        return {
            "stack_trace": f'File "variant.py", line {len(self.source) + 1}, in forward\n',
            "nn_module_stack": "L__self__,,variant.Variant",
        }

    def call(
        self,
        target: str,
        arguments: Sequence[tuple[str, Any]],
        shape: Sequence[int],
        *,
        keywords: Sequence[tuple[str, Any]] = (),
        strides: Shape | None = None,
        offset: int = 0,
        dtype: str = "float32",
        text: str = "",
    ) -> Tensor:
        """Records one call and returns its result. `text` is the call in Python where it is not a plain one."""
        op = target.split(".")[0]
        shape = tuple(shape)
        result = Tensor(
            self, self.fresh(op.strip("_")), shape, contiguous_strides(shape) if strides is None else strides, offset, dtype
        )
        self.describe(result)
        self.nodes.append(
            {
                "target": f"torch.ops.aten.{target}",
                "inputs": [{"name": n, "arg": encode(v), "kind": 1} for n, v in arguments]
                + [{"name": n, "arg": encode(v), "kind": 2} for n, v in keywords],
                "outputs": [{"as_tensor": {"name": result.name}}],
                "metadata": self.metadata(),
                "is_hop_single_tensor_return": None,
                "name": result.name,
            }
        )
        words = [spell(v) for _, v in arguments]
        words += [f"{n}={spell(v)}" for n, v in keywords]
        if text:
            pass
        elif op in FUNCTIONS:
            text = f"{FUNCTIONS[op]}({', '.join(words)})"
        else:
            text = f"{words[0]}.{op}({', '.join(words[1:])})"
        self.source.append(f"{result.name} = {text}  # {list(shape)}")
        return result

    def text(self, outputs: Sequence[Tensor]) -> str:
        """The program as a Python function."""
        lines = [f"def forward({', '.join(t.name for t in self.inputs)}):"]
        lines += [f"    # {t.name}: {list(t.shape)}" for t in self.inputs]
        lines += [f"    {line}" for line in self.source]
        lines.append(f"    return {', '.join(t.name for t in outputs)},")
        return "\n".join(lines) + "\n"

    def archive(self, path: Path, outputs: Sequence[tuple[str, Tensor]]) -> None:
        """Writes the program as a `.pt2` archive."""
        spec = {"type": None, "context": None, "children_spec": []}
        out_spec = [
            1,
            {
                "type": "builtins.dict",
                "context": json.dumps([name for name, _ in outputs]),
                "children_spec": [spec] * len(outputs),
            },
        ]
        names = [t.name for t in self.inputs]
        model = {
            "graph_module": {
                "graph": {
                    "inputs": [{"as_tensor": {"name": n}} for n in names],
                    "outputs": [{"as_tensor": {"name": t.name}} for _, t in outputs],
                    "nodes": self.nodes,
                    "tensor_values": self.tensors,
                    "sym_int_values": self.sizes,
                    "sym_bool_values": {},
                    "is_single_tensor_return": False,
                    "custom_obj_values": {},
                    "sym_float_values": {},
                },
                "signature": {
                    "input_specs": [{"user_input": {"arg": {"as_tensor": {"name": n}}}} for n in names],
                    "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": t.name}}}} for _, t in outputs],
                },
                "module_call_graph": [
                    {
                        "fqn": "",
                        "signature": {
                            "inputs": [],
                            "outputs": [],
                            "in_spec": "",
                            "forward_arg_names": names,
                            "out_spec": json.dumps(out_spec),
                        },
                    }
                ],
                "metadata": {},
                "treespec_namedtuple_fields": {},
            },
            "opset_version": {"aten": 10},
            "range_constraints": {s: {"min_val": 2, "max_val": None} for s in self.symbols},
            "schema_version": {"major": 8, "minor": 20},
            "verifiers": ["TRAINING"],
            "torch_version": "2.13.0",
            "guards_code": [],
        }
        empty = b'{"config": {}}'
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
            for name, content in (
                ("data/weights/model_weights_config.json", empty),
                ("data/constants/model_constants_config.json", empty),
                ("models/model.json", json.dumps(model, separators=(",", ":")).encode()),
                ("archive_format", b"pt2"),
                ("archive_version", b"0"),
                ("byteorder", b"little"),
            ):
                add_entry(target, f"variant/{name}", content)


def add_entry(target: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Adds a stored entry whose data begins on a multiple of ALIGNMENT."""
    info = zipfile.ZipInfo(name)
    assert target.fp is not None
    padding = -(target.fp.tell() + 30 + len(name) + 4) % ALIGNMENT
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    target.writestr(info, content)


def encode(value: Any) -> dict[str, Any]:
    """An argument as the archive writes it."""
    if value is None:
        return {"as_none": True}
    if isinstance(value, Tensor):
        return {"as_tensor": {"name": value.name}}
    if isinstance(value, Dtype):
        return {"as_scalar_type": SCALAR_TYPES[value]}
    if isinstance(value, bool):
        return {"as_bool": value}
    if isinstance(value, Size):
        return {"as_sym_int": {"as_name": value.name}}
    if isinstance(value, int):
        return {"as_int": value}
    if isinstance(value, float):
        return {"as_float": value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, str):
        return {"as_string": value}
    if value and isinstance(value[0], Tensor):
        return {"as_tensors": [{"name": t.name} for t in value]}
    if any(isinstance(v, Size) for v in value):
        return {"as_sym_ints": [sizes.encode(v) for v in value]}
    return {"as_ints": list(value)}


def spell(value: Any) -> str:
    """An argument in Python."""
    if isinstance(value, (Tensor, Size)):
        return value.name
    if isinstance(value, Dtype):
        return f"torch.{value}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(spell(v) for v in value)}]"
    return repr(value)


Number = int | float


class Tensor:
    """A value of the graph, with the methods of PyTorch's tensors that variants use."""

    def __init__(
        self, graph: Graph, name: str, shape: Shape, strides: Shape, offset: int = 0, dtype: str = "float32"
    ) -> None:
        self.graph, self.name, self.shape, self.strides = graph, name, shape, strides
        self.offset, self.dtype = offset, dtype

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def is_dense(self) -> bool:
        """Whether the elements lie in row-major order."""
        wanted = contiguous_strides(self.shape)
        return all(n == 1 or s == w for n, s, w in zip(self.shape, self.strides, wanted))

    # --- views

    def _view(
        self, target: str, arguments: Sequence[tuple[str, Any]], dims: Sequence[tuple[int, int]], offset: int = 0,
        text: str = "",
    ) -> Tensor:
        return self.graph.call(
            target,
            [("self", self), *arguments],
            [size for size, _ in dims],
            strides=tuple(stride for _, stride in dims),
            offset=self.offset + offset,
            dtype=self.dtype,
            text=text,
        )

    def _dims(self) -> list[tuple[int, int]]:
        return list(zip(self.shape, self.strides))

    def permute(self, order: Sequence[int]) -> Tensor:
        """The dimensions in another order."""
        dims = self._dims()
        return self._view("permute.default", [("dims", list(order))], [dims[k] for k in order])

    def transpose(self, a: int, b: int) -> Tensor:
        """Two dimensions swapped."""
        dims = self._dims()
        dims[a], dims[b] = dims[b], dims[a]
        return self._view("transpose.int", [("dim0", a), ("dim1", b)], dims)

    def movedim(self, source: int, target: int) -> Tensor:
        """One dimension moved."""
        dims = self._dims()
        dims.insert(target, dims.pop(source))
        return self._view("movedim.int", [("source", source), ("destination", target)], dims)

    def unsqueeze(self, dim: int) -> Tensor:
        """A new dimension of size one before `dim`."""
        dims = self._dims()
        dims.insert(dim, (1, dims[dim][0] * dims[dim][1] if dim < len(dims) else 1))
        return self._view("unsqueeze.default", [("dim", dim)], dims)

    def squeeze(self, dim: int) -> Tensor:
        """Without a dimension of size one."""
        dims = self._dims()
        assert dims[dim][0] == 1
        return self._view("squeeze.dim", [("dim", dim)], dims[:dim] + dims[dim + 1 :])

    def select(self, dim: int, index: int) -> Tensor:
        """One position of a dimension."""
        dims = self._dims()
        place = index % self.shape[dim]
        return self._view(
            "select.int", [("dim", dim), ("index", index)], dims[:dim] + dims[dim + 1 :], place * dims[dim][1]
        )

    def slice(self, dim: int, start: int, end: int = END) -> Tensor:
        """The positions from `start` to `end` of a dimension."""
        dims = self._dims()
        size, stride = dims[dim]
        low = start + size if start < 0 else min(start, size)
        high = end + size if end < 0 else min(end, size)
        dims[dim] = (-start if start < 0 and end == END else max(0, high - low), stride)
        arguments = [("dim", dim), ("start", start), ("end", end)]
        text = f"{self.name}[{':, ' * dim}{spell(start)}:{'' if end == END else spell(end)}]"
        return self._view("slice.Tensor", arguments, dims, low * stride, text)

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """`length` positions from `start` on."""
        dims = self._dims()
        offset = start * dims[dim][1]
        dims[dim] = (length, dims[dim][1])
        return self._view("narrow.default", [("dim", dim), ("start", start), ("length", length)], dims, offset)

    def expand(self, shape: Sequence[int]) -> Tensor:
        """Dimensions of size one repeated without a copy."""
        dims = [(1, 0)] * (len(shape) - self.rank) + self._dims()
        one = sizes.is_one
        new = [(want, 0 if one(have) and not one(want) else stride) for want, (have, stride) in zip(shape, dims)]
        return self._view("expand.default", [("size", list(shape))], new)

    def _reshaped(self, target: str, arguments: Sequence[tuple[str, Any]], shape: Sequence[int]) -> Tensor:
        assert math.prod(shape) == math.prod(self.shape), f"{self.shape} as {shape}"
        offset = self.offset if self.is_dense else 0
        return self.graph.call(target, [("self", self), *arguments], shape, offset=offset, dtype=self.dtype)

    def view(self, shape: Sequence[int]) -> Tensor:
        """Another shape of a dense tensor."""
        assert self.is_dense
        return self._reshaped("view.default", [("size", list(shape))], shape)

    def reshape(self, shape: Sequence[int], free: int | None = None) -> Tensor:
        """Another shape; dimension `free` is written as -1."""
        written = [-1 if k == free else n for k, n in enumerate(shape)]
        return self._reshaped("reshape.default", [("shape", written)], shape)

    def flatten(self, start: int, end: int) -> Tensor:
        """Dimensions `start` to `end` as one."""
        shape = self.shape[:start] + (math.prod(self.shape[start : end + 1]),) + self.shape[end + 1 :]
        return self._reshaped("flatten.using_ints", [("start_dim", start), ("end_dim", end)], shape)

    def unflatten(self, dim: int, sizes: Sequence[int]) -> Tensor:
        """One dimension as several."""
        shape = self.shape[:dim] + tuple(sizes) + self.shape[dim + 1 :]
        return self._reshaped("unflatten.int", [("dim", dim), ("sizes", list(sizes))], shape)

    # --- copies

    def _same(self, target: str, arguments: Sequence[tuple[str, Any]] = (), dtype: str | None = None) -> Tensor:
        return self.graph.call(target, [("self", self), *arguments], self.shape, dtype=dtype or self.dtype)

    def contiguous(self) -> Tensor:
        """A dense tensor of the same elements."""
        return self._same("contiguous.default")

    def clone(self) -> Tensor:
        """A copy."""
        return self._same("clone.default")

    def to(self, dtype: str) -> Tensor:
        """Another element type."""
        return self._same("to.dtype", [("dtype", Dtype(dtype))], dtype)

    def flip(self, dim: int) -> Tensor:
        """A dimension backwards."""
        return self._same("flip.default", [("dims", [dim])])

    def repeat(self, counts: Sequence[int]) -> Tensor:
        """The tensor several times in each dimension."""
        shape = [n * k for n, k in zip((1,) * (len(counts) - self.rank) + self.shape, counts)]
        return self.graph.call("repeat.default", [("self", self), ("repeats", list(counts))], shape, dtype=self.dtype)

    def repeat_interleave(self, count: int, dim: int) -> Tensor:
        """Each position of a dimension several times."""
        shape = self.shape[:dim] + (self.shape[dim] * count,) + self.shape[dim + 1 :]
        return self.graph.call(
            "repeat_interleave.self_int", [("self", self), ("repeats", count), ("dim", dim)], shape, dtype=self.dtype
        )

    def pad(self, amounts: Sequence[int], value: float | None = None) -> Tensor:
        """Zeros before and after, last dimension first."""
        shape = list(self.shape)
        for k in range(len(amounts) // 2):
            shape[self.rank - 1 - k] += amounts[2 * k] + amounts[2 * k + 1]
        arguments: list[tuple[str, Any]] = [("self", self), ("pad", list(amounts))]
        if value is not None:
            arguments += [("mode", "constant"), ("value", value)]
        return self.graph.call("pad.default", arguments, shape, dtype=self.dtype)

    def new_zeros(self, shape: Sequence[int]) -> Tensor:
        """Zeros of the same type."""
        return self.graph.call("new_zeros.default", [("self", self), ("size", list(shape))], shape, dtype=self.dtype)

    def zeros_like(self) -> Tensor:
        """Zeros of the same shape."""
        return self._same("zeros_like.default")

    # --- elementwise

    def unary(self, op: str, *arguments: tuple[str, Any]) -> Tensor:
        """exp, neg, sigmoid and their kin."""
        return self._same(f"{op}.default", arguments)

    def binary(self, op: str, other: Tensor | Number, dtype: str | None = None) -> Tensor:
        """add, mul, ge and their kin."""
        if isinstance(other, Tensor):
            shape = broadcast(self.shape, other.shape)
            overload = "default" if op in ("logaddexp", "maximum", "minimum", "logical_and") else "Tensor"
        else:
            shape = self.shape
            overload = "Scalar" if op in ("ge", "gt", "le", "lt", "eq", "ne", "rsub") else "Tensor"
        if op == "pow":
            overload = "Tensor_Scalar"
            return self._same("pow.Tensor_Scalar", [("exponent", other)])
        return self.graph.call(f"{op}.{overload}", [("self", self), ("other", other)], shape, dtype=dtype or self.dtype)

    def __mul__(self, other: Tensor | Number) -> Tensor:
        return self.binary("mul", other)

    def __add__(self, other: Tensor | Number) -> Tensor:
        return self.binary("add", other)

    def __sub__(self, other: Tensor | Number) -> Tensor:
        return self.binary("sub", other)

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        return self.binary("div", other)

    def compare(self, op: str, other: Tensor | Number) -> Tensor:
        """ge, gt, le, lt, eq, ne."""
        return self.binary(op, other, "bool")

    def masked_fill(self, mask: Tensor, value: float) -> Tensor:
        """`value` where `mask` holds."""
        shape = broadcast(self.shape, mask.shape)
        return self.graph.call(
            "masked_fill.Scalar", [("self", self), ("mask", mask), ("value", value)], shape, dtype=self.dtype
        )

    def clamp(self, low: float | None, high: float | None) -> Tensor:
        """Cut to a range."""
        return self._same("clamp.default", [("min", low), ("max", high)])

    def addcmul(self, a: Tensor, b: Tensor) -> Tensor:
        """self + a * b."""
        shape = broadcast(self.shape, broadcast(a.shape, b.shape))
        return self.graph.call("addcmul.default", [("self", self), ("tensor1", a), ("tensor2", b)], shape)

    # --- in place

    def _in_place(self, target: str, arguments: Sequence[tuple[str, Any]]) -> Tensor:
        return self.graph.call(
            target, [("self", self), *arguments], self.shape, strides=self.strides, offset=self.offset, dtype=self.dtype
        )

    def copy_(self, other: Tensor) -> Tensor:
        """Overwrites the elements."""
        return self._in_place("copy_.default", [("src", other)])

    def mul_(self, other: Tensor | Number) -> Tensor:
        """Multiplies in place."""
        return self._in_place("mul_.Tensor", [("other", other)])

    def add_(self, other: Tensor | Number) -> Tensor:
        """Adds in place."""
        return self._in_place("add_.Tensor", [("other", other)])

    def exp_(self) -> Tensor:
        """Exponentials in place."""
        return self._in_place("exp_.default", [])

    # --- sums

    def sum(self, dims: Sequence[int], keepdim: bool = False) -> Tensor:
        """The sum over some dimensions."""
        gone = [d % self.rank for d in dims]
        shape = [1 if k in gone else n for k, n in enumerate(self.shape) if keepdim or k not in gone]
        arguments: list[tuple[str, Any]] = [("self", self), ("dim", list(dims))]
        return self.graph.call("sum.dim_IntList", arguments + ([("keepdim", True)] if keepdim else []), shape)

    def cumsum(self, dim: int) -> Tensor:
        """Running sums."""
        return self._same("cumsum.default", [("dim", dim)])

    def cumprod(self, dim: int) -> Tensor:
        """Running products."""
        return self._same("cumprod.default", [("dim", dim)])

    def matmul(self, other: Tensor) -> Tensor:
        """Matrix products, batch dimensions broadcast."""
        assert self.rank >= 2 and other.rank >= 2 and self.shape[-1] == other.shape[-2]
        shape = broadcast(self.shape[:-2], other.shape[:-2]) + (self.shape[-2], other.shape[-1])
        return self.graph.call("matmul.default", [("self", self), ("other", other)], shape)

    def bmm(self, other: Tensor) -> Tensor:
        """Matrix products of one batch dimension."""
        shape = (self.shape[0], self.shape[1], other.shape[2])
        return self.graph.call("bmm.default", [("self", self), ("mat2", other)], shape)

    def triangle(self, op: str, diagonal: int) -> Tensor:
        """tril or triu of the last two dimensions."""
        return self._same(f"{op}.default", [("diagonal", diagonal)] if diagonal else [])


def cat(tensors: Sequence[Tensor], dim: int) -> Tensor:
    """Tensors one behind the other."""
    shape = list(tensors[0].shape)
    shape[dim] = sum(t.shape[dim] for t in tensors)
    return tensors[0].graph.call("cat.default", [("tensors", list(tensors)), ("dim", dim)], shape, dtype=tensors[0].dtype)


def stack(tensors: Sequence[Tensor], dim: int) -> Tensor:
    """Tensors along a new dimension."""
    shape = list(tensors[0].shape)
    shape.insert(dim, len(tensors))
    return tensors[0].graph.call("stack.default", [("tensors", list(tensors)), ("dim", dim)], shape)


def einsum(equation: str, tensors: Sequence[Tensor]) -> Tensor:
    """A sum of products."""
    inputs, output = equation.split("->")
    sizes = {a: n for letters, t in zip(inputs.split(","), tensors) for a, n in zip(letters, t.shape)}
    return tensors[0].graph.call(
        "einsum.default", [("equation", equation), ("tensors", list(tensors))], [sizes[a] for a in output]
    )


def where(mask: Tensor, yes: Tensor | float, no: Tensor | float) -> Tensor:
    """An element of the first or the second."""
    shape, overload = mask.shape, "Scalar"
    for value in (yes, no):
        if isinstance(value, Tensor):
            shape = broadcast(shape, value.shape)
    if isinstance(yes, Tensor):
        overload = "self" if isinstance(no, Tensor) else "ScalarOther"
    elif isinstance(no, Tensor):
        overload = "ScalarSelf"
    return mask.graph.call(f"where.{overload}", [("condition", mask), ("self", yes), ("other", no)], shape)


def tensordot(a: Tensor, b: Tensor, dims: tuple[Sequence[int], Sequence[int]]) -> Tensor:
    """The sum over pairs of dimensions."""
    shape = [n for k, n in enumerate(a.shape) if k not in dims[0]] + [
        n for k, n in enumerate(b.shape) if k not in dims[1]
    ]
    return a.graph.call(
        "tensordot.default",
        [("self", a), ("other", b), ("dims_self", list(dims[0])), ("dims_other", list(dims[1]))],
        shape,
        text=f"torch.tensordot({a.name}, {b.name}, {[list(d) for d in dims]})",
    )


def filled(graph: Graph, op: str, shape: Sequence[int], dtype: str = "float32") -> Tensor:
    """zeros or ones."""
    return graph.call(f"{op}.default", [("size", list(shape))], shape, keywords=[("dtype", Dtype(dtype))], dtype=dtype)


def arange(graph: Graph, end: int) -> Tensor:
    """0, 1, ... as integers."""
    return graph.call("arange.default", [("end", end)], [end], dtype="int64")
