#!/usr/bin/env python3
"""Long texts of the demo's model: a million steps, and a million tokens at once, in the memory of few. For `make long`.

Each measurement is a process of its own, whose most resident memory (VmHWM) is compared:

- a million steps against ten thousand: at most 1 MiB more;
- a text of a million tokens, read by one call, against one of 65,536: at most 1 MiB more beside the ids themselves; and its last
  results are those of the same text read in two calls.

Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from array import array
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
sys.path.insert(0, str(HERE))
from run_models import COMPILE_SECONDS, Failure, run, run_steps  # noqa: E402
from session import Model, Session  # noqa: E402

MIB = 1 << 20
SHORT_STEPS, STEPS = 10_000, 1_000_000
SHORT_TEXT, TEXT = 1 << 16, 1 << 20
HOUR = 3600


def peak() -> int:
    """The most bytes that were resident."""
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(status.split()[0]) * 1024


def steps(session: Session, count: int) -> dict[str, float]:
    """So many steps; the next token is the likeliest, but now and then another one, so that the text does not go round."""
    slot, generator, token = session.add(), random.Random(1), 32
    begin = time.monotonic()
    for _ in range(count):
        logits = session.prefill([slot], [token], 1, step=True)
        token = generator.randrange(97, 123) if generator.random() < 0.2 else max(range(256), key=logits.__getitem__)
    seconds = time.monotonic() - begin
    return {"peak": peak(), "seconds": seconds, "last": max(map(abs, logits)), "length": session.length(slot)}


def text(session: Session, count: int, cut: int) -> dict[str, object]:
    """A text of so many tokens, in one call, or in two."""
    slot, generator = session.add(), random.Random(2)
    ids = array("q", (generator.randrange(97, 123) for _ in range(1024))) * (count // 1024)
    begin = time.monotonic()
    for first, last in ((0, cut), (cut, count)):
        if first < last:
            logits = session.prefill([slot], ids[first:last] if cut else ids, last - first, every=False)
    seconds = time.monotonic() - begin
    return {"peak": peak(), "seconds": seconds, "logits": list(logits), "length": session.length(slot)}


def measure(product: Path, what: str, count: int, cut: int = 0) -> dict[str, float]:
    """Does it in a process of its own."""
    command = [sys.executable, __file__, "--child", what, "--product", product, "--count", count, "--cut", cut]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=HOUR)
    if done.returncode:
        raise Failure(done.stderr)
    result: dict[str, float] = json.loads(done.stdout)
    if result["length"] != count:
        raise Failure(f"the text has {result['length']} tokens, not {count}")
    return result


def check_steps(product: Path, most: int) -> str:
    """Memory does not grow."""
    few, many = (measure(product, "steps", count) for count in (SHORT_STEPS, most))
    rate = most / many["seconds"]
    note = f"{few['peak'] / MIB:.1f} and {many['peak'] / MIB:.1f} MiB for {SHORT_STEPS} and {most} steps, {rate:.0f}/s"
    if many["peak"] > few["peak"] + MIB or not many["last"] < 1e6:
        raise Failure(note)
    return note


def check_text(product: Path) -> str:
    """Neither does that of a longer text, but for its ids; and it is the same in two pieces."""
    few, many = (measure(product, "text", count) for count in (SHORT_TEXT, TEXT))
    ids = 8 * (TEXT - SHORT_TEXT)
    rate = TEXT / many["seconds"]
    sizes = f"{few['peak'] / MIB:.1f} and {many['peak'] / MIB:.1f} MiB"
    note = f"{sizes} for {SHORT_TEXT} and {TEXT} tokens, of which {ids / MIB:.1f} MiB are ids; {rate:.0f}/s"
    if many["peak"] - ids > few["peak"] + MIB:
        raise Failure(note)
    halves = measure(product, "text", TEXT, cut=300_001)
    pairs = zip(many["logits"], halves["logits"], strict=True)  # type: ignore[arg-type]
    worst = max(abs(a - b) for a, b in pairs) / max(map(abs, many["logits"]))  # type: ignore[arg-type]
    if not worst <= 1e-5:
        raise Failure(f"{worst:.1e} of the largest result between one call and two")
    return f"{note}; {worst:.1e} from the same in two calls"


def main() -> int:
    """Runs both; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--steps", type=int, default=STEPS, help="how many")
    parser.add_argument("--child", choices=("steps", "text"), help=argparse.SUPPRESS)
    parser.add_argument("--product", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cut", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        session = Session(Model(args.product, threads=0))
        result = steps(session, args.count) if args.child == "steps" else text(session, args.count, args.cut)
        print(json.dumps(result))
        return 0
    product = args.build / "test/states/kjv.so"
    product.parent.mkdir(parents=True, exist_ok=True)
    run([args.build / "bin/mambac", HERE.parents[1] / "examples/demo/kjv.pt2", "-o", product, "--quiet"], COMPILE_SECONDS)
    checks = [("steps", lambda: check_steps(product, args.steps)), ("text", lambda: check_text(product))]
    passed, failed = run_steps("long", checks)
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
