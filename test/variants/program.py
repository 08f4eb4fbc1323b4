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
class Input:
    """An input of the program as it is stored."""

    name: str
    shape: tuple[int, ...]
    values: list[float]


@dataclass
class Program:
    """One variant while it is written."""

    choices: Choices
    graph: Graph = field(default_factory=Graph)
    sizes: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    outputs: list[tuple[str, Value, Array]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    ops: list[str] = field(default_factory=list)
    spine: str = ""

    def __post_init__(self) -> None:
        self.spell = Speller(self.graph, self.choices)
        self.random = random.Random(f"{self.choices.seed}/data")

    def draw(self, name: str, axes: str, make: Callable[[random.Random], float]) -> Array:
        """An input's contents."""
        names = tuple(axes.split())
        shape = tuple(self.sizes[a] for a in names)
        source = random.Random(f"{self.choices.seed}/{name}/{shape}")
        self.arrays[name] = Array(names, shape, [make(source) for _ in range(math.prod(shape))])
        return self.arrays[name]

    def input(self, name: str, layouts: Sequence[str]) -> Value:
        """An input in one of the layouts: axes in order, those of one word merged ("b l h.p")."""
        layout = self.choices.pick(f"layout of {name}", layouts, first=0.4).split()
        axes = [a for word in layout for a in word.split(".")]
        array = self.arrays[name].ordered(axes)
        shape = tuple(math.prod(self.sizes[a] for a in word.split(".")) for word in layout)
        self.inputs.append(Input(name, shape, array.values))
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
        self.outputs.append((name, value, self.arrays[name].ordered(axes)))

    # --- the steps around a scan

    def time_step(self, dt: Value, bias: Value | None) -> Value:
        """Bias, softplus and clamp, as far as the variant has them."""
        if bias is not None:
            dt = self.spell.order(self.spell.plus(dt, bias), dt.axes)
        if "softplus" in self.parts:
            dt = self.spell.softplus(dt)
        return dt

    def decay_rate(self, name: str, axes: str) -> Value:
        """A: an input, or -exp of one."""
        if "A_log" not in self.parts:
            return self.input(name, [axes])
        value = self.input("A_log", [axes])
        return self.spell.negative(self.spell.exp(value))

    def finish(self, y: Value, x: Value, skip: Value | None, z: Value | None) -> Value:
        """The skip D * x and the gate silu(z)."""
        spell = self.spell
        if skip is not None:
            if self.choices.chance("addcmul", 0.2):
                axes = y.axes
                first, second = spell.arrange(x, axes), spell.arrange(skip, axes)
                y = Value(spell.order(y, axes).tensor.addcmul(first, second), axes)
            else:
                y = spell.sum_of([y, spell.product([x, skip])])
        if z is not None:
            y = spell.product([y, spell.silu(z)])
        return y


def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def silu(x: float) -> float:
    """x * sigmoid(x)."""
    return x / (1.0 + math.exp(-x))
