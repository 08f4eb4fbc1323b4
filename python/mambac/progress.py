"""One line on standard error that says how far a long command is; nothing where that is no terminal."""

from __future__ import annotations

import sys
import time


class Progress:
    """Shows `what: text`, written over itself, at most ten times a second."""

    def __init__(self, what: str, on: bool = True) -> None:
        self.what, self.on = what, on and sys.stderr.isatty()
        self.begin, self.last, self.width = time.monotonic(), 0.0, 0

    def say(self, text: str) -> None:
        """Replaces the line."""
        now = time.monotonic()
        if self.on and now - self.last > 0.1:
            self.last = now
            self._write(f"{self.what}: {text}, {now - self.begin:.0f} s")

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self.width))
        sys.stderr.flush()
        self.width = len(line)

    def __enter__(self) -> Progress:
        """Nothing is shown before there is something to say."""
        return self

    def __exit__(self, *_: object) -> None:
        """Takes the line away."""
        if self.width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
