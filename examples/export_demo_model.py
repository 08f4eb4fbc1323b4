#!/usr/bin/env python3
"""Turns a checkpoint of train_demo_model.py into what `make demo` uses, in examples/demo/.

The weights go into Mamba2ForCausalLM of transformers, which must compute what the training's own model computes; its
graph is exported with its state. Beside kjv.pt2 stand the bytes of a held-out passage (prompt.npy, one
row of token ids) and the logits that PyTorch computes for them (logits.npy).

    apt-get install bible-kjv bible-kjv-text
    pip install torch transformers==5.23.0 numpy
    python3 examples/export_demo_model.py demo.ckpt
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from train_demo_model import ByteModel, Sizes, bits_per_byte, read_chapters, split_chapters
from transformers import Mamba2Config, Mamba2ForCausalLM

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
import mambac  # noqa: E402

CHUNK = 64
PROMPT_BYTES = 203


class Logits(nn.Module):
    """The logits alone, for bits_per_byte."""

    def __init__(self, model: Mamba2ForCausalLM) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor) -> Tensor:
        """(b, l) bytes to (b, l, 256) logits."""
        return self.model(ids).logits


def to_transformers(state: dict[str, Tensor], sizes: Sizes) -> Mamba2ForCausalLM:
    """The same model as transformers writes it."""
    config = Mamba2Config(
        vocab_size=256,
        hidden_size=sizes.hidden_size,
        num_hidden_layers=sizes.num_hidden_layers,
        expand=sizes.expand,
        num_heads=sizes.num_heads,
        head_dim=sizes.head_dim,
        state_size=sizes.state_size,
        conv_kernel=sizes.conv_kernel,
        layer_norm_epsilon=sizes.layer_norm_epsilon,
        n_groups=1,
        chunk_size=CHUNK,
        tie_word_embeddings=False,
        use_cache=False,
        pad_token_id=0,
    )
    model = Mamba2ForCausalLM(config).eval()
    model.load_state_dict(state, strict=True)
    return model


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, default=HERE / "demo")
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = torch.load(args.checkpoint)
    sizes = Sizes(**checkpoint["sizes"])
    trained = ByteModel(sizes).eval()
    trained.load_state_dict(checkpoint["model"])
    model = to_transformers(checkpoint["model"], sizes)

    _, held_out = split_chapters(read_chapters())
    prompt = torch.tensor(list(held_out[0][:PROMPT_BYTES]))[None]
    with torch.no_grad():
        logits = model(prompt).logits
        difference = (trained(prompt) - logits).abs().max().item()
    assert difference < 1e-3, f"the transformers model differs from the trained one by {difference}"

    args.out.mkdir(parents=True, exist_ok=True)
    mambac.export(model, args.out / "kjv.pt2")
    np.save(args.out / "prompt.npy", prompt.numpy())
    np.save(args.out / "logits.npy", logits.numpy())
    print(f"{checkpoint['step']} steps in {checkpoint['seconds'] / 60:.0f} minutes")
    count = sum(p.numel() for p in model.parameters())
    print(f"kjv.pt2: {(args.out / 'kjv.pt2').stat().st_size} bytes, {count} parameters")
    print(f"held-out text, {len(held_out)} chapters: {bits_per_byte(Logits(model), held_out):.4f} bits per byte")


if __name__ == "__main__":
    main()
