"""Writes a .pt2 archive of one linear layer without PyTorch, for the benchmarks of packed products.

    python linear_archive.py OUT.pt2 --inputs 2048 --outputs 2048 --dtype f32|bf16

The number of rows is open. The weight of output n and input k is ((7 k + 13 n) mod 31 - 15) / 16, which bf16 holds
exactly, so that whoever runs the product knows the exact result. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import array
import json
import zipfile
from pathlib import Path
from typing import Any

# Codes of torch's serialized schema, and the pattern's 31 values as bits: bf16 is the upper half of f32.
DTYPES = {"f32": (7, "I", 0), "bf16": (13, "H", 16)}


def tensor(dtype: int, sizes: list[Any]) -> dict[str, Any]:
    """A dense row-major tensor's description."""
    strides = [{"as_int": size["as_int"]} for size in sizes[1:]] + [{"as_int": 1}]
    return {
        "dtype": dtype,
        "sizes": sizes,
        "requires_grad": False,
        "device": {"type": "cpu", "index": None},
        "strides": strides,
        "storage_offset": {"as_int": 0},
        "layout": 7,
    }


def graph(dtype: int, inputs: int, outputs: int) -> dict[str, Any]:
    """y = x w^T with an open number of rows."""
    rows = {"as_expr": {"expr_str": "Symbol('s0', positive=True, integer=True)", "hint": {"as_int": 4}}}
    named = lambda name: {"as_tensor": {"name": name}}  # noqa: E731
    node = {
        "target": "torch.ops.aten.linear.default",
        "inputs": [{"name": n, "arg": named(v), "kind": 1} for n, v in (("input", "x"), ("weight", "p_w"))],
        "outputs": [named("y")],
        "metadata": {},
        "is_hop_single_tensor_return": None,
        "name": "y",
    }
    values = {
        "p_w": tensor(dtype, [{"as_int": outputs}, {"as_int": inputs}]),
        "x": tensor(dtype, [rows, {"as_int": inputs}]),
        "y": tensor(dtype, [rows, {"as_int": outputs}]),
    }
    body = {
        "inputs": [named("p_w"), named("x")],
        "outputs": [named("y")],
        "nodes": [node],
        "tensor_values": values,
        "sym_int_values": {},
        "sym_bool_values": {},
        "is_single_tensor_return": False,
        "custom_obj_values": {},
        "sym_float_values": {},
    }
    specs = [{"parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"}}, {"user_input": {"arg": named("x")}}]
    signature = {"input_specs": specs, "output_specs": [{"user_output": {"arg": named("y")}}]}
    return {
        "graph_module": {"graph": body, "signature": signature, "module_call_graph": [], "metadata": {}},
        "opset_version": {"aten": 10},
        "range_constraints": {"s0": {"min_val": 1, "max_val": None}},
        "schema_version": {"major": 8, "minor": 20},
        "verifiers": ["TRAINING"],
        "torch_version": "2.13.0",
    }


def weight(kind: str, inputs: int, outputs: int) -> bytes:
    """The pattern, row by row; rows repeat after 31."""
    _, code, shift = DTYPES[kind]
    values = array.array("f", ((v - 15) / 16 for v in range(31)))
    bits = [b >> shift for b in array.array("I", values.tobytes())]
    rows = [array.array(code, (bits[(7 * k + 13 * n) % 31] for k in range(inputs))).tobytes() for n in range(31)]
    return b"".join(rows[n % 31] for n in range(outputs))


def write(path: Path, kind: str, inputs: int, outputs: int) -> None:
    """Writes the archive, its entries stored."""
    dtype = DTYPES[kind][0]
    meta = tensor(dtype, [{"as_int": outputs}, {"as_int": inputs}])
    config = {"config": {"w": {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": meta}}}
    entries: dict[str, bytes | str] = {
        "archive_format": "pt2",
        "archive_version": "0",
        "byteorder": "little",
        "models/model.json": json.dumps(graph(dtype, inputs, outputs)),
        "data/weights/model_weights_config.json": json.dumps(config),
        "data/constants/model_constants_config.json": json.dumps({"config": {}}),
        "data/weights/weight_0": weight(kind, inputs, outputs),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(f"{path.stem}/{name}", data)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--inputs", type=int, default=2048)
    parser.add_argument("--outputs", type=int, default=2048)
    parser.add_argument("--dtype", choices=DTYPES, default="f32")
    args = parser.parse_args()
    write(args.path, args.dtype, args.inputs, args.outputs)


if __name__ == "__main__":
    main()
