"""Implementations in processes of their own that run in turn, so that ratios hold on a machine whose speed drifts."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from common import median, say


class Worker:
    """One implementation: a process that says when it is ready, and runs once for each line `run`."""

    def __init__(self, name: str, words: list[Any], log: Path, tolerance: float) -> None:
        """Starts it, and waits until it is loaded and its result was compared."""
        self.name = name
        self.seconds: list[float] = []
        self.result: dict[str, Any] = {}
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [str(w) for w in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self.ready = self.answer()
        if "error" in self.ready and not self.ready["error"] <= tolerance:
            self.ready = self.ready | {"failed": f"wrong by {self.ready['error']:.1e} of the largest value"}
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


def take_turns(workers: list[Worker], rounds: int) -> dict[str, Any]:
    """Runs all, one after the other, several times. Medians, and ratios to the first one's time of the same round."""
    for turn in range(rounds):
        for worker in workers:
            if "failed" in worker.ready:
                continue
            # Idle threads of the last one stop spinning.
            time.sleep(0.25)
            # Once to warm up; mambac's own worker does so itself. What takes seconds was warmed by being checked.
            if turn == 0 and worker is not workers[0] and worker.seconds == []:
                worker.time_once()
                if worker.seconds and worker.seconds[0] < 3:
                    worker.seconds.clear()
                    worker.time_once()
            else:
                worker.time_once()
    rows = {}
    for worker in workers:
        worker.stop()
        rows[worker.name] = worker.ready | worker.result
        if worker.seconds and "failed" not in worker.ready:
            rows[worker.name]["seconds"] = median(worker.seconds)
    mine = workers[0].seconds
    for worker in workers[1:]:
        if len(mine) == len(worker.seconds) == rounds:
            rows[worker.name]["ratio"] = median([b / a for a, b in zip(mine, worker.seconds)])
    for name, row in rows.items():
        say(f"  {name}: {row}")
    return rows
