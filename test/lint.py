#!/usr/bin/env python3
"""Finds tests that test nothing, and style that drifts.

- a FileCheck directive without its colon (`// CHECK func`), or with a space before it;
- a .mlir test without a RUN line, or with one whose output nothing looks at;
- C++ sources above 650 lines, lines above 140 characters, tabs, missing header comments;
- absolute paths of a machine in fixtures' graphs;
- numbered constraints of ssm ops (SSMOps.td) that no test breaks: each needs an expected-error that ends in its number;
- reasons for which raising declines something that no test checks (--reasons lists these alone).

The last line of stdout is JSON with the counts: one test for each file looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_COLON = re.compile(
    r"^\s*(?://|#)\s*([A-Z][A-Z0-9]*-)*CHECK(-(NEXT|SAME|NOT|DAG|LABEL|EMPTY|COUNT-\d+))*(\s+:|\s+\S|$)"
)
CHECKERS = re.compile(
    r"FileCheck|-verify-diagnostics|--verify-roundtrip|\bdiff\b|\bcmp\b|\bnot\b|%run_mlir|\bgrep\b|--verify\b|\bcount\b"
)
MACHINE_PATH = re.compile(rb"/(?:home|root|tmp|usr|work|mnt|opt|Users)/[\w.-]+/")
SOURCE_LINES = 650
LINE_LENGTH = 140


def lint_test(path: Path, text: str) -> Iterator[str]:
    """Checks one lit test."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if WITHOUT_COLON.match(line):
            yield f"{path}:{number}: a CHECK without its colon checks nothing"
    joined = re.sub(r"\\\n\s*(//|#)\s*(RUN:)?", " ", text)
    runs = re.findall(r"^\s*(?://|#)\s*RUN:\s*(.*)$", joined, re.MULTILINE)
    if not runs:
        yield f"{path}: no RUN line"
    for command in runs:
        if (
            not CHECKERS.search(command)
            and "-o " not in command
            and "--output " not in command
            and not command.startswith(("mkdir", "rm", "cp", "%", "split-file"))
        ):
            yield f"{path}: nothing looks at the output of: {command}"


def lint_source(path: Path, text: str) -> Iterator[str]:
    """Checks one C++ source or header."""
    lines = text.splitlines()
    if len(lines) > SOURCE_LINES:
        yield f"{path}: {len(lines)} lines; split files above {SOURCE_LINES} by family"
    if not text.startswith(("//", "/*")):
        yield f"{path}: begins without a comment that says what the file is for"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH:
            yield f"{path}:{number}: {len(line)} characters"
        if "\t" in line:
            yield f"{path}:{number}: a tab"


def lint_archive(path: Path) -> Iterator[str]:
    """Checks one .pt2 archive for the paths of the machine that wrote it."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                for match in set(MACHINE_PATH.findall(archive.read(name))):
                    yield f"{path}: {name} holds {match.decode()}"


def lint_constraints() -> Iterator[str]:
    """Checks that each numbered constraint of each op has its negative test."""
    ir = ROOT / "dialects/SSM/IR"
    number = re.compile(r"^\s*- C(\d+) ", re.MULTILINE)
    wanted = {("", n) for n in number.findall((ir / "SSMDialect.td").read_text())}
    definitions = re.split(r"^def SSM_\w+ : ", (ir / "SSMOps.td").read_text(), flags=re.MULTILINE)[1:]
    for definition in definitions:
        mnemonic = re.match(r"[^\"]*\"(\w+)\"", definition)
        if mnemonic and "let description" in definition:
            wanted |= {(mnemonic[1], n) for n in number.findall(definition)}
    broken: set[tuple[str, str]] = set()
    for path in sorted((ROOT / "test/dialects/SSM/IR").glob("invalid-*.mlir")):
        lines = path.read_text().splitlines()
        for at, line in enumerate(lines):
            match = re.search(r"expected-error *(?:@\+(\d+))?.*\[C(\d+)\]", line)
            if match:
                target = lines[min(at + int(match[1] or 0), len(lines) - 1)]
                op = re.search(r"\bssm\.(\w+)", target)
                broken |= {(op[1] if op else "", match[2]), ("", match[2])}
    for mnemonic, n in sorted(wanted - broken):
        yield f"dialects/SSM/IR: C{n} of {'ssm.' + mnemonic if mnemonic else 'all indexed ops'} has no negative test"


def list_reasons() -> dict[str, str]:
    """The reasons for which raising declines something, and where they stand: string literals of what sets a reason."""
    sets = re.compile(
        r"\b(?:fail|refuse|wrong|decline|remarkDeclined|noteDeclined|StringLiteral \w+)\s*\(|\b(?:reason|why|problem|const char \*k\w+)\s*=(?!=)"
    )
    literal = re.compile(r'"((?:[^"\\]|\\.)*)"')
    found: dict[str, str] = {}
    for path in sorted((ROOT / "lib/Raise").glob("*.*")):
        text = path.read_text()
        for match in sets.finditer(text):
            end, quoted = match.end(), False
            while end < len(text) and (quoted or text[end] != ";"):
                quoted ^= text[end] == '"' and text[end - 1] != "\\"
                end += 1
            for words in literal.findall(text[match.end() : end]):
                # Names of ops are what a reason is about.
                if " " in words.strip() and not words.startswith("ssm."):
                    found.setdefault(words.strip(), f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}")
    return found


def untested_reasons() -> Iterator[str]:
    """Reasons that no test has in a line that is checked."""
    checked = re.compile(r"^\s*(?://|#)\s*(?:[\w-]+:|expected-(?:remark|error))")
    lines: list[str] = []
    for path in (ROOT / "test").rglob("*"):
        if path.suffix in (".mlir", ".test"):
            lines += [line for line in path.read_text().splitlines() if checked.match(line)]
    tested = "\n".join(lines)
    for reason, place in list_reasons().items():
        if reason not in tested:
            yield f'{place}: no test declines with the reason "{reason}"'


def main() -> int:
    """Looks at every file that git knows or would add."""
    if "--reasons" in sys.argv:
        problems = list(untested_reasons())
        print("\n".join(problems))
        print(json.dumps({"passed": len(list_reasons()) - len(problems), "failed": len(problems)}))
        return 0
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    names = listing.stdout.splitlines() if listing.returncode == 0 else []
    if not names:
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and "build" not in p.parts[:-1]]
    passed = failed = 0
    for name in sorted(names):
        path = ROOT / name
        if not path.is_file():
            continue
        relative = Path(name)
        problems: list[str] = []
        if name.startswith("test/") and path.suffix in (".mlir", ".test") and "nputs" not in name:
            problems += lint_test(relative, path.read_text())
        elif path.suffix in (".cpp", ".h", ".c"):
            problems += lint_source(relative, path.read_text())
        elif path.suffix == ".pt2" and relative.parts[0] in ("examples", "test"):
            problems += lint_archive(path)
        else:
            continue
        for problem in problems:
            print(f"FAIL {problem}")
        passed, failed = passed + (not problems), failed + bool(problems)
    problems = list(lint_constraints()) + list(untested_reasons())
    for problem in problems:
        print(f"FAIL {problem}")
    passed, failed = passed + (not problems), failed + bool(problems)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
