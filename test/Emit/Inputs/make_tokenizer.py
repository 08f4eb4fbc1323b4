"""Writes a small byte-level tokenizer.json: the letters, a merge, and an end of text with the id ID.

usage: make_tokenizer.py OUT.json ID | make_tokenizer.py --into OUT.pt2 MODEL.pt2 ID
The second form puts it into a copy of an archive, as mambac.export does.
"""

import json
import sys
import zipfile

path, number = sys.argv[-2:]
vocabulary = {letter: index for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz")} | {"th": 26}
text = json.dumps(
    {
        "version": "1.0",
        "added_tokens": [
            {
                "id": int(number),
                "content": "<end>",
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocabulary | {"<end>": int(number)}, "merges": ["t h"]},
    }
)
if sys.argv[1] == "--into":
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(sys.argv[2], "w") as target:
        for info in source.infolist():
            target.writestr(info, source.read(info))
        root = source.namelist()[0].split("/")[0]
        target.writestr(f"{root}/extra/tokenizer.json", text)
else:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
