"""Runs compiled models: sessions of include/mambac/mambac.h, by ctypes, with tensors of PyTorch.

    model = mambac.Model("model.so")
    session = model.session(batch=2)
    slot = session.add()
    logits = session.prefill(ids)              # (1, length) -> (1, 1, vocabulary)
    logits = session.step(logits.argmax(-1))   # (1, 1) -> (1, 1, vocabulary)

A library that mambac made has the C interface in it; nothing else is needed. What a call refuses is an Error, and the
session is as it was.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_ALL = -1
# Of DLPack: integers, unsigned ones, numbers, bfloat16, truth values.
_DTYPES = {
    torch.bool: (6, 8), torch.uint8: (1, 8), torch.int8: (0, 8), torch.int16: (0, 16), torch.int32: (0, 32),
    torch.int64: (0, 64), torch.float16: (2, 16), torch.float32: (2, 32), torch.float64: (2, 64),
    torch.bfloat16: (4, 16),
}  # fmt: skip


class Error(Exception):
    """What a function of the C interface refused, in its words."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Dtype(ctypes.Structure):
    _fields_ = [("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16)]

    def torch(self) -> torch.dtype:
        return next(dtype for dtype, pair in _DTYPES.items() if pair == (self.code, self.bits))


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device_type", c_int32),
        ("device_id", c_int32),
        ("ndim", c_int32),
        ("dtype", _Dtype),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    ]


class _Options(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("threads", c_int32), ("profile", c_int32), ("trace", c_int64)]


class _SessionOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("batch", c_int32), ("capacity", c_int64)]


class _SessionInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("batch", c_int32),
        ("used", c_int32),
        ("capacity", c_int64),
        ("chunk", c_int64),
        ("vocabulary", c_int64),
        ("embedding", c_int64),
        ("width", c_int64),
        ("all_positions", c_int32),
        ("token_dtype", _Dtype),
        ("logits_dtype", _Dtype),
        ("slot_bytes", c_int64),
        ("bytes", c_int64),
    ]


_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "open": (c_int32, [c_char_p, c_char_p, POINTER(c_void_p)]),
    "close": (None, [c_void_p]),
    "model_name": (c_char_p, [c_void_p]),
    "last_error": (c_char_p, []),
    "state_create": (c_int32, [c_void_p, POINTER(_Options), POINTER(c_void_p)]),
    "state_destroy": (None, [c_void_p]),
    "state_error": (c_char_p, [c_void_p]),
    "session_create": (c_int32, [c_void_p, POINTER(_SessionOptions), POINTER(c_void_p)]),
    "session_destroy": (None, [c_void_p]),
    "session_error": (c_char_p, [c_void_p]),
    "session_get_info": (c_int32, [c_void_p, POINTER(_SessionInfo)]),
    "session_add": (c_int32, [c_void_p, POINTER(c_int32)]),
    "session_remove": (c_int32, [c_void_p, c_int32]),
    "session_reset": (c_int32, [c_void_p, c_int32]),
    "session_length": (c_int64, [c_void_p, c_int32]),
    "session_copy": (c_int32, [c_void_p, c_int32, c_void_p, c_int32]),
    "session_save": (c_int32, [c_void_p, c_int32, c_void_p, POINTER(c_size_t)]),
    "session_load": (c_int32, [c_void_p, c_int32, c_char_p, c_size_t]),
    "session_checkpoint": (c_int32, [c_void_p, c_int32, POINTER(c_int64)]),
    "session_rollback": (c_int32, [c_void_p, c_int32, c_int64]),
    "session_forget": (c_int32, [c_void_p, c_int32, c_int64]),
    "prefill": (c_int32, [c_void_p, c_void_p, POINTER(c_int32), c_int32, *[POINTER(_Tensor)] * 4]),
    "step": (c_int32, [c_void_p, c_void_p, POINTER(c_int32), c_int32, *[POINTER(_Tensor)] * 2]),
    "prefill_packed": (c_int32, [c_void_p, c_void_p, POINTER(c_int32), c_int32, *[POINTER(_Tensor)] * 3]),
}


