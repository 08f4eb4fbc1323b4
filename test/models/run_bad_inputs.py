#!/usr/bin/env python3
"""Gives mambac and mamba-run what they must refuse, and checks how they do it.

Every case is made here from a fixture (an archive with one thing wrong), or is a wrong command line. It passes if the
program exits with 1 (not a signal), says what is wrong in a message on stderr that holds the expected words, and
leaves no output file, whole or half. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FIXTURE = HERE / "mamba2" / "model.pt2"
Entries = dict[str, bytes]


@dataclass
class Case:
    """A command that must be refused, with words (regular expressions) that its message must hold."""

    name: str
    command: list[str]
    words: list[str]
    output: Path


def read_entries(path: Path) -> Entries:
    """The entries of an archive, in order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(entries: Entries) -> bytes:
    """An archive with these entries, stored."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return result.getvalue()


def find(entries: Entries, part: str) -> str:
    """The first entry whose name holds `part`."""
    return next(name for name in entries if part in name)


def edited(part: str, edit: Callable[[Any], None]) -> bytes:
    """The fixture with one of its JSON entries edited."""
    entries = read_entries(FIXTURE)
    name = find(entries, part)
    value = json.loads(entries[name])
    edit(value)
    entries[name] = json.dumps(value).encode()
    return pack(entries)


def without(part: str) -> bytes:
    """The fixture without one entry."""
    entries = read_entries(FIXTURE)
    del entries[find(entries, part)]
    return pack(entries)


def replaced(part: str, data: bytes) -> bytes:
    """The fixture with one entry's content replaced."""
    entries = read_entries(FIXTURE)
    entries[find(entries, part)] = data
    return pack(entries)


def with_contract(text: bytes) -> bytes:
    """The fixture with an extra/mambac.json."""
    entries = read_entries(FIXTURE)
    entries[find(entries, "byteorder").replace("byteorder", "extra/mambac.json")] = text
    return pack(entries)


def edit_weight(**changes: Any) -> bytes:
    """The fixture with the tensor description of its first weight changed."""

    def edit(config: dict[str, Any]) -> None:
        weight = next(iter(config["config"].values()))
        weight["tensor_meta"].update(changes)

    return edited("weights_config.json", edit)


def pickled_weight(config: dict[str, Any]) -> None:
    """Marks the first weight as pickled."""
    next(iter(config["config"].values()))["use_pickle"] = True


def unknown_major(program: dict[str, Any]) -> None:
    """A schema of the future."""
    program["schema_version"]["major"] = 99


def foreign_ops(program: dict[str, Any]) -> None:
    """Renames some ops to ones that do not exist."""
    nodes = program["graph_module"]["graph"]["nodes"]
    for node in nodes:
        if node["target"].endswith("silu.default"):
            node["target"] = "torch.ops.mylib.strange.default"
        elif node["target"].endswith("rsqrt.default"):
            node["target"] = "torch.ops.mylib.odd.default"


