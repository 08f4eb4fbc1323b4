#!/usr/bin/env python3
"""Trains the byte-level Mamba-2 language model that `make demo` compiles.

The text is the King James Bible as Debian's packages `bible-kjv` and
`bible-kjv-text` carry it (public domain): every verse on a line, every chapter
under its heading. Each chapter whose running number is a multiple of 20 is held
out: the model never sees it, and the bits per byte that are reported come from
these chapters alone, each read from its first byte with an empty state.

The equations are those of Mamba2ForCausalLM of transformers; the scan is written
here in a form that trains fast on a CPU, and `export_demo_model.py` copies the
weights into the transformers model (and checks that both compute the same).

The weight matrices are trained with Muon, everything else with AdamW; the
learning rate is constant, then falls to zero over the last --cooldown steps. A
checkpoint is written every --save-every steps and holds all that is needed to
continue, so the run can be stopped and resumed; batches depend on the seed and
the step alone.

    apt-get install bible-kjv bible-kjv-text xz-utils
    pip install torch
    python3 examples/train_demo_model.py --out demo.ckpt --compile --bf16

The model in examples/demo was trained with --compile --bf16 and a learning rate that was constant for 1,200 steps,
then fell slowly (`--steps 2000 --cooldown 800`) for 100 steps and to zero (`--steps 1500 --cooldown 229`) in the last
200: 1,500 steps of 4,096 bytes, one and a half times through the text, in 42 minutes on one thread of a two-core
machine that was busy with other work (alone: about 15 minutes, 7,000 bytes a second). It needs 1.360 bits per byte on
the held-out chapters; `xz -9` needs 2.262 for them alone, and 1.658 where it has the training text before it.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
import subprocess
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HOLD_OUT_EVERY = 20

BOOKS = (
    "Genesis;Exodus;Leviticus;Numbers;Deuteronomy;Joshua;Judges;Ruth;1 Samuel;2 Samuel;1 Kings;2 Kings;"
    "1 Chronicles;2 Chronicles;Ezra;Nehemiah;Esther;Job;Psalms;Proverbs;Ecclesiastes;Song of Solomon;"
    "Isaiah;Jeremiah;Lamentations;Ezekiel;Daniel;Hosea;Joel;Amos;Obadiah;Jonah;Micah;Nahum;Habakkuk;"
    "Zephaniah;Haggai;Zechariah;Malachi;Matthew;Mark;Luke;John;Acts;Romans;1 Corinthians;2 Corinthians;"
    "Galatians;Ephesians;Philippians;Colossians;1 Thessalonians;2 Thessalonians;1 Timothy;2 Timothy;"
    "Titus;Philemon;Hebrews;James;1 Peter;2 Peter;1 John;2 John;3 John;Jude;Revelation"
).split(";")


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of the model, under the names of transformers' Mamba2Config."""

    hidden_size: int = 192
    num_hidden_layers: int = 5
    expand: int = 2
    head_dim: int = 64
    state_size: int = 64
    conv_kernel: int = 4
    layer_norm_epsilon: float = 1e-5

    @property
    def intermediate_size(self) -> int:
        """Channels inside a mixer."""
        return self.expand * self.hidden_size

    @property
    def num_heads(self) -> int:
        """Heads of a mixer."""
        return self.intermediate_size // self.head_dim


def read_chapters() -> list[bytes]:
    """Returns the chapters in order, each as the bytes that the model reads."""
    try:
        listing = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        sys.exit("train_demo_model.py: the program `bible` is missing; install Debian's bible-kjv and bible-kjv-text")
    chapters: list[list[str]] = []
    previous = ("", "")
    book = -1
    for line in listing.splitlines():
        match = re.match(r"(\w+?)(\d+):(\d+) (.*)", line)
        if not match:
            continue
        name, chapter, _, verse = match.groups()
        if name != previous[0]:
            book += 1
        if (name, chapter) != previous:
            chapters.append([f"{BOOKS[book]} {chapter}"])
            previous = (name, chapter)
        chapters[-1].append(verse.strip())
    if book + 1 != len(BOOKS) or len(chapters) != 1189:
        sys.exit(f"train_demo_model.py: found {book + 1} books with {len(chapters)} chapters, expected 66 with 1189")
    return [("\n".join(lines) + "\n\n").encode("ascii") for lines in chapters]


