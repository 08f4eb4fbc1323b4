"""One implementation of one model in a process of its own, which runs when told to.

    python worker.py IMPLEMENTATION KIND DTYPE prompt|step FOLDER [BUILD]

Prints one line of JSON when it is loaded and its result was compared with PyTorch's in double precision, or the reason
why it cannot run. Then each line "run" on stdin runs it once and prints the seconds; a single token runs some times,
and the median counts. FOLDER is what export.py wrote.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[[], Any]
THREADS = len(os.sched_getaffinity(0))
# Single tokens in one turn.
STEPS = 15


class Job:
    """What is to be run."""

    def __init__(self, arguments: list[str]) -> None:
        """Reads the command line."""
        self.name, self.kind, self.dtype, self.mode = arguments[:4]
        self.folder = Path(arguments[4])
        self.build = Path(arguments[5]) if len(arguments) > 5 else Path("build")
        self.base = f"{self.kind}-{self.dtype}"
        # What C libraries keep pointers to.
        self.kept: list[Any] = []

    def stored(self, name: str) -> Any:
        """An array that export.py wrote."""
        return np.load(self.folder / f"{self.base}.{name}.npy")

    def error_of(self, logits: Any) -> float:
        """The largest difference from double precision, as a share of the largest logit."""
        exact = self.stored("y64" if self.mode == "prompt" else "step.y64").ravel()
        return float(
            np.abs(np.asarray(logits, dtype=np.float64).ravel()[: exact.size] - exact).max() / np.abs(exact).max()
        )


def mambac(job: Job) -> tuple[Run, Any]:
    """The product, through mamba-run; seconds are the median of its own three."""
    product = job.folder / f"{job.base}.{job.mode}.so"
    archive = job.folder / f"{job.base}.{job.mode}.pt2"
    if not product.exists() or product.stat().st_mtime < max(
        archive.stat().st_mtime, (job.build / "bin/mambac").stat().st_mtime
    ):
        subprocess.run([job.build / "bin/mambac", archive, "-o", product, "--quiet"], check=True)
    words = [str(job.build / "bin/mamba-run"), str(product)]
    if job.mode == "prompt":
        words += ["--input", f"0={job.folder / job.base}.ids.npy"]
    else:
        count = len(list(job.folder.glob(f"{job.base}.in.*.npy")))
        for i in range(count):
            words += ["--input", f"{i}={job.folder / job.base}.in.{i}.npy"]
    out = job.folder / f"{job.base}.{job.mode}.out.npy"
    subprocess.run([*words, "--output", f"0={out}"], check=True, stdout=subprocess.DEVNULL)

    def run() -> float:
        runs = "3" if job.mode == "prompt" else str(STEPS)
        done = subprocess.run([*words, "--bench", runs], check=True, capture_output=True, text=True)
        return float(json.loads(done.stdout.strip().splitlines()[-1])["median_s"])

    return run, np.load(out)


def torch_model(job: Job) -> Any:
    """The model in PyTorch, with its threads set."""
    import shapes
    import torch

    torch.set_num_threads(THREADS)
    return shapes.build(job.kind, shapes.DTYPES[job.dtype])


def eager(job: Job) -> tuple[Run, Any]:
    """Transformers as it is."""
    import shapes
    import torch

    model = torch_model(job)
    torch.set_grad_enabled(False)
    if job.mode == "prompt":
        prompt, ids = shapes.Prompt(model), shapes.prompt()
        return lambda: prompt(ids), prompt(ids).double().numpy()
    # Its own cache, which it updates in place.
    import transformers

    token, windows, states = shapes.step_inputs(model)
    logits = shapes.Step(model)(token, windows, states)[0].double().numpy()
    cache = transformers.DynamicCache(config=model.config)
    for layer, window, state in zip(cache.layers, windows, states):
        layer.conv_states[0], layer.recurrent_states[0], layer.has_previous_state[0] = window, state, True
    return lambda: model(token, cache_params=cache, use_cache=True).logits, logits


def inductor(job: Job) -> tuple[Run, Any]:
    """torch.compile."""
    import shapes
    import torch

    torch.set_grad_enabled(False)
    model = torch_model(job)
    if job.mode == "prompt":
        # Mamba's loop as a scan, as transformers offers it to the compiler; otherwise 12,288 unrolled steps.
        if job.kind == "mamba":
            for block in model.backbone.layers:
                block.mixer.use_associative_scan = True
        prompt, ids = torch.compile(shapes.Prompt(model)), shapes.prompt()
        return lambda: prompt(ids), prompt(ids).double().numpy()
    step, inputs = torch.compile(shapes.Step(model)), shapes.step_inputs(model)
    return lambda: step(*inputs), step(*inputs)[0].double().numpy()


def onnx_file(job: Job) -> Path:
    """The exported model as ONNX, of the prompt's fixed length."""
    path = job.folder / f"{job.base}.{job.mode}.onnx"
    if path.exists():
        return path
    import shapes
    import torch

    model = torch_model(job)
    torch.set_grad_enabled(False)
    if job.mode == "prompt":
        module: Any = shapes.Prompt(model)
        inputs: Any = (shapes.prompt(),)
    else:
        module, inputs = shapes.Step(model), shapes.step_inputs(model)
    with shapes.rolled_scan() if job.kind == "mamba" else contextlib.nullcontext():
        program = torch.onnx.export(module, inputs, dynamo=True, verbose=False)
    # Beside its final name first: a file that is there is whole.
    folder = job.folder / f"{job.base}.{job.mode}.onnx-parts"
    folder.mkdir(exist_ok=True)
    program.save(str(folder / "model.onnx"), external_data=True)
    path.symlink_to(folder / "model.onnx")
    return path


