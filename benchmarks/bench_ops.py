"""The core operations from the graph that is exported, beside PyTorch's ways to compute them."""

from __future__ import annotations

from typing import Any

from common import HERE, Setup, run, save, say
from turns import Worker, take_turns

# Relative to the largest value of the result in double precision.
TOLERANCE = 1e-4
NEW = {
    "scan": ["transformers' loop", "inductor"],
    "ssd": ["transformers' einsums", "inductor"],
    "product": ["PyTorch"],
}
OLD = {"scan": [], "ssd": ["broadcast, then sum"], "product": []}


def main(setup: Setup) -> None:
    """Exports, checks, times."""
    if not setup.python:
        say("ops: no PyTorch, nothing to compare with")
        return
    folder = setup.work / "ops"
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Any] = {}
    for op in NEW:
        script = HERE / "peers/op_worker.py"
        if not (folder / f"{op}.y64.npy").exists():
            run([setup.python, script, "export", op, folder])
        say(f"operation {op}")
        workers = []
        for name in ["mambac", *NEW[op], *(OLD[op] if setup.python4 else [])]:
            python = setup.python4 if name in OLD[op] else setup.python
            words = [python, script, name, op, folder, setup.build]
            workers.append(Worker(name, words, folder / f"{op}-{name.split()[0]}.log", TOLERANCE))
        tables[op] = take_turns(workers, setup.rounds)
    save(setup, "ops", {"command": "make bench ONLY=ops", "tables": tables})
