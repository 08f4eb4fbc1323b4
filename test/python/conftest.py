"""What the tests of the Python package share. They want PyTorch and transformers: `make test-python` installs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch
import transformers

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "test/models")]
import make_models as models  # noqa: E402

# Tiny models of every family: transformers' name, the sizes, and what makes them different.
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "mamba": ("Mamba", models.MAMBA),
    "falcon_mamba": ("FalconMamba", models.MAMBA),
    "mamba2": ("Mamba2", models.MAMBA2),
    "jamba": ("Jamba", models.JAMBA),
    "zamba": ("Zamba", models.ZAMBA),
    "zamba2": ("Zamba2", models.ZAMBA2),
    "bamba": ("Bamba", models.BAMBA),
    "granite": ("GraniteMoeHybrid", models.GRANITE),
    "granite_moe": ("GraniteMoeHybrid", models.GRANITE_MOE),
    "falcon_h1": ("FalconH1", models.FALCON_H1),
    "nemotron_h": ("NemotronH", models.NEMOTRON_H),
    "nemotron_h_moe": ("NemotronH", models.NEMOTRON_H_MOE),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where mambac is built."""
    parser.addoption("--build", type=Path, default=ROOT / "build", help="the build folder")


def pytest_configure() -> None:
    """Small models gain nothing from threads, and their results are the same each time with one."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Path:
    """The folder with mambac and mamba-run."""
    folder: Path = request.config.getoption("--build").resolve() / "bin"
    assert (folder / "mambac").exists(), f"{folder} has no mambac: build it first"
    return folder


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Any]:
    """Makes a tiny model of a family."""

    def make(family: str, *, hidden: bool = False, seed: int = 5, **options: Any) -> Any:
        kind, sizes = FAMILIES[family]
        build = models.hidden_states_model if hidden else models.language_model
        return build(kind, seed, **{**sizes, **options})()

    return make
