#!/usr/bin/env python3
"""Gives a small hybrid of test/states a tokenizer, and checks the text that its executable writes.

The model's weights are drawn at random, so the text means nothing; it has to be that of the ids which the C interface
gives (test/states/session.py), decoded here. The tokenizer is byte-level, of 43 tokens, as the model's vocabulary. Also: a
text that reaches its capacity, a chat by a template, tokenizers that do not fit. Needs the standard library alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
sys.path.insert(0, str(HERE.parent / "states"))
from run_generate import Texts, expect, run_checks  # noqa: E402
from run_models import COMPILE_SECONDS, Failure, run  # noqa: E402
from session import Model, Session  # noqa: E402

FIXTURE = HERE.parent / "states/jamba/model.pt2"
SMALL = HERE.parent / "states/mamba/model.pt2"
SPECIAL = ["<unk>", "<s>", "</s>"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz", "Ġ", ".", "Ċ"]
MERGES = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("i", "n"), ("e", "r"), ("a", "n"), ("an", "d"), ("Ġ", "and"), ("o", "n"), ("Ġ", "a"), ("c", "Ċ")]
TOKENS = [*SPECIAL, *LETTERS, *(a + b for a, b in MERGES)]
CHAT = {"begin": "<s>hi ", "reply": "\n", "next": "</s>\n", "system": ["<s>sys ", "\n"]}


def make_tokenizer() -> dict[str, Any]:
    """What tokenizer.json would hold."""
    added = [{"id": i, "content": token, "special": True, "normalized": False} for i, token in enumerate(SPECIAL)]
    return {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(TOKENS)}, "merges": [list(pair) for pair in MERGES]},
    }


def decode(ids: list[int]) -> str:
    """The text of ids, without special tokens."""
    text = "".join(TOKENS[i] for i in ids if i >= len(SPECIAL))
    return text.replace("Ġ", " ").replace("Ċ", "\n")


def write_archive(fixture: Path, path: Path, tokenizer: dict[str, Any], **contract: Any) -> None:
    """A fixture with a tokenizer, and with more in its contract."""
    with zipfile.ZipFile(fixture) as source, zipfile.ZipFile(path, "w") as archive:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.endswith("extra/mambac.json"):
                data = json.dumps({**json.loads(data), **contract}).encode()
                prefix = info.filename[: -len("mambac.json")]
            archive.writestr(info.filename, data)
        archive.writestr(prefix + "tokenizer.json", json.dumps(tokenizer))
        archive.writestr(prefix + "tokenizer_config.json", json.dumps({"bos_token": "<s>", "eos_token": "</s>"}))


class Tokens(Texts):
    """The checks."""

    def __init__(self, build: Path, work: Path) -> None:
        self.mambac = build / "bin/mambac"
        self.library = work / "jamba.so"
        self.runner = build / "bin/mamba-run"
        super().__init__([self.runner, self.library], work)

    def compile(self) -> str:
        """The model with its tokenizer."""
        write_archive(FIXTURE, self.work / "jamba.pt2", make_tokenizer(), chat=CHAT, eos=[2, TOKENS.index("c")])
        self.library.unlink(missing_ok=True)
        return run([self.mambac, self.work / "jamba.pt2", "-o", self.library], COMPILE_SECONDS)

    def ids(self, prompt: list[int], count: int) -> list[int]:
        """The likeliest ids behind a prompt."""
        model = Model(self.library)
        session = Session(model, 1, 256)
        slot = session.add()
        logits = session.prefill([slot], prompt, len(prompt), every=False)
        found: list[int] = []
        for _ in range(count):
            found.append(max(range(len(logits)), key=lambda i: (logits[i], -i)))
            logits = session.prefill([slot], found[-1:], 1, every=False, step=True)
        session.close()
        model.close()
        return found

    def text(self) -> str:
        """Greedy text of several prompts, which are encoded as the tokenizer says."""
        index = {token: i for i, token in enumerate(TOKENS)}
        prompts = {
            "the sand": [1, index["the"], index["Ġ"], index["s"], index["and"]],
            "in the\n": [1, index["in"], index["Ġthe"], index["Ċ"]],
            "</s>on": [1, 2, index["on"]],
        }
        for prompt, ids in prompts.items():
            said = self.write("--generate", prompt, "--tokens", "40", "--temperature", "0", "--ignore-eos")
            expect(f"text behind {prompt!r}", said, prompt + decode(self.ids(ids, 40)) + "\n")
        return repr(said)

    def ends(self) -> str:
        """A text that a token ends."""
        ids = self.ids([1, TOKENS.index("the")], 40)
        ends = [at for at, token in enumerate(ids) if token in (2, TOKENS.index("c"))]
        said = self.write("--generate", "the", "--tokens", "40", "--temperature", "0")
        expect("ended text", said, "the" + decode(ids[: ends[0]]) + "\n")
        return repr(said)

    def chat(self) -> str:
        """Turns by the template, against ids put together here."""
        index = {token: i for i, token in enumerate(TOKENS)}
        spell = {**index, " ": index["Ġ"], "\n": index["Ċ"]}
        said, complaints = self.tell("x\ny\n", "--tokens", "8", "--ignore-eos")
        expect("complaints", complaints, "")
        first = [1, spell["h"], spell["i"], spell[" "], spell["x"], spell["\n"]]
        answer = self.ids(first, 8)
        second = self.ids([*first, *answer, 2, spell["\n"], spell["y"], spell["\n"]], 8)
        expect("answers", said, decode(answer) + "\n" + decode(second) + "\n")
        told, _ = self.tell("x\n", "--tokens", "8", "--ignore-eos", "--system", "q")
        system = self.ids([1, *(spell[c] for c in "sys q\nx\n")], 8)
        expect("answer with a system's words", told, decode(system) + "\n")
        return repr(said)

    def capacity(self) -> str:
        """Texts that have no room."""
        flags = ["--tokens", "40", "--temperature", "0", "--ignore-eos", "--capacity", "12"]
        done = subprocess.run([*self.program, "--generate", "the", *flags], capture_output=True, text=True, timeout=60)
        whole = self.write("--generate", "the", *flags[:-2])
        if done.returncode != 1 or not whole.startswith(done.stdout[:-1]) or len(done.stdout) < 12:
            raise Failure(f"exit code {done.returncode}, {done.stdout!r} of {whole!r}")
        if not re.search(r"error: a text ended early: .*12", done.stderr):
            raise Failure(f"nothing about the capacity: {done.stderr!r}")
        self.refuse("12", "--generate", "xyzxyzxyzxyzxyz", *flags)
        # The first line has no room at all, the fourth none behind two turns; what was there before goes on.
        script = "xyzxyzxyzxyz\nx\ny\nx\n/undo\ny\n/reset\nx\n"
        said, complaints = self.tell(script, "--tokens", "3", "--capacity", "16", "--ignore-eos")
        expect("complaints", complaints.count("error: "), 2)
        first, _ = self.tell("x\n", "--tokens", "3", "--ignore-eos")
        both, _ = self.tell("x\ny\n", "--tokens", "3", "--ignore-eos")
        expect("answers", said, both + both[len(first) :] + first)
        return complaints.strip()

    def perplexity(self) -> str:
        """A file with an unknown character: it is dropped, as there is no unk_token."""
        path = self.work / "text.txt"
        path.write_text("the sand in the land\n")
        return self.write("--perplexity", path).strip()

    def wrong(self) -> str:
        """Tokenizers that do not fit, or cannot be read: refused while compiling, with nothing written."""
        larger = make_tokenizer()
        larger["added_tokens"].append({"id": len(TOKENS), "content": "<more>", "special": True})
        unknown = make_tokenizer()
        unknown["model"]["type"] = "WordPiece"
        output = self.work / "wrong"
        for words, tokenizer in (("ends at 42", larger), ("WordPiece", unknown), ("no model", {"model": None})):
            write_archive(SMALL, self.work / "wrong.pt2", tokenizer)
            command = [self.mambac, self.work / "wrong.pt2", "-o", output]
            done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_SECONDS)
            if done.returncode != 1 or words not in done.stderr or "tokenizer" not in done.stderr or output.exists():
                raise Failure(f"exit code {done.returncode}: {done.stderr!r} without {words!r}")
        output = self.work / "bare.so"
        run([self.mambac, SMALL, "-o", output], COMPILE_SECONDS)
        bare = Texts([self.runner, output], self.work)
        bare.refuse("this model has no tokenizer", "--generate", "a")
        bare.refuse("this model has no tokenizer", "--chat")
        self.refuse("not UTF-8: byte 1", "--generate", b"a\xff")
        return "7 refused"


def checks(build: Path, work: Path) -> list[tuple[str, Callable[[], str]]]:
    """One after the other: the first one compiles."""
    tokens = Tokens(build, work)
    names = ["compile", "text", "ends", "chat", "capacity", "perplexity", "wrong"]
    return [(name, getattr(tokens, name)) for name in names]


if __name__ == "__main__":
    sys.exit(run_checks(__doc__ or "", "tokens", checks))
