"""Writes `.pt2` archives that say nothing about the machine that wrote them.

`torch.export.save` stores the stack trace of every node with absolute paths.
`save` writes the same archive with each path cut down to its module file
(`transformers/models/mamba2/modeling_mamba2.py`), with a fixed time stamp, and,
as torch does, every entry stored uncompressed with its data on a multiple of 64
bytes. Weights are copied in pieces: none of it needs the archive's size in memory. It is not a reader: the compiler has
its own, in C++.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.export import ExportedProgram

ALIGNMENT = 64
# An entry from this size on has its sizes in 64 bits, in an extra field of 20 bytes.
_LARGE = 1 << 30
_FRAME = re.compile(r'^ *File "([^"]*)", line \d+[^\n]*(?:\n    [^\n]*)*', re.MULTILINE)
_PACKAGE_ROOTS = ("site-packages/", "dist-packages/")


def cut_path(path: str) -> str:
    """Returns `path` from its Python package on, or its last component."""
    for root in _PACKAGE_ROOTS:
        if root in path:
            return path.split(root)[-1]
    return path.split("/")[-1]


def cut_stack_trace(trace: str, frames: int) -> str:
    """Keeps the innermost `frames` frames of a trace (0: all), with their paths cut.

    Frames inside PyTorch itself are skipped where there are others: the model's own line says more.
    """
    found = [
        (cut_path(m.group(1)), m.group(0).replace(m.group(1), cut_path(m.group(1)), 1)) for m in _FRAME.finditer(trace)
    ]
    if frames:
        outside = [frame for frame in found if not frame[0].startswith("torch/")]
        found = (outside or found)[-frames:]
    return "\n".join(text for _, text in found)


def _cut_json(value: Any, frames: int | None) -> Any:
    """Applies the cuts to every string of a JSON value that can hold a path."""
    if isinstance(value, dict):
        if frames is None and "metadata" in value and "target" in value:
            value = value | {"metadata": {}}
        return {
            key: cut_stack_trace(item, frames or 0)
            if key == "stack_trace" and isinstance(item, str)
            else _cut_json(item, frames)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_cut_json(item, frames) for item in value]
    return value


@contextlib.contextmanager
def _entry(target: zipfile.ZipFile, name: str, size: int) -> Iterator[IO[bytes]]:
    """A stored entry of `size` bytes to write to, whose data begins on a multiple of ALIGNMENT."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o644 << 16
    assert target.fp is not None
    large = size >= _LARGE
    header = target.fp.tell() + 30 + len(name.encode()) + 4 + (20 if large else 0)
    # An extra field "FB" of the length that is missing, as torch's writer has it.
    padding = -header % ALIGNMENT
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    with target.open(info, "w", force_zip64=large) as file:
        yield file


def _silent(done: int, whole: int) -> None:
    """Says nothing."""


def rewrite(
    source: zipfile.ZipFile, target: zipfile.ZipFile, frames: int | None = 1, note: Callable[[int, int], None] = _silent
) -> None:
    """Copies an archive with the paths in its graphs cut; `note` hears how many bytes of how many are done."""
    done, whole = 0, sum(entry.file_size for entry in source.infolist())
    for entry in source.infolist():
        if "/models/" in entry.filename and entry.filename.endswith(".json"):
            graph = _cut_json(json.loads(source.read(entry)), frames)
            content = json.dumps(graph, separators=(",", ":")).encode()
            with _entry(target, entry.filename, len(content)) as file:
                file.write(content)
        else:
            with source.open(entry) as content_file, _entry(target, entry.filename, entry.file_size) as file:
                shutil.copyfileobj(content_file, file, 1 << 20)
        done += entry.file_size
        note(done, whole)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file beside `path`, which takes its place when all went well and is gone otherwise."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def save(
    program: ExportedProgram,
    path: Path,
    frames: int | None = 1,
    extra: dict[str, str] | None = None,
    note: Callable[[int, int], None] = _silent,
) -> None:
    """Saves an exported program; `frames` stack frames are kept for each node (0: all; None: nor its module).

    `extra` maps names to texts, which become extra/NAME. `path` is not touched before all is written.
    """
    from torch.export import save as torch_save

    with replacing(path) as new, tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        # The archive's root folder has its file's name, so it is the same wherever it is written.
        whole = Path(folder) / "archive.pt2"
        torch_save(program, whole, extra_files=dict(extra or {}))
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as target:
            rewrite(source, target, frames, note)
