"""The operators of attention with a cache, against what they mean, one element at a time."""

from __future__ import annotations

import pytest
import torch
from mambac import ops


@pytest.mark.parametrize("length", [0, 1, 4, 9])
def test_append(length: int) -> None:
    """Rows go where they belong; the others stay; what has no room is dropped."""
    generator = torch.Generator().manual_seed(1)
    cache, rows = torch.randn(3, 2, 8, 5, generator=generator), torch.randn(3, 2, length, 5, generator=generator)
    position = torch.tensor([0, 3, 8])
    expected = cache.clone()
    for text, first in enumerate(position.tolist()):
        for i in range(length):
            if first + i < 8:
                expected[text, :, first + i] = rows[text, :, i]
    before = cache.clone()
    assert torch.equal(ops.append(cache, rows, position), expected)
    assert torch.equal(cache, before)
    assert ops.append(cache.bfloat16(), rows, position).dtype == torch.bfloat16
    torch.library.opcheck(ops.append, (cache, rows, position))


@pytest.mark.parametrize("positions", [[0, 3], None])
def test_attention(positions: list[int] | None) -> None:
    """Each query sees the keys up to its own; what lies behind may be anything."""
    generator = torch.Generator().manual_seed(2)
    q = torch.randn(2, 4, 3, 5, generator=generator)
    k, v = (torch.randn(2, 2, 9, width, generator=generator) for width in (5, 6))
    position = None if positions is None else torch.tensor(positions)
    expected = torch.empty(2, 4, 3, 6)
    for text in range(2):
        for head in range(4):
            for i in range(3):
                last = (9 - 3 if positions is None else positions[text]) + i
                scores = k[text, head // 2, : last + 1] @ q[text, head, i] * 0.3
                expected[text, head, i] = scores.softmax(0) @ v[text, head // 2, : last + 1]
    if positions is not None:
        k[:, :, 6:], v[:, :, 6:] = torch.nan, torch.nan
    torch.testing.assert_close(ops.attention(q, k, v, position, 0.3), expected)
    torch.testing.assert_close(ops.attention(q, k, v, position), ops.attention(q, k, v, position, 5**-0.5))
    torch.library.opcheck(ops.attention, (q, k, v, position, 0.3))
