"""What compiling and running takes: memory of long prompts, time and memory of compiling, start of a product."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from typing import Any

import bench_models
from common import HERE, Setup, measure, median, run, save, say

LENGTHS = [512, 8192, 65536]
INNER = 1536
# So often a product is taken from the cache.
HITS = 5


def product(setup: Setup, base: str) -> Any:
    """A model's product, compiled where it is missing or old."""
    archive, path = setup.work / "models" / f"{base}.pt2", setup.work / "models" / f"{base}.so"
    newest = max(archive.stat().st_mtime, setup.tool("mambac").stat().st_mtime)
    if not path.exists() or path.stat().st_mtime < newest:
        run([setup.tool("mambac"), archive, "-o", path, "--quiet"])
    return path


def scratch(setup: Setup, path: Any, length: int) -> int | None:
    """The arena that --list tells for this length."""
    symbol = re.search(r"size (\w+):", run([setup.tool("mamba-run"), path, "--list"]))
    words = [setup.tool("mamba-run"), path, "--list", "--symbol", f"{symbol.group(1) if symbol else 's0'}={length}"]
    try:
        found = re.search(r"scratch: ([\d,]+) bytes", run(words))
    except RuntimeError:
        return None
    return int(found.group(1).replace(",", "")) if found else None


def memory(setup: Setup) -> None:
    """Peak memory of a prompt of 512, 8k and 64k tokens, beside what is allowed."""
    if not setup.python:
        say("memory: no PyTorch, no models")
        return
    bench_models.export(setup)
    rows = []
    for kind in ("mamba2", "mamba"):
        path = product(setup, f"{kind}-f32.prompt")
        sizes = bench_models.step_bytes(setup, kind, "f32")
        for length in LENGTHS:
            used = measure([setup.tool("mamba-run"), path, "--input", f"0=random:1x{length}", "--seed", 1])
            allowed = sum(sizes.values()) + 3 * length * 2 * INNER * 4
            row = {"kind": kind, "length": length, "peak_bytes": used.peak_bytes, "allowed_bytes": allowed}
            row |= {"scratch_bytes": scratch(setup, path, length), "seconds": used.seconds}
            row |= {"weights_bytes": path.stat().st_size}
            say(str(row))
            rows.append(row)
    save(setup, "memory", {"command": "make bench ONLY=memory", "rows": rows})


def compile_time(setup: Setup) -> None:
    """Both models, one level and all, from nothing and from the cache; beside the latter, a copy of as many bytes."""
    if not setup.python:
        say("compile: no PyTorch, no models")
        return
    bench_models.export(setup)
    cache = setup.work / "cache"
    rows = []
    for kind, dtype in bench_models.SHAPES:
        archive = setup.work / "models" / f"{kind}-{dtype}.prompt.pt2"
        out, beside = setup.work / "models/compiled.so", setup.work / "models/copied.so"
        shutil.rmtree(cache, ignore_errors=True)
        ways: list[tuple[str, list[str], str]] = [("one level", [], "off"), ("all levels", ["--cpu=portable"], "off")]
        ways += [("into the cache", [], "on"), ("from the cache", [], "on")]
        for name, options, cached in ways:
            words = ["env", f"MAMBAC_CACHE={cached}", f"MAMBAC_CACHE_DIR={cache}", setup.tool("mambac"), archive]
            found, copies = [], []
            for _ in range(HITS if name == "from the cache" else 1):
                found.append(measure([*words, "-o", out, "--quiet", *options]))
                if name == "from the cache":
                    copies.append(measure(["cp", out, beside]).seconds)
                    beside.unlink()
            row = {"kind": kind, "dtype": dtype, "way": name, "seconds": median([f.seconds for f in found])}
            row |= {"peak_bytes": max(f.peak_bytes for f in found), "copy_seconds": median(copies) if copies else None}
            row |= {"archive_bytes": archive.stat().st_size, "product_bytes": out.stat().st_size}
            say(str(row))
            rows.append(row)
        out.unlink()
    shutil.rmtree(cache, ignore_errors=True)
    save(setup, "compile", {"command": "make bench ONLY=compile", "rows": rows})


def large(setup: Setup) -> None:
    """A Mamba-2 of 2.8 billion parameters in bf16: what compiling it takes. Wants 12 GB of disk."""
    if not setup.python:
        say("large: no PyTorch, no models")
        return
    folder = setup.work / "models"
    archive, out = folder / "large-bf16.prompt.pt2", folder / "compiled.so"
    if not archive.exists():
        run([setup.python, HERE / "peers/export.py", folder, "large", "bf16"])
    used = measure(["env", "MAMBAC_CACHE=off", setup.tool("mambac"), archive, "-o", out, "--quiet"])
    row = {"seconds": used.seconds, "peak_bytes": used.peak_bytes, "archive_bytes": archive.stat().st_size}
    say(str(row))
    out.unlink()
    save(setup, "large", {"command": "make bench ONLY=large", "rows": [row]})


def start(setup: Setup) -> None:
    """From the start of a process to a product's first kernel, and until it is open and closed (`mamba-run --list`)."""
    if not setup.python:
        say("start: no PyTorch, no models")
        return
    if subprocess.run(["cmake", "--build", setup.build, "--target", "mambac-start"], stdout=2).returncode:
        raise RuntimeError("mambac-start was not built")
    bench_models.export(setup)
    rows = []
    for kind, dtype in bench_models.SHAPES:
        path = product(setup, f"{kind}-{dtype}.step")
        listing, first = [], []
        for _ in range(11):
            listing.append(measure([setup.tool("mamba-run"), path, "--list"]).seconds)
            first.append(float(run([setup.tool("mambac-start"), path, time.monotonic_ns()])))
        row = {"kind": kind, "dtype": dtype, "seconds": median(listing), "first_kernel_seconds": median(first)}
        rows.append(row | {"product_bytes": path.stat().st_size})
        say(str(rows[-1]))
    save(setup, "start", {"command": "make bench ONLY=start", "rows": rows})


def profile(setup: Setup) -> None:
    """Every kernel of both shapes: seconds, operations and bytes, for the roofline."""
    if not setup.python:
        say("profile: no PyTorch, no models")
        return
    bench_models.export(setup)
    tables = []
    for kind, dtype in bench_models.SHAPES:
        for mode in ("prompt", "step"):
            path = product(setup, f"{kind}-{dtype}.{mode}")
            inputs = ["--input", "0=random:1x512"] if mode == "prompt" else []
            text = run([setup.tool("mamba-run"), path, "--profile", "--bench", 3, *inputs], env=os.environ)
            tables.append({"kind": kind, "dtype": dtype, "mode": mode, "text": text})
            say(f"profile of {kind} {dtype} {mode}: {json.loads(text.strip().splitlines()[-1])['median_s']} s")
    save(setup, "profile", {"command": "make bench ONLY=profile", "tables": tables})
