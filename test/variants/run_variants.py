#!/usr/bin/env python3
"""Makes variants and checks that raising finds the op in each, with the right results.

build/test/variants/check-variants looks at many in one process; some (`--compile`) also go through the whole compiler
and are run. A variant that fails is made small: decisions of its spelling are set back to the plainest outcome as long
as it still fails. What is left is printed as PyTorch, with the remarks of the raising passes. To look at one:

    python3 test/variants/run_variants.py --build build --kind ssd --only 17 --print

Needs the standard library alone. The last line of stdout is JSON with the counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import make_variants

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "models"))
import npy  # noqa: E402

BATCH = 100
TOLERANCE = 5e-4


class Checker:
    """Writes variants into a folder and runs check-variants on them."""

    def __init__(self, build: Path, seed: int, pending: bool) -> None:
        self.build, self.seed, self.pending = build, seed, pending
        self.program = build / "test/variants/check-variants"
        self.folder = build / "test/variants/work"
        self.folder.mkdir(parents=True, exist_ok=True)

    def stem(self, kind: str, number: int) -> Path:
        """Where a variant is written."""
        return self.folder / f"{kind}-{self.seed}-{number}"

    def write(self, kind: str, number: int, plain: Sequence[str] = ()) -> dict[str, str]:
        """Writes a variant and returns its decisions."""
        program = make_variants.generate(kind, self.seed, number, plain, self.pending)
        self.remove(kind, number)
        make_variants.write(program, self.stem(kind, number))
        return program.choices.taken

    def remove(self, kind: str, number: int) -> None:
        """Removes a variant's files."""
        for path in self.folder.glob(f"{kind}-{self.seed}-{number}.*"):
            path.unlink()

    def check(self, stems: Sequence[Path], *flags: str) -> Iterator[dict[str, Any]]:
        """The outcomes of variants in order; one that breaks the process down is an outcome as well."""
        rest = list(stems)
        while rest:
            command = [str(self.program), *flags, *map(str, rest)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            lines = done.stdout.splitlines()
            for line in lines:
                yield json.loads(line)
            rest = rest[len(lines) :]
            if rest:
                text = f"check-variants broke down with exit code {done.returncode}"
                yield {"name": str(rest.pop(0)), "problem": text, "stage": "raise", "left": [], "remarks": []}

    def shrink(self, kind: str, number: int, outcome: dict[str, Any], seconds: float) -> tuple[list[str], dict[str, str]]:
        """Sets decisions back while the variant fails at the same stage."""

        def fails(plain: list[str]) -> dict[str, str] | None:
            try:
                taken = self.write(kind, number, plain)
            except AssertionError:
                return None
            again = next(self.check([self.stem(kind, number)]))
            return taken if again["problem"] and again["stage"] == outcome["stage"] else None

        plain: list[str] = []
        taken = self.write(kind, number)
        end = time.time() + seconds
        size = max(1, len(taken) // 2)
        while size and time.time() < end:
            names, at, progress = list(taken), 0, False
            while at < len(names) and time.time() < end:
                some = [n for n in names[at : at + size] if n in taken]
                kept = fails(plain + some) if some else None
                if kept is not None:
                    plain, taken, progress = plain + some, kept, True
                at += size
            if not progress or size > 1:
                size //= 2
        return plain, self.write(kind, number, plain)

    def compile_and_run(self, stem: Path) -> str:
        """What is wrong with a variant that is compiled."""
        product = stem.with_name(stem.name + ".so")
        wrong = self.call([self.build / "bin/mambac", stem.with_name(stem.name + ".pt2"), "--quiet", "-o", product])
        number = 0
        while not wrong and stem.with_name(f"{stem.name}.{number}.out.0.npy").exists():
            case = stem.with_name(f"{stem.name}.{number}")
            inputs = sorted(self.folder.glob(f"{case.name}.in.*.npy"), key=lambda p: int(p.name.split(".")[-2]))
            wanted = sorted(self.folder.glob(f"{case.name}.out.*.npy"))
            command: list[Any] = [self.build / "bin/mamba-run", product]
            for k, path in enumerate(inputs):
                command += ["--input", f"{k}={path}"]
            results = [stem.with_name(f"{case.name}.have.{k}.npy") for k in range(len(wanted))]
            for k, path in enumerate(results):
                command += ["--output", f"{k}={path}"]
            wrong = self.call(command) or self.compare(results, wanted)
            number += 1
        return wrong

    @staticmethod
    def call(words: Sequence[Any]) -> str:
        """Runs a program; what it says where it fails."""
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
        if not done.returncode:
            return ""
        return f"{Path(words[0]).name}: exit code {done.returncode}: {done.stderr[-1500:].strip()}"

    @staticmethod
    def compare(results: Sequence[Path], wanted: Sequence[Path]) -> str:
        """What is wrong with the results of a case."""
        for k, (result, path) in enumerate(zip(results, wanted)):
            (shape, have), (wanted_shape, want) = npy.read(result), npy.read(path)
            if shape != wanted_shape:
                return f"{path.name}: the result has the shape {shape}, not {wanted_shape}"
            scale = max(map(abs, want)) or 1.0
            error = max(abs(a - b) for a, b in zip(have, want)) / scale
            if not error <= TOLERANCE:
                return f"{path.name}: the result is off by {error:.1e}"
        return ""


def classify(outcome: dict[str, Any]) -> str:
    """One line for failures of one sort."""
    words = [outcome["stage"], outcome["problem"].splitlines()[0][:120]]
    if outcome["left"]:
        words.append("left: " + ", ".join(f"{n} {w}" for w, n in sorted(Counter(outcome["left"]).items())))
    return "; ".join(words)


def main() -> int:
    """Checks variants of all kinds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parents[2] / "build")
    parser.add_argument("--kind", choices=make_variants.KINDS, action="append", help="default: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50, help="of each kind")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int, action="append", default=[], metavar="N", help="variant N alone")
    parser.add_argument("--plain", action="append", default=[], metavar="NAME", help="a decision to set back")
    parser.add_argument("--compile", type=int, default=3, help="how many of each kind to compile and run as well")
    parser.add_argument("--shrink", type=int, default=3, help="how many failures to make small")
    parser.add_argument("--shrink-seconds", type=float, default=20, help="for each")
    parser.add_argument("--pending", action="store_true", help="with what is not found yet (choices.py)")
    parser.add_argument("--print", action="store_true", help="print the raised module")
    parser.add_argument("--summary", action="store_true", help="failures by sort instead of one by one")
    args = parser.parse_args()
    checker = Checker(args.build.resolve(), args.seed, args.pending)
    passed = failed = 0
    sorts: Counter[str] = Counter()
    examples: dict[str, int] = {}
    for kind in args.kind or make_variants.KINDS:
        begin, good = time.time(), 0
        numbers = args.only or list(range(args.first, args.first + args.count))
        for at in range(0, len(numbers), BATCH):
            batch = numbers[at : at + BATCH]
            spines = {}
            for number in batch:
                spines[number] = checker.write(kind, number, args.plain).get("spine.0", "plain")
            flags = ["--print"] if args.print else []
            for number, outcome in zip(batch, checker.check([checker.stem(kind, n) for n in batch], *flags)):
                if not outcome["problem"] and numbers.index(number) < args.compile:
                    outcome["problem"], outcome["stage"] = checker.compile_and_run(checker.stem(kind, number)), "compile"
                if not outcome["problem"]:
                    good += 1
                    checker.remove(kind, number)
                    continue
                failed += 1
                sort = f"{kind} {spines[number]}: {classify(outcome)}"
                sorts[sort] += 1
                examples.setdefault(sort, number)
                if args.summary:
                    continue
                print(f"FAIL variants/{kind}-{args.seed}-{number}: {classify(outcome)}")
                for remark in outcome["remarks"]:
                    print(f"  remark: {remark}")
                if failed <= args.shrink and outcome["stage"] != "compile":
                    plain, taken = checker.shrink(kind, number, outcome, args.shrink_seconds)
                    stem = checker.stem(kind, number)
                    again = next(checker.check([stem]))
                    print(f"  made small ({len(plain)} decisions set back; left: {taken}): {classify(again)}")
                    for remark in again["remarks"]:
                        print(f"  remark: {remark}")
                    print(stem.with_name(stem.name + ".txt").read_text(), flush=True)
        passed += good
        print(f"{kind}: {good} of {len(numbers)} variants found and right ({time.time() - begin:.0f} s)", flush=True)
    if args.summary:
        for sort, count in sorts.most_common():
            print(f"{count:5} {sort} (variant {examples[sort]})")
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
