#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into test/fuzz/corpus. Needs torch 2.13; run once, the results are in the repository."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch.export import Dim, export

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python"))
from mambac.archive import rewrite, save  # noqa: E402

EXPRESSIONS = """s77
2*s12 + 3
256*((s53 + 255)//256)
Mod(s0, 256)
PythonMod(-s0, 7)
CeilToInt(IntTrueDiv(s0, 4))
TruncToInt(IntTrueDiv(s0, s1))
Max(1, s0, Min(s1, 4))
-s0 + 4*s1**2
s0 + Mod(256 - Mod(s0, 256), 256)
(s0*s1 + s1)//(s0 + 1)
Mul(Integer(8), Symbol('s27', positive=True, integer=True))
Mul(Rational(1, 2), Pow(Symbol('s0'), Integer(2)))
FloorDiv(Add(Symbol('s0'), Integer(255)), CeilDiv(Symbol('u1'), Integer(-3)))
FloorToInt(0.5*ToFloat(s0)) % 9
ModularIndexing(s0, 4, 8)"""


class Linear(torch.nn.Module):
    """Parameters that share a storage, buffers of both kinds, a lifted constant, a sub-graph, a mutation."""

    def __init__(self) -> None:
        super().__init__()
        self.lin = torch.nn.Linear(4, 4)
        self.head = torch.nn.Linear(4, 4, bias=False)
        self.head.weight = self.lin.weight
        self.register_buffer("count", torch.zeros(1))
        self.register_buffer("scale", torch.ones(4, dtype=torch.bfloat16), persistent=False)
        self.constant = torch.arange(4)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            mean = x.mean(-1, keepdim=True)
        self.count.add_(1)
        return {"y": self.head(self.lin(x - mean)) * self.scale, "z": x[:, self.constant]}


class Chunks(torch.nn.Module):
    """Padding to a multiple, lists of tensors, optional tensors, infinities, scalar types."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        length = x.shape[1]
        x = torch.nn.functional.pad(x, (0, (8 - length % 8) % 8))
        y = x.reshape(x.shape[0], -1, 8).cumsum(-1, dtype=torch.float64)
        mask = torch.ones(8, 8, dtype=torch.bool).tril()
        z = torch.zeros(8, 8).masked_fill(~mask, float("-inf"))
        first, second = y.to(torch.float16).split(4, -1)
        return torch.cat([first, second, first], -1), z, torch.nn.functional.layer_norm(x[:, :8], (8,), None, None, 1e-5)


def stripped(value: Any) -> Any:
    """A JSON value without hints, function names and traces."""
    if isinstance(value, dict):
        dropped = ("hint", "torch_fn", "from_node")
        result = {key: stripped(item) for key, item in value.items() if key not in dropped}
        if "stack_trace" in result:
            result["stack_trace"] = 'File "m.py", line 1'
        return result
    return [stripped(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Exports the modules and writes all seeds."""
    corpus = HERE / "corpus"
    for name in ("archive", "graph", "expr"):
        (corpus / name).mkdir(parents=True, exist_ok=True)
    programs = {
        "linear": export(Linear(), (torch.ones(2, 4),), dynamic_shapes={"x": {0: Dim("b", max=64)}}),
        "chunks": export(Chunks(), (torch.ones(2, 13),), dynamic_shapes={"x": {0: Dim.AUTO, 1: Dim.AUTO}}),
    }
    for name, program in programs.items():
        save(program, corpus / "archive" / f"{name}.pt2")
    from torch.export.pt2_archive._package import package_pt2

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "two.pt2"
        package_pt2(str(path), exported_programs=programs)
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(corpus / "archive" / "two.pt2", "w") as target:
            rewrite(source, target)
    for archive in sorted((corpus / "archive").glob("*.pt2")):
        with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as source:
            for entry in source.namelist():
                if "/models/" in entry:
                    (corpus / "graph" / f"{archive.stem}-{Path(entry).stem}.json").write_bytes(source.read(entry))
    (corpus / "graph" / "two-linear.json").unlink(missing_ok=True)
    (corpus / "graph" / "two-chunks.json").unlink(missing_ok=True)
    # The importer's seeds: the same graphs and a fixture's, without what it does not look at.
    (corpus / "import").mkdir(exist_ok=True)
    for name, archive in (
        ("linear-model", corpus / "archive/linear.pt2"),
        ("chunks-model", corpus / "archive/chunks.pt2"),
        ("mamba_py_steps", HERE.parent / "models/mamba_py_steps/model.pt2"),
    ):
        with zipfile.ZipFile(archive) as source:
            graph = json.loads(source.read(next(e for e in source.namelist() if "/models/" in e)))
        graph["guards_code"] = []
        (corpus / "import" / f"{name}.json").write_text(json.dumps(stripped(graph), separators=(",", ":")))
    for index, line in enumerate(EXPRESSIONS.splitlines()):
        (corpus / "expr" / f"{index:02}").write_text(line)


if __name__ == "__main__":
    main()
