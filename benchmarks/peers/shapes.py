"""The 130m shapes of Mamba and Mamba-2 with random weights, and their graphs: a prompt's last logits, and one token.

Every process that builds a model here gets the same weights, so that results of all implementations can be compared.
Works with transformers 5 and, for the prompt, 4.57.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import torch
import transformers
from torch import Tensor, nn

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

KINDS = ("mamba2", "mamba")
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
WIDTH, LAYERS, VOCABULARY = 768, 24, 50288
LENGTH = 512


def build(kind: str, dtype: torch.dtype, layers: int = LAYERS) -> nn.Module:
    """The language model with the weights that transformers draws, and projections large enough that states matter."""
    options = dict(hidden_size=WIDTH, num_hidden_layers=layers, vocab_size=VOCABULARY, use_cache=False)
    torch.manual_seed(0)
    if kind == "mamba2":
        config = transformers.Mamba2Config(
            num_heads=24, head_dim=64, expand=2, state_size=128, n_groups=1, chunk_size=256, **options
        )
        model: nn.Module = transformers.Mamba2ForCausalLM(config)
    else:
        model = transformers.MambaForCausalLM(transformers.MambaConfig(**options))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if p.ndim >= 2 and not name.endswith("A_log"):
                fan_in = p[0].numel()
                p.copy_(torch.randn(p.shape, generator=generator) / fan_in**0.5)
    return model.eval().to(dtype)


def prompt(length: int = LENGTH) -> Tensor:
    """Token ids (1, length)."""
    return torch.randint(0, 50000, (1, length), generator=torch.Generator().manual_seed(2))


class Prompt(nn.Module):
    """From token ids to the logits of the last position."""

    def __init__(self, model: nn.Module) -> None:
        """Wraps a language model."""
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> Tensor:
        """(1, length) to (1, 1, vocabulary)."""
        return self.model(ids, use_cache=False, logits_to_keep=1).logits


class Step(nn.Module):
    """One token, with the windows of the convolutions and the states as inputs and results."""

    def __init__(self, model: nn.Module) -> None:
        """Wraps a language model."""
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, windows: list[Tensor], states: list[Tensor]) -> tuple[Tensor, ...]:
        """(1, 1) ids, and one window and one state a layer, to logits, windows and states."""
        cache = transformers.DynamicCache(config=self.model.config)
        for layer, window, state in zip(cache.layers, windows, states):
            layer.conv_states[0] = window.clone()
            layer.recurrent_states[0] = state.clone()
            layer.has_previous_state[0] = True
        logits = self.model(ids, cache_params=cache, use_cache=True).logits
        new_windows = [layer.conv_states[0] for layer in cache.layers]
        return (logits, *new_windows, *(layer.recurrent_states[0] for layer in cache.layers))


def step_inputs(model: nn.Module, after: int = 64) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """A token with the windows and states after so many others."""
    with torch.no_grad():
        cache = model(prompt(after), use_cache=True).cache_params
    windows = [layer.conv_states[0].clone() for layer in cache.layers]
    states = [layer.recurrent_states[0].clone() for layer in cache.layers]
    return prompt(after + 1)[:, -1:], windows, states


def scan_instead_of_loop(u: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, **options: Any) -> Any:
    """Mamba's scan by torch's `scan`: the same steps as the loop of transformers, which unrolls when exported."""
    from torch._higher_order_ops.scan import scan

    dt = nn.functional.softplus(dt + options["delta_bias"][:, None])

    def step(h: Tensor, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        u_t, dt_t, B_t, C_t = inputs
        h = torch.exp(dt_t[:, :, None] * A) * h + dt_t[:, :, None] * B_t[:, None, :] * u_t[:, :, None]
        return h, (h @ C_t[:, :, None])[:, :, 0]

    start = torch.zeros(u.shape[0], *A.shape, dtype=torch.float32)
    steps = tuple(v.float().permute(2, 0, 1) for v in (u, dt, B, C))
    last, ys = scan(step, start, steps)
    y = (ys.permute(1, 2, 0) + u * options["D"][:, None]) * nn.functional.silu(options["z"])
    return (y, last) if options.get("return_last_state") else y


@contextlib.contextmanager
def rolled_scan() -> Iterator[None]:
    """While exporting Mamba: one `scan` a layer instead of 512 unrolled steps, with the length open."""
    from transformers.models.mamba import modeling_mamba

    before = modeling_mamba.mamba_selective_scan
    modeling_mamba.mamba_selective_scan = scan_instead_of_loop
    try:
        yield
    finally:
        modeling_mamba.mamba_selective_scan = before
