"""The decisions of one variant, made by its seed, each under a name of its own.

A decision's outcome depends on the seed and its name alone, so a variant can be generated again with some decisions set
back to the plainest outcome (number 0) while the others stay: that is how a failing variant is made small.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

# Outcomes that raising does not see through: left out unless `--pending` is given. Empty: nothing is left out. A spelling
# that is added to the generator before raising knows it belongs here, by the decision's label.
PENDING: dict[str, set[str]] = {}


class Choices:
    """Draws named decisions; `taken` lists those that did not come out plain."""

    def __init__(self, seed: str, plain: Collection[str] = (), pending: bool = False) -> None:
        self.seed, self.plain, self.pending = seed, set(plain), pending
        self.left_out = {} if pending else PENDING
        self.counts: dict[str, int] = {}
        self.taken: dict[str, str] = {}

    def again(self) -> Choices:
        """The same decisions, to be made once more."""
        return Choices(self.seed, self.plain, self.pending)

    def loop(self, items: Sequence[U]) -> Iterator[U]:
        """The items, with the same decisions for each of them, as the body of a loop is the same code every time."""
        begin = dict(self.counts)
        largest = dict(begin)
        for item in items:
            self.counts = dict(begin)
            yield item
            for label, count in self.counts.items():
                largest[label] = max(count, largest.get(label, 0))
        self.counts = largest

    def source(self, label: str) -> tuple[str, random.Random | None]:
        """The next decision of that label: its name, and a generator unless it has to come out plain."""
        number = self.counts.get(label, 0)
        self.counts[label] = number + 1
        name = f"{label}.{number}"
        if name in self.plain or label in self.plain:
            return name, None
        return name, random.Random(f"{self.seed}/{name}")

    def pick(self, label: str, options: Sequence[T], first: float = 0.0) -> T:
        """One of the options; the first one with probability `first`, if given, the rest alike."""
        name, source = self.source(label)
        options = [o for o in options if str(o) not in self.left_out.get(label, ())]
        if source is None or len(options) == 1 or (first and source.random() < first):
            return options[0]
        index = source.randrange(1 if first else 0, len(options))
        if index:
            self.taken[name] = str(options[index])
        return options[index]

    def chance(self, label: str, probability: float) -> bool:
        """True with that probability; plain is False."""
        name, source = self.source(label)
        if source is None or source.random() >= probability or "yes" in self.left_out.get(label, ()):
            return False
        self.taken[name] = "yes"
        return True

    def shuffle(self, label: str, items: Sequence[T]) -> list[T]:
        """The items in another order; plain is the order given."""
        name, source = self.source(label)
        result = list(items)
        if source is not None and len(result) > 1:
            source.shuffle(result)
            if result != list(items) and "shuffled" in self.left_out.get(label, ()):
                return list(items)
            if result != list(items):
                self.taken[name] = "shuffled"
        return result