class _Library:
    """The functions of a product."""

    def __init__(self, path: Path) -> None:
        try:
            library = ctypes.CDLL(str(path))
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(library, f"mambac_{name}")
                function.restype, function.argtypes = result, arguments
                setattr(self, name, function)
        except (OSError, AttributeError) as error:
            raise Error(3, f"{path} is not a library that mambac made for this machine: {error}") from None

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class _View:
    """A tensor as the C interface sees it, with all that it points to."""

    def __init__(self, tensor: Tensor) -> None:
        if tensor.device.type != "cpu" or tensor.dtype not in _DTYPES:
            raise Error(1, f"a tensor of type {tensor.dtype} on {tensor.device} cannot be an operand")
        self.tensor = tensor.contiguous()
        self.shape = (c_int64 * max(tensor.ndim, 1))(*self.tensor.shape)
        dtype = _Dtype(*_DTYPES[tensor.dtype], 1)
        self.struct = _Tensor(self.tensor.data_ptr(), 1, 0, tensor.ndim, dtype, self.shape, None, 0)


def _pointer(view: _View | None) -> Any:
    return None if view is None else byref(view.struct)


class Model:
    """A library that mambac made."""

    def __init__(self, path: str | Path, threads: int = 0) -> None:
        """threads: how many a run uses; 0: MAMBAC_NUM_THREADS, or all CPUs of the process."""
        self._model, self._state = c_void_p(), c_void_p()
        path = Path(path).resolve()
        self._library = _Library(path)
        self._check(self._library.open(str(path).encode(), None, byref(self._model)))
        options = _Options(ctypes.sizeof(_Options), threads, 0, 0)
        self._check(self._library.state_create(self._model, byref(options), byref(self._state)))
        self.name = self._library.model_name(self._model).decode()

    def session(self, batch: int = 1, capacity: int = 0) -> Session:
        """Room for the states of `batch` texts; capacity: tokens a text where layers attend (0: as exported)."""
        return Session(self, batch, capacity)

    def _check(self, status: int) -> None:
        if status:
            raise Error(status, self._library.last_error().decode())

    def __del__(self) -> None:
        """Sessions keep their model, so nothing runs any more."""
        if library := getattr(self, "_library", None):
            library.state_destroy(self._state)
            library.close(self._model)


