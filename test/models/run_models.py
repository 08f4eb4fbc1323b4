#!/usr/bin/env python3
"""Compiles every fixture of this folder, runs it, and checks it against what PyTorch recorded.

For each fixture: the ops that its layers became are counted in `mambac --emit=ssm`; it is compiled to a shared
library with --verify, which compares what it computes before and after each stage; each case is run by mamba-run; and
docs/numerics.md's rule is applied: over the five seeds, max|y - y64| / max|y64| and its root mean square may be at most
twice PyTorch's own in the same type, plus one ulp of that type. And results are the same, bit by bit, on any number of
threads. Needs the standard library alone; make_models.py
writes the fixtures.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import npy  # noqa: E402

HERE = Path(__file__).resolve().parent
ULP = {"float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
COMPILE_SECONDS = 300
RUN_SECONDS = 60


class Failure(Exception):
    """A test that failed, with what to print."""


def run(command: Sequence[str | Path], seconds: int, stderr: bool = False) -> str:
    """Runs a program and returns its standard output, or what it said on standard error."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(words)}: not done after {seconds} s") from None
    except OSError as error:
        raise Failure(f"{words[0]}: {error.strerror}") from None
    if done.returncode:
        raise Failure(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:].strip()}")
    return done.stderr if stderr else done.stdout


def count_ops(module: str) -> Counter[str]:
    """Counts the ops of a printed module by name."""
    return Counter(re.findall(r"(?:= |^\s*)\"?(ssm\.\w+)", module, re.MULTILINE))


def check_ops(mambac: Path, fixture: Path, meta: dict[str, Any]) -> str:
    """Counts the ops that the layers became."""
    found = count_ops(run([mambac, fixture / "model.pt2", "--emit=ssm", "-o", "-"], COMPILE_SECONDS))
    wrong = [f"{found[op]} {op}, expected {n}" for op, n in meta["ops"].items() if found[op] != n]
    if wrong:
        raise Failure("; ".join(wrong))
    return ", ".join(f"{n} {op}" for op, n in meta["ops"].items() if n)


class Errors:
    """Collects errors relative to the largest exact value, over all cases of an output."""

    def __init__(self) -> None:
        self.largest = 0.0
        self.squares = 0.0
        self.count = 0

    def add(self, values: Sequence[float], exact: Sequence[float]) -> None:
        """Adds one case."""
        scale = max(map(abs, exact)) or 1.0
        for y, y64 in zip(values, exact):
            error = abs(y - y64) / scale
            if not error <= self.largest:
                self.largest = error if error == error else math.inf
            self.squares += error * error
        self.count += len(exact)

    @property
    def rms(self) -> float:
        """Root mean square of the relative errors."""
        return math.sqrt(self.squares / max(1, self.count))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpacks an .npz, a zip of .npy files, into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(archive) as cases:
        cases.extractall(folder)
    return folder


def check_numbers(mamba_run: Path, product: Path, fixture: Path, meta: dict[str, Any]) -> str:
    """Runs all cases of a compiled fixture and applies the rule of docs/numerics.md."""
    ours: dict[int, Errors] = {}
    theirs: dict[int, Errors] = {}
    inputs = meta["inputs"] if "inputs" in meta else [meta["input"]]
    if (fixture / "cases.npz").exists():
        fixture = unpack(fixture / "cases.npz", product.with_suffix(".cases"))
    for i, case in enumerate(meta["cases"]):
        names = range(case["outputs"])
        results = {k: product.with_suffix(f".case{i}.{k}.npy") for k in names}
        command: list[str | Path] = [mamba_run, product]
        for position, name in enumerate(inputs):
            command += ["--input", f"{position}={fixture}/case{i}.in.{name}.npy"]
        for k, path in results.items():
            command += ["--output", f"{k}={path}"]
        run(command, RUN_SECONDS)
        for k, path in results.items():
            shape, y = npy.read(path)
            wanted, reference = npy.read(fixture / f"case{i}.out.{k}.npy")
            _, exact = npy.read(fixture / f"case{i}.y64.{k}.npy")
            if shape != wanted:
                raise Failure(f"case {i}, output {k}: shape {shape}, expected {wanted}")
            ours.setdefault(k, Errors()).add(y, exact)
            theirs.setdefault(k, Errors()).add(reference, exact)
            path.unlink()
    notes = []
    for k, mine in ours.items():
        ulp = ULP[meta["dtype"]]
        for what, error, reference_error in (
            ("max", mine.largest, theirs[k].largest),
            ("rms", mine.rms, theirs[k].rms),
        ):
            limit = 2 * reference_error + ulp
            notes.append(f"{what} {error:.1e} (PyTorch {reference_error:.1e})")
            if not error <= limit:
                raise Failure(
                    f"output {k}: {what} error {error:.2e}, limit {limit:.2e} (PyTorch {reference_error:.2e})"
                )
    return ", ".join(notes)


