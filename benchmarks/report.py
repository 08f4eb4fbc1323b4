"""Writes docs/performance.md and its plots from the results that the other parts left."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from common import HERE, ROOT, Setup, say

DOCS = ROOT / "docs"
Rows = dict[str, dict[str, Any]]


def load(setup: Setup, part: str) -> dict[str, Any]:
    """A part's results; empty where it was not run."""
    path = setup.results / f"{part}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n\n"


def ms(seconds: float) -> str:
    """Milliseconds in three digits."""
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds * 1e3:.0f} ms"


def mib(count: float | None) -> str:
    """Bytes."""
    return "–" if count is None else f"{count / 2**20:,.0f} MiB" if count >= 2**20 else f"{count / 2**10:,.0f} KiB"


def source(data: dict[str, Any]) -> str:
    """When and how it was taken."""
    return f"`{data['command']}`, {data['date']}, revision {data['revision']}.\n\n"


class Kernels:
    """What mambac-benchmarks measured."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Looks at the rows."""
        self.rows: Rows = data["rows"]
        self.cores = sorted({int(name.rsplit(":", 1)[1]) for name in self.rows})

    def get(self, name: str, cores: int, key: str = "seconds") -> float | None:
        """One figure, if it was measured."""
        return self.rows.get(f"{name}/cores:{cores}", {}).get(key)

    def ratio(self, name: str, other: str, cores: int) -> float | None:
        """Time by time."""
        mine, theirs = self.get(name, cores), self.get(other, cores)
        return mine / theirs if mine and theirs else None

    def share(self, name: str, peak: str, cores: int, key: str) -> float | None:
        """Rate by rate."""
        mine, limit = self.get(name, cores, key), self.get(peak, cores, key)
        return mine / limit if mine and limit else None

    def best_probe(self, cores: int) -> str:
        """The fastest chunk of the SSD probe."""
        names = [f"probe/ssd/chunk:{q}" for q in (32, 48, 64)]
        found = [(t, n) for n in names if (t := self.get(n, cores))]
        return min(found)[1] if found else names[0]


def verdict(value: float | None, asked: float, more: bool) -> str:
    """Whether a figure reaches what was asked."""
    if value is None:
        return "not measured"
    return "yes" if (value >= asked if more else value <= asked) else "**no**"


