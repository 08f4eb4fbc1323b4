"""What all parts of the benchmarks share: running programs, medians, describing the machine, results as JSON."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks"


@dataclasses.dataclass
class Setup:
    """Where things are."""

    build: Path
    results: Path
    work: Path
    # Python with the peers; none if they could not be installed.
    python: Path | None
    python4: Path | None
    rounds: int

    def tool(self, name: str) -> Path:
        """A program of the build."""
        return self.build / "bin" / name


def say(text: str) -> None:
    """Progress."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(words: list[Any], **options: Any) -> str:
    """The output of a program that has to succeed."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr[-1500:]}")
    return done.stdout


@dataclasses.dataclass
class Usage:
    """What a program took."""

    seconds: float
    peak_bytes: int
    output: str


def measure(words: list[Any]) -> Usage:
    """Runs a program and looks at its own clock and memory (VmHWM of the process itself)."""
    code = (
        "import json,resource,subprocess,sys,time\n"
        "b=time.perf_counter(); d=subprocess.run(sys.argv[1:],capture_output=True,text=True)\n"
        "s=time.perf_counter()-b\n"
        "p=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss*1024\n"
        "print(json.dumps([d.returncode,s,p,d.stdout,d.stderr[-1500:]]))"
    )
    code_, seconds, peak, out, err = json.loads(run([sys.executable, "-c", code, *words]))
    if code_:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit code {code_}\n{err}")
    return Usage(seconds, peak, out)


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def machine() -> dict[str, Any]:
    """The CPU, its cores for this process, memory."""
    info: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        key, _, value = line.partition(":")
        info.setdefault(key.strip(), value.strip())
    flags = info.get("flags", "").split()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": info.get("model name", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30),
        "features": [f for f in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f in flags],
    }


def commit() -> str:
    """The revision that is measured, and whether it was changed."""
    if not shutil.which("git"):
        return "unknown"
    try:
        name = run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]).strip()
        return name + ("+" if run(["git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no"]).strip() else "")
    except RuntimeError:
        return "unknown"


def save(setup: Setup, part: str, data: dict[str, Any]) -> None:
    """Writes a part's results whole, with where and when they were taken."""
    data = {
        "part": part,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "revision": commit(),
        **data,
    }
    setup.results.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=setup.results, delete=False) as file:
        json.dump(data, file, indent=1)
    Path(file.name).rename(setup.results / f"{part}.json")
    say(f"wrote {setup.results / part}.json")
