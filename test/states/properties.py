"""Reads texts by sessions in every way that there is, drawn at random, and compares each result with the whole text's.

A story is one row of a case, read from its beginning. A slot has a story and how far it is; what is drawn is which slots go
on and by how much, together or apart, masked, packed, one story behind the other in a row, forked, saved, taken back.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Protocol

from session import Session


class Text(Protocol):
    """A case: its rows and what is expected of them."""

    batch: int
    length: int
    width: int

    def part(self, row: int, begin: int, end: int) -> Sequence[float]:
        """Tokens begin to end of a row."""
        ...


@dataclasses.dataclass
class Story:
    """A row of a case, read up to a position."""

    case: int
    row: int
    position: int = 0


@dataclasses.dataclass
class Piece:
    """Tokens of a story, from `begin` on, that a call reads."""

    case: int
    row: int
    begin: int
    count: int


# A result: of which case, row and position, and the numbers.
Result = tuple[int, int, int, Sequence[float]]


class Player:
    """Draws calls."""

    def __init__(self, session: Session, texts: Sequence[Text], generator: random.Random) -> None:
        self.session, self.texts, self.generator = session, texts, generator
        self.stories: dict[int, Story] = {}
        self.marks: list[tuple[int, int, Story]] = []  # slot, checkpoint, where it was
        self.results: list[Result] = []
        self.said: list[str] = []

    def play(self, rounds: int) -> None:
        """Makes so many calls."""
        draw = self.generator
        for _ in range(rounds):
            open_slots = [slot for slot, story in self.stories.items() if self.left(story)]
            ended = [slot for slot in self.stories if slot not in open_slots]
            if ended:
                self.end(draw.choice(ended))
            elif not open_slots or (len(self.stories) < self.session.info.batch and draw.random() < 0.3):
                self.stories[self.session.add()] = self.new_story()
                self.said.append("add")
            elif draw.random() < 0.3:
                draw.choice((self.fork, self.keep, self.mark, self.take_back))(draw.choice(list(self.stories)))
            else:
                slots = draw.sample(open_slots, draw.randint(1, len(open_slots)))
                draw.choice((self.read_alike, self.read_masked, self.read_packed, self.read_rows))(slots)

    def left(self, story: Story) -> int:
        """Tokens that are not read yet."""
        return self.texts[story.case].length - story.position

    def new_story(self) -> Story:
        """A row of a case."""
        case = self.generator.randrange(len(self.texts))
        return Story(case, self.generator.randrange(self.texts[case].batch))

    def end(self, slot: int) -> None:
        """A story has ended: another one, or none."""
        self.forget(slot)
        if self.generator.random() < 0.5:
            self.session.remove(slot)
            del self.stories[slot]
            self.said.append("remove")
        else:
            self.session.reset(slot)
            self.stories[slot] = self.new_story()
            self.said.append("reset")

    # Calls that read. Each notes what results it got.

    def draw_count(self, story: Story) -> int:
        """Short and long pieces are as likely."""
        return self.generator.randint(1, min(self.left(story), self.generator.choice((1, 4, 20, 64))))

    def take(self, slot: int, count: int) -> Piece:
        """The next tokens of a slot's story."""
        story = self.stories[slot]
        piece = Piece(story.case, story.row, story.position, count)
        story.position += count
        return piece

    def tokens(self, piece: Piece) -> Sequence[float]:
        """Of a piece."""
        return self.texts[piece.case].part(piece.row, piece.begin, piece.begin + piece.count)

    def note(self, piece: Piece, offset: int, numbers: Sequence[float]) -> None:
        """The result of a token of a piece."""
        self.results.append((piece.case, piece.row, piece.begin + offset, numbers))

    def read_alike(self, slots: Sequence[int]) -> None:
        """Equally many tokens of each, without any mask."""
        count = min(self.draw_count(self.stories[slot]) for slot in slots)
        pieces = [self.take(slot, count) for slot in slots]
        self.call(slots, [[piece] for piece in pieces], count, masked=False)

    def read_masked(self, slots: Sequence[int]) -> None:
        """Tokens left, right or anywhere in rows that are longer; some have none."""
        rows = [[self.take(slot, self.draw_count(self.stories[slot]))] for slot in slots]
        if len(slots) > 1 and self.generator.random() < 0.3:
            self.stories[slots[0]].position -= rows[0][0].count
            rows[0] = []
        length = max(sum(piece.count for piece in row) for row in rows) + self.generator.choice((0, 3, 9))
        self.call(slots, rows, length, masked=True)

    def read_rows(self, slots: Sequence[int]) -> None:
        """A story's end and new ones behind it, in one row, told apart by numbers."""
        rows = []
        for slot in slots:
            story = self.stories[slot]
            row = [self.take(slot, self.draw_count(story))]
            for _ in range(self.generator.choice((0, 1, 2))):
                self.forget(slot)
                self.stories[slot] = story = self.new_story()
                row.append(self.take(slot, self.draw_count(story)))
            rows.append(row)
        self.call(slots, rows, max(sum(piece.count for piece in row) for row in rows), masked=True, numbered=True)

    def read_packed(self, slots: Sequence[int]) -> None:
        """One text behind the other, without any mask."""
        pieces = [self.take(slot, self.draw_count(self.stories[slot])) for slot in slots]
        bounds = [0]
        for piece in pieces:
            bounds.append(bounds[-1] + piece.count)
        values = [value for piece in pieces for value in self.tokens(piece)]
        every = self.generator.random() < 0.6 or bounds[-1] == len(slots)
        self.said.append(f"packed {slots} {bounds} {every}")
        out = self.session.packed(slots, values, bounds, every)
        width = self.session.info.width
        for i, piece in enumerate(pieces):
            for offset in range(piece.count) if every else [piece.count - 1]:
                at = (bounds[i] + offset if every else i) * width
                self.note(piece, offset, out[at : at + width])

    def call(
        self, slots: Sequence[int], rows: list[list[Piece]], length: int, masked: bool, numbered: bool = False
    ) -> None:
        """One call of prefill, or of step; where masked tokens stand is drawn."""
        element = max(self.session.info.embedding, 1)
        values: list[float] = []
        mask: list[int] = []
        numbers: list[int] = []
        places: list[tuple[Piece, int, int]] = []  # a token's piece, its place there and in the call
        last: dict[int, tuple[Piece, int, int]] = {}
        for i, row in enumerate(rows):
            owned = [(piece, offset, number) for number, piece in enumerate(row) for offset in range(piece.count)]
            free = length - len(owned)
            kind = self.generator.choice(("left", "right", "anywhere"))
            padding = range(free) if kind == "left" else range(length - free, length)
            masks = set(self.generator.sample(range(length), free) if kind == "anywhere" else padding)
            upcoming = iter(owned)
            number = 0
            for at in range(length):
                if at in masks:
                    values += [0.0] * element
                else:
                    piece, offset, number = next(upcoming)
                    values += self.tokens(piece)[offset * element : (offset + 1) * element]
                    last[i] = (piece, offset, i)
                    places.append((piece, offset, i * length + at))
                mask.append(0 if at in masks else 1)
                numbers.append(number % 3 - 1)
        every = self.generator.random() < 0.6
        step = not masked and length == 1
        self.said.append(f"{'step' if step else 'prefill'} {slots} {length} {mask if masked else ''} {every}")
        out = self.session.prefill(
            slots, values, length, every, mask if masked else None, numbers if numbered else None, step
        )
        width = self.session.info.width
        for piece, offset, at in places if every or step else last.values():
            self.note(piece, offset, out[at * width : (at + 1) * width])

    # Calls that move states about.

    def forget(self, slot: int) -> None:
        """The checkpoints of a slot are gone."""
        self.marks = [mark for mark in self.marks if mark[0] != slot]

    def fork(self, slot: int) -> None:
        """Another slot goes on from here as well."""
        to = self.generator.choice(list(self.stories))
        self.said.append(f"copy {slot} to {to}")
        self.session.copy(to, self.session, slot)
        if to != slot:
            self.forget(to)
            self.stories[to] = dataclasses.replace(self.stories[slot])

    def keep(self, slot: int) -> None:
        """Saved, and loaded elsewhere."""
        to = self.generator.choice(list(self.stories))
        self.said.append(f"save {slot} to {to}")
        self.session.load(to, self.session.save(slot))
        self.forget(to)
        self.stories[to] = dataclasses.replace(self.stories[slot])

    def mark(self, slot: int) -> None:
        """A checkpoint."""
        self.said.append(f"checkpoint {slot}")
        self.marks.append((slot, self.session.checkpoint(slot), dataclasses.replace(self.stories[slot])))

    def take_back(self, _: int) -> None:
        """Back to a checkpoint."""
        if self.marks:
            chosen = self.generator.randrange(len(self.marks))
            slot, number, story = self.marks[chosen]
            self.said.append(f"rollback {slot}")
            self.session.rollback(slot, number)
            self.stories[slot] = dataclasses.replace(story)
            self.marks = [mark for i, mark in enumerate(self.marks) if i <= chosen or mark[0] != slot]
