"""`python -m mambac repack`: other weights in a product that is there, without compiling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mambac
import pytest
import torch
from mambac import build, checkpoints, repack
from test_checkpoints import MAMBA, MAMBA2, weights, write


@pytest.mark.parametrize("config", [MAMBA, MAMBA2])
def test_other_weights(config: dict[str, Any], binaries: Path, tmp_path: Path, capfd: Any) -> None:
    """A checkpoint of mamba_ssm goes into the product of another one, which then computes what PyTorch does."""
    one, other = write(tmp_path / "one", config), write(tmp_path / "other", config)
    changed = {name: value.flip(0) * 0.5 for name, value in weights(config).items()}
    torch.save(changed, other / "pytorch_model.bin")
    product, result = tmp_path / "one.so", tmp_path / "two.so"
    assert build.main([str(one), "-o", str(product), "--mambac", str(binaries / "mambac"), "--quiet"]) == 0
    runner = ["--mamba-run", str(binaries / "mamba-run")]
    assert repack.main([str(product), str(other), "-o", str(result), *runner]) == 0, capfd.readouterr().err
    ids = torch.arange(20)[None]
    for path, folder in ((product, one), (result, other)):
        session = mambac.Model(path).session()
        session.add()
        with torch.no_grad():
            expected = checkpoints.load(folder)(ids).logits
        difference = session.prefill(ids, positions="all") - expected
        assert difference.abs().max() <= 1e-5 * expected.abs().max()

    # The same weights give the same file.
    again = tmp_path / "again.so"
    assert repack.main([str(product), str(one), "-o", str(again), *runner]) == 0
    assert again.read_bytes() == product.read_bytes()

    # Weights of other sizes are named, and nothing is written.
    capfd.readouterr()
    wrong = write(tmp_path / "wrong", config | {"n_layer": 1}, None)
    assert repack.main([str(product), str(wrong), "-o", str(tmp_path / "none.so"), *runner]) == 1
    said = capfd.readouterr().err
    assert "layers.1.norm.weight is missing" in said and str(wrong) in said and ".safetensors" not in said
    assert not (tmp_path / "none.so").exists()
    assert repack.main([str(tmp_path / "none.so"), str(one), "-o", str(result), *runner]) == 1
    assert "none.so is not a file" in capfd.readouterr().err
