"""Both 130m shapes, a prompt of 512 tokens and one token after a state, by mambac and by everybody else.

Each implementation is a process of its own (peers/worker.py). Results are compared with PyTorch in double precision
before anything is timed; then all run in turn, one after the other, several times.
"""

from __future__ import annotations

import os
from typing import Any

from common import HERE, Setup, run, save, say
from turns import Worker, take_turns

SHAPES = [("mamba2", "f32"), ("mamba", "f32"), ("mamba2", "bf16"), ("mamba", "bf16")]
PEERS = {
    ("prompt", "f32"): ["transformers eager", "inductor", "llama.cpp", "OpenVINO", "ONNX Runtime"],
    ("prompt", "bf16"): ["transformers eager", "llama.cpp"],
    ("step", "f32"): ["reading 512 MiB", "transformers eager", "llama.cpp", "OpenVINO", "ONNX Runtime"],
    ("step", "bf16"): ["reading 512 MiB", "transformers eager", "llama.cpp"],
}
# Not compared: each of Mamba's 24 layers would bring a scan of logarithmic depth to compile.
LEFT_OUT = {("mamba", "inductor")}
# A result further from double precision than this (of the largest logit) is wrong and not timed. bf16 carries 8 bits
# through 24 layers.
TOLERANCES = {"f32": 1e-3, "bf16": 1e-1}


def compare(setup: Setup, kind: str, dtype: str, mode: str, names: list[str] | None = None) -> dict[str, Any]:
    """Loads all, then runs them in turn."""
    folder = setup.work / "models"
    say(f"{kind} {dtype} {mode}")
    workers = []
    peers = [name for name in PEERS[mode, dtype] if (kind, name) not in LEFT_OUT]
    for name in ["mambac", *(peers if names is None else names)]:
        words = [setup.python, HERE / "peers/worker.py", name, kind, dtype, mode, folder, setup.build]
        log = folder / f"{name.replace(' ', '-')}-{kind}-{dtype}-{mode}.log"
        workers.append(Worker(name, words, log, TOLERANCES[dtype]))
    rows = take_turns(workers, setup.rounds)
    return {"kind": kind, "dtype": dtype, "mode": mode, "rows": rows, "bytes": step_bytes(setup, kind, dtype)}


def step_bytes(setup: Setup, kind: str, dtype: str) -> dict[str, int]:
    """Bytes that a token has to read at least: each weight once, a row of the embedding being the head's; its state."""
    size = 4 if dtype == "f32" else 2
    if kind == "mamba2":
        layer = 768 * 3352 + 1536 * 768 + 1792 * 5 + 768 + 1536 + 3 * 24
        states, windows = 24 * 64 * 128, 1792 * 4
    else:
        layer = 768 * 3072 + 1536 * (80 + 768 + 48 + 16 + 5 + 2) + 768
        states, windows = 1536 * 16, 1536 * 4
    head = 50288 * 768 * size
    weights = (24 * layer + 768) * size + head
    # A table of its own, of which a token reads a row; Mamba's head is its embedding.
    embedding = head if kind == "mamba2" else 0
    return {"weights": weights, "embedding": embedding, "state": 24 * (states * 4 + windows * size)}


def export(setup: Setup) -> None:
    """Archives, inputs and reference results, where they are not there yet."""
    folder = setup.work / "models"
    for kind, dtype in SHAPES:
        if not (folder / f"{kind}-{dtype}.y64.npy").exists():
            say(f"exporting {kind} {dtype}")
            run([setup.python, HERE / "peers/export.py", folder, kind, dtype], env=os.environ)


def main(setup: Setup, mode: str) -> None:
    """Compares all."""
    if not setup.python:
        say(f"{mode}: no PyTorch, nothing to compare with")
        return
    export(setup)
    tables = [compare(setup, kind, dtype, mode) for kind, dtype in SHAPES]
    save(setup, mode, {"command": f"make bench ONLY={mode}", "tables": tables})
