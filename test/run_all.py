#!/usr/bin/env python3
"""Runs all tests of a build folder and closes with one line: "N passed, N failed".

The suites are the style lint, the GoogleTest programs (build/test/unit), lit (build/test/lit), single ops, the whole
models, models with a state in pieces, what they cost, the coverage table, spellings of contractions, variants of the scans, the demo,
the texts that it writes, the bad inputs,
the fuzz targets (build/test/fuzz), .mlir files changed at random, the reference of passes and an installed package. Each
counts its own cases; a suite that breaks down counts as one failure. Needs Python's standard library alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
Counts = tuple[int, int]


def script(*command: str | Path) -> Counts:
    """Runs a script whose last line of output is JSON with the counts, passing its output on."""
    words = [sys.executable, *map(str, command)]
    last = ""
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if last:
                print(last, flush=True)
            last = line.rstrip("\n")
    try:
        counts = json.loads(last)
        return counts["passed"], counts["failed"]
    except (json.JSONDecodeError, KeyError, TypeError):
        print(f"{last}\nFAIL {' '.join(words)}: broke down with exit code {process.returncode}")
        return 0, 1


def executables(folder: Path) -> list[Path]:
    """The programs of a folder."""
    return sorted(p for p in folder.glob("*") if p.is_file() and os.access(p, os.X_OK)) if folder.is_dir() else []


def run_unit(args: argparse.Namespace) -> Counts:
    """Runs the GoogleTest programs."""
    passed = failed = 0
    for program in executables(args.build / "test/unit"):
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            # A program runs in a folder of its own, so that it leaves nothing behind.
            done = subprocess.run([program.resolve(), "--gtest_brief=1", f"--gtest_output=json:{report}"], cwd=folder)
            if report.exists():
                result = json.loads(report.read_text())
                bad = result["failures"] + result["errors"]
                passed, failed = passed + result["tests"] - result["disabled"] - bad, failed + bad
                if done.returncode and not bad:
                    failed += 1
            else:
                failed += 1
            if done.returncode:
                print(f"FAIL {program.name}: exit code {done.returncode}", flush=True)
    return passed, failed


def run_lit(args: argparse.Namespace) -> Counts:
    """Runs the FileCheck tests."""
    folder = args.build / "test/lit"
    report = args.build / "test/lit-report.json"
    report.unlink(missing_ok=True)
    lit = next((p for p in (args.lit, "/usr/lib/llvm-22/bin/lit") if p and Path(p).exists()), "lit")
    # lit's -q prints failures alone, -v their output.
    subprocess.run([lit, "-q", "-v", "--output", str(report), str(folder)])
    if not report.exists():
        print("FAIL lit: it wrote no report")
        return 0, 1
    codes = [test["code"] for test in json.loads(report.read_text())["tests"]]
    good = sum(code in ("PASS", "XFAIL", "FLAKYPASS") for code in codes)
    skipped = [t["name"] for t in json.loads(report.read_text())["tests"] if t["code"] in ("UNSUPPORTED", "SKIPPED")]
    if skipped:
        print(f"lit: {len(skipped)} unsupported here: {' '.join(skipped)}")
    return good, len(codes) - good - len(skipped)


def run_fuzz(args: argparse.Namespace) -> Counts:
    """Runs each fuzz target for some seconds, on its corpus where it has one."""
    passed = failed = 0
    for program in executables(args.build / "test/fuzz"):
        corpus = HERE / "fuzz/corpus" / program.name
        work = args.build / "test/fuzz-work" / program.name
        work.mkdir(parents=True, exist_ok=True)
        command = [program, f"-max_total_time={args.fuzz_seconds}", "-timeout=20", "-rss_limit_mb=4096"]
        command += [f"-artifact_prefix={work}/", "-verbosity=0", "-print_final_stats=0", work]
        command += [corpus] if corpus.is_dir() else []
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
        verdict = "FAIL" if done.returncode else "pass"
        print(f"{verdict} fuzz/{program.name} ({args.fuzz_seconds} s)", flush=True)
        if done.returncode:
            print(done.stderr[-4000:])
        passed, failed = passed + (not done.returncode), failed + bool(done.returncode)
    return passed, failed


def run_mutate(args: argparse.Namespace) -> Counts:
    """Sends .mlir files that were changed at random through the stages; no crash may be ours."""
    tests = sorted(HERE.rglob("*.mlir"))
    words = [args.build / "test/mutate/mutate-mlir", f"--tries={args.mutations}", f"--seed={args.seed}", *tests]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, errors="replace")
    lines = done.stdout.splitlines()
    for line in lines:
        if line.startswith("OURS") or args.mutations > 2000:
            print(line)
    try:
        figures = json.loads(lines[-1])
        good = figures["ours"] == 0 and figures["verified"] * 10 > figures["tries"]
    except (json.JSONDecodeError, KeyError, IndexError):
        good = False
    print(f"{'pass' if good else 'FAIL'} mutate-mlir: {lines[-1] if lines else done.stderr[-2000:]}", flush=True)
    return int(good), int(not good)


def run_docs(args: argparse.Namespace) -> Counts:
    """Writes the reference, whose examples of passes are run."""
    return script(HERE.parent / "docs/make_reference.py", "--build", args.build)


def run_package(args: argparse.Namespace) -> Counts:
    """Installs, and builds the example plug-in against what was installed."""
    return script(HERE / "package/run_package.py", "--build", args.build)


def run_ops(args: argparse.Namespace) -> Counts:
    """Runs each op by itself through the whole compiler."""
    return script(HERE / "Import/run_ops.py", "--build", args.build)


def run_models(args: argparse.Namespace) -> Counts:
    """Runs the whole models."""
    return script(HERE / "models/run_models.py", "--build", args.build)


def run_coverage(args: argparse.Namespace) -> Counts:
    """Holds every spelling to docs/coverage.md."""
    return script(HERE / "spellings/coverage.py", "--build", args.build)


def run_guards(args: argparse.Namespace) -> Counts:
    """Holds what the models cost to test/guards/expected.json."""
    return script(HERE / "guards/run_guards.py", "--build", args.build)


def run_contractions(args: argparse.Namespace) -> Counts:
    """Checks that all spellings of a contraction become the same einsum."""
    return script(HERE / "contractions/run_contractions.py", "--build", args.build)


def run_variants(args: argparse.Namespace) -> Counts:
    """Checks equivalent spellings of the scans."""
    return script(HERE / "variants/run_variants.py", "--build", args.build, "--count", str(args.variants))


def run_states(args: argparse.Namespace) -> Counts:
    """Runs models with a state in pieces."""
    return script(HERE / "states/run_states.py", "--build", args.build, "--seed", str(args.seed))


def run_generate(args: argparse.Namespace) -> Counts:
    """Writes texts, chats, and measures perplexity: by bytes, and by tokens."""
    counts = [script(HERE / f"generate/{name}.py", "--build", args.build) for name in ("run_generate", "run_tokens")]
    return counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]


def run_demo(args: argparse.Namespace) -> Counts:
    """Runs the demo model."""
    return script(HERE / "models/run_demo.py", "--build", args.build)


def run_bad_inputs(args: argparse.Namespace) -> Counts:
    """Runs what has to be refused."""
    return script(HERE / "models/run_bad_inputs.py", "--build", args.build)


def run_lint(args: argparse.Namespace) -> Counts:
    """Runs the style lint."""
    return script(HERE / "lint.py")


SUITES: dict[str, Callable[[argparse.Namespace], Counts]] = {
    "lint": run_lint,
    "unit": run_unit,
    "lit": run_lit,
    "ops": run_ops,
    "models": run_models,
    "states": run_states,
    "coverage": run_coverage,
    "guards": run_guards,
    "contractions": run_contractions,
    "variants": run_variants,
    "demo": run_demo,
    "generate": run_generate,
    "bad-inputs": run_bad_inputs,
    "fuzz": run_fuzz,
    "mutate": run_mutate,
    "docs": run_docs,
    "package": run_package,
}


def main() -> int:
    """Reads the command line and runs the suites."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parent / "build")
    parser.add_argument("--only", action="append", choices=SUITES, help="run this suite alone (may be repeated)")
    parser.add_argument("--fuzz-seconds", type=int, default=10, help="for each fuzz target")
    parser.add_argument("--variants", type=int, default=50, help="of each of the scans")
    parser.add_argument("--mutations", type=int, default=1500, help="for the suite mutate: how many changed modules")
    parser.add_argument("--seed", type=int, default=1, help="for the suites mutate and states")
    parser.add_argument("--lit", help="the lit program")
    args = parser.parse_args()
    args.build = args.build.resolve()
    total_passed = total_failed = 0
    for name, suite in SUITES.items():
        if args.only and name not in args.only:
            continue
        begin = time.time()
        passed, failed = suite(args)
        if passed + failed == 0:
            print(f"FAIL {name}: no tests were found")
            failed = 1
        print(f"== {name}: {passed} passed, {failed} failed, {time.time() - begin:.0f} s", flush=True)
        total_passed, total_failed = total_passed + passed, total_failed + failed
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed else 0


if __name__ == "__main__":
    sys.exit(main())
