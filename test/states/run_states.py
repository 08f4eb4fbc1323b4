#!/usr/bin/env python3
"""Checks that models with a state go on from it as if they had read everything at once.

For each fixture of this folder: its archive is compiled with --verify; the entries prefill and step share one set of
weights; results of the whole text are held to PyTorch's by docs/numerics.md's rule; and each case is run in pieces,
whose lengths are drawn, token by token, and by calls of sessions that are drawn (properties.py). Pieces are held to the same
rule, and, in single precision, to the whole text: 1e-5 of the largest result, where 1e-6 was measured; without the recurrent
state it is 0.1. Saved states that are damaged, or of another model, are refused.
Results are the same, bit by bit, on any number of threads. Needs the standard library alone; make_states.py writes the
fixtures.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import random
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
import npy  # noqa: E402
from run_models import COMPILE_SECONDS, RUN_SECONDS, ULP, Errors, Failure, run, run_steps  # noqa: E402
from properties import Player  # noqa: E402
from session import BAD_STATE, Model, Refused, Session  # noqa: E402

WHOLE = 1e-5
CHUNK = 16  # tokens that run at once: texts have up to three chunks and a bit
ROUNDS = 60  # of calls that are drawn
OTHERS: list[bytes] = []  # saved states of the fixtures before
CAPACITY = 64  # tokens that a text has room for where layers attend; no case is longer


class Product:
    """A compiled model: what its listing says, and sessions of it."""

    def __init__(self, mamba_run: Path, path: Path) -> None:
        self.path = path
        listing = run([mamba_run, path, "--list"], RUN_SECONDS)
        self.weights = int(re.findall(r"(\d+) bytes of weights", listing)[0])
        self.entries = re.findall(r"^entry (\w+)", listing, re.MULTILINE)
        body = listing.split("entry prefill\n")[1].split("entry ")[0]
        # Name and number of each state, which is read as an input, and written.
        self.states = re.findall(r"input \d+: (\S+) .*, state (\d+)", body)
        self.models: dict[int, Model] = {}

    def session(self, batch: int, threads: int = 2) -> Session:
        """A session for so many texts."""
        if threads not in self.models:
            self.models[threads] = Model(self.path, threads)
        return Session(self.models[threads], batch, CAPACITY)


class Text:
    """The input of a case, and its results by row and position."""

    def __init__(self, fixture: Path, case: int) -> None:
        self.shape, self.values = npy.read(fixture / f"case{case}.in.npy")
        self.reference = npy.read(fixture / f"case{case}.out.npy")[1]
        self.exact = npy.read(fixture / f"case{case}.y64.npy")[1]
        self.batch, self.length = self.shape[:2]
        self.width = math.prod(self.shape[2:])
        self.out = len(self.exact) // (self.batch * self.length)

    def part(self, row: int, begin: int, end: int) -> Sequence[float]:
        """Tokens begin to end of a row."""
        first = row * self.length * self.width
        return self.values[first + begin * self.width : first + end * self.width]

    def results(self, of: Sequence[float], row: int, begin: int, end: int) -> Sequence[float]:
        """Those of positions begin to end of a row."""
        first = row * self.length * self.out
        return of[first + begin * self.out : first + end * self.out]


def run_in_pieces(product: Product, text: Text, lengths: Sequence[int], threads: int = 2) -> list[float]:
    """The results of a text that is run in pieces of these lengths."""
    session = product.session(text.batch, threads)
    slots = [session.add() for _ in range(text.batch)]
    rows: list[list[float]] = [[] for _ in slots]
    begin = 0
    for length in lengths:
        values = [value for row in slots for value in text.part(row, begin, begin + length)]
        part = session.prefill(slots, values, length, step=length == 1)
        for row in slots:
            rows[row] += part[row * length * text.out : (row + 1) * length * text.out]
        begin += length
    session.close()
    return [value for row in rows for value in row]


def draw(generator: random.Random, length: int) -> list[int]:
    """Lengths that add up to `length`; short and long ones are as likely."""
    lengths = []
    while length:
        lengths.append(generator.randint(1, min(length, generator.choice((1, 4, 20, length)))))
        length -= lengths[-1]
    return lengths


def check_rule(meta: dict[str, Any], texts: list[Text], results: list[list[float]]) -> str:
    """docs/numerics.md's rule, over all cases."""
    ours, theirs = Errors(), Errors()
    for text, result in zip(texts, results, strict=True):
        ours.add(result, text.exact)
        theirs.add(text.reference, text.exact)
    ulp = ULP[meta["dtype"]]
    for what, error, reference in (("max", ours.largest, theirs.largest), ("rms", ours.rms, theirs.rms)):
        if not error <= 2 * reference + ulp:
            raise Failure(f"{what} error {error:.2e}, limit {2 * reference + ulp:.2e} (PyTorch {reference:.2e})")
    return f"max {ours.largest:.1e} (PyTorch {theirs.largest:.1e}), rms {ours.rms:.1e} ({theirs.rms:.1e})"


