"""Asking the processor for memory before it is needed.

It pays where the address is known some steps ahead and the memory misses the cache: a gather by a
queue or by the neighbours of a node. On data that are read in order it costs.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["prefetch"]


@intrinsic
def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit ``llvm.prefetch`` for reading, kept in all caches."""
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.gep(data, [arguments[1]])
        byte = ir.IntType(8).as_pointer()
        word = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", (byte,), ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        )
        flags = [ir.Constant(word, value) for value in (0, 3, 1)]
        builder.call(function, [builder.bitcast(pointer, byte), *flags])
        return context.get_dummy_value()

    return types.void(array, types.uintp), code


if numba.config.DISABLE_JIT:

    def prefetch(array: Any, index: Any) -> None:
        """Do nothing: there is no compiled code that could wait for memory."""

else:

    @numba.njit(inline="always")
    def prefetch(array: Any, index: Any) -> None:
        """Fetch ``array[index]`` into the cache; any index is allowed, nothing is read.

        Parameters
        ----------
        array : contiguous ndarray of one dimension
        index : uint64
        """
        _prefetch(array, index)
