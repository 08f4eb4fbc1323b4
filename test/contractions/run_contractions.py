#!/usr/bin/env python3
"""Checks that every spelling of a contraction becomes the same ssm.einsum.

Each graph of each fixture (contractions.py, make_contractions.py) is imported and raised. What is left has to be one
ssm.einsum, with the operands and axes that the contraction's meta.json says, and beside it as many computations as are
listed there; views are none. Then all graphs whose raised modules are the same, but for names, are compiled once, and the
product is held to docs/numerics.md, against the most exact of these spellings in PyTorch. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "models"), str(HERE.parent / "spellings")]
import coverage  # noqa: E402
import npy  # noqa: E402
import run_models  # noqa: E402
from run_models import Failure  # noqa: E402

SECONDS = 60
VIEW = re.compile(r"\s*(%\w+) = tensor\.(?:expand_shape|collapse_shape|cast) (%\w+) ")
WEIGHT = re.compile(r"\s*(%\w+) = ssm\.weight \"(\w+)\"")
NUMBER = re.compile(r"\s*(%\w+) = arith\.constant dense<([^>]*)> : tensor<f32>")
EINSUM = re.compile(r"\s*%\w+ = ssm\.einsum \"([^\"]*)\" ins\(([^:]*) :")


def einsums(module: str, meta: dict[str, Any]) -> list[str]:
    """The einsums of a raised module: each operand with its axes, and the axes of the result."""
    names = {f"%arg{k}": name for k, name in enumerate(meta["inputs"])}
    found = []
    for line in module.splitlines():
        if view := VIEW.match(line):
            names[view[1]] = names.get(view[2], view[2])
        elif weight := WEIGHT.match(line):
            names[weight[1]] = weight[2]
        elif number := NUMBER.match(line):
            names[number[1]] = f"{float(number[2]):g}"
        elif einsum := EINSUM.match(line):
            inputs, result = einsum[1].split("->")
            operands = [name.strip() for name in einsum[2].split(",")]
            parts = [f"{names.get(name, name)}[{axes.strip()}]" for name, axes in zip(operands, inputs.split(","))]
            found.append(f"{' '.join(parts)} -> {result.strip()}".strip())
    return found


def raise_graph(graph: str, folder: Path, meta: dict[str, Any], build: Path) -> str:
    """The raised module of a graph, which is as it should be."""
    imported, raised = folder / f"{graph}.imported.mlir", folder / f"{graph}.raised.mlir"
    command = [build / "bin/mambac", folder / f"{graph}.pt2", "--emit=imported", "--quiet", "-o", imported]
    run_models.run(command, SECONDS)
    run_models.run([build / "bin/mamba-opt", imported, "--mambac-raise", "-o", raised], SECONDS)
    module = raised.read_text()
    found = einsums(module, meta)
    if found != [meta["becomes"]]:
        raise Failure(f"it becomes {'; '.join(found) or 'no einsum'}, not {meta['becomes']}")
    kept = {"others": meta["others"]} if meta["others"] else {}
    left = coverage.leftovers(module, {"family": meta["name"], "ops": {"ssm.einsum": 1}, "kept": kept})
    if left:
        raise Failure(f"left over: {'; '.join(left)}")
    return module


def check_numbers(graph: str, alike: list[str], folder: Path, meta: dict[str, Any], build: Path) -> None:
    """Compiles one graph, and compares its results with those of the most exact of the spellings alike."""
    product = folder / f"{graph}.so"
    run_models.run([build / "bin/mambac", folder / f"{graph}.pt2", "-o", product, "--quiet", "--verify"], SECONDS)
    errors = run_models.Errors()
    for case in range(meta["cases"]):
        exact_shape, exact = npy.read(folder / f"case{case}.y64.npy")
        shapes = [npy.read(folder / f"case{case}.in.{name}.npy")[0] for name in meta["inputs"]]
        if not graph.endswith(".open") and case:
            break  # closed sizes are those of the first case
        result = folder / f"{graph}.{case}.npy"
        command: list[str | Path] = [build / "bin/mamba-run", product, "--output", f"0={result}"]
        for position, name in enumerate(meta["inputs"]):
            command += ["--input", f"{position}={folder}/case{case}.in.{name}.npy"]
        run_models.run(command, SECONDS)
        shape, y = npy.read(result)
        if shape != exact_shape:
            raise Failure(f"inputs {shapes}: the result has the shape {shape}, not {exact_shape}")
        errors.add(y, exact)
    best = [min(meta["errors"][name.removesuffix(".open")][k] for name in alike) for k in (0, 1)]
    for what, error, reference in (("max", errors.largest, best[0]), ("rms", errors.rms, best[1])):
        limit = 2 * reference + run_models.ULP["float32"]
        if not error <= limit:
            raise Failure(f"{what} error {error:.2e}, limit {limit:.2e}")


def without_names(module: str) -> str:
    """A module but for the names of its inputs and results, and locations."""
    return re.sub(r"mambac\.name = \"[^\"]*\"", "", module)


def check(fixture: Path, build: Path, work: Path) -> tuple[int, int]:
    """Checks one contraction; a graph is one test, and each module that they become."""
    folder = run_models.unpack(fixture, work / fixture.stem)
    meta = json.loads((folder / "meta.json").read_text())
    passed = failed = 0
    modules: dict[str, list[str]] = {}
    for graph in meta["graphs"]:
        try:
            modules.setdefault(without_names(raise_graph(graph, folder, meta, build)), []).append(graph)
            passed += 1
        except Failure as failure:
            failed += 1
            print(f"FAIL contractions/{meta['name']}/{graph}: {failure}", flush=True)
    for alike in modules.values():
        try:
            check_numbers(alike[0], alike, folder, meta, build)
            passed += 1
        except Failure as failure:
            failed += 1
            print(f"FAIL contractions/{meta['name']}/{alike[0]}: {failure}", flush=True)
    verdict = "FAIL" if failed else "pass"
    graphs = len(meta["graphs"])
    print(f"{verdict} contractions/{meta['name']}: {graphs} graphs, {len(modules)} modules: {meta['becomes']}", flush=True)
    return passed, failed


def main() -> int:
    """Runs the fixtures; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="look at these alone")
    args = parser.parse_args()
    fixtures = [path for path in sorted(HERE.glob("*.zip")) if not args.only or path.stem in args.only]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda fixture: check(fixture, args.build, args.build / "test/contractions"), fixtures))
    passed, failed = sum(good for good, _ in counts), sum(bad for _, bad in counts)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
