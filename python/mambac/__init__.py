"""Exports models with their state, for mambac to compile, and runs what it made of them.

    import mambac
    mambac.export(model, "model.pt2")          # then: mambac model.pt2 -o model.so
    session = mambac.Model("model.so").session()

The operations that exported graphs are made of are in `mambac.ops`; models may call them, too.
"""

from mambac.export import ExportError, export
from mambac.run import Error, Model, Session

__all__ = ["Error", "ExportError", "Model", "Session", "export"]
