"""Sizes known at run time only, as torch.export records them.

A `Size` is an int with the value of the example, so that the arithmetic on shapes goes on as with numbers, and remembers
how it is computed: as an expression for the archive's tables, and as nodes of the graph, written when an operator first
takes it as an argument. Decisions about a program must not depend on its value, which is that of one example only.
"""

from __future__ import annotations

from typing import Any, Protocol

# What the archive calls an operation, and what Python does.
OPERATORS = {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%"}


class Recorder(Protocol):
    """The graph, as far as sizes need it."""

    def size_node(self, target: str, arguments: list[tuple[str, Any]], size: Size, text: str) -> str:
        """Records the node that computes a size; returns its name."""
        ...

    def find_size(self, size: Size) -> tuple[Any, int]:
        """An input and the number of its dimension that has this size."""
        ...


class Size(int):
    """An integer expression of the sizes that inputs have at run time."""

    graph: Recorder
    expr: str  # as sympy's constructors, as in the archive
    formula: str  # as Python, for people
    source: tuple[str, int, int] | None  # operation and operands; None: it is an input's dimension
    _name: str

    def __new__(
        cls, value: int, graph: Recorder, expr: str, formula: str, source: tuple[str, int, int] | None = None
    ) -> Size:
        """A size whose value in the example is `value`."""
        self = super().__new__(cls, value)
        self.graph, self.expr, self.formula, self.source, self._name = graph, expr, formula, source, ""
        return self

    @staticmethod
    def symbol(graph: Recorder, name: str, value: int, factor: int = 1) -> Size:
        """A dimension of an input: `factor` times a symbol."""
        expr = f"Symbol('{name}', positive=True, integer=True)"
        if factor == 1:
            return Size(value, graph, expr, name)
        return Size(value * factor, graph, f"Mul(Integer({factor}), {expr})", f"{factor} * {name}")

    @property
    def name(self) -> str:
        """The value in the graph that holds the size."""
        if self._name:
            return self._name
        if self.source is None:
            tensor, dim = self.graph.find_size(self)
            arguments = [("self", tensor), ("dim", dim)]
            self._name = self.graph.size_node(
                "torch.ops.aten.sym_size.int", arguments, self, f"{tensor.name}.shape[{dim}]"
            )
        else:
            op, a, b = self.source
            text = f"{argument_text(a)} {OPERATORS[op]} {argument_text(b)}"
            self._name = self.graph.size_node(f"_operator.{op}", [("a", a), ("b", b)], self, text)
        return self._name

    def __repr__(self) -> str:
        return self.formula

    def __hash__(self) -> int:
        return hash(int(self))

    def __add__(self, other: int) -> int:
        return combine("add", self, other)

    def __radd__(self, other: int) -> int:
        return combine("add", other, self)

    def __sub__(self, other: int) -> int:
        return combine("sub", self, other)

    def __rsub__(self, other: int) -> int:
        return combine("sub", other, self)

    def __mul__(self, other: int) -> int:
        return combine("mul", self, other)

    def __rmul__(self, other: int) -> int:
        return combine("mul", other, self)

    def __floordiv__(self, other: int) -> int:
        return combine("floordiv", self, other)

    def __mod__(self, other: int) -> int:
        return combine("mod", self, other)

    def __neg__(self) -> int:
        return combine("mul", self, -1)


def combine(op: str, a: int, b: int) -> int:
    """The value of an operation, folded where it changes nothing."""
    fixed = [None if isinstance(v, Size) else int(v) for v in (a, b)]
    if op == "add" and 0 in fixed:
        return b if fixed[0] == 0 else a
    if op == "mul" and 0 in fixed:
        return 0
    if (op == "sub" and fixed[1] == 0) or (op in ("mul", "floordiv") and fixed[1] == 1):
        return a
    if op == "mul" and fixed[0] == 1:
        return b
    if op == "sub" and is_same(a, b):
        return 0
    x, y = int(a), int(b)
    value = {"add": x + y, "sub": x - y, "mul": x * y, "floordiv": x // (y or 1), "mod": x % (y or 1)}[op]
    first, second = (v.expr if isinstance(v, Size) else f"Integer({v})" for v in (a, b))
    if op == "sub":
        expr = f"Add({first}, Mul(Integer(-1), {second}))"
    else:
        names = {"add": "Add", "mul": "Mul", "floordiv": "FloorDiv", "mod": "Mod"}
        expr = f"{names[op]}({first}, {second})"
    graph = a.graph if isinstance(a, Size) else b.graph  # type: ignore[attr-defined]
    return Size(value, graph, expr, f"({a!r} {OPERATORS[op]} {b!r})", (op, a, b))


def is_same(a: int, b: int) -> bool:
    """Whether two sizes are the same, and not by chance."""
    if isinstance(a, Size) != isinstance(b, Size):
        return False
    return a.expr == b.expr if isinstance(a, Size) and isinstance(b, Size) else a == b


def is_one(a: int) -> bool:
    """Whether a size is 1 whatever the inputs are."""
    return a == 1 and not isinstance(a, Size)


def argument_text(value: int) -> str:
    """A size as an argument in Python."""
    return value.name if isinstance(value, Size) else repr(value)


def describe(value: int) -> dict[str, Any]:
    """A size in the table of tensors."""
    if isinstance(value, Size):
        return {"as_expr": {"expr_str": value.expr, "hint": {"as_int": int(value)}}}
    return {"as_int": value}


def encode(value: int) -> dict[str, Any]:
    """A size as an element of a list of arguments."""
    return {"as_name": value.name} if isinstance(value, Size) else {"as_int": value}
