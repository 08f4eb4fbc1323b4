#!/usr/bin/env python3
"""Writes texts with the demo model, and checks what --generate, --chat and --perplexity promise.

The same seed gives the same text on any number of threads; a batch writes what its texts write alone; a text that was
stopped, stored, or taken back goes on as if nothing had happened; perplexity is that of the logits that PyTorch recorded;
and what is wrong is said, in a chat without ending it. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
import npy  # noqa: E402
from run_models import COMPILE_SECONDS, RUN_SECONDS, Failure, run, run_steps  # noqa: E402

DEMO = HERE.parents[1] / "examples/demo"
SPEED = r"prefill \d+ tokens in \S+ s: \S+ tokens/s; decode \d+ tokens in \S+ s: \S+ tokens/s; \d+ threads\n"


def expect(name: str, got: object, wanted: object) -> None:
    """Fails if two things differ."""
    if got != wanted:
        raise Failure(f"{name}: {got!r} instead of {wanted!r}")


class Texts:
    """The checks, each of which runs the program some times."""

    def __init__(self, program: list[str | Path], work: Path) -> None:
        self.program, self.work = program, work

    def write(self, *flags: str | Path) -> str:
        """The text that the program writes."""
        return run([*self.program, *flags], RUN_SECONDS)

    def tell(self, lines: str | bytes, *flags: str | Path) -> tuple[str, str]:
        """A chat: what the program says and complains about."""
        text = lines.encode() if isinstance(lines, str) else lines
        command = [str(word) for word in [*self.program, "--chat", "--temperature", "0", *flags]]
        done = subprocess.run(command, input=text, capture_output=True, timeout=RUN_SECONDS)
        if done.returncode:
            raise Failure(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode(), re.sub(SPEED, "", done.stderr.decode())

    def refuse(self, words: str, *flags: str | Path | bytes) -> None:
        """A command line that ends with exit code 1 and one message with these words."""
        command = [word if isinstance(word, bytes) else str(word) for word in [*self.program, *flags]]
        done = subprocess.run(command, capture_output=True, timeout=RUN_SECONDS)
        said = done.stderr.decode()
        if done.returncode != 1 or not said.startswith("error: ") or said.count("\n") != 1 or words not in said:
            raise Failure(f"{flags}: exit code {done.returncode}, {said!r} without {words!r}")

    def threads(self) -> str:
        """Draws by every rule, on several numbers of threads."""
        flags = ["--generate", "And it came", "--tokens", "80", "--top-k", "40", "--top-p", "0.95"]
        flags += ["--repetition-penalty", "1.1", "--temperature", "0.9"]
        texts = [self.write(*flags, "--seed", "5", "--threads", threads) for threads in ("1", "2", "3", "5")]
        expect("texts", len(set(texts)), 1)
        if self.write(*flags, "--seed", "6") == texts[0]:
            raise Failure(f"two seeds give {texts[0]!r}")
        said = run([*self.program, *flags], RUN_SECONDS, stderr=True)
        if not re.fullmatch(SPEED, said):
            raise Failure(f"speed: {said!r}")
        return repr(texts[0])

    def levels(self) -> str:
        """The same text by the code of every instruction set that the machine has."""
        levels = re.findall(r"x86-64-\S+|aarch64\S*", self.write("--list").split("\n")[1].replace(",", " "))
        used = levels[re.sub(r" \(in use\).*", "", self.write("--list").split("\n")[1]).count(",") :]
        flags = ["--generate", "And the", "--tokens", "300", "--temperature", "0.8", "--top-p", "0.95", "--seed", "2"]
        # Logits differ by 1e-6 of their range: two tokens that are as close may change places, which seed 2 does not meet.
        texts = {self.write(*flags, "--cpu", level) for level in used}
        expect("texts", len(texts), 1)
        return " ".join(used)

    def batch(self) -> str:
        """Texts of a batch, which end at different places, and alone."""
        prompts = ["In the beginning", "And God said", "Moses", "the king of Israel"]
        common = ["--tokens", "70", "--temperature", "0", "--stop", ","]
        alone = [self.write("--generate", prompt, *common) for prompt in prompts]
        together = self.write(*[word for prompt in prompts for word in ("--generate", prompt)], *common)
        expect("batch", together, "".join(f"== {i + 1}\n{text}" for i, text in enumerate(alone)))
        lengths = {len(text) for text in alone}
        if len(lengths) < 3:
            raise Failure(f"the texts end together: {alone}")
        return f"{len(alone)} texts of {sorted(lengths)} bytes"

    def stops(self) -> str:
        """Stop strings, one of them across tokens."""
        whole = self.write("--generate", "And the", "--tokens", "60", "--temperature", "0")
        stop = whole[20:25]
        cut = self.write("--generate", "And the", "--tokens", "60", "--temperature", "0", "--stop", stop, "--stop", "@")
        expect("stopped text", cut, whole[: whole.index(stop, 7)] + "\n")
        return repr(cut)

    def states(self) -> str:
        """A state that is stored and goes on."""
        stored = self.work / "state.bin"
        greedy = ["--temperature", "0", "--tokens", "20"]
        first = self.write("--generate", "And Moses", *greedy, "--save-state", stored)[:-1]
        second = self.write("--generate", " And", *greedy, "--load-state", stored)
        expect("second half", first + second, self.write("--generate", first + " And", *greedy))
        data = stored.read_bytes()
        stored.write_bytes(data[:-1])
        self.refuse("", "--generate", "a", "--load-state", stored)
        stored.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        self.refuse("", "--generate", "a", "--load-state", stored)
        return f"{len(data)} bytes"

    def chat(self) -> str:
        """Turns that are taken back, begun anew, stored; lines that are wrong."""
        stored = self.work / "chat.bin"
        script = f"Moses said\nOther\n/undo\nto him\n/history\n/reset\nMoses said\n/save {stored}\n/reset\n/load {stored}\nto him\n"
        said, complaints = self.tell(script, "--tokens", "30", "--stop", "\n")
        one, _ = self.tell("Moses said\nto him\n", "--tokens", "30", "--stop", "\n")
        first, second = one[:-1].split("\n")
        other, _ = self.tell("Moses said\nOther\n", "--tokens", "30", "--stop", "\n")
        wanted = [*other[:-1].split("\n"), second, f"> Moses said\n{first}\n> to him\n{second}", first, second]
        expect("script", said, "\n".join(wanted) + "\n")
        expect("complaints", complaints, "")
        wrong = b"\xff\xfe\n/nothing\n/load /no/such/file\n/save\n/undo\n\n/load " + str(self.program[0]).encode() + b"\nMoses said\n"
        said, complaints = self.tell(wrong, "--tokens", "30", "--stop", "\n")
        expect("after wrong lines", said, first + "\n")
        for words in ("not UTF-8", "no command /nothing", "cannot read /no/such/file", "/save needs a file", "no turn to take back"):
            if words not in complaints:
                raise Failure(f"nothing about {words!r}: {complaints!r}")
        expect("complaints", complaints.count("error: "), 6)
        return repr(one)

    def perplexity(self) -> str:
        """The figure from PyTorch's logits of a text."""
        (_, length), ids = npy.read(DEMO / "prompt.npy")
        shape, logits = npy.read(DEMO / "logits.npy")
        text = self.work / "prompt.txt"
        text.write_bytes(bytes(int(i) for i in ids))
        width = shape[-1]
        expect("positions", shape[-2], length)
        total = 0.0
        for at in range(length - 1):
            row = logits[at * width : (at + 1) * width]
            largest = max(row)
            total += math.log(sum(math.exp(x - largest) for x in row)) + largest - row[int(ids[at + 1])]
        wanted = math.exp(total / (length - 1))
        said = self.write("--perplexity", text)
        got = float(said.split("perplexity ")[1])
        # Sums of 202 terms of logits that differ by 1.6e-5 at most.
        if abs(got / wanted - 1) > 1e-5:
            raise Failure(f"{got} instead of {wanted}")
        self.refuse("at least two tokens", "--perplexity", "/dev/null")
        return said.strip()

    def wrong(self) -> str:
        """What is refused."""
        self.refuse("at least one byte", "--generate", "")
        self.refuse("not UTF-8: byte 1", "--generate", b"a\xff")
        self.refuse("prompt 2: the text is not UTF-8", "--generate", "a", "--generate", b"\xc3")
        self.refuse("prompt 2 is empty", "--generate", "a", "--generate", "")
        self.refuse("requires --generate", "--top-k", "3")
        self.refuse("exclude each other", "--generate", "a", "--chat")
        self.refuse("cannot read", "--prompt-file", self.work / "nothing.txt")
        self.refuse("it is a folder", "--perplexity", self.work)
        return "8 command lines"


def run_checks(description: str, name: str, make: Callable[[Path, Path], list[tuple[str, Callable[[], str]]]]) -> int:
    """Runs the checks that `make` makes of build and work folder; the last line of stdout is JSON with the counts."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build")
    build = parser.parse_args().build.resolve()
    work = build / "test/generate"
    work.mkdir(parents=True, exist_ok=True)
    passed, failed = run_steps(name, make(build, work))
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


def checks(build: Path, work: Path) -> list[tuple[str, Callable[[], str]]]:
    """The demo's program is made by the first of them."""
    program = work / "kjv"
    program.unlink(missing_ok=True)
    texts = Texts([program], work)
    return [
        ("compile", lambda: run([build / "bin/mambac", DEMO / "kjv.pt2", "-o", program, "--cpu=portable"], COMPILE_SECONDS)),
        ("threads", texts.threads),
        ("levels", texts.levels),
        ("batch", texts.batch),
        ("stops", texts.stops),
        ("states", texts.states),
        ("chat", texts.chat),
        ("perplexity", texts.perplexity),
        ("wrong", texts.wrong),
    ]


if __name__ == "__main__":
    sys.exit(run_checks(__doc__ or "", "generate", checks))
