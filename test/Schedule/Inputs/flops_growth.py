"""Prints how much the operations of a product grow from 2,048 to 4,096 tokens: `growth 2.00`.

usage: flops_growth.py PRODUCT.so      (mamba-run is on the PATH; the entry's sizes are s0, the batch, and s1, the length)
"""

from __future__ import annotations

import subprocess
import sys


def count(product: str, length: int) -> float:
    """Sums the profile's column of operations over all kernels."""
    command = ["mamba-run", product, "--symbol", "s0=1", "--symbol", f"s1={length}", "--profile"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    header = next(line for line in lines if "flops" in line).split()
    column = header.index("flops")
    rows = [line.split() for line in lines[lines.index(next(x for x in lines if "flops" in x)) + 1 :]]
    values = [float(row[column]) for row in rows if len(row) == len(header) and row[column] != "-"]
    if not values or sum(values) <= 0:
        sys.exit(f"{product}: the profile counts no operations")
    return sum(values)


print(f"growth {count(sys.argv[1], 4096) / count(sys.argv[1], 2048):.2f}")
