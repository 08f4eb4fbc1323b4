#!/usr/bin/env python3
"""Writes sampler.json: what transformers' logits processors make of random logits, which SamplerTest holds the sampler to.

Needs torch and transformers (5.23 wrote the committed file), which the tests do not.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import torch
from transformers import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)


def main() -> None:
    """Draws cases, among them ties, and stores the probabilities."""
    rng = random.Random(1)
    cases = []
    for number in range(60):
        size = rng.choice([4, 17, 40])
        digits = rng.choice([1, 4])  # With one digit there are ties.
        logits = [round(rng.gauss(0, 3), digits) for _ in range(size)]
        seen = [rng.randrange(size) for _ in range(rng.randint(0, 6))]
        penalty = rng.choice([1.0, 1.0, 1.3, 0.7])
        temperature = rng.choice([1.0, 0.7, 2.5])
        top_k = rng.choice([0, 0, 1, 3, 10, 100])
        top_p = rng.choice([1.0, 1.0, 0.9, 0.5, 0.01])
        if digits == 1 and top_p < 1:
            logits = [x + 1e-3 * i for i, x in enumerate(logits)]  # Which of two equals goes is not said.
        ids, scores = torch.tensor([seen], dtype=torch.int64), torch.tensor([logits], dtype=torch.float64)
        if penalty != 1 and seen:
            scores = RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)
        greedy = int(scores[0].argmax())
        if temperature != 1:
            scores = TemperatureLogitsWarper(temperature)(ids, scores)
        if top_k:
            scores = TopKLogitsWarper(top_k)(ids, scores)
        if top_p < 1:
            scores = TopPLogitsWarper(top_p)(ids, scores)
        cases.append(
            {
                "logits": logits, "seen": seen, "penalty": penalty, "temperature": temperature, "top_k": top_k,
                "top_p": top_p, "greedy": greedy, "probabilities": torch.softmax(scores[0], -1).tolist(),
            }  # fmt: skip
        )
    (Path(__file__).resolve().parent / "sampler.json").write_text("[" + ",\n".join(map(json.dumps, cases)) + "]\n")


if __name__ == "__main__":
    main()
