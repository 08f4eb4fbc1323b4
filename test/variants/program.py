"""What the programs of both kinds have in common: their inputs with contents, their steps outside of the scan, and the
plain sequential reference in double precision that says what they have to compute.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from choices import Choices
from speller import Speller, Value
from tracer import Graph

Axes = tuple[str, ...]


@dataclass
class Array:
    """A tensor with contents, its axes named, its elements in row-major order."""

    axes: Axes
    shape: tuple[int, ...]
    values: list[float]

    def index(self, at: dict[str, int]) -> int:
        """The place of an element."""
        place = 0
        for a, n in zip(self.axes, self.shape):
            place = place * n + at[a]
        return place

    def __getitem__(self, at: dict[str, int]) -> float:
        return self.values[self.index(at)]

    def ordered(self, axes: Sequence[str]) -> Array:
        """The same elements with the axes in another order."""
        sizes = dict(zip(self.axes, self.shape))
        shape = tuple(sizes[a] for a in axes)
        values = [self[dict(zip(axes, at))] for at in product(*map(range, shape))]
        return Array(tuple(axes), shape, values)


def positions(sizes: dict[str, int], axes: str) -> Iterator[dict[str, int]]:
    """All positions along some axes."""
    names = axes.split()
    for at in product(*(range(sizes[a]) for a in names)):
        yield dict(zip(names, at))


@dataclass
class Tensor:
    """A tensor of a case as it is stored."""

    shape: tuple[int, ...]
    values: list[float]


@dataclass
class Case:
    """What a program is run on, and what it has to compute."""

    inputs: list[Tensor]
    outputs: list[Tensor]


# An input or a result in order: its name, and its axes, those of one word merged ("b l h.p").
Layout = tuple[str, list[str]]


@dataclass
class Program:
    """One variant while it is written. `given` are sizes for the data of another case."""

    choices: Choices
    given: dict[str, int] = field(default_factory=dict)
    graph: Graph = field(default_factory=Graph)
    sizes: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    inputs: list[Layout] = field(default_factory=list)
    outputs: list[Layout] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)
    others: list[Program] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    ops: list[str] = field(default_factory=list)
    dynamic: str = "none"
    spine: str = ""
    chunk: int = 0  # a chunk that the length is a multiple of, whatever the length

    def __post_init__(self) -> None:
        self.spell = Speller(self.graph, self.choices)
        self.sign_later = self.gate_inside = False
        self.gate: Value | None = None

    # --- sizes and contents

    def pick_dynamic(self, spines: Sequence[str], long_spines: Sequence[str]) -> None:
        """Which sizes are known at run time only, and how the recurrence is computed."""
        self.dynamic = self.choices.pick("dynamic", ["none", "batch", "length", "both"], first=0.55)
        self.spine = self.choices.pick("spine", long_spines if self.is_open("l") else spines)

    def is_open(self, axis: str) -> bool:
        """Whether the size of an axis is known at run time only."""
        return self.dynamic in ("both", {"b": "batch", "l": "length"}.get(axis, ""))

    def pick_size(self, axis: str, options: Sequence[int], first: float = 0.0) -> None:
        """Chooses the size of an axis; in the example it is at least 2 where it is open."""
        is_open = self.is_open(axis)
        value = self.choices.pick(axis, [n for n in options if n > 1 or not is_open], first)
        if is_open:
            multiple = axis == "l" and self.chunk
            self.sizes[axis] = self.graph.symbol(2, self.chunk) if multiple else self.graph.symbol(value)
        else:
            self.sizes[axis] = value
        self.sizes[axis] = self.given.get(axis, self.sizes[axis])

    def other_sizes(self) -> dict[str, int]:
        """Other values of the sizes that are known at run time only."""
        source = random.Random(f"{self.choices.seed}/sizes")
        sizes = {"b": source.choice([1, 2, 3]), "l": source.choice([1, 2, 3, 5, 7, 8, 9, 13])}
        if self.chunk:
            sizes["l"] = self.chunk * source.choice([1, 3, 4])
        return {a: n for a, n in sizes.items() if self.is_open(a)}

    def draw(self, name: str, axes: str, make: Callable[[random.Random], float]) -> Array:
        """An input's contents."""
        names = tuple(axes.split())
        shape = tuple(int(self.sizes[a]) for a in names)
        source = random.Random(f"{self.choices.seed}/{name}/{shape}")
        self.arrays[name] = Array(names, shape, [make(source) for _ in range(math.prod(shape))])
        return self.arrays[name]

    def input(self, name: str, layouts: Sequence[str]) -> Value:
        """An input in one of the layouts: axes in order, those of one word merged ("b l h.p")."""
        layout = self.choices.pick(f"layout of {name}", layouts, first=0.4).split()
        axes = [a for word in layout for a in word.split(".")]
        shape = tuple(math.prod(self.sizes[a] for a in word.split(".")) for word in layout)
        self.inputs.append((name, layout))
        tensor = self.graph.input(name, shape)
        value = Value(tensor, tuple(layout))
        for word in layout:
            if "." in word:
                names = word.split(".")
                value = self.spell.split(value, word, (names[0], names[1]), self.sizes[names[1]])
        return value

    def output(self, name: str, value: Value, layouts: Sequence[str]) -> None:
        """A result in one of the layouts, compared with the array of that name."""
        layout = self.choices.pick(f"layout of {name}", layouts, first=0.5).split()
        axes = [a for word in layout for a in word.split(".")]
        value = self.spell.order(value, axes)
        for word in layout:
            if "." in word:
                names = word.split(".")
                value = self.spell.merge(value, (names[0], names[1]), word)
        self.outputs.append((name, layout))
        self.results.append(value)

    def cases(self) -> list[Case]:
        """What the program is run on: one case for each choice of the sizes known at run time only."""

        def stored(data: Program, item: Layout) -> Tensor:
            name, layout = item
            array = data.arrays[name].ordered([a for word in layout for a in word.split(".")])
            shape = tuple(math.prod(int(data.sizes[a]) for a in word.split(".")) for word in layout)
            return Tensor(shape, array.values)

        return [
            Case([stored(data, i) for i in self.inputs], [stored(data, o) for o in self.outputs])
            for data in [self, *self.others]
        ]

    # --- the steps around a scan

    def time_step(self, dt: Value, bias: Value | None) -> Value:
        """Bias, softplus and clamp, as far as the variant has them."""
        if bias is not None:
            dt = self.spell.order(self.spell.plus(dt, bias), dt.axes)
        if "softplus" in self.parts:
            dt = self.spell.softplus(dt)
        return dt

    def decay_rate(self, name: str, axes: str) -> Value:
        """A: an input, or -exp of one; its sign may be left to `log_decay`."""
        self.sign_later = False
        if "A_log" not in self.parts:
            return self.input(name, [axes])
        rate = self.spell.exp(self.input("A_log", [axes]))
        self.sign_later = self.choices.pick("sign", ["with the rate", "with the product"], first=0.6) != "with the rate"
        return rate if self.sign_later else self.spell.negative(rate)

    def log_decay(self, step: Value, rate: Value) -> Value:
        """The decay's logarithm, of a time step or of a sum of them."""
        product = self.spell.times(step, rate)
        return self.spell.negative(product) if self.sign_later else product

    def decay_sums(self, step: Value, rate: Value, log_decay: Value | None = None) -> Value:
        """Running sums of the decay's logarithm, the rate inside of the sum or before it."""
        if self.choices.pick("rate", ["in the sum", "before the sum"], first=0.6) == "in the sum":
            return self.spell.running_sum(log_decay or self.log_decay(step, rate), "l")
        return self.log_decay(self.spell.running_sum(step, "l"), rate)

    def readout(self, c: Value, z: Value | None) -> list[Value]:
        """What states are multiplied with before they are summed: C, and the gate where it is pushed into the sum."""
        self.gate = None if z is None else self.spell.silu(z)
        self.gate_inside = self.gate is not None and self.choices.chance("gate in the sum", 0.12)
        return [c, self.gate] if self.gate is not None and self.gate_inside else [c]

    def finish(self, y: Value, x: Value, skip: Value | None) -> Value:
        """The skip D * x and the gate silu(z)."""
        spell = self.spell
        gate = self.gate
        if gate is not None and skip is not None:
            if self.gate_inside or self.choices.chance("gate of each summand", 0.25):
                if not self.gate_inside:
                    y = spell.product([y, gate])
                return spell.sum_of([y, spell.product([x, skip, gate])])
        if self.gate_inside:
            gate = None
        if skip is not None:
            if self.choices.chance("addcmul", 0.2):
                axes = y.axes
                first, second = spell.arrange(x, axes), spell.arrange(skip, axes)
                y = Value(spell.order(y, axes).tensor.addcmul(first, second), axes)
            else:
                y = spell.sum_of([y, spell.product([x, skip])])
        return y if gate is None else spell.product([y, gate])


def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def silu(x: float) -> float:
    """x * sigmoid(x)."""
    return x / (1.0 + math.exp(-x))
