"""`python -m mambac build FOLDER -o MODEL` makes a program of a folder with a model."""

from __future__ import annotations

import sys

from mambac import build


def main() -> int:
    """There is one command. The compiler itself is the program mambac."""
    if sys.argv[1:2] == ["build"]:
        return build.main(sys.argv[2:])
    print("usage: python -m mambac build FOLDER -o FILE [--help]", file=sys.stderr)
    return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2


if __name__ == "__main__":
    sys.exit(main())
