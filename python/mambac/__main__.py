"""`python -m mambac build FOLDER -o FILE` makes a program of a folder with a model, `repack` gives it other weights."""

from __future__ import annotations

import sys

from mambac import build, repack

_COMMANDS = {"build": build.main, "repack": repack.main}


def main() -> int:
    """Chooses the command. The compiler itself is the program mambac."""
    if sys.argv[1:] and sys.argv[1] in _COMMANDS:
        return _COMMANDS[sys.argv[1]](sys.argv[2:])
    print("usage: python -m mambac build FOLDER -o FILE", file=sys.stderr)
    print("       python -m mambac repack PRODUCT FOLDER -o FILE", file=sys.stderr)
    print("       (--help behind a command explains it)", file=sys.stderr)
    return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2


if __name__ == "__main__":
    sys.exit(main())
