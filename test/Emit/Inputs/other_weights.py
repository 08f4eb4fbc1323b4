"""Writes the weights of a .pt2 archive again: changed, or in another format.

usage: other_weights.py MODEL.pt2 OUT.pt2|OUT.safetensors|FOLDER [--change] [--leave-off PREFIX] [--drop NAME]
                        [--add NAME] [--double NAME] [--rename OLD=NEW]

A folder gets two files and an index, as transformers writes large models. --change gives float elements
other values, --double makes f64 of a tensor of f32. Names are given as they are in the archive.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

# torch's numbers of element types that the archives of the tests have: a safetensors word, bytes.
DTYPES = {1: ("U8", 1), 2: ("I8", 1), 4: ("I32", 4), 5: ("I64", 8), 6: ("F16", 2), 7: ("F32", 4), 8: ("F64", 8)}
DTYPES |= {12: ("BOOL", 1), 13: ("BF16", 2)}
FLOATS = ("F16", "F32", "BF16")


def changed(data: bytes, width: int) -> bytes:
    """Flips low bits of each element, and the sign of each third."""
    result = bytearray(data)
    for index in range(len(data) // width):
        result[index * width] ^= 0x15
        if index % 3 == 0:
            result[index * width + width - 1] ^= 0x80
    return bytes(result)


class Archive:
    """The entries of an archive and its tensors."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as source:
            self.entries = {info.filename: source.read(info) for info in source.infolist()}
        config = next(name for name in self.entries if name.endswith("weights_config.json"))
        self.folder = config.rsplit("/", 1)[0]
        self.tensors: dict[str, Any] = json.loads(self.entries[config])["config"]

    def place(self, name: str) -> str:
        """The entry that has a tensor's bytes."""
        return f"{self.folder}/{self.tensors[name]['path_name']}"

    def dtype(self, name: str) -> tuple[str, int]:
        """Its type's word and bytes."""
        return DTYPES[self.tensors[name]["tensor_meta"]["dtype"]]

    def sizes(self, name: str) -> list[int]:
        """Its sizes."""
        return [size["as_int"] for size in self.tensors[name]["tensor_meta"]["sizes"]]

    def change(self) -> None:
        """Gives all floats other values."""
        done = set()
        for name in self.tensors:
            word, width = self.dtype(name)
            if word in FLOATS and self.place(name) not in done:
                done.add(self.place(name))
                self.entries[self.place(name)] = changed(self.entries[self.place(name)], width)

    def save(self, path: Path) -> None:
        """Writes an archive."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
            for name, data in self.entries.items():
                target.writestr(zipfile.ZipInfo(name), data)


def write_safetensors(path: Path, tensors: dict[str, tuple[str, list[int], bytes]]) -> None:
    """Writes a file of that format."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (word, sizes, content) in tensors.items():
        header[name] = {"dtype": word, "shape": sizes, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--change", action="store_true")
    parser.add_argument("--leave-off", default="")
    parser.add_argument("--drop", action="append", default=[])
    parser.add_argument("--add", action="append", default=[])
    parser.add_argument("--double", action="append", default=[])
    parser.add_argument("--rename", action="append", default=[])
    args = parser.parse_args()
    archive = Archive(args.model)
    if args.change:
        archive.change()
    if args.out.suffix == ".pt2":
        archive.save(args.out)
        return 0
    tensors = {}
    renamed = dict(pair.split("=") for pair in args.rename)
    for name in archive.tensors:
        (word, _), sizes, data = archive.dtype(name), archive.sizes(name), archive.entries[archive.place(name)]
        if name in args.double:
            count = len(data) // 4
            word, data = "F64", struct.pack(f"<{count}d", *struct.unpack(f"<{count}f", data))
        if name not in args.drop:
            tensors[renamed.get(name, name).removeprefix(args.leave_off)] = (word, sizes, data)
    for name in args.add:
        tensors[name] = ("BF16", [2, 3], bytes(12))
    if args.out.suffix:
        write_safetensors(args.out, tensors)
        return 0
    args.out.mkdir()
    names = list(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, part in parts.items():
        write_safetensors(args.out / file, {name: tensors[name] for name in part})
    index = {"weight_map": {name: file for file, part in parts.items() for name in part}}
    (args.out / "model.safetensors.index.json").write_text(json.dumps(index))
    return 0


if __name__ == "__main__":
    sys.exit(main())
