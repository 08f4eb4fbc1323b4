#!/usr/bin/env python3
"""Writes the reference of ops and passes to build/docs, with an example of each pass that was run just now.

Ops come from their definitions (mlir-tblgen). Passes are those that mamba-opt lists; the text of a pass is that of its
.td file where it has one. The example of a pass is the smallest piece of a test in test/ that the pass changes: what
stands in the reference has been run, so it cannot rot. A pass without such a test is an error. The last line of stdout
is JSON with the counts. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = re.compile(r"^\s+--((?:mambac|ssm)-[a-z0-9-]+)\s+-\s+(.*)$")
OPTION = re.compile(r"^\s+--([a-z0-9-]+)(=<[^>]*>)?\s+-\s+(.*)$")
# These look and print, or run; they change nothing.
ONLY_LOOK = {"mambac-print-memory", "mambac-run", "mambac-verify-input"}
# This one begins with an archive; test/tools/mamba-opt/stages.test runs it.
READS_FILES = {"mambac-import-archive"}
NOT_SHOWN = {"func.func", "mambac-verify-input"}  # in the list of what a pipeline runs; mamba-opt adds the latter
LARGEST_PIECE = 110  # lines
TRIES = 6


@dataclass
class Pass:
    """A pass or pipeline that mamba-opt lists."""

    name: str
    summary: str
    is_pipeline: bool
    options: list[str] = field(default_factory=list)


def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a program on a text."""
    return subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True, timeout=120)


def list_passes(mamba_opt: Path) -> list[Pass]:
    """Reads the passes and pipelines of this project off --help."""
    passes: list[Pass] = []
    pipelines = False
    for line in run(mamba_opt, "--help").stdout.splitlines():
        if "Pass Pipelines:" in line:
            pipelines = True
        own = OWN.match(line)
        option = OPTION.match(line)
        if own:
            passes.append(Pass(own[1], own[2], pipelines))
        elif option and passes and line.startswith("        "):
            passes[-1].options.append(f"`{option[1]}`: {option[3]}")
        elif not line.startswith("        "):
            passes.append(Pass("", "", pipelines))  # ends the options of the one before
    return [p for p in passes if p.name]


def read_descriptions() -> dict[str, str]:
    """The descriptions in the .td files, by pass."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("*/**/Passes.td")):
        if "build" in path.relative_to(ROOT).parts:
            continue
        for definition in re.split(r"^def ", path.read_text(), flags=re.MULTILINE)[1:]:
            name = re.search(r"Pass<\"([a-z0-9-]+)\"", definition)
            text = re.search(r"let description = \[\{(.*?)\}\];", definition, re.DOTALL)
            if name and text:
                found[name[1]] = textwrap.dedent(text[1].strip("\n")).strip()
    return found


def pieces_of(path: Path) -> Iterator[str]:
    """The parts of a test, without the comments."""
    for piece in re.split(r"^// -----.*$", path.read_text(), flags=re.MULTILINE):
        lines = [line for line in piece.splitlines() if not re.match(r"^\s*//", line)]
        text = "\n".join(lines).strip("\n") + "\n"
        if "func.func" in text and len(lines) <= LARGEST_PIECE:
            yield text


def candidates(name: str) -> list[tuple[str, list[str], str]]:
    """Pieces of tests that run the pass, with the passes before it and its own options, the smallest first."""
    found = []
    word = re.compile(rf"(?<=\s)(--?{name}(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"']\S*))?)(?=\s|$)")
    for path in sorted((ROOT / "test").rglob("*.mlir")):
        joined = re.sub(r"\\\n\s*//\s*RUN:", " ", path.read_text())
        for command in re.findall(r"//\s*RUN:\s*(?:not )?mamba-opt\s+%s([^|]*)", joined):
            if re.search(rf"--pass-pipeline=\S*[(]{name}(\{{[^}}]*\}})?[)]", command):  # alone in a pipeline
                found += [(text, [], f"--{name}") for text in pieces_of(path)]
                continue
            match = word.search(command)
            if not match:
                continue
            before = re.findall(r"(?<=\s)(--(?:mambac|ssm|linalg|canonicalize|cse)[\w-]*(?:=\S+)?)", command[: match.start(1)])
            found += [(text, before, re.sub(r"[\"']", "", match[1])) for text in pieces_of(path)]
    return sorted(set((t, tuple(b), o) for t, b, o in found), key=lambda c: (len(c[1]), len(c[0])))  # type: ignore


def example(mamba_opt: Path, name: str) -> tuple[str, str, str] | None:
    """A module before and after a pass, and the command; none if no test shows a change."""
    for text, before, option in candidates(name)[: TRIES * 4]:
        start = run(mamba_opt, "--allow-unregistered-dialect", *before, text=text)
        if start.returncode:
            continue
        end = run(mamba_opt, "--allow-unregistered-dialect", *before, option, text=text)
        if end.returncode == 0 and end.stdout != start.stdout:
            return (text if not before else start.stdout), end.stdout, option
    return None


def write_pass(out: list[str], item: Pass, text: str, shown: tuple[str, str, str] | None) -> None:
    """Adds the section of one pass."""
    out += [f"### `--{item.name}`", "", item.summary, ""]
    if text:
        out += [text, ""]
    if item.options:
        out += ["Options:", "", *[f"- {option}" for option in item.options], ""]
    if shown:
        before, after, command = shown
        out += ["An example, as it was run:", "", "```mlir", before.strip("\n"), "```", ""]
        out += [f"`mamba-opt {command}` makes of it", "", "```mlir", after.strip("\n"), "```", ""]


def main() -> int:
    """Writes passes.md beside SSM.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--out", type=Path, help="default: docs in the build folder")
    args = parser.parse_args()
    out_dir = args.out or args.build / "docs"
    out_dir.mkdir(parents=True, exist_ok=True)
    mamba_opt = args.build.resolve() / "bin/mamba-opt"
    passed = failed = 0

    dialect = args.build / "docs/SSM.md"  # written by the target mambac-docs
    descriptions = read_descriptions()
    passes = list_passes(mamba_opt)
    out = ["# Passes and pipelines", "", "Written by `make docs`. Every example was run when this page was written.", ""]
    out += ["## Pipelines", ""]
    for item in (p for p in passes if p.is_pipeline):
        write_pass(out, item, descriptions.get(item.name, ""), None)
        dumped = run(mamba_opt, f"--{item.name}", "--dump-pass-pipeline", text="module {}").stderr
        inside = re.search(r"builtin\.module\(.*\)", dumped.replace("\n", " "))
        if inside:
            names = re.findall(r"(?:^|[(,])\s*([a-z][\w-]*)(?=[{,)])", re.sub(r"\{[^}]*\}", "", inside[0]))
            out += ["It runs " + ", ".join(f"`{n}`" for n in names if n not in NOT_SHOWN) + ".", ""]
    out += ["## Passes", ""]
    for item in (p for p in passes if not p.is_pipeline):
        shown = None if item.name in ONLY_LOOK | READS_FILES else example(mamba_opt, item.name)
        if shown is None and item.name not in ONLY_LOOK | READS_FILES:
            print(f"FAIL docs/{item.name}: no test runs it on a piece of at most {LARGEST_PIECE} lines that it changes")
            failed += 1
        else:
            passed += 1
        write_pass(out, item, descriptions.get(item.name, ""), shown)
    if not passes or not dialect.exists():
        print("FAIL docs: mamba-opt or the dialect's reference has not been built")
        failed += 1
    (out_dir / "passes.md").write_text("\n".join(out))
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
