#!/usr/bin/env python3
"""Holds every fixture of test/models and test/spellings to the claim of the project, and writes docs/coverage.md.

A row is green if the graph is imported; if raising makes of it the ops that its meta.json lists, and leaves nothing over
(see `leftovers`); if no temporary is larger after than before; if every stage keeps the results (`mambac --verify`); and
if the compiled product is right by the rule of docs/numerics.md. The table is written from these results: `make coverage`
writes it, `make test` fails if it differs from the file, or if a row is not green that does not stand in
expected_failures.json. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
sys.path.insert(0, str(MODELS))
import run_models  # noqa: E402

TABLE = HERE.parents[1] / "docs/coverage.md"
# Rows that are known not to be green, with the reason. The list is to be empty.
FAILURES = HERE / "expected_failures.json"
LENGTH = 2048
SECONDS = 120
# Ops of the scan itself, and loops: left over wherever a row does not list them.
WHOLE_OPS = ["ssm.scan", "ssm.segsum", "scf.for", "scf.while", "ssm.cumsum"]
TRANSCENDENTAL = re.compile(r"\bmath\.(exp|exp2|expm1|log|log2|log1p|powf|cos|sin)\b")
WINDOW = re.compile(r"^#map\w* = affine_map<.*-> \((.*)\)>$")


@dataclasses.dataclass
class Row:
    """What was found out about one fixture."""

    name: str
    meta: dict[str, Any]
    imported: bool = False
    ops: str = ""
    leftovers: list[str] = dataclasses.field(default_factory=list)
    before: int = 0
    after: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)
    errors: str = ""


def statements(module: str) -> Iterator[tuple[list[str], str]]:
    """The statements of the entry: names of their results, and their text with all regions."""
    lines = module.splitlines()
    begin = next(i for i, line in enumerate(lines) if re.match(r"  func\.func (?!private)", line))
    text: list[str] = []
    for line in lines[begin + 1 :]:
        if line.startswith("  }") and not line.startswith("   "):
            break
        # A line at the depth of the function's body opens a statement, unless it closes a region.
        if re.match(r"    [^ }^]", line) and text:
            yield results_of(text[0]), "\n".join(text)
            text = []
        text.append(line)
    if text:
        yield results_of(text[0]), "\n".join(text)


def results_of(line: str) -> list[str]:
    """The names on the left of a statement."""
    left = line.split(" = ")[0] if re.match(r"\s*%[\w:#, %]+ = ", line) else ""
    return [name.split(":")[0] for name in re.findall(r"%\w+(?::\d+)?", left)]


def leftovers(module: str, meta: dict[str, Any]) -> list[str]:
    """What of the unraised computation is left in a raised module.

    - A scan, segment sum, cumulative sum of floats or loop, or a sum over a sliding window, that the row does not list.
    - An exponential or logarithm of values that depend on the inputs, other than in a sigmoid (silu), that the row does
      list as kept.
    - In a spelling, any computation that depends on the inputs beside the ops of the row and what it lists as kept (-1:
      any); views, slices and copies are none.
    """
    allowed = meta["ops"]
    found: dict[str, int] = {}
    maps = [m.group(1) for line in module.splitlines() if (m := WINDOW.match(line))]
    windows = [results for results in maps if re.search(r"d\d+ \+ d\d+", results)]
    names = re.compile(r"%\w+")
    header = next(line for line in module.splitlines() if re.match(r"  func\.func (?!private)", line))
    tainted = set(re.findall(r"(%\w+): ", header))
    exponentials = others = 0
    for results, text in statements(module):
        first = text.splitlines()[0]
        op = re.search(r"(?:= |^\s*)\"?([a-z_]+\.\w+)", first)
        kind = op.group(1) if op else "?"
        uses = set(names.findall(text)) - set(results)
        depends = bool(uses & tainted)
        if kind in ("tensor.dim", "affine.apply", "tensor.empty", "func.return", "return", "linalg.fill"):
            continue
        if depends:
            tainted.update(results)
        floats = re.search(r"xf(16|32|64)|xbf16", text)
        if kind in WHOLE_OPS and floats:
            found[kind] = found.get(kind, 0) + 1
        if not depends:
            continue
        sigmoid = "arith.divf" in text and "math.exp" in text and "arith.addf" in text
        if TRANSCENDENTAL.search(text) and not sigmoid and not kind.startswith("ssm."):
            exponentials += 1
        # Arithmetic on positions, and casts, move elements.
        body = re.findall(r"\b(?:arith\.\w+f|math\.\w+|ssm\.\w+)\b", text)
        others += kind.startswith("linalg.") and any(b not in ("arith.extf", "arith.truncf") for b in body)
    left = [f"{n} {op}" for op, n in sorted(found.items()) if n != allowed.get(op, 0)]
    left += [f"{n} {op} missing" for op, n in sorted(allowed.items()) if op in WHOLE_OPS and n and op not in found]
    if windows:
        left.append("a sum over a window")
    kept = meta.get("kept", {})
    if exponentials != kept.get("exponentials", 0):
        left.append(f"{exponentials} exponentials")
    if "family" in meta and kept.get("others", 0) not in (others, -1):
        left.append(f"{others} other computations")
    return left


def shapes_of(meta: dict[str, Any]) -> str:
    """The option that says at which shapes memory is looked at: open batches are 1, open lengths LENGTH."""
    if "sizes" not in meta:
        return f"length={LENGTH}"
    batch, length = meta["cases"][0]["shape"]
    dynamic = meta["dynamic"]
    batch, length = 1 if dynamic["batch"] else batch, LENGTH if dynamic["length"] else length
    shapes = [
        "x".join(map(str, axes(spec, meta["sizes"] | {"b": batch, "l": length}))) for spec in meta["inputs"].values()
    ]
    return "shapes=" + ",".join(shapes)


def axes(spec: str, sizes: dict[str, int]) -> list[int]:
    """The sizes of a list of axes; a product is written d*2."""
    return [math.prod(sizes[f] if f in sizes else int(f) for f in axis.split("*")) for axis in spec.split()]


def memory(output: str) -> tuple[int, int]:
    """The largest temporary and the peak that --mambac-print-memory found."""
    line = next(line for line in output.splitlines() if line.startswith('{"function"'))
    return json.loads(line)["largest"], json.loads(line)["peak"]


def problem(failure: Exception) -> str:
    """The line of a failed program's output that says what is wrong."""
    lines = str(failure).splitlines()
    return next((line for line in lines if "error:" in line), lines[-1])