def kernel_tables(data: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """The machine's limits, and each kernel beside its own."""
    k = Kernels(data)
    last = k.cores[-1]
    text = "## The machine's limits\n" + source(data)
    head = ["", *(f"{c} core{'s' if c > 1 else ''}" for c in k.cores)]
    rows = []
    for label, name, key, unit in [
        ("multiply-adds, f32", "machine/fma_f32", "flops", "GFLOP/s"),
        ("dot products of bf16 pairs", "machine/dot_bf16", "flops", "GFLOP/s"),
        ("reading 512 MiB", "machine/read", "bytes", "GB/s"),
        ("memcpy of 256 MiB, bytes read and written", "machine/copy", "bytes", "GB/s"),
    ]:
        found = [k.get(name, c, key) for c in k.cores]
        rows.append([label, *(f"{v / 1e9:.0f} {unit}" if v else "–" for v in found)])
    text += table(head, rows)

    summary: list[list[str]] = []
    text += "## Kernels\nEach was compiled from a file of benchmarks/kernels, checked in double precision, then timed "
    text += "(medians, in random order).\n" + source(data)
    rows = []

    def add(label: str, asked: str, values: list[float | None], limit: float, more: bool, form: str) -> None:
        worst = [v for v in values if v is not None]
        bound = (min(worst) if more else max(worst)) if worst else None
        reached = " / ".join("–" if v is None else form.format(v) for v in values)
        rows.append([label, asked, reached, verdict(bound, limit, more)])
        summary.append([label, asked, reached, verdict(bound, limit, more)])

    def times(name: str) -> str:
        return " / ".join(ms(t) if (t := k.get(name, c)) else "–" for c in k.cores)

    def beside(name: str, probe: Callable[[int], str]) -> list[float | None]:
        return [k.ratio(f"kernel/{name}", probe(c), c) for c in k.cores]

    scan = beside("selective_scan", lambda _: "probe/selective_scan")
    add(f"selective scan ({times('kernel/selective_scan')})", "1.15 × probe at most", scan, 1.15, False, "{:.2f} ×")
    add(f"SSD ({times('kernel/ssd')})", "1.2 × probe at most", beside("ssd", k.best_probe), 1.2, False, "{:.2f} ×")
    gemm = "kernel/gemm_f32/rows:2048"
    single = [k.share(gemm, "machine/fma_f32", k.cores[0], "flops")]
    add("GEMM 2048³ f32, one core", "75 % of FMA peak", single, 0.75, True, "{:.0%}")
    one, together = k.get(gemm, k.cores[0], "flops"), k.get(gemm, last, "flops")
    if one and together and last > 1:
        add(f"GEMM 2048³ f32, each of {last} cores", "90 % of one core's", [together / last / one], 0.9, True, "{:.0%}")
    halves = [k.share("kernel/gemm_bf16/rows:2048", "machine/dot_bf16", c, "flops") for c in k.cores]
    add("GEMM 2048³ bf16", "70 % of bf16 peak", halves, 0.7, True, "{:.0%}")
    labels = {"causal_conv1d": "causal conv1d, silu", "gated_norm": "gated norm"}
    for name in ("causal_conv1d", "gated_norm", "embedding", "argmax"):
        label = f"{labels.get(name, name)} ({times('kernel/' + name)})"
        add(label, "1.3 × memcpy at most", beside(name, lambda _, n=name: f"copy/{n}"), 1.3, False, "{:.2f} ×")
    for key, title in (("selective_scan", "the selective scan"), ("ssd", "SSD")):
        shared, stack = (k.get(f"kernel/{key}", last, f"{kind}_bytes") for kind in ("scratch", "stack"))
        found = None if shared is None or stack is None else (shared / last + stack) / 2**20
        label = f"memory of {title}: a share of scratch memory, and the stack"
        add(label, "4 MiB a thread at most", [found], 4.0, False, "{:.2f} MiB")
    names = " / ".join(str(c) for c in k.cores)
    text += table(["", "asked", f"reached ({names} cores)", "met"], rows)

    text += (
        f"Few rows times 768 × 50,288 weights, {last} cores; the limit is the slower of reading the weights (as many "
    )
    text += "bytes, measured beside) and the peak of multiply-adds:\n\n"
    rows = []
    for m in (1, 2, 4, 8, 16, 32, 64):
        cells = [str(m)]
        for kind, peak in (("f32", "machine/fma_f32"), ("bf16", "machine/dot_bf16")):
            name = f"kernel/head_{kind}/rows:{m}"
            seconds, reading = k.get(name, last), k.get(f"read/head_{kind}", last)
            top = k.get(peak, last, "flops") or k.get("machine/fma_f32", last, "flops")
            if seconds and reading and top:
                limit = max(reading, 2.0 * m * 768 * 50288 / top)
                cells += [ms(seconds), f"{limit / seconds:.0%}"]
            else:
                cells += ["–", "–"]
        rows.append(cells)
    text += table(["rows", "f32", "of the limit", "bf16", "of the limit"], rows)
    return text, summary


NAMES = {"mamba2": "Mamba-2", "mamba": "Mamba"}
ASKED = {
    ("mamba2", "transformers eager"): 5,
    ("mamba2", "inductor"): 3,
    ("mamba2", "llama.cpp"): 2.5,
    ("mamba2", "OpenVINO"): 1,
    ("mamba2", "ONNX Runtime"): 1,
    ("mamba", "transformers eager"): 8,
    ("mamba", "llama.cpp"): 4,
}


def model_tables(data: dict[str, Any], mode: str, read: float | None) -> tuple[str, list[list[str]]]:
    """One table for each model and type."""
    summary: list[list[str]] = []
    title = "A prompt of 512 tokens, the last one's logits" if mode == "prompt" else "One token after a state"
    text = f"## {title}\n" + source(data)
    for one in data["tables"]:
        kind, dtype, rows = one["kind"], one["dtype"], one["rows"]
        cells = []
        for name, row in rows.items():
            if name == "reading 512 MiB":
                continue
            version = f" {row['version']}" if row.get("version") else ""
            if "seconds" not in row:
                cells.append([name + version, row.get("failed", "not run"), "", "", ""])
                continue
            rate = f"{(512 if mode == 'prompt' else 1) / row['seconds']:,.0f}"
            ratio = f"{row['ratio']:.2f} ×" if "ratio" in row else ""
            cells.append([name + version, ms(row["seconds"]), rate, ratio, f"{row['error']:.1e}"])
            asked = ASKED.get((kind, name)) if mode == "prompt" and dtype == "f32" else None
            if asked and "ratio" in row:
                label = f"{NAMES[kind]} 130m, prompt of 512: {name}"
                wanted = f"{asked} ×" if asked > 1 else "faster"
                summary.append([label, wanted, ratio, verdict(row["ratio"], asked, True)])
        text += f"{NAMES[kind]} 130m, {dtype}" + (" (llama.cpp: f16 weights)" if dtype == "bf16" else "") + ":\n\n"
        text += table(["", "time", "tokens/s", "mambac is faster by", "error"], cells)
        mine = rows["mambac"].get("seconds")
        if mode == "step" and mine and read:
            moved = one["bytes"]["weights"] + 2 * one["bytes"]["state"]
            # Of the same rounds where it was measured there.
            reading = rows.get("reading 512 MiB", {}).get("ratio")
            share = moved / (512 << 20) * reading if reading else moved / mine / read
            text += f"Weights and state are {moved / 1e6:.0f} MB: {moved / mine / 1e9:.1f} GB/s, {share:.0%} of what is"
            text += " read from memory.\n\n"
            label = f"{NAMES[kind]} 130m, one token, {dtype}"
            summary.append([label, "90 % of read bandwidth", f"{share:.0%}", verdict(share, 0.9, True)])
    return text, summary


def op_tables(data: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """The two operations."""
    asked = {
        "transformers' loop": 200,
        "inductor": 100,
        "transformers' einsums": 40,
        "broadcast, then sum": 1000,
        "PyTorch": 2,
    }
    titles = {"scan": "Selective scan, b1 d1536 n16 l2048", "ssd": "SSD, b1 l2048 h24 p64 n128 g1"}
    titles["product"] = "Matrix product, 2048³"
    summary: list[list[str]] = []
    text = "## The operations, from the exported graph\n" + source(data)
    for op, rows in data["tables"].items():
        cells = []
        for name, row in rows.items():
            shown = name + (f" ({row['version']})" if row.get("version") else "")
            if "seconds" not in row:
                cells.append([shown, row.get("failed", "not run"), "", ""])
                continue
            ratio = f"{row['ratio']:,.{0 if row['ratio'] >= 10 else 1}f} ×" if "ratio" in row else ""
            cells.append([shown, ms(row["seconds"]), ratio, f"{row['error']:.1e}"])
            wanted = asked.get(name) if (op, name) != ("ssd", "inductor") else None
            if wanted and "ratio" in row:
                label = f"{titles[op].split(',')[0]}: {shown}"
                summary.append([label, f"{wanted:,} ×", ratio, verdict(row["ratio"], wanted, True)])
        text += f"{titles[op]}, f32:\n\n" + table(["", "time", "mambac is faster by", "error"], cells)
    return text, summary


def cost_tables(setup: Setup) -> tuple[str, list[list[str]]]:
    """Memory, compiling, starting."""
    text, summary = "", list[list[str]]()
    if data := load(setup, "memory"):
        rows = []
        for row in data["rows"]:
            met = verdict(row["peak_bytes"], row["allowed_bytes"], False)
            label = f"{NAMES[row['kind']]} 130m f32, {row['length']:,} tokens"
            cells = [label, mib(row["allowed_bytes"]), mib(row["peak_bytes"]), met]
            rows.append([*cells[:3], mib(row["scratch_bytes"]), f"{row['seconds']:.1f} s", met])
            summary.append([f"peak memory, {label}", cells[1], cells[2], met])
        text += (
            "## Memory of a prompt\nAllowed: weights, state and three activations of (length, 2 · 1536); reached: all"
        )
        text += " that the process had resident at its peak, code, tensors and the mapped weights included.\n" + source(
            data
        )
        text += table(["", "allowed", "peak", "scratch", "whole process", "met"], rows)
    if data := load(setup, "compile"):
        rows = []
        asked = {"one level": 20, "all levels": 45, "from the cache": 1}
        for row in data["rows"]:
            label = f"{NAMES[row['kind']]} 130m {row['dtype']}, {row['way']}"
            limit = asked.get(row["way"])
            met = verdict(row["seconds"], limit, False) if limit else ""
            wanted = f"{limit} s" if limit else ""
            took = f"{row['seconds']:.{1 if row['seconds'] >= 1 else 2}f} s"
            copy = f"{row['copy_seconds']:.2f} s" if row.get("copy_seconds") else ""
            rows.append([label, wanted, took, copy, mib(row["peak_bytes"]), met])
            if limit:
                summary.append([f"compile, {label}", wanted, took, met])
        text += (
            "## Compiling\n24 layers, archive to product; memory counts the mapped archive and the mapped product. "
            "From the cache: medians, with those of `cp` of the product right behind.\n"
        )
        text += source(data) + table(["", "asked", "time", "cp", "peak memory", "met"], rows)
    if data := load(setup, "large"):
        row = data["rows"][0]
        label = f"compile memory, Mamba-2 2.8B bf16, archive of {mib(row['archive_bytes'])}"
        met = verdict(row["peak_bytes"], 4 * 2**30, False)
        summary.append([label, "4,096 MiB", mib(row["peak_bytes"]), met])
        text += f"A Mamba-2 of 2.8 billion weights in bf16 (an archive of {mib(row['archive_bytes'])}) is compiled in "
        text += f"{row['seconds']:.0f} s with {mib(row['peak_bytes'])} at its peak. " + source(data)
    if data := load(setup, "start"):
        rows = []
        for row in data["rows"]:
            label = f"{NAMES[row['kind']]} 130m {row['dtype']}, product of {mib(row['product_bytes'])}"
            met = verdict(row["first_kernel_seconds"], 0.05, False)
            rows.append([label, "50 ms", ms(row["first_kernel_seconds"]), ms(row["seconds"]), met])
            summary.append([f"start to the first kernel, {label}", "50 ms", ms(row["first_kernel_seconds"]), met])
        text += "## Starting\nFrom before the start of a process (mambac-start) to the product's first kernel, "
        text += "and the whole process of `mamba-run PRODUCT --list`: loading, checking, mapping, and its end.\n"
        text += source(data) + table(["", "asked", "first kernel", "--list", "met"], rows)
    return text, summary


def main(setup: Setup) -> None:
    """Writes the page and, where there is matplotlib, the plots."""
    summary: list[list[str]] = []
    text = ""
    kernels = load(setup, "kernels")
    read = None
    if kernels:
        k = Kernels(kernels)
        read = max((v for c in k.cores if (v := k.get("machine/read", c, "bytes"))), default=None)
    plots = draw(setup)
    if ops := load(setup, "ops"):
        more, rows = op_tables(ops)
        text, summary = text + more, summary + rows
    if kernels:
        more, rows = kernel_tables(kernels)
        text, summary = text + more, summary + rows
    for mode in ("prompt", "step"):
        if data := load(setup, mode):
            more, rows = model_tables(data, mode, read)
            text, summary = text + more, summary + rows
    more, rows = cost_tables(setup)
    text, summary = text + more, summary + rows
    if not summary:
        say("report: no results yet")
        return
    any_part = next(
        data for part in ("kernels", "ops", "prompt", "step", "memory", "compile") if (data := load(setup, part))
    )
    machine = any_part["machine"]
    head = (HERE / "remarks.md").read_text().split("<!-- tables -->")
    page = head[0].format(
        cpu=machine["cpu"],
        cores=machine["cores"],
        memory=machine["memory_gib"],
        features=", ".join(machine["features"]),
    )
    page += "## What was asked, and what is reached\n\n" + table(["", "asked", "reached", "met"], summary)
    page += "".join(f"![{title}]({path})\n\n" for title, path in plots)
    page += text + head[1].strip() + "\n"
    (DOCS / "performance.md").write_text(page)
    say(f"wrote {DOCS / 'performance.md'}")


def draw(setup: Setup) -> list[tuple[str, str]]:
    """The plots, drawn by the environment that has matplotlib."""
    if not setup.python:
        say("report: no matplotlib; the plots stay as they are")
    else:
        words = [setup.python, HERE / "plots.py", setup.results, DOCS / "performance"]
        if subprocess.run([str(w) for w in words], stdout=2).returncode:
            say("report: the plots could not be drawn")
    titles = {
        "prompt.svg": "Tokens a second of a prompt of 512 tokens",
        "roofline-mamba2.svg": "Roofline of the kernels of Mamba-2 130m",
        "roofline-mamba.svg": "Roofline of the kernels of Mamba 130m",
    }
    return [(title, f"performance/{name}") for name, title in titles.items() if (DOCS / "performance" / name).exists()]
