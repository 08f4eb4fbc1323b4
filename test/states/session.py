"""Sessions of a compiled model, through the C interface in its shared library (include/mambac/mambac.h), by ctypes.

Tensors are arrays of the standard library with a shape. For the tests alone.
"""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint64, c_void_p
from pathlib import Path
from typing import Any

ALL = -1
INVALID, OUT_OF_RANGE, EXCEEDED, BAD_STATE = 1, 6, 7, 8


class Dtype(ctypes.Structure):
    """mambac_dtype."""

    _fields_ = (("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16))


class Tensor(ctypes.Structure):
    """mambac_tensor."""

    _fields_ = (
        ("data", c_void_p),
        ("device_type", c_int32),
        ("device_id", c_int32),
        ("ndim", c_int32),
        ("dtype", Dtype),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    )


class Options(ctypes.Structure):
    """mambac_options."""

    _fields_ = (("struct_size", c_size_t), ("threads", c_int32), ("profile", c_int32), ("trace", c_int64))


class SessionOptions(ctypes.Structure):
    """mambac_session_options."""

    _fields_ = (("struct_size", c_size_t), ("batch", c_int32), ("capacity", c_int64))


class Info(ctypes.Structure):
    """mambac_session_info."""

    _fields_ = (
        ("struct_size", c_size_t),
        ("batch", c_int32),
        ("used", c_int32),
        ("capacity", c_int64),
        ("chunk", c_int64),
        ("vocabulary", c_int64),
        ("embedding", c_int64),
        ("width", c_int64),
        ("all_positions", c_int32),
        ("token_dtype", Dtype),
        ("logits_dtype", Dtype),
        ("slot_bytes", c_int64),
        ("bytes", c_int64),
    )


class Refused(Exception):
    """What a function said; `status` is a mambac_status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def widen(dtype: Dtype, raw: array[int]) -> Sequence[float]:
    """Elements as numbers."""
    if dtype.bits == 32:
        return array("f", raw.tobytes())
    if dtype.code == 4:  # bfloat16
        return array("f", array("I", (word << 16 for word in raw)).tobytes())
    return [float.fromhex("nan") if word & 0x7C00 == 0x7C00 else _half(word) for word in raw]


def _half(word: int) -> float:
    sign, exponent, fraction = -1.0 if word >> 15 else 1.0, (word >> 10) & 31, word & 1023
    return sign * math.ldexp(fraction + (1024 if exponent else 0), max(exponent, 1) - 25)


def narrow(dtype: Dtype, values: Sequence[float]) -> array[Any]:
    """Numbers as elements of a type that holds them exactly."""
    if dtype.bits == 32:
        return array("f", values)
    assert dtype.code == 4, "16-bit embeddings are bfloat16 here"
    return array("H", (word >> 16 for word in array("I", array("f", values).tobytes())))


class Model:
    """An open product and an execution state."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.lib = ctypes.CDLL(str(path))
        for name in ("mambac_last_error", "mambac_session_error", "mambac_state_error"):
            getattr(self.lib, name).restype = c_char_p
        self.lib.mambac_session_length.restype = c_int64
        self.model, self.state = c_void_p(), c_void_p()
        self.check(self.lib.mambac_open(str(path).encode(), None, byref(self.model)))
        options = Options(ctypes.sizeof(Options), threads, 0, 0)
        self.check(self.lib.mambac_state_create(self.model, byref(options), byref(self.state)))

    def check(self, status: int) -> None:
        """Raises what went wrong."""
        if status:
            raise Refused(status, self.lib.mambac_last_error().decode())

    def close(self) -> None:
        """Gives everything back."""
        self.lib.mambac_state_destroy(self.state)
        self.lib.mambac_close(self.model)


def tensor(data: array[Any], shape: Sequence[int], dtype: Dtype) -> Tensor:
    """A view; the caller keeps `data`."""
    sizes = (c_int64 * max(len(shape), 1))(*shape)
    view = Tensor(data.buffer_info()[0], 1, 0, len(shape), dtype, sizes, None, 0)
    view.kept = (data, sizes)
    return view


class Session:
    """The texts of a session, whose slots are numbers."""

    def __init__(self, model: Model, batch: int = 1, capacity: int = 0) -> None:
        self.model, self.lib, self.handle = model, model.lib, c_void_p()
        options = SessionOptions(ctypes.sizeof(SessionOptions), batch, capacity)
        model.check(self.lib.mambac_session_create(model.model, byref(options), byref(self.handle)))
        self.info = self.read_info()

    def read_info(self) -> Info:
        """What it is like now."""
        info = Info(ctypes.sizeof(Info))
        self.check(self.lib.mambac_session_get_info(self.handle, byref(info)))
        return info

    def check(self, status: int) -> None:
        """Raises what went wrong."""
        if status:
            raise Refused(status, self.lib.mambac_session_error(self.handle).decode())

    def close(self) -> None:
        """Gives the states back."""
        self.lib.mambac_session_destroy(self.handle)

    def add(self) -> int:
        """A slot."""
        slot = c_int32()
        self.check(self.lib.mambac_session_add(self.handle, byref(slot)))
        return slot.value

    def remove(self, slot: int) -> None:
        """Forgets a text."""
        self.check(self.lib.mambac_session_remove(self.handle, c_int32(slot)))

    def reset(self, slot: int = ALL) -> None:
        """Begins a text anew."""
        self.check(self.lib.mambac_session_reset(self.handle, c_int32(slot)))

    def length(self, slot: int) -> int:
        """Tokens of a text."""
        return int(self.lib.mambac_session_length(self.handle, c_int32(slot)))

    def copy(self, to: int, source: Session, slot: int) -> None:
        """A fork."""
        self.check(self.lib.mambac_session_copy(self.handle, c_int32(to), source.handle, c_int32(slot)))

    def save(self, slot: int) -> bytes:
        """A text's state."""
        size = c_size_t()
        self.check(self.lib.mambac_session_save(self.handle, c_int32(slot), None, byref(size)))
        buffer = ctypes.create_string_buffer(size.value)
        self.check(self.lib.mambac_session_save(self.handle, c_int32(slot), buffer, byref(size)))
        return buffer.raw

    def load(self, slot: int, saved: bytes) -> None:
        """A saved text."""
        self.check(self.lib.mambac_session_load(self.handle, c_int32(slot), saved, c_size_t(len(saved))))

    def checkpoint(self, slot: int) -> int:
        """A place to go back to."""
        number = c_int64()
        self.check(self.lib.mambac_session_checkpoint(self.handle, c_int32(slot), byref(number)))
        return number.value

    def rollback(self, slot: int, number: int) -> None:
        """Goes back."""
        self.check(self.lib.mambac_session_rollback(self.handle, c_int32(slot), c_int64(number)))

    def forget(self, slot: int, number: int) -> None:
        """A checkpoint."""
        self.check(self.lib.mambac_session_forget(self.handle, c_int32(slot), c_int64(number)))

    def tokens(self, values: Sequence[float], shape: Sequence[int]) -> Tensor:
        """Ids or embeddings."""
        dtype, width = self.info.token_dtype, self.info.embedding
        if width:
            return tensor(narrow(dtype, values), (*shape, width), dtype)
        code = "q" if dtype.bits == 64 else "i"
        ready = isinstance(values, array) and values.typecode == code  # a long text is not copied
        return tensor(values if ready else array(code, map(int, values)), shape, dtype)

    def results(self, shape: Sequence[int]) -> tuple[Tensor, array[Any]]:
        """Room for results, which hold numbers that are none of the model's."""
        dtype, width = self.info.logits_dtype, self.info.width
        data = array("I" if dtype.bits == 32 else "H", [0x7FFF] * (math.prod(shape) * width))
        return tensor(data, (*shape, width), dtype), data

    def prefill(
        self,
        slots: Sequence[int],
        values: Sequence[float],
        length: int,
        every: bool = True,
        mask: Sequence[int] | None = None,
        sequences: Sequence[int] | None = None,
        step: bool = False,
    ) -> Sequence[float]:
        """Reads (len(slots), length) tokens; returns the results of all positions, or of the last ones."""
        shape = (len(slots), length)
        out, data = self.results((len(slots), length if every else 1))
        chosen = (c_int32 * len(slots))(*slots)
        text = self.tokens(values, shape)
        # Booleans and integers of several sizes are taken alike.
        masks = mask and tensor(array("B", mask), shape, Dtype(6, 8, 1))
        numbers = sequences and tensor(array("i", sequences), shape, Dtype(0, 32, 1))
        arguments = (self.model.state, self.handle, chosen, c_int32(len(slots)), byref(text))
        if step:
            self.check(self.lib.mambac_step(*arguments, byref(out)))
        else:
            self.check(
                self.lib.mambac_prefill(*arguments, masks and byref(masks), numbers and byref(numbers), byref(out))
            )
        return widen(self.info.logits_dtype, data)

    def packed(
        self, slots: Sequence[int], values: Sequence[float], bounds: Sequence[int], every: bool = True
    ) -> Sequence[float]:
        """Reads texts that lie one behind the other."""
        total = bounds[-1]
        out, data = self.results((total if every else len(slots),))
        text = self.tokens(values, (total,))
        chosen = (c_int32 * len(slots))(*slots)
        numbers = tensor(array("i", bounds), (len(bounds),), Dtype(0, 32, 1))
        arguments = (self.model.state, self.handle, chosen, c_int32(len(slots)), byref(text), byref(numbers), byref(out))
        self.check(self.lib.mambac_prefill_packed(*arguments))
        return widen(self.info.logits_dtype, data)
