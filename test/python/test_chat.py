"""Chat templates and the pieces that they are made of."""

from __future__ import annotations

import jinja2
import jinja2.sandbox
import pytest
from mambac import chat

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# Turns in brackets; a message of the system is a part of the first one.
BRACKETS = (
    "{% if messages[0]['role'] == 'system' %}{% set system = '<<SYS>>' + messages[0]['content'] + '<</SYS>>' %}"
    "{% set messages = messages[1:] %}{% else %}{% set system = '' %}{% endif %}<s>"
    "{% for m in messages %}{% if m['role'] == 'user' %}"
    "[INST] {{ (system if loop.first else '') + m['content'] }} [/INST]"
    "{% else %} {{ m['content'] | trim }}</s>{% endif %}{% endfor %}"
)
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + BRACKETS
NUMBERED = "{% for m in messages %}{{ loop.index }}: {{ m['content'] }}\n{% endfor %}"
GROWING = (
    "{% for m in messages %}{{ m['content'] }}"
    "{% if loop.first %}{{ messages | length }}{% else %}|{% endif %}{% endfor %}"
)
TWICE = "{% for m in messages %}{{ m['content'] }}{{ m['content'] }}{% endfor %}"
LAST_ONLY = "Q: {{ messages[-1]['content'] }} A:"


def renderer(template: str) -> chat.Render:
    """Renders as transformers does."""

    def fail(text: str) -> None:
        raise jinja2.TemplateError(text)

    compiled = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True).from_string(template)
    return lambda messages: compiled.render(messages=messages, add_generation_prompt=True, raise_exception=fail)


def assemble(found: dict[str, object], texts: list[str], system: str | None) -> str:
    """A chat of pieces, as docs/export.md says."""
    if system is None:
        result = str(found["begin"])
    else:
        before, behind = found["system"]  # type: ignore[misc]
        result = before + system + behind
    for i, text in enumerate(texts):
        result += ("" if i == 0 else str(found["next"] if i % 2 == 0 else "")) + text
        result += str(found["reply"]) if i % 2 == 0 else ""
    return result


@pytest.mark.parametrize(("template", "system"), [(CHATML, True), (BRACKETS, True), (NO_SYSTEM, False)])
def test_pieces_make_the_template(template: str, system: bool) -> None:
    """A chat put together of the pieces is what the template renders."""
    render = renderer(template)
    found = chat.pieces(render)
    assert ("system" in found) == system
    # Answers as the model writes them: with the space that some templates put before an answer.
    space = "" if template == CHATML else " "
    texts = ["Hello", space + "Hi", "How are you?", space + "Well", "Good"]
    roles = ["user", "assistant"] * 3
    messages = [{"role": role, "content": text.strip()} for role, text in zip(roles, texts)]
    assert assemble(found, texts, None) == render(messages)
    if system:
        assert assemble(found, texts, "Be brief") == render([{"role": "system", "content": "Be brief"}, *messages])


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (GROWING, "what it writes"),
        (NUMBERED, "not what it asks for one with"),
        (TWICE, "writes a message 2 times"),
        (LAST_ONLY, "writes a message 0 times"),
    ],
)
def test_other_templates(template: str, message: str) -> None:
    """Templates that are not of this form are found."""
    with pytest.raises(chat.NotPieces, match=message):
        chat.pieces(renderer(template))
