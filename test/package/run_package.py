#!/usr/bin/env python3
"""Installs mambac to a fresh folder, moves it, and builds and tests the example plug-in against it.

A CMake package breaks silently: a header that was not installed or a path into the build folder shows only where
somebody else builds. The last line of stdout is JSON with the counts. Needs the standard library and CMake.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path) -> str:
    """Runs a program and returns what it printed; RuntimeError if it fails."""
    words = [str(word) for word in command]
    environment = {**os.environ, "CTEST_OUTPUT_ON_FAILURE": "1"}
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def main() -> int:
    """Runs the steps, each of which needs those before it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    build = parser.parse_args().build.resolve()
    with tempfile.TemporaryDirectory() as folder:
        first, prefix, plugin = (Path(folder) / name for name in ("installed", "moved", "plugin"))

        def install() -> None:
            run("cmake", "--install", build, "--prefix", first)
            first.rename(prefix)
            leaks = [
                path.relative_to(prefix)
                for path in prefix.rglob("*.cmake")
                if re.search(rf"{re.escape(str(build))}|{re.escape(str(first))}", path.read_text())
            ]
            if leaks:
                raise RuntimeError(f"these files name the build folder or the prefix: {leaks}")

        def compile_plugin() -> None:
            source = Path(folder) / "source"
            run("cp", "-r", ROOT / "examples/plugin", source)
            run("cmake", "-G", "Ninja", "-S", source, "-B", plugin, f"-DCMAKE_PREFIX_PATH={prefix}",
                f"-DCMAKE_CXX_COMPILER={compiler(build)}")  # fmt: skip
            run("cmake", "--build", plugin)

        def use_plugin() -> None:
            said = run("ctest", "--test-dir", plugin, "--no-tests=error")
            if "100% tests passed" not in said:
                raise RuntimeError(said)

        def compile_model() -> None:
            run(prefix / "bin/mambac", ROOT / "test/models/mamba_py/model.pt2", "-o", Path(folder) / "model", "--quiet")
            run(Path(folder) / "model", "--list")

        passed = failed = 0
        for step in (install, compile_plugin, use_plugin, compile_model):
            try:
                step()
                passed += 1
                print(f"pass package/{step.__name__}", flush=True)
            except (RuntimeError, OSError) as error:
                failed += 1
                print(f"FAIL package/{step.__name__}: {error}", flush=True)
                break
    print(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


def compiler(build: Path) -> str:
    """The compiler of the build folder: a plug-in is best built with the same one."""
    match = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    found = match[1] if match else ""
    return found if found and Path(found).is_file() else "clang++-22"


if __name__ == "__main__":
    sys.exit(main())