def onnx_inputs(job: Job, names: list[str]) -> dict[str, Any]:
    """Inputs by name; bf16 has no NumPy type, so that 16-bit floats are for PyTorch and llama.cpp alone."""
    if job.mode == "prompt":
        return {names[0]: job.stored("ids")}
    return {name: job.stored(f"in.{i}") for i, name in enumerate(names)}


def onnxruntime(job: Job) -> tuple[Run, Any]:
    """ONNX Runtime on torch's own export."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    session = ort.InferenceSession(str(onnx_file(job).resolve()), options, providers=["CPUExecutionProvider"])
    inputs = onnx_inputs(job, [i.name for i in session.get_inputs()])
    return lambda: session.run(None, inputs), session.run(None, inputs)[0]


def openvino(job: Job) -> tuple[Run, Any]:
    """OpenVINO on the same ONNX file, in f32 (it would take bf16 by itself)."""
    import openvino as ov

    core = ov.Core()
    hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": str(THREADS)}
    compiled = core.compile_model(core.read_model(str(onnx_file(job).resolve())), "CPU", hints)
    request = compiled.create_infer_request()
    inputs = dict(enumerate(onnx_inputs(job, [str(i) for i in range(len(compiled.inputs))]).values()))
    return lambda: request.infer(inputs), request.infer(inputs)[compiled.output(0)]


def llama_cpp(job: Job) -> tuple[Run, Any]:
    """llama.cpp on a GGUF file with the same weights (f32, or f16 for bf16)."""
    import gguf_file
    import llama_cpp as ll

    path = job.folder / f"{job.base}.gguf"
    if not path.exists():
        gguf_file.write(torch_model(job), job.kind, "f32" if job.dtype == "f32" else "f16", path)
    job.kept.append(ll.llama_log_callback(lambda *_: None))
    ll.llama_log_set(job.kept[0], None)
    ll.llama_backend_init()
    model = ll.llama_model_load_from_file(str(path).encode(), ll.llama_model_default_params())
    options = ll.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_ubatch, options.n_seq_max = 1024, 512, 512, 1
    options.n_threads = options.n_threads_batch = THREADS
    options.no_perf = True
    context = ll.llama_init_from_model(model, options)
    memory = ll.llama_get_memory(context)

    def decode(ids: Any) -> Any:
        tokens = (ll.llama_token * len(ids))(*ids)
        if ll.llama_decode(context, ll.llama_batch_get_one(tokens, len(ids))):
            raise RuntimeError("llama_decode failed")
        return ll.llama_get_logits_ith(context, -1)

    def logits(ids: Any) -> Any:
        return np.ctypeslib.as_array(decode(ids), shape=(50288,)).copy()

    ids = job.stored("ids").ravel()
    if job.mode == "prompt":

        def run() -> None:
            ll.llama_memory_clear(memory, True)
            decode(ids)

        ll.llama_memory_clear(memory, True)
        return run, logits(ids)
    # The step's windows and states are those after 64 tokens of the prompt; see shapes.step_inputs.
    import shapes

    decode(shapes.prompt(64).ravel().tolist())
    token = shapes.prompt(65)[0, -1:].tolist()
    first = logits(token)
    return lambda: decode(token), first


def reading(job: Job) -> tuple[Run, Any]:
    """No implementation: how long 512 MiB take to be read in this round, as the bandwidth drifts."""
    name = f"machine/read/cores:{THREADS}/real_time"
    words = [str(job.build / "bin/mambac-benchmarks"), ".", f"--benchmark_filter=^{name}$", "--benchmark_min_time=0.1"]

    def run() -> float:
        done = subprocess.run([*words, "--benchmark_format=json"], check=True, capture_output=True, text=True)
        return (512 << 20) / float(json.loads(done.stdout)["benchmarks"][0]["bytes"])

    return run, job.stored("step.y64")


IMPLEMENTATIONS: dict[str, Callable[[Job], tuple[Run, Any]]] = {
    "mambac": mambac,
    "reading 512 MiB": reading,
    "transformers eager": eager,
    "inductor": inductor,
    "llama.cpp": llama_cpp,
    "ONNX Runtime": onnxruntime,
    "OpenVINO": openvino,
}
PACKAGES = {
    "transformers eager": "transformers",
    "inductor": "torch",
    "llama.cpp": "llama-cpp-python",
    "ONNX Runtime": "onnxruntime",
    "OpenVINO": "openvino",
}


def clock(run: Run) -> float:
    """Seconds of one run."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def main() -> None:
    """Loads, answers, runs."""
    # Libraries print; answers go to the real stdout alone.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    job = Job(sys.argv[1:])
    begin = time.perf_counter()
    try:
        run, logits = IMPLEMENTATIONS[job.name](job)
        error = job.error_of(logits)
    except Exception as problem:  # noqa: BLE001 - whatever a peer cannot do is told in its row
        text = " ".join(str(problem).split())[:300]
        print(json.dumps({"failed": f"{type(problem).__name__}: {text}"}), file=answers)
        return
    version = importlib.metadata.version(PACKAGES[job.name]) if job.name in PACKAGES else ""
    ready = {"error": error, "load_s": time.perf_counter() - begin, "version": version}
    print(json.dumps(ready), file=answers)
    for line in sys.stdin:
        if line.strip() != "run":
            break
        if job.name not in PACKAGES:
            seconds = run()
        else:
            seconds = statistics.median(clock(run) for _ in range(STEPS if job.mode == "step" else 1))
        print(json.dumps({"seconds": seconds}), file=answers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({} if job.name not in PACKAGES else {"peak_bytes": peak}), file=answers)


if __name__ == "__main__":
    main()
