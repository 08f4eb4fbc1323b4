"""`python -m mambac build FOLDER -o MODEL`: from a folder with a checkpoint to one file that writes text.

The model is loaded (checkpoints.py), exported with its state and its tokenizer, and compiled by mambac. The archive
between is a temporary file beside the result; nothing is left behind that is not whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
_OTHER_TOKENIZERS = ("tokenizer.model", "vocab.json")


class BuildError(Exception):
    """Says why a folder cannot be built."""


def find_compiler(given: str | None = None) -> str:
    """The program mambac: the one that is given, $MAMBAC, that of the build tree around this package, or any."""
    beside = Path(__file__).resolve().parents[2] / "build/bin/mambac"
    for candidate in (given, os.environ.get("MAMBAC")):
        if candidate:
            found = shutil.which(candidate)
            if not found:
                raise BuildError(f"{candidate} is not a program")
            return found
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("mambac")
    if not found:
        raise BuildError("the program mambac is not found: build it, or say where it is with --mambac")
    return found


def offline() -> None:
    """Nothing is looked for on the network, and transformers says only what is wrong."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # Read when transformers is imported.
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def tokenizer_files(folder: Path) -> dict[str, str]:
    """The files of a folder's tokenizer as texts by name; none if it has no tokenizer."""
    files = {name: folder / name for name in _TOKENIZER_FILES if (folder / name).is_file()}
    try:
        texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"cannot read the tokenizer of {folder}: {error}") from None
    if "tokenizer.json" in texts:
        return texts
    if any((folder / name).is_file() for name in _OTHER_TOKENIZERS):
        from transformers import AutoTokenizer

        try:
            fast = AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
            return texts | {"tokenizer.json": fast.backend_tokenizer.to_str()}
        except Exception as error:  # Of many kinds: of packages that are missing, and of files that are damaged.
            raise BuildError(f"the tokenizer of {folder} cannot become a tokenizer.json: {error}") from error
    return {}


def chat_pieces(folder: Path, say: Any) -> dict[str, Any] | None:
    """What the folder's chat template is made of; `say` hears why it has no pieces though there is a template."""
    from transformers import AutoTokenizer

    from mambac import chat

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if not tokenizer.chat_template:
            return None
        return chat.pieces(
            lambda messages: str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        )
    except Exception as error:  # Templates raise errors of their own.
        say(f"warning: its chat template is left out: {error}")
        return None


def export_folder(
    folder: Path, path: Path, dtype: str, capacity: int, tokenizer: Path | None, check: bool, say: Any
) -> None:
    """Writes the archive of a folder's model, with its tokenizer."""
    offline()
    from mambac import checkpoints
    from mambac.export import export

    model = checkpoints.load(folder, dtype)
    source = tokenizer if tokenizer is not None else folder
    if source.is_file():
        source = source.parent
    files = tokenizer_files(source)
    if tokenizer is not None and not files:
        raise BuildError(f"{tokenizer} has no tokenizer.json")
    pieces = chat_pieces(source, say) if files else None
    if not files:
        say(f"{folder} has no tokenizer.json: the model will read and write bytes, if it has ids for them")
    name = folder.resolve().name
    export(model, path, capacity=capacity, name=name, check=check, extra=files, chat=pieces)


def build(arguments: argparse.Namespace, more: list[str]) -> int:
    """Carries out the command; `more` is for mambac."""
    output: Path = arguments.output
    say = lambda text: print(f"mambac: {text}", file=sys.stderr)  # noqa: E731
    if not output.parent.is_dir() or output.is_dir():
        raise BuildError(f"cannot write {output}: " + ("it is a folder" if output.is_dir() else "there is no folder"))
    archive_alone = output.suffix == ".pt2"
    compiler = None if archive_alone else find_compiler(arguments.mambac)
    if archive_alone and more:
        raise BuildError(f"an archive is not compiled: what is {more[0]} for?")
    with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as scratch:
        archive = output if archive_alone else Path(scratch) / f"{output.stem or 'model'}.pt2"
        export_folder(
            arguments.folder,
            archive,
            arguments.dtype,
            arguments.capacity,
            arguments.tokenizer,
            not arguments.no_check,
            say,
        )
        if compiler is None:
            return 0
        return subprocess.run([compiler, archive, "-o", output, *more], check=False).returncode


def _stop(number: int, _: Any) -> NoReturn:
    """Ends the program so that what is temporary is removed."""
    raise SystemExit(128 + number)


def main(argv: list[str]) -> int:
    """Reads the command line behind `build`."""
    parser = argparse.ArgumentParser(
        prog="python -m mambac build",
        description="Makes one program or library of a folder with a model: config.json, weights (safetensors or "
        "pytorch_model.bin) and tokenizer.json, as transformers or mamba_ssm save them. Nothing is downloaded. Other "
        "options are mambac's.",
    )
    parser.add_argument("folder", type=Path, help="of the model")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="FILE",
                        help="a program; a library if it ends in .so, the archive for mambac if in .pt2")  # fmt: skip
    parser.add_argument("--dtype", choices=["auto", "float32", "bfloat16", "float16"], default="auto",
                        help="what the model computes in; auto: what its weights are in")  # fmt: skip
    parser.add_argument("--capacity", type=int, default=4096, metavar="N",
                        help="tokens that layers that attend keep, unless a run says otherwise (4096)")  # fmt: skip
    parser.add_argument("--tokenizer", type=Path, metavar="PATH", help="a tokenizer.json, or a folder that has one")
    parser.add_argument("--mambac", metavar="PROGRAM", help="the compiler")
    parser.add_argument("--no-check", action="store_true", help="do not compare chunks with the whole first")
    arguments, more = parser.parse_known_args(argv)
    if arguments.capacity < 1:
        parser.error("--capacity is at least 1")
    return reporting(lambda: build(arguments, more))


def reporting(command: Callable[[], int]) -> int:
    """Runs a command, and says in one line why it failed."""
    from mambac.checkpoints import CheckpointError
    from mambac.export import ExportError

    signal.signal(signal.SIGTERM, _stop)
    try:
        return command()
    except (BuildError, CheckpointError, ExportError, OSError) as error:
        print(f"mambac: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
