#!/usr/bin/env python3
"""Runs what --emit=torch writes of every fixture, and compares it with PyTorch's recorded results.

Needs a Python with PyTorch, as the files do:

    PYTHON test/models/run_torch.py --build build [--only WORD] [FOLDER...]

A folder holds fixtures as test/models does (model.pt2, meta.json, caseN.*.npy or cases.npz), or single operations as
test/Import/ops does. Over all cases of a model, the largest error and the root mean square of the errors are at most twice PyTorch's own plus
one ulp of the type (docs/numerics.md), but for those listed in WIDER. The last line of stdout is JSON with the counts.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import npy  # noqa: E402

# Where the largest error may be thrice PyTorch's own plus six ulps, and why.
WIDER = {
    "min_gru_log": "not raised (test/spellings/expected_failures.json): it computes in logarithms, PyTorch's best does not",
    "moving_average": "a h + (x - a x) rounds a x, which torch.lerp does not; only a fused multiply-add would not either",
}
ULP = {"float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}


def read(path: Path) -> torch.Tensor:
    """One array as a tensor."""
    shape, values = npy.read(path)
    return torch.tensor(values).reshape(shape)


class Errors:
    """The largest error and the root mean square over all cases, relative to the largest value."""

    def __init__(self) -> None:
        self.largest, self.squares, self.count = 0.0, 0.0, 0

    def add(self, actual: torch.Tensor, exact: torch.Tensor) -> None:
        """Adds one case."""
        if actual.shape != exact.shape:
            raise ValueError(f"shape {tuple(actual.shape)}, expected {tuple(exact.shape)}")
        if not exact.numel():
            return
        error = (actual.double() - exact.double()).abs() / exact.double().abs().max().clamp_min(1e-300)
        self.largest = max(self.largest, error.nan_to_num(nan=math.inf).max().item())
        self.squares += error.square().sum().item()
        self.count += error.numel()

    @property
    def rms(self) -> float:
        """Root mean square."""
        return math.sqrt(self.squares / max(1, self.count))


def load(path: Path, name: str) -> type:
    """The class of a written file."""
    spec = importlib.util.spec_from_file_location(f"written_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Model


class Problem(Exception):
    """Something is wrong with a fixture."""


class Skipped(Exception):
    """A fixture that mambac does not take at all."""


def write(graph: Path, mambac: Path, written: Path) -> torch.nn.Module:
    """The model of a graph, as mambac writes it."""
    done = subprocess.run([mambac, graph, "--quiet", "-o", written], capture_output=True, text=True)
    if done.returncode:
        message = done.stderr.strip() or f"exit code {done.returncode}"
        # What cannot be imported or raised is other tests' business.
        raise (Problem if "--emit=torch" in message or done.returncode not in (1, 70) else Skipped)(message)
    return load(written, written.stem.replace(".", "_")).load(graph)


def call(model: torch.nn.Module, files: list[Path]) -> tuple[torch.Tensor, ...]:
    """Runs a model on arrays, in the types that it wants."""
    inputs = [read(path).to(dtype) for path, (_, dtype, _) in zip(files, model.INPUTS, strict=True)]
    with torch.no_grad():
        outputs = model(*inputs)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def run_op(graph: Path, mambac: Path, work: Path) -> str:
    """What is wrong with a single operation; empty if nothing is."""
    stem = graph.name.removesuffix(".pt2")
    model = write(graph, mambac, work / f"{stem}.py")
    outputs = call(model, sorted(graph.parent.glob(f"{stem}.in*.npy"), key=lambda p: int(p.stem.rsplit("in", 1)[1])))
    _, flat = npy.read(graph.with_suffix("").parent / f"{stem}.out.npy")
    at = 0
    tolerance = {"bf16": 2.0**-7, "f16": 2.0**-10}.get(stem.rsplit(".", 1)[-1], 5e-6)
    for k, actual in enumerate(outputs):
        rank = int(flat[at])
        shape = [int(n) for n in flat[at + 1 : at + 1 + rank]]
        count = math.prod(shape)
        wanted = torch.tensor(flat[at + 1 + rank : at + 1 + rank + count], dtype=torch.float64).reshape(shape)
        at += 1 + rank + count
        if list(actual.shape) != shape:
            return f"output {k}: shape {list(actual.shape)}, not {shape}"
        scale = wanted[wanted.isfinite()].abs().max().item() if wanted.isfinite().any() else 0.0
        if not torch.allclose(actual.double(), wanted, rtol=0, atol=tolerance * scale, equal_nan=True):
            return f"output {k} is {(actual.double() - wanted).abs().max().item():.2e} off, largest {scale:.2e}"
    return "" if at == len(flat) else "outputs are missing"


def run(fixture: Path, mambac: Path, work: Path) -> str:
    """What is wrong with a fixture; empty if nothing is."""
    name = fixture.name
    meta = json.loads((fixture / "meta.json").read_text())
    model = write(fixture / "model.pt2", mambac, work / f"{fixture.name}.py")
    if (fixture / "cases.npz").exists():  # arrays in one file
        with zipfile.ZipFile(fixture / "cases.npz") as arrays:
            arrays.extractall(work / fixture.name)
        fixture = work / fixture.name
    ours: dict[int, Errors] = {}
    theirs: dict[int, Errors] = {}
    for number, case in enumerate(meta["cases"]):
        # torch.export writes names in lower case.
        files = {path.name.lower(): path for path in fixture.glob(f"case{number}.in.*.npy")}
        outputs = call(model, [files[f"case{number}.in.{name}.npy".lower()] for name, _, _ in model.INPUTS])
        for k, actual in enumerate(outputs[: case["outputs"]]):
            exact = read(fixture / f"case{number}.y64.{k}.npy")
            ours.setdefault(k, Errors()).add(actual, exact)
            theirs.setdefault(k, Errors()).add(read(fixture / f"case{number}.out.{k}.npy"), exact)
    ulp = ULP[meta["dtype"]]
    for k, mine in ours.items():
        for what, error, reference in (("max", mine.largest, theirs[k].largest), ("rms", mine.rms, theirs[k].rms)):
            limit = 2 * reference + ulp
            if what == "max" and name in WIDER:
                limit = 3 * reference + 6 * ulp
            if not error <= limit:
                return f"output {k}: {what} error {error:.2e}, limit {limit:.2e} (PyTorch {reference:.2e})"
    return ""


def main() -> int:
    """Runs all fixtures of the folders."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[HERE])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--only", help="a word in the names of those to run")
    parser.add_argument("--verbose", action="store_true", help="name what passed, too")
    args = parser.parse_args()
    torch.set_num_threads(2)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as work:
        for folder in args.folders:
            fixtures = [(path.parent.name, path.parent, run) for path in sorted(folder.glob("*/meta.json"))]
            fixtures += [(path.stem, path, run_op) for path in sorted(folder.glob("*.pt2"))]
            for name, fixture, action in fixtures:
                if args.only and args.only not in name:
                    continue
                try:
                    problem = action(fixture, args.build / "bin/mambac", Path(work))
                except Skipped:
                    print(f"skip torch/{name}: mambac does not take it", flush=True)
                    continue
                except Exception as error:  # noqa: BLE001
                    problem = f"{type(error).__name__}: {error}"
                passed, failed = passed + (not problem), failed + bool(problem)
                if problem or args.verbose:
                    print(f"{'FAIL' if problem else 'pass'} torch/{name}{': ' + problem if problem else ''}", flush=True)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