def check(fixture: Path, build: Path, work: Path) -> Row:
    """Finds out about one fixture."""
    meta = json.loads((fixture / "meta.json").read_text())
    row = Row(fixture.name, meta)
    mambac, opt = build / "bin/mambac", build / "bin/mamba-opt"
    imported, raised = work / f"{fixture.name}.imported.mlir", work / f"{fixture.name}.raised.mlir"
    profile = f"--mambac-print-memory={shapes_of(meta)}"
    try:
        run_models.run([mambac, fixture / "model.pt2", "--emit=imported", "--quiet", "-o", imported], SECONDS)
        row.imported = True
        before = run_models.run([opt, imported, profile, "--mambac-raise", "-o", raised], SECONDS)
        module = raised.read_text()
        counts = run_models.count_ops(module)
        row.ops = ", ".join(f"{counts[op]} {op}" for op in sorted(counts) if op not in ("ssm.weight",))
        wrong = [f"{counts[op]} {op}, not {n}" for op, n in meta["ops"].items() if op[:4] == "ssm." and counts[op] != n]
        row.leftovers = leftovers(module, meta)
        row.problems += wrong + [f"left over: {what}" for what in row.leftovers]
        after = run_models.run([opt, raised, "--mambac-schedule", profile, "-o", "/dev/null"], SECONDS)
        row.before, peak = memory(before)
        row.after, _ = memory(after)
        # An unrolled loop has many small tensors, of which the peak holds as many as one tensor over time. A scan whose states
        # are read in ways that no op has stores them. Layers that go token by token hold no more than one token's values.
        grows = meta["ops"].get("ssm.scan") or meta.get("kept", {}).get("largest") == -1
        if row.after > max(row.before, peak) and not grows:
            row.problems.append(f"the largest temporary grew from {row.before} to {row.after} bytes")
    except run_models.Failure as failure:
        row.problems.append(problem(failure))
    except (KeyError, ValueError, StopIteration) as error:
        row.problems.append(f"{type(error).__name__}: {error}")
    product = work / f"{fixture.name}.so"
    try:
        if row.imported:
            run_models.run([mambac, fixture / "model.pt2", "-o", product, "--quiet", "--verify"], SECONDS)
            row.errors = run_models.check_numbers(build / "bin/mamba-run", product, fixture, meta)
    except run_models.Failure as failure:
        row.problems.append(f"not right: {problem(failure)}")
    product.unlink(missing_ok=True)
    shutil.rmtree(product.with_suffix(".cases"), ignore_errors=True)
    imported.unlink(missing_ok=True)
    raised.unlink(missing_ok=True)
    return row