def choose_sizes(signature: str) -> list[str]:
    """Sizes for all symbols of an entry that --list shows: large enough that loops have work for several threads."""
    words = []
    for name, least, most, multiple in re.findall(
        r"size (\w+): (\d+)(?: to (\d+)| or more)(?:, a multiple of (\d+))?", signature
    ):
        size = max(min(300 if words else 3, int(most or 300)), int(least))
        step = int(multiple or 1)
        words += ["--symbol", f"{name}={max(size // step, 1) * step}"]
    return words


def check_threads(mamba_run: Path, product: Path, outputs: int) -> str:
    """Runs random inputs on 1, 2, 3 and 5 threads; every byte of every output has to be the same."""
    sizes = choose_sizes(run([mamba_run, product, "--list"], RUN_SECONDS))
    expected: dict[int, bytes] = {}
    for threads in (1, 2, 3, 5):
        paths = {k: product.with_suffix(f".threads.{k}.npy") for k in range(outputs)}
        command: list[str | Path] = [mamba_run, product, "--seed", "1", "--threads", str(threads), *sizes]
        # With --bench inputs that are not given are random.
        command += ["--bench", "1"]
        for k, path in paths.items():
            command += ["--output", f"{k}={path}"]
        run(command, RUN_SECONDS)
        for k, path in paths.items():
            content = path.read_bytes()
            path.unlink()
            if expected.setdefault(k, content) != content:
                raise Failure(f"output {k} differs between 1 and {threads} threads, at {' '.join(sizes) or 'its sizes'}")
    return f"{sum(map(len, expected.values()))} bytes alike on 1, 2, 3 and 5 threads"


def run_steps(name: str, steps: Sequence[tuple[str, Callable[[], str]]]) -> tuple[int, int]:
    """Runs the steps of a test, each of which returns a note or raises Failure; returns how many passed and failed."""
    passed = failed = 0
    for step, action in steps:
        begin = time.time()
        try:
            note = action()
            verdict, passed = "pass", passed + 1
        except Failure as failure:
            note, verdict, failed = str(failure), "FAIL", failed + 1
        print(f"{verdict} {name} {step} ({time.time() - begin:.1f} s): {note}", flush=True)
    return passed, failed


def check_fixture(fixture: Path, build: Path, work: Path) -> tuple[int, int]:
    """Runs the tests of one fixture and returns how many passed and failed."""
    mambac, mamba_run = build / "bin/mambac", build / "bin/mamba-run"
    meta = json.loads((fixture / "meta.json").read_text())
    product = work / f"{fixture.name}.so"
    product.unlink(missing_ok=True)

    def compile_product() -> str:
        said = run([mambac, fixture / "model.pt2", "-o", product, "--quiet", "--verify"], COMPILE_SECONDS, stderr=True)
        kept = re.findall(r"stage (\w+) keeps all \d+ results of \d runs, but for (\S+) of the largest", said)
        if [stage for stage, _ in kept] != ["raise", "schedule", "cpu"]:
            raise Failure(f"--verify did not check all stages:\n{said}")
        errors = ", ".join(f"{stage} {error}" for stage, error in kept)
        return f"{product.stat().st_size // 1024} KiB; differences from the imported module: {errors}"

    steps: list[tuple[str, Callable[[], str]]] = [
        ("ops", lambda: check_ops(mambac, fixture, meta)),
        ("compile", compile_product),
        ("numbers", lambda: check_numbers(mamba_run, product, fixture, meta)),
        ("threads", lambda: check_threads(mamba_run, product, meta["cases"][0]["outputs"])),
    ]
    return run_steps(f"models/{fixture.name}", steps)


def main() -> int:
    """Runs the fixtures; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--models", type=Path, default=HERE, help="folder with the fixtures")
    args = parser.parse_args()
    work = args.build / "test/models"
    work.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    for description in sorted(args.models.glob("*/meta.json")):
        if not args.only or description.parent.name in args.only:
            good, bad = check_fixture(description.parent, args.build, work)
            passed, failed = passed + good, failed + bad
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
