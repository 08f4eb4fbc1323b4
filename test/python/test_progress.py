"""The line that says how far an export is."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from mambac import progress


class Terminal(io.StringIO):
    """Standard error of somebody who watches."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_line_on_a_terminal(tiny: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the layers with a bar, and is gone at the end."""
    import mambac

    terminal, clock = Terminal(), itertools.count()
    monkeypatch.setattr(progress.sys, "stderr", terminal)
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    mambac.export(tiny("mamba"), tmp_path / "model.pt2")
    lines = terminal.getvalue().split("\r")
    assert any(": checking that chunks give the whole, " in line for line in lines)
    assert any(f"[{'#' * 12}{'.' * 12}] layer 2 of 2, " in line for line in lines)
    assert any(f"[{'#' * 24}] writing " in line for line in lines)
    assert lines[-1] == "" and not lines[-2].strip()


def test_silence_elsewhere(tiny: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file gets nothing, nor does a terminal that is told so."""
    import mambac

    for stream, wanted in ((io.StringIO(), True), (Terminal(), False)):
        monkeypatch.setattr(progress.sys, "stderr", stream)
        mambac.export(tiny("mamba"), tmp_path / "model.pt2", progress=wanted)
        assert stream.getvalue() == ""
