#!/usr/bin/env python3
"""Measures mambac side by side with what people use today, and writes docs/performance.md from it.

    python3 benchmarks/bench.py [--build build] [--only PART]...

Parts: kernels (against the machine's limits), ops (the two scans as exported), prompt and step (both 130m shapes),
profile (their kernels), memory, compile, start, report, and, only if named, large (compiling 2.8 billion weights).
Each leaves build/bench/results/PART.json, of which report makes docs/performance.md and its plots. The peers are
installed from PyPI into build/bench/venv, and build/bench/venv4 for transformers 4; without a network what needs them
is left out, with a message. No test needs any of this.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bench_costs
import bench_kernels
import bench_models
import bench_ops
import report
from common import HERE, Setup, say

PARTS: dict[str, Callable[[Setup], None]] = {
    "kernels": bench_kernels.main,
    "ops": bench_ops.main,
    "prompt": lambda setup: bench_models.main(setup, "prompt"),
    "step": lambda setup: bench_models.main(setup, "step"),
    "profile": bench_costs.profile,
    "memory": bench_costs.memory,
    "compile": bench_costs.compile_time,
    "start": bench_costs.start,
    "large": bench_costs.large,
    "report": report.main,
}


def environment(folder: Path, requirements: Path, given: str | None) -> Path | None:
    """A virtual environment with the packages of a file, made where it is not there; none if that fails."""
    if given:
        return Path(given)
    python, stamp = folder / "bin/python", folder / "installed.txt"
    wanted = requirements.read_text()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say(f"installing {requirements.name} into {folder} (llama.cpp is compiled: some minutes)")
    steps = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)],
    ]
    for words in steps:
        if subprocess.run(words, stdout=2).returncode:
            say(f"that failed ({' '.join(words)}); rows that need it are left out. With a network, run again")
            return None
    stamp.write_text(wanted)
    return python


def main() -> int:
    """Reads the command line and runs the parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parent / "build")
    parser.add_argument("--only", action="append", choices=PARTS, help="run this part alone (may be repeated)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything takes its turn")
    args = parser.parse_args()
    build = args.build.resolve()
    work = build / "bench"
    work.mkdir(parents=True, exist_ok=True)
    parts = args.only or [part for part in PARTS if part != "large"]
    python = python4 = None
    if set(parts) - {"kernels"}:
        python = environment(work / "venv", HERE / "requirements.txt", os.environ.get("MAMBAC_BENCH_PYTHON"))
    if "ops" in parts:
        python4 = environment(work / "venv4", HERE / "requirements-4.txt", os.environ.get("MAMBAC_BENCH_PYTHON4"))
    setup = Setup(build, work / "results", work, python, python4, args.rounds)
    failed = []
    for name in parts:
        begin = time.perf_counter()
        try:
            PARTS[name](setup)
        except (RuntimeError, OSError) as error:
            say(f"{name} broke down: {error}")
            failed.append(name)
        say(f"{name}: {time.perf_counter() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
