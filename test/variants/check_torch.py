#!/usr/bin/env python3
"""Runs variants in PyTorch and compares them with the sequential reference: a check of the generator itself.

Each program is executed as the text that a failing test prints; shapes have to be as recorded, results as the
reference has them. Not part of `make test`:  pip install torch && python3 test/variants/check_torch.py --count 1000
"""

from __future__ import annotations

import argparse
import sys

import torch
import torch.nn.functional as F
from make_variants import KINDS, generate

# Running in float64 shows what the function is, and not how it is rounded.
TOLERANCE = 1e-6


def check(kind: str, seed: int, number: int) -> str:
    """What is wrong with a variant."""
    program = generate(kind, seed, number, pending=True)
    source = program.graph.text([v.tensor for v in program.results])
    names = {"torch": torch, "F": F}
    exec(source.replace("torch.float32", "torch.float64"), names)  # noqa: S102: our own text
    for case in program.cases():
        inputs = [torch.tensor(i.values, dtype=torch.float64).reshape(i.shape) for i in case.inputs]
        for (name, _), tensor, got in zip(program.outputs, case.outputs, names["forward"](*inputs)):
            if tuple(got.shape) != tensor.shape:
                return f"{name} has the shape {tuple(got.shape)}, not {tensor.shape}"
            wanted = torch.tensor(tensor.values, dtype=torch.float64).reshape(got.shape)
            error = (got - wanted).abs().max() / wanted.abs().max()
            if not error <= TOLERANCE:
                return f"{name} is off by {error:.1e}"
    return ""


def main() -> int:
    """Checks some variants of all kinds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    wrong = 0
    for kind in KINDS:
        for number in range(args.count):
            try:
                problem = check(kind, args.seed, number)
            except Exception as error:  # noqa: BLE001: whatever PyTorch raises is a mistake of the generator
                problem = f"{type(error).__name__}: {error}"
            if problem:
                wrong += 1
                print(f"{kind}-{args.seed}-{number}: {problem}")
    print(f"{wrong} of {args.count * len(KINDS)} variants are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
