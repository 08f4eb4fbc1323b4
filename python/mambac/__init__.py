"""Exports models with their state, for mambac to compile.

    import mambac
    mambac.export(model, "model.pt2")

The operations that exported graphs are made of are in `mambac.ops`; models may call them, too.
"""

from mambac.export import ExportError, export

__all__ = ["ExportError", "export"]
