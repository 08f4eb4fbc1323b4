"""One implementation of one operation, in a process of its own; the protocol is worker.py's.

    python op_worker.py IMPLEMENTATION scan|ssd|product FOLDER [BUILD]

`export` in place of an implementation writes the graph as transformers spells it, the inputs, and the result in double
precision. Shapes are those of the 130m models at 2,048 tokens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor, nn

LENGTH = 2048
THREADS = len(os.sched_getaffinity(0))
Inputs = dict[str, Tensor]


class SelectiveScan(nn.Module):
    """Mamba's scan: (b, d, l) in and out, with bias, softplus, skip, gate and final state."""

    def __init__(self, associative: bool = False) -> None:
        """The loop over time, or what transformers gives torch.compile."""
        super().__init__()
        self.associative = associative

    def forward(
        self, u: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, z: Tensor, bias: Tensor
    ) -> Any:
        """Returns the gated output (b, d, l) and the state (b, d, n)."""
        from transformers.models.mamba import modeling_mamba

        options = dict(D=d, z=z, delta_bias=bias, delta_softplus=True, return_last_state=True)
        return modeling_mamba.mamba_selective_scan(u, dt, a, b, c, use_associative_scan=self.associative, **options)

    @staticmethod
    def inputs() -> Inputs:
        """b1 d1536 n16."""
        d, n, r = 1536, 16, torch.randn
        return {
            "u": r(1, d, LENGTH),
            "dt": r(1, d, LENGTH),
            "a": -torch.rand(d, n) * 8 - 1,
            "b": r(1, n, LENGTH),
            "c": r(1, n, LENGTH),
            "d": r(d),
            "z": r(1, d, LENGTH),
            "bias": r(d) - 4,
        }


class SSD(nn.Module):
    """Mamba-2's chunked scan: (b, l, h, p) in and out."""

    def forward(self, x: Tensor, dt: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, bias: Tensor) -> Any:
        """Returns the output (b, l, h, p)."""
        from transformers.models.mamba2 import modeling_mamba2

        return modeling_mamba2.mamba2_chunk_scan(x, dt, a, b, c, chunk_size=256, D=d, dt_bias=bias, dt_softplus=True)

    @staticmethod
    def inputs() -> Inputs:
        """b1 h24 p64 n128 g1."""
        h, p, n, r = 24, 64, 128, torch.randn
        return {
            "x": r(1, LENGTH, h, p),
            "dt": r(1, LENGTH, h),
            "a": -torch.rand(h) * 8 - 1,
            "b": r(1, LENGTH, 1, n),
            "c": r(1, LENGTH, 1, n),
            "d": r(h),
            "bias": r(h) - 4,
        }


