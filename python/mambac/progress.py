"""One line on standard error that says how far a long command is; nothing where that is no terminal."""

from __future__ import annotations

import sys
import time

_BAR = 24


class Progress:
    """Shows `what: text` and a bar, written over itself, at most ten times a second."""

    def __init__(self, what: str, on: bool = True) -> None:
        self.what, self.on = what, on and sys.stderr.isatty()
        self.begin, self.last, self.width = time.monotonic(), 0.0, 0

    def say(self, text: str, part: float | None = None) -> None:
        """Replaces the line; `part` of the work, from 0 to 1, becomes a bar."""
        now = time.monotonic()
        if self.on and now - self.last > 0.1:
            self.last = now
            filled = 0 if part is None else round(min(max(part, 0), 1) * _BAR)
            bar = "" if part is None else f"[{'#' * filled}{'.' * (_BAR - filled)}] "
            self._write(f"{self.what}: {bar}{text}, {now - self.begin:.0f} s")

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
