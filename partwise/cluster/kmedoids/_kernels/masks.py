"""Comparisons of 64 numbers at a time, as bit masks: loops in which few pass, as vector code.

A mask has bit b set where element ``i + b`` passes. LLVM makes of it what the processor has:
4 to 16 floats an instruction; the set bits are then visited one by one with :func:`lowest`.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["LANES", "below", "below4", "equal", "lowest", "no_distance"]

LANES = 64


def _vector(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Load LANES elements of `array` from `index` on."""
    from numba.np.arrayobj import make_array

    data = make_array(array_type)(context, builder, array).data
    width = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
    pointer = builder.gep(data, [index])
    vector = ir.VectorType(context.get_data_type(array_type.dtype), LANES)
    load = builder.load(builder.bitcast(pointer, vector.as_pointer()))
    load.align = width
    return load


def _less(builder: Any, dtype: Any, left: Any, right: Any) -> Any:
    if isinstance(dtype, types.Float):
        passed = builder.fcmp_ordered("<", left, right)
    elif dtype.signed:
        passed = builder.icmp_signed("<", left, right)
    else:
        passed = builder.icmp_unsigned("<", left, right)
    return builder.bitcast(passed, ir.IntType(LANES))


@intrinsic
def _below(typing_context: Any, row: Any, limit: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit the comparison."""
        row_type, limit_type, _ = signature.args
        left = _vector(context, builder, row_type, arguments[0], arguments[2])
        right = _vector(context, builder, limit_type, arguments[1], arguments[2])
        return _less(builder, row_type.dtype, left, right)

    return types.uint64(row, limit, types.intp), code


@intrinsic
def _below4(typing_context: Any, a: Any, b: Any, c: Any, d: Any, limit: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit the comparison."""
        right = _vector(context, builder, signature.args[4], arguments[4], arguments[5])
        masks = [
            _less(
                builder,
                signature.args[i].dtype,
                _vector(context, builder, signature.args[i], arguments[i], arguments[5]),
                right,
            )
            for i in range(4)
        ]
        return context.make_tuple(builder, signature.return_type, masks)

    return types.UniTuple(types.uint64, 4)(a, b, c, d, limit, types.intp), code


@intrinsic
def _equal(typing_context: Any, row: Any, value: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit the comparison."""
        row_type, value_type, _ = signature.args
        left = _vector(context, builder, row_type, arguments[0], arguments[2])
        wanted = context.cast(builder, arguments[1], value_type, row_type.dtype)
        first = builder.insert_element(
            ir.Constant(left.type, ir.Undefined), wanted, ir.Constant(ir.IntType(32), 0)
        )
        every = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        right = builder.shuffle_vector(first, ir.Constant(left.type, ir.Undefined), every)
        return builder.bitcast(builder.icmp_unsigned("==", left, right), ir.IntType(LANES))

    return types.uint64(row, value, types.intp), code


@intrinsic
def _no_distance(typing_context: Any, row: Any, index: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit the comparison."""
        row_type, _ = signature.args
        values = _vector(context, builder, row_type, arguments[0], arguments[1])
        zeros = ir.Constant(values.type, None)
        if isinstance(row_type.dtype, types.Float):
            infinite = ir.Constant(values.type, [float("inf")] * LANES)
            passed = builder.or_(
                builder.fcmp_unordered("<", values, zeros),
                builder.fcmp_ordered("==", values, infinite),
            )
        elif row_type.dtype.signed:
            passed = builder.icmp_signed("<", values, zeros)
        else:
            return ir.Constant(ir.IntType(LANES), 0)
        return builder.bitcast(passed, ir.IntType(LANES))

    return types.uint64(row, types.intp), code


@intrinsic
def _lowest(typing_context: Any, mask: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit the comparison."""
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


if numba.config.DISABLE_JIT:

    def below(row: Any, limit: Any, index: int) -> int:
        """Return the mask of ``row[i] < limit[i]``, for 64 places i from `index` on."""
        passed = row[index : index + LANES] < limit[index : index + LANES]
        return sum(1 << b for b, bit in enumerate(passed) if bit)

    def below4(a: Any, b: Any, c: Any, d: Any, limit: Any, index: int) -> tuple[int, ...]:
        """Return the masks of four rows; the limits are loaded once."""
        return tuple(below(row, limit, index) for row in (a, b, c, d))

    def equal(row: Any, value: int, index: int) -> int:
        """Return the mask of ``row[i] == value``, for integers."""
        return sum(1 << b for b, x in enumerate(row[index : index + LANES]) if x == value)

    def no_distance(row: Any, index: int) -> int:
        """Return the mask of the places, of 64 from `index` on, that are negative, NaN or inf."""
        values = row[index : index + LANES]
        return sum(1 << b for b, x in enumerate(values) if not 0 <= x < float("inf"))

    def lowest(mask: int) -> int:
        """Return the place of the lowest set bit of a mask that is not 0."""
        return (mask & -mask).bit_length() - 1

else:
    below, below4, equal, no_distance, lowest = _below, _below4, _equal, _no_distance, _lowest
