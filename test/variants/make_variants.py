#!/usr/bin/env python3
"""Writes equivalent spellings of one computation, each as a graph archive with inputs and the results it has to have.

    make_variants.py --kind ssd --seed 1 --count 50 --out FOLDER

writes FOLDER/ssd-1-0.pt2 (the program), .txt (the same as PyTorch), .json (what raising has to find) and, for each case,
.CASE.in.K.npy and .CASE.out.K.npy. Variant N of a seed is the same wherever it is made; `--only N` writes it alone, `--plain NAME` sets decisions
back to their plainest outcome. Needs the standard library alone; check_torch.py compares the programs with PyTorch.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import selective
import ssd
from choices import Choices
from program import Program

KINDS = {"ssd": ssd.make, "selective": selective.make}


def generate(kind: str, seed: int, number: int, plain: Collection[str] = (), pending: bool = False) -> Program:
    """One variant."""
    return KINDS[kind](Choices(f"{kind}/{seed}/{number}", plain, pending))


def write_npy(path: Path, shape: Sequence[int], values: Sequence[float], code: str) -> None:
    """Writes an array of floats."""
    header = f"{{'descr': '<{code}{4 if code == 'f' else 8}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header = header.replace("<d8", "<f8").ljust(117) + "\n"
    body = struct.pack(f"<{len(values)}{code}", *values)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body)


def write(program: Program, stem: Path) -> None:
    """Writes all files of a variant."""
    outputs = [value.tensor for value in program.results]
    text = program.graph.text(outputs)
    names = [name for name, _ in program.outputs]
    program.graph.archive(stem.with_name(stem.name + ".pt2"), list(zip(names, outputs)))
    stem.with_name(stem.name + ".txt").write_text(text)
    for number, case in enumerate(program.cases()):
        for which, tensors, code in ("in", case.inputs, "f"), ("out", case.outputs, "d"):
            for k, tensor in enumerate(tensors):
                write_npy(stem.with_name(f"{stem.name}.{number}.{which}.{k}.npy"), tensor.shape, tensor.values, code)
    meta = {
        "ops": program.ops,
        "parts": program.parts,
        "nothing recurs": program.sizes["l"] == 1 and "init" not in program.parts,
        "sizes": {a: int(n) for a, n in program.sizes.items()},
        "choices": program.choices.taken,
        "spine": program.spine,
    }
    stem.with_name(stem.name + ".json").write_text(json.dumps(meta))


def main() -> int:
    """Reads the command line and writes the variants."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kind", choices=KINDS, action="append", help="default: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with variant N")
    parser.add_argument("--only", type=int, metavar="N", help="variant N alone")
    parser.add_argument("--plain", action="append", default=[], metavar="NAME", help="a decision to set back")
    parser.add_argument("--pending", action="store_true", help="with what is not found yet (choices.py)")
    parser.add_argument("--out", type=Path, default=Path("variants"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    numbers = range(args.first, args.first + args.count) if args.only is None else [args.only]
    for kind in args.kind or KINDS:
        for number in numbers:
            write(generate(kind, args.seed, number, args.plain, args.pending), args.out / f"{kind}-{args.seed}-{number}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