def size(count: int) -> str:
    """Bytes with a comma each three digits."""
    return f"{count:,}"


def describe(row: Row) -> list[str]:
    """The cells of a row."""
    meta = row.meta
    opened = [axis for axis in ("batch", "length") if meta["dynamic"][axis]]
    source = f"transformers {meta['transformers']}, " if "transformers" in meta else ""
    kind = "" if meta["dtype"] == "float32" else f", {meta['dtype']}"
    return [
        f"{meta.get('title', 'whole model')} (`{row.name}`)",
        f"{source}torch {meta['torch']}{kind}; open: {' and '.join(opened) or 'nothing'}",
        "yes" if row.imported else "no",
        row.ops.replace("ssm.", ""),
        "; ".join(row.leftovers) or "nothing",
        f"{size(row.before)} → {size(row.after)}",
        "yes" if row.errors else "no",
    ]


HEAD = f"""# Coverage

Written by `make coverage` (test/spellings/coverage.py) from the fixtures of test/models and test/spellings; `make test` runs
them all and fails where this page is not what it finds. The spellings are written by us, after what public code computes.

- *exported by*: with which versions, and which sizes are open.
- *becomes*: the ssm ops of the raised module, all of them; projections are einsums.
- *left over*: scans, cumulative and segment sums of floats, loops, windowed sums, exponentials of inputs outside of a
  sigmoid, and in a spelling any computation at all, beside what *becomes* lists.
- *largest temporary*: bytes of the largest tensor that is no input, result or weight, in the imported and in the
  scheduled program, at batch 1 and length {LENGTH} where these are open (`mamba-opt --mambac-print-memory`).
- *right*: over five seeds within the rule of [numerics.md](numerics.md), compiled to a shared library.

| | exported by | imports | becomes | left over | largest temporary | right |
|---|---|---|---|---|---|---|
"""


def table(rows: list[Row], failures: dict[str, str]) -> str:
    """The page."""
    text = HEAD
    families: dict[str, list[Row]] = {}
    for row in rows:
        families.setdefault(row.meta.get("family", "Models"), []).append(row)
    for family, members in families.items():
        text += f"| **{family}** | | | | | | |\n"
        for row in members:
            text += "| " + " | ".join(describe(row)) + " |\n"
    if failures:
        text += "\nNot green yet:\n\n" + "".join(f"- `{name}`: {why}\n" for name, why in sorted(failures.items()))
    return text


def settled(text: str, failures: dict[str, str]) -> list[str]:
    """The lines of a page, but for those of rows that are not green yet."""
    return [line for line in text.splitlines() if not any(f"`{name}`" in line for name in failures)]


def main() -> int:
    """Runs the fixtures; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="look at these alone")
    parser.add_argument("--write", action="store_true", help="write docs/coverage.md; drop what is green from the list")
    args = parser.parse_args()
    work = args.build / "test/models"
    work.mkdir(parents=True, exist_ok=True)
    fixtures = [p.parent for folder in (MODELS, HERE) for p in sorted(folder.glob("*/meta.json"))]
    fixtures = [p for p in fixtures if not args.only or p.name in args.only]
    expected: dict[str, str] = json.loads(FAILURES.read_text())
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda fixture: check(fixture, args.build, work), fixtures))
    passed = failed = 0
    for row in rows:
        good = not row.problems or row.name in expected
        verdict = "FAIL" if not good else "xfail" if row.problems else "xpass" if row.name in expected else "pass"
        print(f"{verdict} coverage/{row.name}: {'; '.join(row.problems) or row.ops}", flush=True)
        passed, failed = passed + good, failed + (not good)
    if args.write and not args.only:
        # What has become green is not expected to fail any more; nothing is ever added by itself.
        expected = {row.name: expected[row.name] for row in rows if row.problems and row.name in expected}
        FAILURES.write_text(json.dumps(expected, indent=2) + "\n")
    text = table(rows, expected)
    if args.write and not args.only:
        TABLE.write_text(text)
    elif not args.only:
        good = TABLE.exists() and settled(TABLE.read_text(), expected) == settled(text, expected)
        print(f"{'pass' if good else 'FAIL'} docs/coverage.md: {'' if good else 'not '}what is found; make coverage")
        passed, failed = passed + good, failed + (not good)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