def bad_archives() -> list[tuple[str, bytes, list[str]]]:
    """Archives with one thing wrong each, and what the message must mention."""
    whole = FIXTURE.read_bytes()
    graph = read_entries(FIXTURE)[find(read_entries(FIXTURE), "/models/")]
    huge = {"as_int": 1 << 40}
    return [
        ("empty", b"", ["empty|not a zip|zip"]),
        ("not-a-zip", b"this is no archive at all\n" * 100, ["zip"]),
        ("truncated", whole[: len(whole) // 2], ["truncated|zip|end"]),
        ("corrupt", whole[:-2000] + bytes(1000) + whole[-1000:], ["."]),
        ("graph-missing", without("/models/"), ["model"]),
        ("weight-missing", without("weights/weight_3"), ["weight"]),
        ("weights-config-missing", without("weights_config.json"), ["weight"]),
        ("graph-not-json", replaced("/models/", b"not json"), ["JSON|json|parse"]),
        ("graph-cut", replaced("/models/", graph[: len(graph) // 3]), ["JSON|json|parse|end"]),
        ("sizes-beyond-storage", edit_weight(sizes=[huge, huge]), ["beyond|large|storage|bytes|size"]),
        ("strides-beyond-storage", edit_weight(strides=[huge, {"as_int": 1}]), ["beyond|large|storage|bytes|stride"]),
        ("offset-beyond-storage", edit_weight(storage_offset=huge), ["beyond|large|storage|bytes|offset"]),
        ("negative-size", edit_weight(sizes=[{"as_int": -3}, {"as_int": 4}]), ["negative|size"]),
        ("unknown-schema-major", edited("/models/", unknown_major), ["99", "schema|version"]),
        ("big-endian", replaced("byteorder", b"big"), ["big.endian|byte.?order|endian"]),
        ("contract-not-json", with_contract(b"{not json"), [r"extra/mambac\.json"]),
        ("contract-of-the-future", with_contract(b'{"format": 9}'), [r"extra/mambac\.json", "format", "9"]),
        (
            "contract-of-another-model",
            with_contract(b'{"format": 1, "state": [{"input": "cache", "output": "cache", "role": "conv"}]}'),
            [r"extra/mambac\.json", "no input 'cache'", "export"],
        ),
        ("pickled-weight", edited("weights_config.json", pickled_weight), ["pickle"]),
        (
            "unsupported-ops",
            edited("/models/", foreign_ops),
            [r"mylib\.strange", r"mylib\.odd", "modeling_mamba2.py", r"layers\.0|norm", r"\b5\b|\b5 "],
        ),
    ]


def write_npy(path: Path, kind: str, shape: tuple[int, ...], data: bytes) -> Path:
    """Writes an .npy file."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape!r}, }}"
    header = header.ljust(118 - 1) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)
    return path


def compile_cases(mambac: Path, work: Path) -> list[Case]:
    """What mambac must refuse."""
    cases = []
    for name, data, words in bad_archives():
        path = work / f"{name}.pt2"
        path.write_bytes(data)
        out = work / f"{name}.so"
        # A message about the graph names modules and source lines, all others the file.
        place = [] if name == "unsupported-ops" else [re.escape(path.name)]
        cases.append(Case(name, [str(mambac), str(path), "-o", str(out)], place + words, out))
    out = work / "no-such-file.so"
    cases.append(
        Case("no-such-file", [str(mambac), str(work / "nowhere.pt2"), "-o", str(out)], ["nowhere.pt2", "No such"], out)
    )
    out = work / "no-such-folder" / "model.so"
    cases.append(
        Case("unwritable-output", [str(mambac), str(FIXTURE), "-o", str(out)], ["no-such-folder", "No such|write"], out)
    )
    return cases


def run_cases(mamba_run: Path, product: Path, work: Path) -> list[Case]:
    """What mamba-run must refuse."""
    ids = struct.pack("<6q", *range(6))
    good = write_npy(work / "good.npy", "<i8", (2, 3), ids)
    tests = [
        ("wrong-name", [f"tokens={good}"], ["tokens", "input_ids"]),
        ("missing-input", [], ["input_ids"]),
        ("wrong-rank", [f"0={write_npy(work / 'rank.npy', '<i8', (6,), ids)}"], ["rank|dimension|shape|axes"]),
        (
            "wrong-dtype",
            [f"0={write_npy(work / 'dtype.npy', '<f4', (2, 3), ids[:24])}"],
            ["f32|float32", "i64|int64"],
        ),
        ("truncated-npy", [f"0={write_npy(work / 'cut.npy', '<i8', (2, 3), ids[:-5])}"], ["cut.npy"]),
        ("not-an-npy", [f"0={FIXTURE}"], ["npy"]),
        ("no-such-npy", [f"0={work / 'nowhere.npy'}"], ["nowhere.npy"]),
        (
            "token-too-large",
            [f"0={write_npy(work / 'large.npy', '<i8', (2, 3), struct.pack('<6q', 0, 1, 2, 3, 4, 43))}"],
            ["43|index|range|vocabulary"],
        ),
        (
            "token-negative",
            [f"0={write_npy(work / 'negative.npy', '<i8', (2, 3), struct.pack('<6q', 0, 1, 2, 3, 4, -44))}"],
            ["44|index|range|vocabulary"],
        ),
    ]
    out = work / "result.npy"
    cases = []
    for name, inputs, words in tests:
        command = [str(mamba_run), str(product), "--output", f"0={out}"]
        for item in inputs:
            command += ["--input", item]
        cases.append(Case(name, command, words, out))
    cases.append(Case("not-a-product", [str(mamba_run), str(FIXTURE)], ["model.pt2"], out))
    cut = work / "cut-product.so"
    if product.exists():
        data = product.read_bytes()
        cut.write_bytes(data[: len(data) * 2 // 3])
        cases.append(Case("truncated-product", [str(mamba_run), str(cut), "--list"], ["cut-product"], out))
    unwritable = work / "no-such-folder" / "y.npy"
    command = [str(mamba_run), str(product), "--input", f"0={good}", "--output", f"0={unwritable}"]
    cases.append(Case("unwritable-result", command, ["no-such-folder"], unwritable))
    command = [str(mamba_run), str(product), "--input", f"0={good}", "--output", f"nothing={out}"]
    cases.append(Case("wrong-output-name", command, ["nothing"], out))
    return cases


def check(case: Case) -> str:
    """Runs a case; returns what is wrong, or nothing."""
    try:
        done = subprocess.run(case.command, capture_output=True, text=True, errors="replace", timeout=120)
    except subprocess.TimeoutExpired:
        return "not done after 120 s"
    except OSError as error:
        return f"{case.command[0]}: {error.strerror}"
    message = done.stderr.strip()
    if done.returncode != 1:
        return f"exit code {done.returncode}, expected 1; stderr: {message[-1500:]}"
    for word in case.words:
        if not re.search(word, message, re.IGNORECASE):
            return f"the message does not mention /{word}/: {message[-1500:]}"
    left = [p.name for p in case.output.parent.glob(f"*{case.output.name}*")] if case.output.parent.is_dir() else []
    return f"left {', '.join(left)}" if left else ""


def main() -> int:
    """Runs all cases; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("-v", "--verbose", action="store_true", help="print the messages of cases that pass, too")
    args = parser.parse_args()
    mambac, mamba_run = args.build / "bin/mambac", args.build / "bin/mamba-run"
    work = Path(tempfile.mkdtemp(prefix="mambac-bad-inputs-"))
    passed = failed = 0
    begin = time.time()
    try:
        product = work / "good-product.so"
        subprocess.run([str(mambac), str(FIXTURE), "-o", str(product)], capture_output=True)
        for case in compile_cases(mambac, work) + run_cases(mamba_run, product, work):
            problem = check(case)
            if args.verbose and not problem:
                done = subprocess.run(case.command, capture_output=True, text=True, errors="replace")
                print(f"pass {case.name}: {done.stderr.strip()}")
            if problem:
                print(f"FAIL bad input {case.name}: {problem}", flush=True)
            passed, failed = passed + (not problem), failed + bool(problem)
            for left in case.output.parent.glob(f"*{case.output.name}*") if case.output.parent.is_dir() else ():
                os.unlink(left)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"bad inputs took {time.time() - begin:.1f} s")
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
