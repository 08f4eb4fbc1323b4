"""What an archive says about its model besides its graph: extra/mambac.json, which the compiler reads.

docs/imported-module.md describes the file. It is made here and nowhere else.
"""

from __future__ import annotations

import json
from typing import Any

NAME = "mambac.json"
FORMAT = 1


def _tokens(value: Any) -> list[int]:
    """A configuration's end of text: a number, several, or none."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [int(value)]


def role(name: str) -> str:
    """What a state is: conv, recurrent, key or value by the part behind the layer's number, or position."""
    return name.split(".")[1] if "." in name else name


def describe(
    model: Any,
    source: str,
    inputs: dict[str, str],
    outputs: dict[str, str],
    state: list[str],
    capacity: int,
    name: str,
    chat: dict[str, Any] | None = None,
) -> str:
    """The file for a model of transformers.

    `inputs` and `outputs` map names to roles; the state "0.conv" is the input `state_0_conv` and the output
    `state.0.conv`, as torch.export names members of a dictionary. `capacity` is told where a layer attends;
    `name` is the model's.
    """
    config, places = model.config, (model.config, getattr(model, "generation_config", None))
    ends = {token for place in places for token in _tokens(getattr(place, "eos_token_id", None))}
    # Configurations of models with few ids keep their family's defaults.
    begin = [token for token in _tokens(getattr(config, "bos_token_id", None)) if token < config.vocab_size]
    contract = {
        "format": FORMAT,
        "name": name,
        "family": config.model_type,
        "source": source,
        "vocabulary": config.vocab_size,
        "bos": begin[0] if begin else None,
        "eos": sorted(token for token in ends if token < config.vocab_size),
        "capacity": capacity if any(role(name) == "key" for name in state) else None,
        "chat": chat,
        "inputs": inputs,
        "outputs": outputs,
        "state": [
            {"input": "state_" + name.replace(".", "_"), "output": "state." + name, "role": role(name)}
            for name in state
        ],
    }
    return json.dumps({key: value for key, value in contract.items() if value is not None}, indent=1) + "\n"
