"""Exports a model of transformers with its state, for mambac to compile.

The archive holds one graph: ids (or embeddings), the positions whose results are wanted and the state of every layer go
in, logits (or hidden states) and the new state come out. Batch and length are open from 1 up. mambac makes the entries
`prefill` and `step` of it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from mambac import archive, contract
from mambac.progress import Progress
from mambac.state import State, StateCache, Unsupported, initial_state, run

# How far chunks may be from the whole text in the check of an export, as a share of the largest result. In single
# precision they differ by 1e-6 at most; a state that is not carried over makes a difference of a tenth and more.
TOLERANCE = 1e-4


class ExportError(Exception):
    """Says why a model cannot be exported."""


class Stateful(nn.Module):
    """A model with everything that it remembers as tensors, in and out."""

    input_name = ""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def compute(self, inputs: Tensor, logits_at: Tensor, state: State) -> dict[str, Any]:
        """Logits (hidden states where the model has no head) of the positions `logits_at` (b, k), and the new state."""
        cache = StateCache(state)
        take = lambda rows: torch.gather(rows, 1, logits_at[:, :, None].expand(-1, -1, rows.shape[2]))  # noqa: E731
        head = self.model.get_output_embeddings()
        # Only the rows that are wanted go through the head, which is the most expensive layer of small models.
        hook = head.register_forward_pre_hook(lambda _, args: (take(args[0]),)) if head is not None else None
        try:
            result = run(self.model, {self.input_name: inputs}, cache)
        finally:
            if hook is not None:
                hook.remove()
        new = {name: cache.state[name] for name in state}
        if head is not None:
            return {"logits": result.logits, "state": new}
        return {"hidden_states": take(result.last_hidden_state), "state": new}


class StatefulIds(Stateful):
    """Its input is `input_ids` (b, l) in the archive."""

    input_name = "input_ids"

    def forward(self, input_ids: Tensor, logits_at: Tensor, state: State) -> dict[str, Any]:
        """As Stateful.compute."""
        return self.compute(input_ids, logits_at, state)


class StatefulEmbeddings(Stateful):
    """Its input is `inputs_embeds` (b, l, width) in the archive."""

    input_name = "inputs_embeds"

    def forward(self, inputs_embeds: Tensor, logits_at: Tensor, state: State) -> dict[str, Any]:
        """As Stateful.compute."""
        return self.compute(inputs_embeds, logits_at, state)


def _example(model: Any, embeds: bool, batch: int, length: int) -> Tensor:
    """Ids, or embeddings in the model's type, that are the same each time."""
    generator = torch.Generator().manual_seed(1)
    if embeds:
        width = model.get_input_embeddings().weight.shape[1]
        return torch.randn(batch, length, width, generator=generator).to(model.dtype)
    return torch.randint(model.config.vocab_size, (batch, length), generator=generator)


def _wrap(model: Any, embeds: bool) -> Stateful:
    return StatefulEmbeddings(model) if embeds else StatefulIds(model)


def _check(model: Any, embeds: bool) -> None:
    """Compares five tokens at once, as transformers computes them without a cache, with 2 + 1 + 2, state to state."""
    model = model if model.dtype == torch.float32 else copy.deepcopy(model).float()
    tokens, stateful = _example(model, embeds, 1, 5), _wrap(model, embeds)
    state = initial_state(model, {stateful.input_name: tokens[:, :3]}, capacity=7)
    result = model(**{stateful.input_name: tokens}, use_cache=False)
    whole = result.logits if "logits" in result else result.last_hidden_state
    parts = []
    for begin, end in ((0, 2), (2, 3), (3, 5)):
        out = stateful(tokens[:, begin:end], torch.arange(end - begin)[None], state)
        state = out.pop("state")
        parts.extend(out.values())
    difference, largest = (torch.cat(parts, 1) - whole).abs().max().item(), whole.abs().max().item()
    if not difference <= TOLERANCE * largest:
        raise ExportError(
            f"{type(model).__name__} is not the same from its state: 2 + 1 + 2 tokens differ from 5 by "
            f"{difference:.2g}, where the largest result is {largest:.2g}. This version of transformers may be one "
            "that mambac does not know"
        )


