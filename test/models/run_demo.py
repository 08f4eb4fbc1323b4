#!/usr/bin/env python3
"""Compiles the demo model to an executable and checks what `make demo` promises.

The logits agree with PyTorch's; the text does not depend on the number of threads, and is the same every time; the
executable needs the C and C++ libraries alone. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run_models import COMPILE_SECONDS, RUN_SECONDS, Failure, run, run_steps  # noqa: E402

DEMO = Path(__file__).resolve().parents[2] / "examples/demo"
LIBRARIES = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1"}
# Of the largest logit: sums in another order round differently; 7.5e-7 was measured.
TOLERANCE = "2e-6"


def check_libraries(program: Path) -> str:
    """Looks at what the dynamic linker loads."""
    listing = run(["ldd", program], RUN_SECONDS)
    names = {Path(word).name for word in re.findall(r"^\s*(\S+)", listing, re.MULTILINE)}
    foreign = {name for name in names - LIBRARIES if not name.startswith("ld-linux")}
    if foreign:
        raise Failure(f"needs {', '.join(sorted(foreign))}")
    return ", ".join(sorted(names & LIBRARIES))


def check_text(program: Path) -> str:
    """Writes the same text several times."""
    command: list[str | Path] = [program, "--generate", "And God said", "--tokens", "60", "--temperature", "0.8"]
    texts = [run([*command, "--seed", "7", "--threads", threads], RUN_SECONDS) for threads in ("1", "2", "3", "1")]
    if len(set(texts)) != 1:
        raise Failure(f"different texts: {texts}")
    if not texts[0].startswith("And God said") or len(texts[0].strip()) < 60:
        raise Failure(f"not a continuation of the prompt: {texts[0]!r}")
    # Going on from the state gives what reading from the beginning gives, or this fails.
    said = run([*command, "--seed", "7", "--recompute"], RUN_SECONDS, stderr=True)
    if not re.search(r"from the beginning for each token: \S+ s, \S+ times as long", said):
        raise Failure(f"nothing about recomputing: {said}")
    return repr(texts[0])


def main() -> int:
    """Runs the checks; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=DEMO.parents[1] / "build")
    args = parser.parse_args()
    work = args.build / "test/models"
    work.mkdir(parents=True, exist_ok=True)
    program = work / "kjv"
    program.unlink(missing_ok=True)
    positions = ["--symbol", "s2=203"]  # the logits of all positions of the prompt, not of the last one alone
    compare = ["--input", f"0={DEMO}/prompt.npy", *positions]
    compare += ["--compare", f"0={DEMO}/logits.npy", "--tolerance", TOLERANCE]
    steps: list[tuple[str, Callable[[], str]]] = [
        ("compile", lambda: run([args.build / "bin/mambac", DEMO / "kjv.pt2", "-o", program], COMPILE_SECONDS)),
        ("logits", lambda: run([program, *compare], RUN_SECONDS).strip()),
        ("text", lambda: check_text(program)),
        ("libraries", lambda: check_libraries(program)),
    ]
    passed, failed = run_steps("demo", steps)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
