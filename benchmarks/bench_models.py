"""Both 130m shapes, a prompt of 512 tokens and one token after a state, by mambac and by everybody else.

Each implementation is a process of its own (peers/worker.py). Results are compared with PyTorch in double precision
before anything is timed; then all run in turn, one after the other, several times.
"""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

from common import HERE, Setup, median, run, save, say

SHAPES = [("mamba2", "f32"), ("mamba", "f32"), ("mamba2", "bf16"), ("mamba", "bf16")]
PEERS = {
    ("prompt", "f32"): ["transformers eager", "inductor", "llama.cpp", "OpenVINO", "ONNX Runtime"],
    ("prompt", "bf16"): ["transformers eager", "llama.cpp"],
    ("step", "f32"): ["transformers eager", "llama.cpp", "OpenVINO", "ONNX Runtime"],
    ("step", "bf16"): ["transformers eager", "llama.cpp"],
}
# A result further from double precision than this (of the largest logit) is wrong and not timed. bf16 carries 8 bits
# through 24 layers.
TOLERANCES = {"f32": 1e-3, "bf16": 1e-1}


class Worker:
    """One implementation."""

    def __init__(self, setup: Setup, name: str, kind: str, dtype: str, mode: str) -> None:
        """Starts it; it loads while others do not run."""
        self.name, self.seconds = name, list[float]()
        self.result: dict[str, Any] = {}
        words = [setup.python, HERE / "peers/worker.py", name, kind, dtype, mode, setup.work / "models", setup.build]
        log = setup.work / "models" / f"{name.replace(' ', '-')}-{kind}-{dtype}-{mode}.log"
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [str(w) for w in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self.ready = self.answer()
        if "error" in self.ready and not self.ready["error"] <= TOLERANCES[dtype]:
            self.ready = {"failed": f"wrong by {self.ready['error']:.1e} of the largest logit"} | self.ready
        if "failed" in self.ready:
            self.stop()

    def answer(self) -> dict[str, Any]:
        """The next line; a process that died says so."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            self.process.wait()
            return {"failed": f"its process ended with code {self.process.returncode}"}

    def tell(self, word: str) -> dict[str, Any]:
        """Sends a command."""
        assert self.process.stdin
        try:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return {"failed": "its process is gone"}
        return self.answer()

    def time_once(self) -> None:
        """One run."""
        answer = self.tell("run")
        if "failed" in answer:
            self.ready = answer
        else:
            self.seconds.append(answer["seconds"])

    def stop(self) -> None:
        """Ends the process."""
        if self.process.poll() is None and "failed" not in self.ready:
            self.result |= self.tell("quit")
        self.process.kill()
        self.process.wait()


def compare(setup: Setup, kind: str, dtype: str, mode: str) -> dict[str, Any]:
    """Loads all, then runs them in turn."""
    workers: list[Worker] = []
    for name in ["mambac", *PEERS[mode, dtype]]:
        worker = Worker(setup, name, kind, dtype, mode)
        say(f"{kind} {dtype} {mode}: {name} {worker.ready}")
        workers.append(worker)
    running = [w for w in workers if "failed" not in w.ready]
    for turn in range(setup.rounds):
        for worker in running:
            # Idle threads of the last one stop spinning.
            time.sleep(0.25)
            if turn == 0 and worker.name != "mambac":
                worker.tell("run")
            worker.time_once()
    rows = {}
    for worker in workers:
        worker.stop()
        rows[worker.name] = worker.ready | worker.result
        if worker.seconds:
            rows[worker.name]["seconds"] = median(worker.seconds)
    mine = workers[0].seconds
    for worker in workers[1:]:
        if worker.seconds and len(mine) == len(worker.seconds):
            rows[worker.name]["ratio"] = median([b / a for a, b in zip(mine, worker.seconds)])
    return {"kind": kind, "dtype": dtype, "mode": mode, "rows": rows}


def export(setup: Setup) -> None:
    """Archives, inputs and reference results, where they are not there yet."""
    folder = setup.work / "models"
    for kind, dtype in SHAPES:
        if not (folder / f"{kind}-{dtype}.y64.npy").exists():
            say(f"exporting {kind} {dtype}")
            run([setup.python, HERE / "peers/export.py", folder, kind, dtype])


def main(setup: Setup, mode: str) -> None:
    """Compares all."""
    if not setup.python:
        say(f"{mode}: no PyTorch, nothing to compare with")
        return
    export(setup)
    tables = [compare(setup, kind, dtype, mode) for kind, dtype in SHAPES]
    save(setup, mode, {"command": f"make bench ONLY={mode}", "tables": tables})