def split_chapters(chapters: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Splits into chapters to train on and chapters held out."""
    train = [c for i, c in enumerate(chapters, 1) if i % HOLD_OUT_EVERY]
    held_out = [c for i, c in enumerate(chapters, 1) if i % HOLD_OUT_EVERY == 0]
    return train, held_out


def ssd(x: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, chunk: int) -> Tensor:
    """The state space dual scan with one group, chunk by chunk.

    x (b,l,h,p), dt (b,l,h), a (h), b and c (b,l,n); l is a multiple of `chunk`.
    """
    batch, length, heads, width = x.shape
    states = b.shape[-1]
    count = length // chunk
    xd = (x * dt[..., None]).view(batch, count, chunk, heads, width).permute(0, 1, 3, 2, 4)
    b = b.view(batch, count, chunk, states)
    c = c.view(batch, count, chunk, states)
    s = (dt * a).view(batch, count, chunk, heads).permute(0, 1, 3, 2).cumsum(-1)
    mask = torch.ones(chunk, chunk, dtype=torch.bool).tril()
    decay = (s[..., :, None] - s[..., None, :]).masked_fill(~mask, -torch.inf).exp()
    scores = (c @ b.transpose(-1, -2))[:, :, None] * decay
    y = scores @ xd
    total = s[..., -1:]
    to_end = (total - s).exp()
    updates = (b.transpose(-1, -2)[:, :, None] * to_end[..., None, :]) @ xd
    carried = [torch.zeros_like(updates[:, 0])]
    factor = total.exp()[..., None]
    for i in range(count - 1):
        carried.append(carried[-1] * factor[:, i] + updates[:, i])
    y = y + (c[:, :, None] @ torch.stack(carried, 1)) * s.exp()[..., None]
    return y.permute(0, 1, 3, 2, 4).reshape(batch, length, heads, width)


class RMSNorm(nn.Module):
    """x / rms(x) * weight."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalizes the last axis."""
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class Mixer(nn.Module):
    """One Mamba-2 mixer; parameter names are those of transformers."""

    def __init__(self, sizes: Sizes, chunk: int) -> None:
        super().__init__()
        self.sizes, self.chunk = sizes, chunk
        inner, heads = sizes.intermediate_size, sizes.num_heads
        conv = inner + 2 * sizes.state_size
        self.in_proj = nn.Linear(sizes.hidden_size, inner + conv + heads, bias=False)
        self.conv1d = nn.Conv1d(conv, conv, sizes.conv_kernel, groups=conv, padding=sizes.conv_kernel - 1)
        time_step = torch.exp(torch.rand(heads) * (math.log(0.1) - math.log(0.001)) + math.log(0.001))
        self.dt_bias = nn.Parameter(time_step + torch.log(-torch.expm1(-time_step)))
        self.A_log = nn.Parameter(torch.log(torch.arange(1, heads + 1).float()))
        self.D = nn.Parameter(torch.ones(heads))
        self.norm = RMSNorm(inner, sizes.layer_norm_epsilon)
        self.out_proj = nn.Linear(inner, sizes.hidden_size, bias=False)
        nn.init.normal_(self.in_proj.weight, std=sizes.hidden_size**-0.5)
        nn.init.normal_(self.out_proj.weight, std=inner**-0.5 / math.sqrt(2 * sizes.num_hidden_layers))

    def forward(self, u: Tensor) -> Tensor:
        """(b, l, hidden) to (b, l, hidden)."""
        s = self.sizes
        inner, n = s.intermediate_size, s.state_size
        z, xbc, dt = self.in_proj(u).split([inner, inner + 2 * n, s.num_heads], -1)
        # The convolution as shifted products: faster than conv1d on (b, c, l), forward and backward.
        taps = self.conv1d.weight[:, 0].t()
        padded = F.pad(xbc, (0, 0, s.conv_kernel - 1, 0))
        acc: Tensor = torch.zeros(()) if self.conv1d.bias is None else self.conv1d.bias
        for k in range(s.conv_kernel):
            acc = acc + padded[:, k : k + u.shape[1]] * taps[k]
        x, b, c = F.silu(acc).split([inner, n, n], -1)
        x = x.reshape(*x.shape[:2], s.num_heads, s.head_dim)
        dt = F.softplus(dt + self.dt_bias)
        y = ssd(x, dt, -torch.exp(self.A_log), b, c, self.chunk) + self.D[:, None] * x
        return self.out_proj(self.norm(y.flatten(2) * F.silu(z)))


class Block(nn.Module):
    """Norm, mixer, residual."""

    def __init__(self, sizes: Sizes, chunk: int) -> None:
        super().__init__()
        self.norm = RMSNorm(sizes.hidden_size, sizes.layer_norm_epsilon)
        self.mixer = Mixer(sizes, chunk)

    def forward(self, x: Tensor) -> Tensor:
        """(b, l, hidden) to (b, l, hidden)."""
        return x + self.mixer(self.norm(x))


class Backbone(nn.Module):
    """Embeddings, blocks, last norm."""

    def __init__(self, sizes: Sizes, chunk: int) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(256, sizes.hidden_size)
        self.layers = nn.ModuleList(Block(sizes, chunk) for _ in range(sizes.num_hidden_layers))
        self.norm_f = RMSNorm(sizes.hidden_size, sizes.layer_norm_epsilon)
        nn.init.normal_(self.embeddings.weight, std=0.02)


class ByteModel(nn.Module):
    """The language model; its state_dict loads into Mamba2ForCausalLM with untied embeddings."""

    def __init__(self, sizes: Sizes, chunk: int = 32) -> None:
        super().__init__()
        self.chunk = chunk
        self.backbone = Backbone(sizes, chunk)
        self.lm_head = nn.Linear(sizes.hidden_size, 256, bias=False)
        nn.init.normal_(self.lm_head.weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """(b, l) bytes to (b, l, 256) logits."""
        length = ids.shape[1]
        x = self.backbone.embeddings(F.pad(ids, (0, -length % self.chunk)))
        for layer in self.backbone.layers:
            x = layer(x)
        return self.lm_head(self.backbone.norm_f(x))[:, :length]


@torch.no_grad()
def bits_per_byte(model: nn.Module, chapters: list[bytes]) -> float:
    """Mean bits a byte over the chapters; a chapter's first byte is charged eight bits."""
    nats, count = 0.0, 0
    for chapter in chapters:
        ids = torch.tensor(list(chapter))[None]
        loss = F.cross_entropy(model(ids)[0, :-1], ids[0, 1:], reduction="sum")
        nats += loss.item() + math.log(256)
        count += len(chapter)
    return nats / count / math.log(2)


def xz_bytes(data: bytes) -> int:
    """Size of the output of `xz -9`."""
    return len(subprocess.run(["xz", "-9", "-c"], input=data, check=True, capture_output=True).stdout)


def report_xz(train: list[bytes], held_out: list[bytes]) -> None:
    """Prints what `xz -9` needs for the held-out chapters, alone and after the training text."""
    size = sum(map(len, held_out))
    alone = xz_bytes(b"".join(held_out))
    extra = xz_bytes(b"".join(train + held_out)) - xz_bytes(b"".join(train))
    print(f"training text {sum(map(len, train))} bytes, held out {size} bytes in {len(held_out)} chapters")
    print(f"xz -9, held-out text alone:              {8 * alone / size:.3f} bits per byte")
    print(f"xz -9, held-out text after the training: {8 * extra / size:.3f} bits per byte")


def learning_rate_factor(step: int, args: argparse.Namespace) -> float:
    """Warm-up, constant, linear cool-down."""
    return min(1.0, (step + 1) / 50, (args.steps - step) / max(1, args.cooldown))


def train(args: argparse.Namespace) -> None:
    """Runs or continues a training run."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    train_chapters, held_out = split_chapters(read_chapters())
    report_xz(train_chapters, held_out)
    text = torch.tensor(list(b"".join(train_chapters)), dtype=torch.uint8)
    sizes = Sizes()
    model = ByteModel(sizes)
    print(f"{sum(p.numel() for p in model.parameters())} parameters")
    matrices = [p for n, p in model.named_parameters() if n.endswith("proj.weight")]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.Muon(matrices, lr=args.lr_muon, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]
    bases = [args.lr_muon, args.lr]
    first, seconds = 0, 0.0
    if args.out.exists():
        state = torch.load(args.out)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        first, seconds = state["step"], state["seconds"]
        print(f"continuing {args.out} at step {first}")

    layers = [torch.compile(layer) if args.compile else layer for layer in model.backbone.layers]

    def forward(ids: Tensor) -> Tensor:
        x = model.backbone.embeddings(ids)
        for layer in layers:
            with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
                x = layer(x)
        return model.lm_head(model.backbone.norm_f(x))

    begin, running = time.time() - seconds, 0.0
    for step in range(first, args.steps):
        generator = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
        starts = torch.randint(len(text) - args.length - 1, (args.batch,), generator=generator)
        batch = torch.stack([text[s : s + args.length + 1] for s in starts.tolist()]).long()
        for optimizer, base in zip(optimizers, bases):
            for group in optimizer.param_groups:
                group["lr"] = base * learning_rate_factor(step, args)
        loss = F.cross_entropy(forward(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        bits = loss.item() / math.log(2)
        running = bits if step == first else 0.98 * running + 0.02 * bits
        done = step + 1
        rate = (done - first) / (time.time() - begin - seconds)
        print(
            f"\rstep {done}/{args.steps}  {running:.3f} bits  {rate * args.batch * args.length:.0f} bytes/s  "
            f"{(args.steps - done) / rate / 60:.0f} min left ",
            end="\n" if done % args.save_every == 0 else "",
            flush=True,
        )
        if done % args.save_every == 0 or done == args.steps:
            elapsed = time.time() - begin
            state = {
                "model": model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "sizes": dataclasses.asdict(sizes),
                "step": done,
                "seconds": elapsed,
            }
            temporary = args.out.with_suffix(".tmp")
            torch.save(state, temporary)
            temporary.replace(args.out)
        if done % args.eval_every == 0 or done == args.steps:
            chapters = held_out if done == args.steps else held_out[::6]
            print(
                f"\nheld out ({len(chapters)} chapters): {bits_per_byte(model, chapters):.4f} bits per byte", flush=True
            )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("demo.ckpt"), help="checkpoint, continued if it exists")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--cooldown", type=int, default=300, help="steps over which the learning rate falls to zero")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--lr", type=float, default=3e-3, help="of AdamW")
    parser.add_argument("--lr-muon", type=float, default=6e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--eval-every", type=int, default=300)
    parser.add_argument("--bf16", action="store_true", help="bfloat16 matrix products")
    parser.add_argument("--compile", action="store_true", help="compile the layers with torch.compile")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
