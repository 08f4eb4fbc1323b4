#!/usr/bin/env python3
"""Writes the fixtures of this folder: contractions.py's spellings, exported.

A fixture is one zip file for a contraction:

    meta.json       its inputs, its cases, and for each spelling the largest and the mean error of PyTorch
    NAME.pt2        the exported graph of a spelling; NAME.open.pt2 with open sizes
    caseN.in.NAME.npy, caseN.y64.npy
                    inputs, and the result in double precision

    pip install torch==2.13.0 numpy && python3 test/contractions/make_contractions.py [--only NAME]…
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "python")]
from contractions import ALL, SIZES, Contraction  # noqa: E402
from mambac.archive import save  # noqa: E402

# Batch and length of the cases; m goes with l.
CASES = [(2, 7), (1, 7), (3, 7)]
OPEN_CASES = [(2, 7), (1, 4), (3, 9)]


def shape_of(spec: str, sizes: dict[str, int]) -> list[int]:
    """The sizes of a tensor with these axes."""
    return [math.prod(sizes[axis] for axis in axes.split("*")) for axes in spec.split()]


def draw(spec: str, sizes: dict[str, int], generator: torch.Generator) -> Tensor:
    """Values for a tensor with these axes."""
    return torch.randn(shape_of(spec, sizes), generator=generator)


def make_module(form: type[Contraction], name: str) -> nn.Module:
    """The spelling as a module: its forward takes the inputs by name, and its parameters are the weights."""
    function = form.spellings()[name] if name else form.exact
    arguments = ", ".join(form.inputs)
    passed = ", ".join([*form.inputs, *(f"self.{weight}" for weight in form.weights)])
    space: dict[str, Any] = {"function": function}
    exec(f"def forward(self, {arguments}):\n    return function({passed})", space)  # noqa: S102
    module = type("Spelling", (nn.Module,), {"forward": space["forward"]})()
    generator = torch.Generator().manual_seed(len(form.__name__))
    for weight, spec in form.weights.items():
        module.register_parameter(weight, nn.Parameter(draw(spec, SIZES, generator)))
    return module.eval()


def sizes_of(form: type[Contraction], case: tuple[int, int]) -> dict[str, int]:
    """All axes of a case; scores are between two lengths that differ."""
    return SIZES | {"b": case[0]} | ({"l": case[1], "m": case[1] + 2} if form.open_length else {})


def export(form: type[Contraction], module: nn.Module, static: bool) -> torch.export.ExportedProgram:
    """Exports the module with open axes, or with none."""
    sizes = sizes_of(form, (2, 7) if static else (3, 11))
    # Archives hold the example: zeros are short in a zip file.
    values = {name: torch.zeros(shape_of(spec, sizes)) for name, spec in form.inputs.items()}
    opened = set() if static else {"b"} | ({"l", "m"} if form.open_length else set())
    # One name for an axis in all inputs, so that equal sizes are one symbol.
    symbols = {axis: torch.export.Dim(axis, min=1, max=4096) for axis in opened}
    dims = {
        name: {i: symbols[axis] for i, axis in enumerate(spec.split()) if axis in opened}
        for name, spec in form.inputs.items()
    }
    with torch.no_grad():
        return torch.export.export(module, (), values, dynamic_shapes=dims)


def npy(value: Tensor) -> bytes:
    """A tensor as a file."""
    file = io.BytesIO()
    np.save(file, value.contiguous().numpy())
    return file.getvalue()


def write(form: type[Contraction], work: Path) -> None:
    """Writes one fixture."""
    name = form.__name__.lower()
    has_batch = any("b" in spec.split() for spec in form.inputs.values())
    cases = (OPEN_CASES if form.open_length else CASES)[: 3 if has_batch else 1]
    files: dict[str, bytes] = {}
    double = make_module(form, "").double()
    modules = {spelling: make_module(form, spelling) for spelling in form.spellings()}
    errors: dict[str, list[Tensor]] = {spelling: [] for spelling in modules}
    for i, case in enumerate(cases):
        generator = torch.Generator().manual_seed(100 + i)
        values = {key: draw(spec, sizes_of(form, case), generator) for key, spec in form.inputs.items()}
        files |= {f"case{i}.in.{key}.npy": npy(value) for key, value in values.items()}
        with torch.no_grad():
            exact = double(**{key: value.double() for key, value in values.items()})
            files[f"case{i}.y64.npy"] = npy(exact)
            for spelling, module in modules.items():
                y = module(**values)
                assert y.shape == exact.shape, (name, spelling, y.shape, exact.shape)
                assert torch.allclose(y.double(), exact, atol=1e-4, rtol=1e-4), (name, spelling)
                errors[spelling].append(((y.double() - exact) / exact.abs().max()).flatten())
    graphs = []
    for spelling, module in modules.items():
        for static in (False, True) if has_batch else (True,):
            graph = f"{spelling}{'' if static else '.open'}"
            try:
                save(export(form, module, static), work / "model.pt2", 1)
            except Exception as error:  # noqa: BLE001
                print(f"{name}/{graph}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr, flush=True)
                continue
            files[f"{graph}.pt2"] = (work / "model.pt2").read_bytes()
            graphs.append(graph)
    meta = {
        "name": name,
        "title": (form.__doc__ or "").strip(". "),
        "torch": torch.__version__.split("+")[0],
        "inputs": form.inputs,
        "weights": list(form.weights),
        "becomes": form.becomes,
        "others": form.others,
        "cases": len(cases),
        "graphs": graphs,
        "errors": {
            spelling: [all_cases.abs().max().item(), all_cases.square().mean().sqrt().item()]
            for spelling, all_cases in ((name, torch.cat(parts)) for name, parts in errors.items())
        },
    }
    files["meta.json"] = (json.dumps(meta, indent=2) + "\n").encode()
    with zipfile.ZipFile(HERE / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data, compresslevel=9)
    print(f"{name}: {(HERE / f'{name}.zip').stat().st_size // 1024} KiB, {len(graphs)} graphs", flush=True)


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="make these alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        for form in ALL:
            if not args.only or form.__name__.lower() in args.only:
                write(form, Path(work))
    return 0


if __name__ == "__main__":
    sys.exit(main())
