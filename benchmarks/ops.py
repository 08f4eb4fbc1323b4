"""Times the two core operations against transformers, from the graph that users export.

    python benchmarks/ops.py --build build [--length 2048] [--only scan|ssd]

Each operation is exported with torch.export as transformers spells it, compiled by mambac, checked against PyTorch in
float64, and then timed in turn with PyTorch (one run of each, several times), so that the ratio holds on a machine
whose speed drifts. Needs torch and transformers 5; they are no requirement of mambac itself.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers.models.mamba import modeling_mamba
from transformers.models.mamba2 import modeling_mamba2


class SelectiveScan(torch.nn.Module):
    """Mamba's scan at the 130m shape: (b, d, l) in and out, with bias, softplus, skip, gate."""

    def forward(self, u, dt, a, b, c, d, z, bias):
        """Returns the gated output (b, d, l)."""
        out = modeling_mamba.mamba_selective_scan(u, dt, a, b, c, D=d, z=z, delta_bias=bias, delta_softplus=True)
        return out[0] if isinstance(out, tuple) else out

    @staticmethod
    def inputs(length: int) -> dict[str, torch.Tensor]:
        """b1 d1536 n16."""
        d, n = 1536, 16
        r = torch.randn
        return {
            "u": r(1, d, length),
            "dt": r(1, d, length),
            "a": -torch.rand(d, n) * 8 - 1,
            "b": r(1, n, length),
            "c": r(1, n, length),
            "d": r(d),
            "z": r(1, d, length),
            "bias": r(d) - 4,
        }


class SSD(torch.nn.Module):
    """Mamba-2's chunked scan at the 130m shape: (b, l, h, p) in and out."""

    def forward(self, x, dt, a, b, c, d, bias):
        """Returns the output (b, l, h, p)."""
        out = modeling_mamba2.mamba2_chunk_scan(x, dt, a, b, c, chunk_size=256, D=d, dt_bias=bias, dt_softplus=True)
        return out[0] if isinstance(out, tuple) else out

    @staticmethod
    def inputs(length: int) -> dict[str, torch.Tensor]:
        """b1 h24 p64 n128 g1."""
        h, p, n = 24, 64, 128
        r = torch.randn
        return {
            "x": r(1, length, h, p),
            "dt": r(1, length, h),
            "a": -torch.rand(h) * 8 - 1,
            "b": r(1, length, 1, n),
            "c": r(1, length, 1, n),
            "d": r(h),
            "bias": r(h) - 4,
        }


OPS = {"scan": SelectiveScan, "ssd": SSD}


def median(values: list[float]) -> float:
    """The middle one."""
    return sorted(values)[len(values) // 2]


def bench(name: str, length: int, build: Path, threads: int, folder: Path) -> dict[str, object]:
    """Exports, compiles, checks and times one operation."""
    module, inputs = OPS[name]().eval(), OPS[name].inputs(length)
    archive, product = folder / f"{name}.pt2", folder / f"{name}.so"
    started = time.perf_counter()
    with torch.no_grad():
        torch.export.save(torch.export.export(module, (), inputs), archive)
    exported = time.perf_counter()
    subprocess.run([build / "bin/mambac", archive, "-o", product, "--quiet"], check=True)
    compiled = time.perf_counter()

    arguments = []
    for key, value in inputs.items():
        np.save(folder / f"{key}.npy", value.numpy())
        arguments += ["--input", f"{key}={folder / key}.npy"]
    run = [str(build / "bin/mamba-run"), str(product), "--threads", str(threads), *arguments]
    subprocess.run([*run, "--output", f"0={folder}/y.npy"], check=True)
    y = torch.from_numpy(np.load(folder / "y.npy")).double()
    with torch.no_grad():
        exact = module(**{k: v.double() for k, v in inputs.items()})
        ours = ((y - exact).abs().max() / exact.abs().max()).item()
        theirs = ((module(**inputs).double() - exact).abs().max() / exact.abs().max()).item()
    if not ours < 1e-4:
        sys.exit(f"{name}: mambac's result is wrong by {ours:.1e} of the largest value; nothing was timed")

    mine, peer = [], []
    for _ in range(5):
        out = subprocess.run([*run, "--bench", "20"], check=True, capture_output=True, text=True).stdout
        result = json.loads(out.strip().splitlines()[-1])
        mine.append(result["median_s"])
        with torch.no_grad():
            begin = time.perf_counter()
            module(**inputs)
            peer.append(time.perf_counter() - begin)
    return {
        "op": name,
        "length": length,
        "mambac_ms": 1e3 * median(mine),
        "transformers_ms": 1e3 * median(peer),
        "ratio": median([p / m for p, m in zip(peer, mine)]),
        "peak_bytes": result.get("peak_bytes"),
        "error": ours,
        "error_transformers": theirs,
        "export_s": exported - started,
        "compile_s": compiled - exported,
    }


def main() -> None:
    """Prints one line of JSON per operation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--length", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=sorted(OPS))
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, {args.threads} threads", file=sys.stderr
    )
    for name in [args.only] if args.only else list(OPS):
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(bench(name, args.length, args.build, args.threads, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
