"""Writes `.pt2` archives that say nothing about the machine that wrote them.

`torch.export.save` stores the stack trace of every node with absolute paths.
`save` writes the same archive with each path cut down to its module file
(`transformers/models/mamba2/modeling_mamba2.py`), with a fixed time stamp, and,
as torch does, every entry stored uncompressed with its data on a multiple of 64
bytes. It is not a reader: the compiler has its own, in C++.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.export import ExportedProgram

ALIGNMENT = 64
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


def _cut_json(value: Any, frames: int) -> Any:
    """Applies the cuts to every string of a JSON value that can hold a path."""
    if isinstance(value, dict):
        return {
            key: cut_stack_trace(item, frames)
            if key == "stack_trace" and isinstance(item, str)
            else _cut_json(item, frames)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_cut_json(item, frames) for item in value]
    return value


def _add(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Adds a stored entry whose data begins on a multiple of ALIGNMENT."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o644 << 16
    assert target.fp is not None
    header = target.fp.tell() + 30 + len(name.encode()) + 4
    # An extra field "FB" of the length that is missing, as torch's writer has it.
    padding = -header % ALIGNMENT
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    target.writestr(info, data)


def rewrite(data: bytes, frames: int = 1) -> bytes:
    """Returns the archive `data` with the paths in its graphs cut."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if "/models/" in entry.filename and entry.filename.endswith(".json"):
                graph = _cut_json(json.loads(content), frames)
                content = json.dumps(graph, separators=(",", ":")).encode()
            _add(target, entry.filename, content)
    return result.getvalue()


def save(program: ExportedProgram, path: Path, frames: int = 1, extra: dict[str, str] | None = None) -> None:
    """Saves an exported program; `frames` stack frames are kept for each node (0: all).

    `extra` maps names to texts, which become extra/NAME.
    """
    from torch.export import save as torch_save

    buffer = io.BytesIO()
    torch_save(program, buffer, extra_files=dict(extra or {}))
    path.write_bytes(rewrite(buffer.getvalue(), frames))
