"""Draws the plots of docs/performance.md as SVG. Needs matplotlib, so it runs in the environment of the peers.

python plots.py RESULTS FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
# The same picture gives the same file.
matplotlib.rcParams["svg.hashsalt"] = "mambac"
matplotlib.rcParams["font.size"] = 9
import matplotlib.pyplot as plt  # noqa: E402

NAMES = {"mamba2": "Mamba-2", "mamba": "Mamba"}
ROW = re.compile(r"^(\S*)\s+(\S+)\s+(\S.*?)\s+(\d+)\s+([\d.]+)\s+([\d.]+)%\s+(\S+)\s+\S+\s+(\S+)\s+\S+\s*$")


def load(results: Path, part: str) -> dict[str, Any]:
    """A part's results; empty where it was not run."""
    path = results / f"{part}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def save(figure: Any, path: Path) -> None:
    """Writes a plot without its date."""
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def bars(results: Path, folder: Path) -> None:
    """Tokens a second of everybody."""
    data = load(results, "prompt")
    tables = [t for t in data.get("tables", []) if any("seconds" in r for r in t["rows"].values())]
    if not tables:
        return
    figure, axes = plt.subplots(1, len(tables), figsize=(3 * len(tables), 2.8))
    for axis, one in zip([axes] if len(tables) == 1 else axes, tables):
        found = {name: 512 / row["seconds"] for name, row in one["rows"].items() if "seconds" in row}
        colors = ["tab:orange" if name == "mambac" else "tab:blue" for name in found]
        axis.barh(list(found), list(found.values()), color=colors)
        axis.invert_yaxis()
        axis.set_title(f"{NAMES[one['kind']]} 130m, {one['dtype']}")
        axis.set_xlabel("tokens/s")
    save(figure, folder / "prompt.svg")


def kernels_of(text: str) -> list[tuple[str, float, float, float]]:
    """Kind, seconds, operations and bytes of each kernel, those of equal kind and size added up."""
    sums: dict[tuple[str, str], list[float]] = {}
    for line in text.splitlines():
        if match := ROW.match(line):
            _, kernel, kind, _, milliseconds, _, flops, moved = match.groups()
            if "-" in (flops, moved):
                continue
            entry = sums.setdefault((kind, re.sub(r"@.*", "", kernel)), [0.0, 0.0, 0.0])
            for i, value in enumerate((float(milliseconds) * 1e-3, float(flops), float(moved))):
                entry[i] += value
    return [(kind, *entry) for (kind, _), entry in sums.items()]  # type: ignore[misc]


def rooflines(results: Path, folder: Path) -> None:
    """Every kernel of the shapes beside the machine's limits."""
    machine = load(results, "kernels").get("rows", {})
    profile = load(results, "profile").get("tables", [])
    cores = max((int(name.rsplit(":", 1)[1]) for name in machine), default=0)
    peaks = {
        dtype: machine.get(f"machine/{name}/cores:{cores}", {}).get("flops")
        for dtype, name in (("f32", "fma_f32"), ("bf16", "dot_bf16"))
    }
    read = machine.get(f"machine/read/cores:{cores}", {}).get("bytes")
    if not peaks["f32"] or not read:
        return
    for kind in NAMES:
        tables = [t for t in profile if t["kind"] == kind]
        if not tables:
            continue
        figure, axes = plt.subplots(1, len(tables), figsize=(3.6 * len(tables), 3.4), sharey=True)
        for axis, one in zip([axes] if len(tables) == 1 else axes, tables):
            peak = peaks[one["dtype"]] or peaks["f32"]
            points = [p for p in kernels_of(one["text"]) if p[1] > 0 and p[2] > 0 and p[3] > 0]
            intensities = [0.05, peak / read, 2000]
            axis.plot(intensities, [min(peak, i * read) / 1e9 for i in intensities], color="black", linewidth=1)
            for i, name in enumerate(sorted({p[0] for p in points})):
                chosen = [p for p in points if p[0] == name]
                total = sum(p[1] for p in points)
                axis.scatter(
                    [p[2] / p[3] for p in chosen],
                    [p[2] / p[1] / 1e9 for p in chosen],
                    s=[8 + 300 * p[1] / total for p in chosen],
                    alpha=0.6,
                    color=f"C{i % 10}",
                    label=name,
                )
            axis.set_xscale("log")
            axis.set_yscale("log")
            axis.set_xlabel("operations a byte")
            title = "prompt of 512" if one["mode"] == "prompt" else "one token"
            axis.set_title(f"{NAMES[kind]} {one['dtype']}, {title}")
            axis.legend(fontsize=5)
        first = axes if len(tables) == 1 else axes[0]
        first.set_ylabel(f"GFLOP/s, {cores} cores")
        save(figure, folder / f"roofline-{kind}.svg")


def main() -> None:
    """Draws all that there are results for."""
    results, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    bars(results, folder)
    rooflines(results, folder)


if __name__ == "__main__":
    main()
