#!/usr/bin/env python3
"""Compares what --emit=torch writes of functions in .mlir tests with the functions' own definitions.

Each function of each module is written by itself, run by PyTorch on random inputs, and by `mamba-opt --run=reference`
on the same ones. What mambac refuses (a negative test, memrefs), and functions of other inputs than tensors, are left
out. Needs a Python with PyTorch:

    PYTHON test/Emit/run_definitions.py --build build FILE.mlir...

The last line of stdout is JSON with the counts.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
import npy  # noqa: E402
from run_torch import load, read  # noqa: E402

CODES = {torch.float32: "<f4", torch.float64: "<f8", torch.float16: "<f2", torch.int64: "<i8", torch.int32: "<i4",
         torch.int8: "|i1", torch.bool: "|b1"}  # fmt: skip


def store(path: Path, x: torch.Tensor) -> None:
    """Writes an array; bf16 as f32, which holds it."""
    x = (x.float() if x.dtype == torch.bfloat16 else x).contiguous()
    header = str({"descr": CODES[x.dtype], "fortran_order": False, "shape": tuple(x.shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    data = bytes(x.view(torch.uint8).flatten().tolist()) if x.dim() and x.numel() else b""
    if not x.dim():
        data = bytes(x.reshape(1).view(torch.uint8).tolist())
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data)


def functions(path: Path) -> Iterator[tuple[str, str]]:
    """Each function of a file, with a module in which it is the only public one."""
    for part in path.read_text().split("// -----"):
        names = re.findall(r"func\.func @([\w$.-]+)\(", part)
        for name in names:
            text = part
            for other in names:
                if other != name:
                    text = re.sub(rf"func\.func @{re.escape(other)}\(", f"func.func private @{other}(", text)
            yield name, text


def inputs(model: type, random: torch.Generator) -> list[torch.Tensor]:
    """Random inputs; open sizes are 3 in front, 16 elsewhere."""
    result = []
    for _, dtype, sizes in model.INPUTS:
        shape = [n if n is not None else 16 if i else 3 for i, n in enumerate(sizes)]
        if dtype.is_floating_point:
            result.append((torch.randn(shape, generator=random) / 2).to(dtype))
        else:
            result.append(torch.randint(0, 2, shape, generator=random).to(dtype))
    return result


def compare(y: torch.Tensor, wanted: torch.Tensor, tolerance: float) -> str:
    """What is wrong with a result; empty if nothing is."""
    y, wanted = y.double(), wanted.double()
    if y.shape != wanted.shape:
        return f"shape {tuple(y.shape)}, not {tuple(wanted.shape)}"
    finite = wanted[wanted.isfinite()]
    scale = finite.abs().max().item() if finite.numel() else 0.0
    if not torch.allclose(y, wanted, rtol=0, atol=tolerance * scale, equal_nan=True):
        return f"{(y - wanted).abs().max().item():.2e} off, largest {scale:.2e}"
    return ""


def check(name: str, text: str, bin: Path, work: Path, random: torch.Generator) -> str | None:
    """What is wrong with a function; None if it is left out."""
    source, written = work / "module.mlir", work / "module.py"
    source.write_text(text)
    done = subprocess.run([bin / "mambac", source, "--emit=torch", "-o", written], capture_output=True, text=True)
    if done.returncode:
        return None if done.returncode == 1 else f"exit code {done.returncode}: {done.stderr[-500:]}"
    model = load(written, "definition")
    arguments = re.search(r"def forward\(self(.*)\):", written.read_text())
    if model.WEIGHTS or not arguments or arguments[1].count(",") != len(model.INPUTS):
        return None
    xs = inputs(model, random)
    command = [bin / "mamba-opt", source, "--run=reference", "--run-function", name]
    for k, x in enumerate(xs):
        store(work / f"in{k}.npy", x)
        command += ["--input", f"{k}={work}/in{k}.npy"]
    count = len(re.findall(r"tensor<", re.search(rf"@{re.escape(name)}\(.*?(->.*?)?\{{\s*\n", text, re.DOTALL)[1] or ""))
    for k in range(count):
        command += ["--output", f"{k}={work}/out{k}.npy"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        return None  # inputs that it does not take
    with torch.no_grad():
        ys = model({})(*xs)
    ys = ys if isinstance(ys, tuple) else (ys,)
    if not all(isinstance(y, torch.Tensor) for y in ys):
        return None
    narrow = {torch.bfloat16: 2e-2, torch.float16: 3e-3}
    tolerance = max([narrow.get(x.dtype, 3e-5) for x in [*xs, *ys]], default=3e-5)
    for k, y in enumerate(ys[:count]):
        if problem := compare(y, read(work / f"out{k}.npy"), tolerance):
            return f"result {k}: {problem}"
    return "" if count == len(ys) else f"{len(ys)} results, not {count}"


def main() -> int:
    """Checks all functions of the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    args = parser.parse_args()
    torch.set_num_threads(2)
    random = torch.Generator().manual_seed(1)
    passed = failed = left = 0
    with tempfile.TemporaryDirectory() as work:
        for path in args.files:
            for name, text in functions(path):
                try:
                    problem = check(name, text, args.build / "bin", Path(work), random)
                except Exception as error:  # noqa: BLE001
                    problem = f"{type(error).__name__}: {error}"
                if problem is None:
                    left += 1
                    continue
                passed, failed = passed + (not problem), failed + bool(problem)
                if problem:
                    print(f"FAIL {path.name} @{name}: {problem}", flush=True)
    print(json.dumps({"passed": passed, "failed": failed, "left_out": left}))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
