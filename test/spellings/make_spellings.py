#!/usr/bin/env python3
"""Writes the fixtures of this folder: every public spelling of a scan, a convolution or a norm that we know of.

The spellings are our own (forms/): each computes what a public implementation computes, with its sequence of operations.
A fixture is a folder as in test/models, but that its cases are one file:

    model.pt2   the exported graph
    meta.json   where it comes from, its cases, and how many of each op it must become
    cases.npz   caseN.in.NAME, caseN.out.K (PyTorch's result in the graph's type, by this spelling or by a reference
                spelling, whichever is nearer to y64; bf16 stored as f32), caseN.y64.K (in double precision)

    pip install torch==2.13.0 numpy mambapy && python3 test/spellings/make_spellings.py [--only NAME]…
"""

from __future__ import annotations

import argparse
import copy
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "models"), str(HERE.parents[1] / "python")]
from forms import registry  # noqa: E402
from forms.registry import Spelling  # noqa: E402
from make_models import InDouble  # noqa: E402
from mambac.archive import save  # noqa: E402

MODULES = [
    "selective", "recurrences", "parallel", "ssd", "ssd_other", "blocks", "higher_order", "relatives", "cached",
    "chunk_loops", "complex_scans",
]  # fmt: skip


def outputs_of(module: nn.Module, values: dict[str, Tensor]) -> list[Tensor]:
    """Runs a module on copies of its inputs; what it writes to them is an output, behind the others."""
    mine = {name: value.clone() for name, value in values.items()}
    with torch.no_grad():
        result = module(**mine)
    changed = [mine[name] for name, value in values.items() if not torch.equal(mine[name], value)]
    return ([result] if isinstance(result, Tensor) else list(result)) + changed


def export(form: Spelling, module: nn.Module) -> torch.export.ExportedProgram:
    """Exports the module; the axes b and l are open where the cases differ in them."""
    open_batch = len({b for b, _ in form.shapes}) > 1
    open_length = len({n for _, n in form.shapes}) > 1
    whole = open_length and all(n % registry.CHUNK == 0 for _, n in form.shapes)
    example = (2, 24 if whole else 21) if open_length else form.shapes[0]
    # One name for an axis in all inputs, so that equal sizes are one symbol.
    length = registry.CHUNK * torch.export.Dim("chunks") if whole else torch.export.Dim("length")
    opened: dict[str, Any] = ({"b": torch.export.Dim("batch")} if open_batch else {}) | (
        {"l": length} if open_length else {}
    )
    values = registry.make_inputs(form, example, 0)
    try:
        return trace(form, module, values, opened)
    except torch._dynamo.exc.UserError:
        # torch.export wants a proof of every condition for named sizes. It accepts automatic ones, and learns from the
        # module that they are equal.
        return trace(form, Checked(form, module), values, dict.fromkeys(opened, torch.export.Dim.AUTO))


def trace(
    form: Spelling, module: nn.Module, values: dict[str, Tensor], opened: dict[str, Any]
) -> torch.export.ExportedProgram:
    """Calls torch.export."""
    dims = {
        name: {i: opened[axis] for i, axis in enumerate(spec.split()) if axis in opened}
        for name, spec in form.inputs.items()
    }
    with torch.no_grad():
        return torch.export.export(module, (), values, dynamic_shapes=dims if opened else None)


def Checked(form: Spelling, module: nn.Module) -> nn.Module:
    """The module, which first states that axes of the same name have one size."""
    forward = type(module).forward

    def checked(self: Any, *args: Tensor, **kwargs: Tensor) -> Any:
        bound = inspect.signature(forward).bind(self, *args, **kwargs).arguments
        for axis in ("b", "l"):
            sizes = [bound[n].shape[s.split().index(axis)] for n, s in form.inputs.items() if axis in s.split()]
            for size in sizes[1:]:
                torch._check(size == sizes[0])
        return forward(self, *args, **kwargs)

    checked.__signature__ = inspect.signature(forward)  # type: ignore[attr-defined]
    type(module).forward = checked
    return module


def error_of(y: Tensor, exact: Tensor) -> float:
    """The largest error relative to the largest value."""
    return ((y.double() - exact).abs().max() / exact.abs().max().clamp(min=1e-30)).item()


def numpy_of(value: Tensor) -> np.ndarray[Any, Any]:
    """As an array; bf16 as f32."""
    return np.ascontiguousarray((value.float() if value.dtype is torch.bfloat16 else value).numpy())


def write(form: Spelling, folder: Path) -> None:
    """Writes one fixture."""
    module = registry.build(form).to(form.dtype)
    program = export(form, module)
    double = copy.deepcopy(registry.build(form, form.reference).to(form.dtype)).double()
    reference = registry.build(form, form.reference).to(form.dtype) if form.reference else None
    arrays: dict[str, Any] = {}
    cases = []
    for i, shape in enumerate(form.shapes):
        values = registry.make_inputs(form, shape, i)
        for name, value in values.items():
            arrays[f"case{i}.in.{name}"] = numpy_of(value)
        with InDouble():
            exact = outputs_of(double, {n: v.double() if v.is_floating_point() else v for n, v in values.items()})
        computed = outputs_of(module, values)
        better = outputs_of(reference, values) if reference else computed
        for k, (y, other, y64) in enumerate(zip(computed, better, exact, strict=True)):
            assert y64.dtype is torch.float64, form.name
            limit = {torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 1e-1}[form.dtype]
            assert error_of(y, y64) < limit, f"{form.name} case {i}: error {error_of(y, y64)}"
            best = min(y, other, key=lambda value: error_of(value, y64))
            arrays[f"case{i}.out.{k}"], arrays[f"case{i}.y64.{k}"] = numpy_of(best), numpy_of(y64)
        cases.append({"shape": list(shape), "outputs": len(exact)})
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    save(program, folder / "model.pt2", 1)
    np.savez(folder / "cases.npz", **arrays)
    meta = {
        "name": form.name,
        "family": form.family,
        "title": form.title,
        "torch": torch.__version__.split("+")[0],
        "dtype": str(form.dtype).removeprefix("torch."),
        "dynamic": {"batch": len({b for b, _ in form.shapes}) > 1, "length": len({n for _, n in form.shapes}) > 1},
        "inputs": form.inputs,
        "sizes": form.sizes,
        "ops": form.ops,
        "kept": form.kept,
        "cases": cases,
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n")
    size = sum(p.stat().st_size for p in folder.iterdir())
    print(f"{form.name}: {size // 1024} KiB, {len(program.graph.nodes)} nodes", flush=True)


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="make these alone")
    parser.add_argument("--new", action="store_true", help="make those that are not there yet")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for module in MODULES:
        if (HERE / f"forms/{module}.py").exists():
            importlib.import_module(f"forms.{module}")
    failed = 0
    for form in registry.ALL:
        if (args.only and form.name not in args.only) or (args.new and (HERE / form.name / "meta.json").exists()):
            continue
        try:
            write(form, HERE / form.name)
        except Exception as error:  # noqa: BLE001
            failed += 1
            print(f"{form.name}: {type(error).__name__}: {str(error)[:600]}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