class Session:
    """What a model remembers of some texts, each in a slot."""

    def __init__(self, model: Model, batch: int, capacity: int) -> None:
        self.model, self._library, self._session = model, model._library, c_void_p()
        options = _SessionOptions(ctypes.sizeof(_SessionOptions), batch, capacity)
        model._check(self._library.session_create(model._model, byref(options), byref(self._session)))
        info = self._info()
        self.batch, self.capacity, self.chunk, self.width = info.batch, info.capacity, info.chunk, info.width
        self.logits_dtype = info.logits_dtype.torch()
        self.token_dtype = info.token_dtype.torch()
        self.embedding = info.embedding

    def add(self) -> int:
        """A slot for a new text."""
        slot = c_int32()
        self._check(self._library.session_add(self._session, byref(slot)))
        return slot.value

    def remove(self, slot: int) -> None:
        """Forgets a text; others stay."""
        self._check(self._library.session_remove(self._session, slot))

    def reset(self, slot: int | None = None) -> None:
        """Begins a text, or all of them, anew."""
        self._check(self._library.session_reset(self._session, _ALL if slot is None else slot))

    def length(self, slot: int) -> int:
        """How many tokens a text has."""
        length = self._library.session_length(self._session, slot)
        if length < 0:
            raise Error(1, f"slot {slot} has no text")
        return length

    def copy(self, to: int, source: int, session: Session | None = None) -> None:
        """The text of `to` becomes that of `source`, here or in another session: a fork."""
        other = self if session is None else session
        self._check(self._library.session_copy(self._session, to, other._session, source))

    def save(self, slot: int) -> bytes:
        """A text's state as bytes."""
        size = c_size_t()
        self._check(self._library.session_save(self._session, slot, None, byref(size)))
        buffer = ctypes.create_string_buffer(size.value)
        self._check(self._library.session_save(self._session, slot, buffer, byref(size)))
        return buffer.raw[: size.value]

    def load(self, slot: int, saved: bytes) -> None:
        """A text goes on from what `save` returned, of the same model and weights."""
        self._check(self._library.session_load(self._session, slot, saved, len(saved)))

    def checkpoint(self, slot: int) -> int:
        """Remembers where a text is."""
        number = c_int64()
        self._check(self._library.session_checkpoint(self._session, slot, byref(number)))
        return number.value

    def rollback(self, slot: int, checkpoint: int) -> None:
        """Goes back to there."""
        self._check(self._library.session_rollback(self._session, slot, checkpoint))

    def forget(self, slot: int, checkpoint: int) -> None:
        """It is not needed any more."""
        self._check(self._library.session_forget(self._session, slot, checkpoint))

    def prefill(
        self,
        tokens: Tensor,
        slots: Sequence[int] | None = None,
        *,
        mask: Tensor | None = None,
        seq_idx: Tensor | None = None,
        positions: str = "last",
    ) -> Tensor:
        """Reads ids (n, l) or embeddings (n, l, d), and returns the results of the "last" token (n, 1, v) or of "all".

        slots: of the texts, 0 to n - 1 where they are not given. mask (n, l): where it is 0 there is no token. seq_idx
        (n, l): where it changes, a new text begins.
        """
        views = [self._tokens(tokens), *(None if value is None else _View(value) for value in (mask, seq_idx))]
        rows, length = (*tokens.shape, 1)[:2]
        logits = self._logits((rows, length if positions == "all" else 1))
        self._run(self._library.prefill, slots, rows, [*views, logits])
        return logits.tensor

    def step(self, tokens: Tensor, slots: Sequence[int] | None = None) -> Tensor:
        """Reads one token of each of n texts, (n, 1) or (n, 1, d), and returns its results (n, 1, v)."""
        logits = self._logits((tokens.shape[0], 1))
        self._run(self._library.step, slots, tokens.shape[0], [self._tokens(tokens), logits])
        return logits.tensor

    def prefill_packed(self, tokens: Tensor, cu_seqlens: Tensor, slots: Sequence[int] | None = None) -> Tensor:
        """Reads texts one behind the other: ids (total), where each begins, and the end; returns results (n, v)."""
        rows = cu_seqlens.shape[0] - 1
        logits = self._logits((rows,))
        self._run(self._library.prefill_packed, slots, rows, [self._tokens(tokens), _View(cu_seqlens), logits])
        return logits.tensor

    def _tokens(self, tokens: Tensor) -> _View:
        return _View(tokens if tokens.is_floating_point() else tokens.to(self.token_dtype))

    def _logits(self, rows: tuple[int, ...]) -> _View:
        return _View(torch.empty(*rows, self.width, dtype=self.logits_dtype))

    def _run(self, function: Any, slots: Sequence[int] | None, rows: int, views: list[_View | None]) -> None:
        numbers = list(range(rows)) if slots is None else list(slots)
        if len(numbers) != rows:
            raise Error(1, f"{len(numbers)} slots for {rows} texts")
        array = (c_int32 * max(rows, 1))(*numbers)
        self._check(function(self.model._state, self._session, array, rows, *map(_pointer, views)))

    def _info(self) -> _SessionInfo:
        info = _SessionInfo(struct_size=ctypes.sizeof(_SessionInfo))
        self._check(self._library.session_get_info(self._session, byref(info)))
        return info

    def _check(self, status: int) -> None:
        if status:
            raise Error(status, self._library.session_error(self._session).decode())

    def __del__(self) -> None:
        """The model outlives it."""
        if getattr(self, "_session", None):
            self._library.session_destroy(self._session)
