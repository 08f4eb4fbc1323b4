"""`python -m mambac repack PRODUCT FOLDER -o FILE`: a folder's weights go into a product that is there already.

`mamba-run PRODUCT --repack` does it, without compiling. It takes files whose weights are named as in the exported
model; here the folder is loaded first (checkpoints.py), as `build` does, which also renames those of mamba_ssm and of
older versions.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mambac.build import BuildError, find_compiler, offline, reporting


def find_runner(given: str | None) -> str:
    """The program mamba-run: the one that is given, or that beside the compiler."""
    found = shutil.which(given or str(Path(find_compiler()).with_name("mamba-run")))
    if not found:
        raise BuildError("the program mamba-run is not found: build it, or say where it is with --mamba-run")
    return found


def repack(arguments: argparse.Namespace) -> int:
    """Carries out the command."""
    runner = find_runner(arguments.mamba_run)
    if not arguments.product.is_file():
        raise BuildError(f"{arguments.product} is not a file")
    offline()
    from safetensors.torch import save_file

    from mambac import checkpoints

    output: Path = arguments.output
    if not output.parent.is_dir():
        raise BuildError(f"cannot write {output}: there is no folder")
    model = checkpoints.load(arguments.folder, arguments.dtype)
    # Weights that are shared have both names; a file of safetensors has no two names for one memory.
    weights, seen = {}, set()
    for name, value in model.state_dict().items():
        weights[name] = value.clone() if value.data_ptr() in seen else value.contiguous()
        seen.add(value.data_ptr())
    with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as scratch:
        packed = Path(scratch) / "model.safetensors"
        save_file(weights, packed)
        command = [runner, arguments.product, "--repack", packed, "-o", output]
        result = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
        # The user knows the folder, not the file between.
        sys.stderr.write(result.stderr.replace(os.fspath(packed), os.fspath(arguments.folder)))
        return result.returncode


def main(argv: list[str]) -> int:
    """Reads the command line behind `repack`."""
    parser = argparse.ArgumentParser(
        prog="python -m mambac repack",
        description="Puts the weights of a folder into a copy of a product of the same model; nothing is compiled.",
    )
    parser.add_argument("product", type=Path, help="a program or library that mambac made")
    parser.add_argument("folder", type=Path, help="of the model, as for build")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="FILE", help="the new product")
    parser.add_argument("--dtype", choices=["auto", "float32", "bfloat16", "float16"], default="auto",
                        help="what the product computes in; auto: what the weights are in")  # fmt: skip
    parser.add_argument("--mamba-run", metavar="PROGRAM", help="the runner")
    arguments = parser.parse_args(argv)
    return reporting(lambda: repack(arguments))
