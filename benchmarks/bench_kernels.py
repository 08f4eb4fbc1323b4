"""Kernels beside the machine's limits: compiles the files of benchmarks/kernels and runs mambac-benchmarks on them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from common import HERE, Setup, run, save, say

LINEARS = [
    ("gemm_f32", "f32", 2048, 2048),
    ("gemm_bf16", "bf16", 2048, 2048),
    ("head_f32", "f32", 768, 50288),
    ("head_bf16", "bf16", 768, 50288),
]


def compile_kernels(setup: Setup) -> None:
    """One product for each file, and for each linear layer."""
    folder = setup.work / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    sources = {file.stem: file for file in sorted((HERE / "kernels").glob("*.mlir"))}
    for name, dtype, inputs, outputs in LINEARS:
        sources[name] = folder / f"{name}.pt2"
        if not sources[name].exists():
            sizes = ["--inputs", inputs, "--outputs", outputs, "--dtype", dtype]
            run([sys.executable, HERE / "kernels/linear_archive.py", sources[name], *sizes])
    for name, source in sources.items():
        try:
            run([setup.tool("mambac"), source, "-o", folder / f"{name}.so", "--quiet"])
        except RuntimeError as error:
            (folder / f"{name}.so").unlink(missing_ok=True)
            say(str(error))


def main(setup: Setup) -> None:
    """Builds, runs, saves."""
    if subprocess.run(["cmake", "--build", setup.build, "--target", "mambac-benchmarks"], stdout=2).returncode:
        say("no mambac-benchmarks (Google Benchmark: apt-get install libbenchmark-dev, then run again)")
        return
    compile_kernels(setup)
    words = [
        setup.tool("mambac-benchmarks"),
        setup.work / "kernels",
        "--benchmark_min_time=0.1",
        f"--benchmark_repetitions={setup.rounds}",
        "--benchmark_enable_random_interleaving=true",
        "--benchmark_report_aggregates_only=true",
        "--benchmark_format=json",
    ]
    report = json.loads(run(words))
    rows: dict[str, dict[str, Any]] = {}
    for entry in report["benchmarks"]:
        name = entry.get("run_name", entry["name"]).removesuffix("/real_time")
        if entry.get("error_occurred"):
            rows[name] = {"failed": entry["error_message"]}
        elif entry.get("aggregate_name") == "median":
            counters = ("flops", "bytes", "error", "scratch_bytes", "stack_bytes")
            rows[name] = {"seconds": entry["real_time"] * 1e-3} | {c: entry[c] for c in counters if c in entry}
            if entry["time_unit"] != "ms":
                raise RuntimeError(f"{name}: the unit is {entry['time_unit']}")
    save(setup, "kernels", {"command": "make bench ONLY=kernels", "rows": rows})
