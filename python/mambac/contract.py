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


def describe(config: Any, source: str, inputs: dict[str, str], outputs: dict[str, str], state: list[str]) -> str:
    """The file for a model of transformers.

    `inputs` and `outputs` map names to roles; the state "0.conv" is the input `state_0_conv` and the output
    `state.0.conv`, as torch.export names members of a dictionary.
    """
    contract = {
        "format": FORMAT,
        "family": config.model_type,
        "source": source,
        "vocabulary": config.vocab_size,
        "bos": getattr(config, "bos_token_id", None),
        "eos": _tokens(getattr(config, "eos_token_id", None)),
        "inputs": inputs,
        "outputs": outputs,
        "state": [
            {"input": "state_" + name.replace(".", "_"), "output": "state." + name, "role": name.split(".")[-1]}
            for name in state
        ],
    }
    return json.dumps({key: value for key, value in contract.items() if value is not None}, indent=1) + "\n"