def _trace(stateful: Stateful, example: tuple[Tensor, Tensor, State], line: Progress) -> torch.export.ExportedProgram:
    """The graph. Sizes are named, so that all inputs share one batch; the line says which layer is traced."""
    batch, length, wanted, capacity = Dim("batch"), Dim("length"), Dim("positions"), Dim("capacity")
    shapes = {
        stateful.input_name: {0: batch, 1: length},
        "logits_at": {0: batch, 1: wanted},
        "state": {
            name: {0: batch, 2: capacity} if contract.role(name) in ("key", "value") else {0: batch}
            for name in example[2]
        },
    }
    modules: list[Any] = list(stateful.modules())
    layers = [module for module in modules if isinstance(getattr(module, "layer_idx", None), int)]
    count = 1 + max((module.layer_idx for module in layers), default=0)

    def note(module: Any, _: Any) -> None:
        line.say(f"layer {module.layer_idx + 1} of {count}", module.layer_idx / count)

    hooks = [module.register_forward_pre_hook(note) for module in layers]
    try:
        program = torch.export.export(stateful, example, dynamic_shapes=shapes)
    finally:
        for hook in hooks:
            hook.remove()
    # What mixers hand to the cache is not used; nor is what only says that a tensor is of the type that it is of.
    said = torch.ops.aten._assert_tensor_metadata.default
    program.graph.eliminate_dead_code(lambda node: node.is_impure() and node.target is not said)
    # These are as large as two states, and nobody reads them.
    program.example_inputs = None
    return program


def export(
    model: Any,
    path: str | Path,
    *,
    inputs: str = "ids",
    capacity: int = 4096,
    name: str | None = None,
    check: bool = True,
    progress: bool = True,
    frames: int | None = 1,
    extra: dict[str, str] | None = None,
    chat: dict[str, Any] | None = None,
) -> None:
    """Writes `model` (of transformers: Mamba, Mamba-2 or a hybrid of them, with or without a head) and its state.

    inputs: "ids", or "embeds" for embeddings (b, l, width). capacity: how many tokens the layers that attend keep,
    unless another one is asked for at run time. name: of the compiled model, that of the file if not given. check:
    compare chunks with the whole first; in single precision, so a model in another type is copied for it. frames: how
    many lines of the model's code each node keeps (0: all; None: nor the name of its module). extra: texts to keep in
    the archive by name, a tokenizer.json for one. chat: the pieces of a template for chats (docs/export.md). Raises
    ExportError, and leaves no file then.
    """
    if inputs not in ("ids", "embeds"):
        raise ExportError(f'inputs is "ids" or "embeds", not {inputs!r}')
    if not hasattr(model, "config") or not hasattr(model, "get_output_embeddings"):
        raise ExportError(f"{type(model).__name__} is not a model of transformers")
    import transformers

    embeds, path, training = inputs == "embeds", Path(path), model.training
    model.eval()
    try:
        with Progress(f"exporting {path.name}", progress) as line, torch.no_grad():
            if check:
                line.say("checking that chunks give the whole")
                _check(model, embeds)
            stateful = _wrap(model, embeds)
            state = initial_state(model, {stateful.input_name: _example(model, embeds, 2, 3)}, capacity=23)
            example = (_example(model, embeds, 2, 19), torch.tensor([[18, 3, 7]] * 2), state)
            program = _trace(stateful, example, line)
            line.say("writing")
            head = model.get_output_embeddings() is not None
            described = contract.describe(
                model,
                f"transformers {transformers.__version__}",
                {stateful.input_name: inputs, "logits_at": "select"},
                {"logits": "logits"} if head else {"hidden_states": "hidden"},
                list(state),
                capacity,
                name or path.stem,
                chat,
            )
            note = lambda done, whole: line.say(f"writing {done >> 20} of {whole >> 20} MB", done / whole)  # noqa: E731
            archive.save(program, path, frames, {**(extra or {}), contract.NAME: described}, note)
    except Unsupported as error:
        raise ExportError(f"{error} (transformers {transformers.__version__})") from None
    finally:
        model.train(training)