def check_fixture(fixture: Path, build: Path, work: Path, seed: int) -> tuple[int, int]:
    """Runs the tests of one fixture and returns how many passed and failed."""
    meta = json.loads((fixture / "meta.json").read_text())
    path = work / f"{fixture.name}.so"
    path.unlink(missing_ok=True)
    texts = [Text(fixture, i) for i in range(len(meta["cases"]))]
    products: list[Product] = []
    wholes: list[list[float]] = []

    def compile_product() -> str:
        command = [build / "bin/mambac", fixture / "model.pt2", "-o", path, "--quiet", "--verify", f"--chunk={CHUNK}"]
        said = run(command, COMPILE_SECONDS, stderr=True)
        kept = re.findall(r"stage (\w+) keeps all \d+ results of (\d+) runs", said)
        if [stage for stage, _ in kept] != ["raise", "schedule", "cpu"] or any(int(runs) < 6 for _, runs in kept):
            raise Failure(f"--verify did not check all stages of both entries:\n{said}")
        products.append(Product(build / "bin/mamba-run", path))
        if products[0].entries != ["prefill", "step"]:
            raise Failure(f"its entries are {products[0].entries}")
        numbers = [int(number) for _, number in products[0].states]
        if not numbers or numbers != list(range(len(numbers))):
            raise Failure(f"its states are {products[0].states}")
        return f"{len(products[0].states)} states, {products[0].weights} bytes of weights"

    def check_weights() -> str:
        """Both entries read one set of packed weights: it is as large as that of the prefill alone."""
        mambac = build / "bin/mambac"
        module = run([mambac, fixture / "model.pt2", "--emit=imported", "-o", "-"], COMPILE_SECONDS)
        alone = work / f"{fixture.name}.prefill.mlir"
        alone.write_text(re.sub(r"^  func.func @step\(.*?^  }[^\n]*\n", "", module, flags=re.MULTILINE | re.DOTALL))
        sizes = []
        for source in (fixture / "model.pt2", alone):
            scheduled = run([mambac, source, "--emit=scheduled", "-o", "-"], COMPILE_SECONDS)
            sizes += re.findall(r"mambac.weights_bytes = (\d+)", scheduled)
        if len(sizes) != 2 or int(sizes[0]) != int(sizes[1]) + meta["step_weights"] or int(sizes[0]) != products[0].weights:
            raise Failure(f"bytes of weights of both entries and of prefill alone: {sizes}")
        return f"{sizes[0]} bytes of weights for both entries"

    def check_entry() -> str:
        """The entry prefill alone, by mamba-run: three chunks and a bit, in the scratch memory of one whatever the length."""
        text, case = max(((text, i) for i, text in enumerate(texts)), key=lambda pair: pair[0].length)
        selected, out = work / "selected.npy", work / "entry.npy"
        npy.write(selected, (text.batch, text.length), list(range(text.length)) * text.batch)
        command: list[str | Path] = [build / "bin/mamba-run", path, "--entry", "prefill"]
        listing = run([*command, "--list"], RUN_SECONDS)
        (length,) = re.findall(r"size (\w+): .* the length of the text", listing)
        for capacity in re.findall(r"\w+, (\w+), \d+\), state \d+, key$", listing, re.MULTILINE)[:1]:
            command += ["--symbol", f"{capacity}={CAPACITY}"]
        scratch = [
            re.findall(r"scratch: (\d+)", run([*command, "--list", "--symbol", f"{length}={n}"], RUN_SECONDS))[0]
            for n in (CHUNK, 10 * CHUNK, 1 << 20)
        ]
        if len(set(scratch)) != 1:
            raise Failure(f"scratch of {CHUNK}, {10 * CHUNK} and 2^20 tokens: {scratch}")
        inputs = ["--input", f"0={fixture}/case{case}.in.npy", "--input", f"logits_at={selected}"]
        run([*command, *inputs, "--output", f"0={out}"], RUN_SECONDS)
        result, whole = npy.read(out)[1], wholes[case]
        worst = max(abs(a - b) for a, b in zip(result, whole, strict=True)) / max(map(abs, whole))
        if not worst <= (WHOLE if meta["dtype"] == "float32" else 4 * ULP[meta["dtype"]]):
            raise Failure(f"{worst:.2e} of the largest result from what a session gives")
        return f"{worst:.1e} from the session; {scratch[0]} bytes of scratch"

    def check_whole() -> str:
        wholes.extend(run_in_pieces(products[0], text, [text.length]) for text in texts)
        return check_rule(meta, texts, wholes)

    def compare(lengths: Callable[[Text], list[int]]) -> str:
        results = [run_in_pieces(products[0], text, lengths(text)) for text in texts]
        note = check_rule(meta, texts, results)
        worst = max(
            max(abs(a - b) for a, b in zip(result, whole, strict=True)) / max(map(abs, whole))
            for result, whole in zip(results, wholes, strict=True)
        )
        if meta["dtype"] == "float32" and not worst <= WHOLE:
            raise Failure(f"pieces differ from the whole by {worst:.2e} of the largest result, limit {WHOLE:.0e}")
        return f"{worst:.1e} from the whole; {note}"

    def check_sessions(draw: int) -> str:
        """Each result against the whole text's, and all of them against the rule."""
        session = products[0].session(4)
        player = Player(session, texts, random.Random(f"{fixture.name} {seed} {draw}"))
        theirs = Errors()
        for text in texts:
            theirs.add(text.reference, text.exact)
        try:
            player.play(ROUNDS)
        except Refused as error:
            raise Failure(f"{error}, behind\n" + "\n".join(player.said)) from None
        worst = largest = squares = 0.0
        count = 0
        for case, row, position, numbers in player.results:
            text = texts[case]
            whole = text.results(wholes[case], row, position, position + 1)
            exact = text.results(text.exact, row, position, position + 1)
            scale, exact_scale = max(map(abs, wholes[case])), max(map(abs, text.exact))
            for number, other, y64 in zip(numbers, whole, exact, strict=True):
                worst = max(worst, abs(number - other) / scale) if number == number else math.inf
                error = abs(number - y64) / exact_scale
                largest, squares, count = max(largest, error), squares + error * error, count + 1
        if meta["dtype"] == "float32" and not worst <= WHOLE:
            said = "\n".join(player.said)
            raise Failure(f"{worst:.2e} of the largest result from the whole, limit {WHOLE:.0e}; behind\n{said}")
        ulp, rms = ULP[meta["dtype"]], math.sqrt(squares / count)
        if not (largest <= 2 * theirs.largest + ulp and rms <= 2 * theirs.rms + ulp):
            raise Failure(f"max {largest:.1e} (PyTorch {theirs.largest:.1e}), rms {rms:.1e} ({theirs.rms:.1e})")
        session.close()
        calls = len(player.said)
        return f"{calls} calls, {count} results, {worst:.1e} from the whole; max {largest:.1e}, rms {rms:.1e}"

    def check_saved() -> str:
        """A saved state with a byte changed, or cut, or of another model is refused; the text goes on."""
        session = products[0].session(2)
        slot, other = session.add(), session.add()
        text = texts[0]
        session.prefill([slot], text.part(0, 0, text.length), text.length)
        saved = session.save(slot)
        damaged = [saved[:i] + bytes([saved[i] ^ 1 << i % 8]) + saved[i + 1 :] for i in range(len(saved))]
        damaged += [saved[:-1], saved[: len(saved) // 2], saved[:7], b"", saved + b"\0", *OTHERS]
        for bytes_ in damaged:
            try:
                session.load(slot, bytes_)
            except Refused as error:
                if error.status != BAD_STATE:
                    raise Failure(f"status {error.status}: {error}") from None
            else:
                raise Failure(f"{len(bytes_)} bytes were taken")
        if session.save(slot) != saved:
            raise Failure("the text changed")
        session.load(other, saved)
        if session.save(other) != saved or session.length(other) != text.length:
            raise Failure("what was loaded is not what was saved")
        session.close()
        OTHERS.append(saved)
        return f"{len(damaged)} refused; {len(saved)} bytes"

    def check_threads() -> str:
        text = texts[3]
        pieces = [20, 1, text.length - 21]
        results = [run_in_pieces(products[0], text, pieces, threads) for threads in (1, 2, 3, 5)]
        if any(result != results[0] for result in results):
            raise Failure(f"results differ between numbers of threads, in pieces of {pieces}")
        return f"{len(results[0])} results alike on 1, 2, 3 and 5 threads"

    generator = random.Random(f"{fixture.name} {seed}")
    return run_steps(
        f"states/{fixture.name}",
        [
            ("compile", compile_product),
            ("weights", check_weights),
            ("whole", check_whole),
            ("entry", check_entry),
            *((f"seed {seed}, draw {i}", lambda: compare(lambda text: draw(generator, text.length))) for i in range(3)),
            *((f"seed {seed}, sessions {i}", functools.partial(check_sessions, i)) for i in range(4)),
            ("saved", check_saved),
            ("tokens", lambda: compare(lambda text: [1] * text.length)),
            ("threads", check_threads),
        ],
    )


def main() -> int:
    """Runs the fixtures; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--seed", type=int, default=1, help="of the lengths of pieces")
    args = parser.parse_args()
    work = args.build / "test/states"
    work.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    for description in sorted(HERE.glob("*/meta.json")):
        if not args.only or description.parent.name in args.only:
            good, bad = check_fixture(description.parent, args.build, work, args.seed)
            passed, failed = passed + good, failed + bad
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
