"""Models that go on from a state: transformers with its cache's tensors as inputs and results, mamba.py's step."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .registry import BATCHES, OPEN, spelling

FAMILY = "Models with their state"
MAMBA2 = dict(hidden_size=20, num_heads=4, head_dim=10, state_size=5, n_groups=2, num_hidden_layers=1, chunk_size=8)
MAMBA = dict(hidden_size=10, state_size=5, num_hidden_layers=1, time_step_rank=3)
ONE = [(2, 1), (1, 1), (3, 1), (4, 1), (5, 1)]


def language_model(kind: str, seed: int, **options: Any) -> Any:
    """A ...ForCausalLM of transformers."""

    def build() -> nn.Module:
        import make_models
        import transformers

        transformers.logging.set_verbosity_error()
        config = getattr(transformers, f"{kind}Config")(vocab_size=43, pad_token_id=0, **options)
        torch.manual_seed(seed)
        return make_models.randomize(getattr(transformers, f"{kind}ForCausalLM")(config), seed)

    return build


def go_on(self: Any, ids: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, the new window and the new state."""
    from transformers import DynamicCache

    cache = DynamicCache(config=self.model.config)
    layer = cache.layers[0]
    layer.conv_states[0] = window
    layer.recurrent_states[0] = state
    layer.has_previous_state[0] = True
    logits = self.model(ids, cache_params=cache, use_cache=True).logits
    return logits, layer.conv_states[0], layer.recurrent_states[0]


@spelling(FAMILY, "transformers 5.23, Mamba-2, one token", {"ids": "b 1", "window": "b 60 4", "state": "b h 10 n"},
          {}, {"ssm.ssd": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 3}, ONE, make=language_model("Mamba2", 41, **MAMBA2),
          kept={"others": -1})  # fmt: skip
def mamba2_decode(self: Any, ids: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Decoding."""
    return go_on(self, ids, window, state)


@spelling(FAMILY, "transformers 5.23, Mamba-2, more tokens", {"ids": "b l", "window": "b 60 4", "state": "b h 10 n"},
          {}, {"ssm.ssd": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 3}, OPEN, make=language_model("Mamba2", 42, **MAMBA2),
          kept={"others": -1})  # fmt: skip
def mamba2_prefill(self: Any, ids: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A prompt that continues."""
    return go_on(self, ids, window, state)


@spelling(FAMILY, "transformers 5.23, Mamba, one token", {"ids": "b 1", "window": "b 20 4", "state": "b 20 n"},
          {}, {"ssm.selective_scan": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 5}, ONE,
          make=language_model("Mamba", 43, **MAMBA), kept={"others": -1})  # fmt: skip
def mamba_decode(self: Any, ids: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Decoding."""
    return go_on(self, ids, window, state)


def mamba_py() -> nn.Module:
    """One layer of mamba.py."""
    import make_models

    return make_models.mamba_py_layer(44, pscan=False)()


@spelling(FAMILY, "mamba.py, step", {"x": "b 20", "h": "b 40 7", "inputs": "b 40 3"}, {},
          {"ssm.selective_scan": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 4}, ONE, make=mamba_py,
          kept={"others": -1})  # fmt: skip
def mamba_py_step(self: Any, x: Tensor, h: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One token; the state and the window are results."""
    y, caches = self.model.step(x, [(h, inputs)])
    return y, caches[0][0], caches[0][1]


def rolled_step(self: Any, x: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """mamba_ssm's step of a Mamba-2 layer: the window is rolled and its last column written."""
    z, xbc, dt = torch.split(x @ self.W_in, [12, 32, 4], dim=-1)
    window = torch.roll(window, shifts=-1, dims=-1)
    window[:, :, -1] = xbc
    xbc = F.silu((window * self.w).sum(-1) + self.bias)
    u, b, c = torch.split(xbc, [12, 10, 10], dim=-1)
    u, dt = u.unflatten(-1, (4, 3)), F.softplus(dt + self.dt_bias)
    b, c = (v.unflatten(-1, (2, 5)).repeat_interleave(2, dim=1) for v in (b, c))
    decay = torch.exp(dt * -torch.exp(self.A_log))
    state = state * decay[..., None, None] + torch.einsum("bh,bhn,bhp->bhpn", dt, b, u)
    y = torch.einsum("bhpn,bhn->bhp", state, c) + self.D[:, None] * u
    return (y.flatten(1) * F.silu(z)) @ self.W_out, window, state


@spelling(FAMILY, "Mamba-2 with a rolled window, step by step",
          {"x": "b l 10", "window": "b 32 k", "state": "b h p n"},
          {"W_in": "10 48", "w": "32 k", "bias": "32", "dt_bias": "h", "A_log": "h", "D": "h", "W_out": "12 10"},
          {"ssm.ssd": 1, "ssm.causal_conv1d": 1, "ssm.einsum": 2}, BATCHES, kept={"others": -1, "largest": -1})  # fmt: skip
def rolled_steps(self: Any, x: Tensor, window: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Whole layers, token by token, from a state that is a result as well."""
    tokens = []
    for t in range(x.shape[1]):
        y, window, state = rolled_step(self, x[:, t], window, state)
        tokens.append(y)
    return torch.stack(tokens, 1), window, state
