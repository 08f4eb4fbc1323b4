#!/usr/bin/env python3
"""Holds what every model of test/models costs to expected.json, and what equal layers cost to nothing but their calls.

    python3 test/guards/run_guards.py --build build [--write] [--only NAME]

For each model, at batch 3 and length 100 where these are open: floating-point operations and bytes of all kernels, the
largest temporary (at batch 1) and the scratch memory of a run, calls of kernels and how many kernels are different. These
numbers follow from the compiler alone, not from the machine: any change is a decision, which `--write` records.

The model of equal layers (layers.py) is scheduled with 3, 6 and 12 of them: kernels, their operations and live memory
have to be the same, and what the driver grows by the same for each layer. Needs the standard library alone; the last
line of stdout is JSON with the counts.
"""

from __future__ import annotations

import argparse
import ast
import json
import operator
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import layers

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
EXPECTED = HERE / "expected.json"
BATCH, LENGTH = 3, 100
# A level with fused multiply-adds that nearly every machine has; the schedule must not depend on the one at hand.
LEVEL = "x86-64-v3"
SECONDS = 600


class Problem(Exception):
    """Why a model could not be looked at."""


def run(words: list[Any]) -> str:
    """The output of a program that has to succeed."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise Problem(f"{Path(str(words[0])).name}: exit code {done.returncode}: {last}")
    return done.stdout


OPERATIONS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: lambda a, b: -(-a // b),
}


def work(text: str, symbols: dict[str, int]) -> int:
    """The value of an expression such as 2*s0*s1*4096 or (s1 ceildiv 48)*7."""
    for word, sign in ((" floordiv ", "//"), (" ceildiv ", "@"), (" mod ", "%")):
        text = text.replace(word, sign)

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        return symbols[node.id] if isinstance(node, ast.Name) else int(ast.literal_eval(node))

    return value(ast.parse(text, mode="eval").body)


def symbol_values(module: str) -> dict[str, int]:
    """BATCH for symbols that are first dimensions of inputs, LENGTH for others."""
    listed = re.search(r"mambac\.symbols = \[(.*?)\]", module)
    names = re.findall(r'name = "(\w+)"', listed.group(1) if listed else "")
    maps = dict(re.findall(r"^(#\w+) = affine_map<\(\)(.*)>$", module, re.MULTILINE))
    header = next(line for line in module.splitlines() if line.startswith("  func.func @main("))
    first = set()
    for shape in re.findall(r"mambac\.shape = (?:affine_map<\(\)([^>]*->[^>]*)>|(#\w+))", header):
        text = shape[0] or maps.get(shape[1], "")
        dims = text.split("->")[-1].strip(" ()").split(",")
        first.add(dims[0].strip())
    return {name: BATCH if name in first else LENGTH for name in names}


def costs(model: Path, build: Path, folder: Path) -> dict[str, int]:
    """What one model costs."""
    scheduled, product = folder / f"{model.name}.mlir", folder / f"{model.name}.so"
    compiler = [build / "bin/mambac", model / "model.pt2", "--quiet", f"--cpu={LEVEL}"]
    run([*compiler, "--emit=scheduled", "-o", scheduled])
    module = scheduled.read_text()
    symbols = symbol_values(module)
    kernels = re.search(r"mambac\.kernels = \[(.*?)\], mambac\.", module)
    if not kernels:
        raise Problem("the scheduled module does not list its kernels")
    found = {"flops": 0, "bytes": 0}
    for key in found:
        found[key] = sum(work(text, symbols) for text in re.findall(rf'{key}_text = "([^"]*)"', kernels.group(1)))
    calls = re.findall(r"call @(\w+)\(.*\{mambac\.kernel = ", module)
    found |= {"kernel_calls": len(calls), "different_kernels": len(set(calls))}
    shapes = f"--mambac-print-memory=length={LENGTH}"
    printed = run([build / "bin/mamba-opt", scheduled, shapes, "-o", "/dev/null"])
    line = next(line for line in printed.splitlines() if line.startswith('{"function"'))
    found["largest_temporary"] = json.loads(line)["largest"]
    run([*compiler, "-o", product])
    words = [build / "bin/mamba-run", product, "--bench", "1", "--threads", "1"]
    for name, value in symbols.items():
        words += ["--symbol", f"{name}={value}"]
    found["scratch_bytes"] = json.loads(run(words).strip().splitlines()[-1])["scratch_bytes"]
    return found


def check_model(model: Path, build: Path, folder: Path, expected: dict[str, Any]) -> tuple[str, Any]:
    """An empty text if a model costs what is expected, and the costs."""
    try:
        found = costs(model, build, folder)
    except (Problem, subprocess.TimeoutExpired, KeyError, ValueError, StopIteration) as problem:
        return f"{type(problem).__name__}: {problem}", None
    wanted = expected.get(model.name, {})
    changed = [f"{key} is {n:,}, expected {wanted.get(key, 0):,}" for key, n in found.items() if n != wanted.get(key)]
    return "; ".join(changed), found


def sizes(count: int, build: Path, folder: Path) -> dict[str, int]:
    """How large the scheduled module of so many layers is."""
    source, scheduled = folder / f"layers{count}.mlir", folder / f"layers{count}.scheduled.mlir"
    source.write_text(layers.module(count))
    run([build / "bin/mamba-opt", source, "--mambac-schedule", "-o", scheduled])
    functions = re.split(r"^  func\.func ", scheduled.read_text(), flags=re.MULTILINE)[1:]
    kernels = [f for f in functions if f.startswith("private")]
    driver = next(f for f in functions if f.startswith("@main"))
    memory = run([build / "bin/mamba-opt", scheduled, "--mambac-print-memory=length=100", "-o", "/dev/null"])
    line = next(line for line in memory.splitlines() if line.startswith('{"function":"main"'))
    return {
        "kernels": len(kernels),
        "lines of kernels": sum(f.count("\n") for f in kernels),
        "live memory": json.loads(line)["peak"],
        "lines of the driver": driver.count("\n"),
        "calls": driver.count("call @"),
    }


def check_layers(build: Path, folder: Path) -> str:
    """An empty text if nothing but the driver grows with the number of layers, and that by equal steps."""
    few, some, many = (sizes(count, build, folder) for count in (3, 6, 12))
    problems = [
        f"{key}: {few[key]} with 3 layers, {many[key]} with 12"
        for key in ("kernels", "lines of kernels", "live memory")
        if few[key] != many[key]
    ]
    for key in ("lines of the driver", "calls"):
        if (many[key] - some[key]) != 2 * (some[key] - few[key]):
            problems.append(f"{key}: {few[key]}, {some[key]}, {many[key]} with 3, 6, 12 layers")
    return "; ".join(problems)


def main() -> int:
    """Checks all, or writes what is found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--write", action="store_true", help="record what is found in expected.json")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="look at these models alone")
    args = parser.parse_args()
    expected: dict[str, Any] = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    models = [p.parent for p in sorted(MODELS.glob("*/model.pt2")) if not args.only or p.parent.name in args.only]
    passed = failed = 0

    def verdict(name: str, problem: str) -> None:
        nonlocal passed, failed
        print(f"{'FAIL' if problem else 'pass'} guards/{name}{': ' if problem else ''}{problem}", flush=True)
        passed, failed = passed + (not problem), failed + bool(problem)

    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(2) as pool:
        folder = Path(name)
        results = list(pool.map(lambda model: check_model(model, args.build, folder, expected), models))
        for model, (problem, found) in zip(models, results):
            if args.write and found:
                expected[model.name], problem = found, ""
            verdict(model.name, problem)
        try:
            verdict("equal-layers", check_layers(args.build, folder))
        except (Problem, StopIteration) as problem:
            verdict("equal-layers", str(problem))
    gone = sorted(set(expected) - {p.parent.name for p in MODELS.glob("*/model.pt2")})
    if gone and args.write:
        for model_name in gone:
            del expected[model_name]
    elif gone:
        verdict("expected.json", f"there are no models {', '.join(gone)}")
    if args.write:
        lines = [f'  "{key}": {json.dumps(expected[key])}' for key in sorted(expected)]
        EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    elif failed:
        print("guards: if the change is wanted, record it: python3 test/guards/run_guards.py --build build --write")
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
