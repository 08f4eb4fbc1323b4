"""Takes a tokenizer's chat template apart into the fixed texts between messages.

Templates are programs (Jinja), which compiled models do not run. Nearly all of them put fixed texts around messages; so
a template is rendered here with messages that can be found again, and what stands between them is kept. A longer chat
is rendered as well: if it is not made of these pieces, the template is one of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Texts that no template trims, changes or writes itself.
_MARKS = [f"mark{i}of{i}text" for i in range(8)]

Render = Callable[[list[dict[str, str]]], str]


class NotPieces(Exception):
    """The template is not of this form, and why."""


def _split(text: str, marks: list[str]) -> list[str]:
    """What stands before, between and behind the marks, each of which must be there once and in order."""
    pieces = []
    for mark in marks:
        if text.count(mark) != 1:
            raise NotPieces(f"it writes a message {text.count(mark)} times")
        before, _, text = text.partition(mark)
        pieces.append(before)
    return [*pieces, text]


def _messages(count: int, system: bool) -> list[dict[str, str]]:
    """`count` messages, beginning with the user's, one of the system before them."""
    roles = ["system"] * system + ["user", "assistant"] * count
    return [{"role": role, "content": mark} for role, mark in zip(roles[: count + system], _MARKS)]


def pieces(render: Render) -> dict[str, Any]:
    """The pieces of a template: docs/export.md says how a chat is made of them.

    `render` makes a text of messages that ends where the model is to reply. Raises NotPieces.
    """
    begin, reply = _split(render(_messages(1, False)), _MARKS[:1])
    _, answered, following, _ = _split(render(_messages(3, False)), _MARKS[:3])
    # A model that was asked with `reply` writes the space before its answer itself.
    if not answered.startswith(reply) or answered[len(reply) :].strip():
        raise NotPieces("what it writes before an answer is not what it asks for one with")
    rest = [answered, following, reply]
    if _split(render(_messages(3, False)), _MARKS[:3]) != [begin, *rest]:
        raise NotPieces("what it writes around a message depends on how many there are")
    if _split(render(_messages(5, False)), _MARKS[:5]) != [begin, answered, following, *rest]:
        raise NotPieces("what it writes around a message depends on how many there are")
    found: dict[str, Any] = {"begin": begin, "reply": reply, "next": following}
    try:
        before, between, *others = _split(render(_messages(3, True)), _MARKS[:4])
    except Exception:  # Templates say by errors of their own that they take no message of the system.
        return found
    if others == rest:
        found["system"] = [before, between]
    return found
