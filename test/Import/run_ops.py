#!/usr/bin/env python3
"""Sends every op fixture (ops/*.pt2, see make_ops.py) through the whole compiler and compares with PyTorch's results.

test/unit/Import/OpsTest.cpp does the same with the imported module alone: what fails here but not there is not the
importer's. Needs the standard library alone. The last line of output is JSON with the number of graphs that passed
and failed.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
import npy  # noqa: E402

# One rounding of the result's type; f32 results differ by the order of sums and by the polynomials of functions.
TOLERANCE = {"bf16": 2.0**-7, "f16": 2.0**-10}


def recorded(path: Path) -> list[tuple[tuple[int, ...], Sequence[float]]]:
    """The outputs in one vector: rank, sizes, elements of one after the other."""
    _, flat = npy.read(path)
    outputs, at = [], 0
    while at < len(flat):
        rank = int(flat[at])
        shape = tuple(int(v) for v in flat[at + 1 : at + 1 + rank])
        at += 1 + rank
        outputs.append((shape, flat[at : at + math.prod(shape)]))
        at += math.prod(shape)
    return outputs


def difference(have: Sequence[float], want: Sequence[float], tolerance: float) -> str:
    """What is wrong with a result, or nothing."""
    scale = max((abs(v) for v in want if math.isfinite(v)), default=0.0)
    for position, (a, b) in enumerate(zip(have, want, strict=True)):
        if a == b or (math.isnan(a) and math.isnan(b)):
            continue
        if not abs(a - b) <= tolerance * scale:
            return f"element {position} is {a}, not {b} (largest {scale})"
    return ""


def check(build: Path, graph: Path, folder: Path) -> list[str]:
    """What is wrong with a graph."""
    stem, variant = graph.with_suffix(""), graph.stem.split(".")[-1]
    product = folder / f"{graph.stem}.so"
    wanted = recorded(Path(f"{stem}.out.npy"))
    command: list[str | Path] = [build / "bin/mamba-run", product]
    for k, path in enumerate(sorted(HERE.glob(f"ops/{graph.stem}.in*.npy"))):
        command += ["--input", f"{k}={path}"]
    files = [folder / f"{graph.stem}.{k}.npy" for k in range(len(wanted))]
    for k, path in enumerate(files):
        command += ["--output", f"{k}={path}"]
    for words in ([build / "bin/mambac", graph, "--quiet", "-o", product], command):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300)
        if done.returncode:
            return [f"{Path(words[0]).name}: exit code {done.returncode}: {done.stderr[-1500:].strip()}"]
    wrong = []
    for k, (path, (shape, want)) in enumerate(zip(files, wanted, strict=True)):
        got, have = npy.read(path)
        text = f"sizes {got}, not {shape}" if got != shape else difference(have, want, TOLERANCE.get(variant, 5e-6))
        if text:
            wrong.append(f"output {k}: {text}")
    return wrong


def main() -> int:
    """Checks all graphs, or those whose name contains one of the words given."""
    parser = argparse.ArgumentParser(description="Runs the op fixtures through the whole compiler.")
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("only", nargs="*")
    args = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for graph in sorted(HERE.glob("ops/*.pt2")):
            if args.only and not any(word in graph.stem for word in args.only):
                continue
            try:
                wrong = check(args.build.resolve(), graph, Path(folder))
            except (OSError, ValueError, subprocess.TimeoutExpired) as error:
                wrong = [str(error)]
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"FAIL ops/{graph.stem}", *wrong, sep="\n  ", flush=True)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