class Product(nn.Module):
    """A linear layer: 2048 x 2048 weights, as many rows."""

    def __init__(self) -> None:
        """The same weights in every process."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2048, 2048, generator=torch.Generator().manual_seed(3)))

    def forward(self, x: Tensor) -> Tensor:
        """Rows times weights."""
        return nn.functional.linear(x, self.weight)

    @staticmethod
    def inputs() -> Inputs:
        """2048 rows."""
        return {"x": torch.randn(2048, 2048)}


OPS: dict[str, Callable[[], Any]] = {"scan": SelectiveScan, "ssd": SSD, "product": Product}


class Take(nn.Module):
    """Stands in the place of a layer that is not to be measured."""

    def __init__(self, result: Callable[..., Any]) -> None:
        """Calls this instead."""
        super().__init__()
        self.result = result

    def forward(self, *arguments: Any) -> Any:
        """What was given."""
        return self.result(*arguments)


def broadcast_ssd(x: Inputs) -> Callable[[], Tensor]:
    """The mixer of transformers 4.57 with all but its scan taken out."""
    from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer

    config = transformers.Mamba2Config(
        hidden_size=768, num_heads=24, head_dim=64, state_size=128, n_groups=1, chunk_size=256, time_step_min=0.0
    )
    config.time_step_limit = (0.0, float("inf"))
    mixer = Mamba2Mixer(config, layer_idx=0).eval()
    channels = torch.cat([x["x"].flatten(2), x["b"].flatten(2), x["c"].flatten(2)], dim=-1)
    projected = torch.cat([torch.zeros_like(x["x"].flatten(2)), channels, x["dt"]], dim=-1)
    mixer.in_proj = Take(lambda _: projected)
    mixer.conv1d = Take(lambda v: v)
    mixer.act = Take(lambda v: v)
    mixer.norm = Take(lambda y, _: y)
    mixer.out_proj = Take(lambda y: y)
    with torch.no_grad():
        mixer.A_log = nn.Parameter(torch.log(-x["a"]))
        mixer.D = nn.Parameter(x["d"])
        mixer.dt_bias = nn.Parameter(x["bias"])
    hidden = torch.zeros(1, LENGTH, 768)
    return lambda: mixer.torch_forward(hidden)


def pytorch(name: str, op: str, x: Inputs) -> Callable[[], Any]:
    """One of the implementations in PyTorch."""
    if name == "broadcast, then sum":
        return broadcast_ssd(x)
    module: nn.Module = OPS[op]().eval()
    if name == "inductor":
        module = torch.compile(SSD() if op == "ssd" else SelectiveScan(associative=True))
    return lambda: module(**x)


def mambac(op: str, folder: Path, build: Path, inputs: Inputs) -> tuple[Callable[[], float], Any, int]:
    """The product, through mamba-run."""
    product = folder / f"{op}.so"
    subprocess.run([build / "bin/mambac", folder / f"{op}.pt2", "-o", product, "--quiet"], check=True)
    words = [str(build / "bin/mamba-run"), str(product)]
    for key in inputs:
        words += ["--input", f"{key}={folder / op}.{key}.npy"]
    subprocess.run([*words, "--output", f"0={folder / op}.out.npy"], check=True, stdout=subprocess.DEVNULL)

    def bench() -> Any:
        done = subprocess.run([*words, "--bench", "20"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout.strip().splitlines()[-1])

    return lambda: float(bench()["median_s"]), np.load(folder / f"{op}.out.npy"), bench()["scratch_bytes"]


def first(result: Any) -> Any:
    """The output without the state."""
    return (result[0] if isinstance(result, tuple) else result).detach().double().numpy()


def export(op: str, folder: Path) -> None:
    """Writes graph, inputs and exact result."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    module = OPS[op]().eval()
    inputs = module.inputs()
    torch.export.save(torch.export.export(module, (), inputs), folder / f"{op}.pt2")
    for key, value in inputs.items():
        np.save(folder / f"{op}.{key}.npy", value.numpy())
    np.save(folder / f"{op}.y64.npy", first(module.double()(**{k: v.double() for k, v in inputs.items()})))


def main() -> None:
    """Loads, answers, runs."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    name, op, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    torch.set_grad_enabled(False)
    torch.set_num_threads(THREADS)
    if name == "export":
        export(op, folder)
        return
    keys = {"ssd": "x dt a b c d bias", "scan": "u dt a b c d z bias", "product": "x"}[op]
    inputs = {key: torch.from_numpy(np.load(folder / f"{op}.{key}.npy")) for key in keys.split()}
    ready: dict[str, Any] = {}
    try:
        if name == "mambac":
            run, y, ready["scratch_bytes"] = mambac(op, folder, Path(sys.argv[4]), inputs)
        else:
            run = pytorch(name, op, inputs)
            y = first(run())
            ready["version"] = torch.__version__ if op == "product" else transformers.__version__
        exact = np.load(folder / f"{op}.y64.npy")
        ready["error"] = float(
            np.abs(np.asarray(y, dtype=np.float64).ravel() - exact.ravel()).max() / np.abs(exact).max()
        )
    except Exception as problem:  # noqa: BLE001 - whatever a peer cannot do is told in its row
        text = (str(problem).strip().splitlines() or [""])[0][:200]
        print(json.dumps({"failed": f"{type(problem).__name__}: {text}"}), file=answers)
        return
    print(json.dumps(ready), file=answers)
    for line in sys.stdin:
        if line.strip() != "run":
            break
        begin = time.perf_counter()
        seconds = run()
        elapsed = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds if isinstance(seconds, float) else elapsed}), file=answers)
    print(json.dumps({}), file=answers)


if __name__ == "__main__":
    main()
