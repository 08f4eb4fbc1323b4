"""Reads and writes `.npy` files with the standard library alone, so that the tests need no NumPy.

Enough for what the fixtures and mamba-run hold: little-endian numbers in C order. bf16 has no name in the format; it
is accepted as 2-byte raw values (`V2`).
"""

from __future__ import annotations

import ast
import math
import struct
from array import array
from collections.abc import Sequence
from pathlib import Path


def read(path: Path) -> tuple[tuple[int, ...], Sequence[float]]:
    """Returns the shape and the elements of a file."""
    data = path.read_bytes()
    if data[:6] != b"\x93NUMPY":
        raise ValueError(f"{path}: not an .npy file")
    wide = data[6] >= 2
    (length,) = struct.unpack_from("<I" if wide else "<H", data, 8)
    begin = 12 if wide else 10
    header = ast.literal_eval(data[begin : begin + length].decode("latin1"))
    shape, kind = tuple(header["shape"]), header["descr"]
    if header["fortran_order"] and len(shape) > 1:
        raise ValueError(f"{path}: Fortran order")
    body = data[begin + length :]
    count = math.prod(shape)
    if kind[1:] == "V2":
        words = array("I", (w << 16 for w in array("H", body[: 2 * count])))
        return shape, array("f", words.tobytes())
    if kind == "<f2":
        return shape, struct.unpack(f"<{count}e", body[: 2 * count])
    codes = {"f4": "f", "f8": "d", "i8": "q", "i4": "i", "u1": "B", "i1": "b", "b1": "B"}
    values = array(codes[kind[1:]])
    values.frombytes(body[: values.itemsize * count])
    if len(values) != count:
        raise ValueError(f"{path}: {len(values)} elements, the shape {shape} wants {count}")
    return shape, values


def write(path: Path, shape: Sequence[int], values: Sequence[float]) -> None:
    """Writes integers as i8, other numbers as f4."""
    integers = all(isinstance(value, int) for value in values)
    body = array("q" if integers else "f", values).tobytes()
    sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    header = f"{{'descr': '{'<i8' if integers else '<f4'}', 'fortran_order': False, 'shape': ({sizes}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body)
