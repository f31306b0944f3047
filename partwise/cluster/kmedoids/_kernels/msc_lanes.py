"""What four candidates (or one) change for the objects of a mask, in vectors of one lane each.

An object reads its own line of numbers once for all four; what it adds to a slot is one vector
addition. The lanes do the same operations in the same order as a single candidate does, so prices
do not depend on how candidates are grouped.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from partwise.cluster.kmedoids._kernels.masks import lowest

__all__ = [
    "DN",
    "DS",
    "DT",
    "LOSS",
    "NEAR",
    "NEAR_GAIN",
    "SECOND",
    "SECOND_GAIN",
    "TINY",
    "WIDTH",
    "visit",
    "visit4",
]

# A line of the table: the distances a <= b <= c to the three nearest medoids; the loss a/b; what it
# shrinks by, never a positive number, if the nearest or the second is dropped without replacement,
# a/b - b/c and a/b - a/c; and, as integers, the slots of the two. One line of 64 bytes is one line
# of the cache.
DN, DS, DT, LOSS, NEAR_GAIN, SECOND_GAIN, NEAR, SECOND = range(8)
WIDTH = 8
TINY = 5e-324  # stands in for a divisor of 0, so that 0/0 is 0


def _emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from numba.np.arrayobj import make_array

    lanes = len(arguments) - 5
    integer, real = ir.IntType(64), ir.DoubleType()
    lane_type = ir.VectorType(real, lanes) if lanes > 1 else real
    data = [
        make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else None
        for kind, value in zip(signature.args, arguments)
    ]
    at, first_mask = arguments[lanes], arguments[lanes + 1]
    table, gains = data[lanes + 2], data[lanes + 3]
    shared_at = builder.bitcast(data[lanes + 4], lane_type.as_pointer())

    def load(pointer: Any) -> Any:
        """Read lanes that are aligned as single numbers are."""
        value = builder.load(pointer)
        value.align = 8
        return value

    def store(value: Any, pointer: Any) -> None:
        """Write lanes that are aligned as single numbers are."""
        builder.store(value, pointer).align = 8

    def distance(i: int) -> Any:
        """Return the dissimilarity to candidate i as float64."""
        kind = signature.args[i].dtype
        value = builder.load(builder.gep(data[i], [o]))
        if kind == types.float32:
            return builder.fpext(value, real)
        if isinstance(kind, types.Float):
            return value
        return (builder.sitofp if kind.signed else builder.uitofp)(value, real)

    def gather(values: list[Any]) -> Any:
        """Return one vector of a number per lane."""
        if lanes == 1:
            return values[0]
        vector = ir.Constant(lane_type, ir.Undefined)
        for i, value in enumerate(values):
            vector = builder.insert_element(vector, value, ir.Constant(ir.IntType(32), i))
        return vector

    def number(x: float) -> Any:
        """Return a constant in every lane."""
        constant = ir.Constant(real, x)
        return constant if lanes == 1 else ir.Constant(lane_type, [constant] * lanes)

    def least(x: Any, y: Any) -> Any:
        """Return the smaller, lane by lane."""
        return builder.select(builder.fcmp_ordered("<", x, y), x, y)

    def most(x: Any, y: Any) -> Any:
        """Return the larger, lane by lane."""
        return builder.select(builder.fcmp_ordered(">", x, y), x, y)

    def ratio(x: Any, y: Any) -> Any:
        """Return the smaller divided by the larger, 0 for two zeros."""
        return builder.fdiv(least(x, y), most(most(x, y), number(TINY)))

    start = builder.block
    head = builder.append_basic_block("next")
    body = builder.append_basic_block("object")
    done = builder.append_basic_block("done")
    first_shared = load(shared_at)
    builder.branch(head)

    builder.position_at_end(head)
    mask = builder.phi(integer)
    shared = builder.phi(lane_type)
    mask.add_incoming(first_mask, start)
    shared.add_incoming(first_shared, start)
    builder.cbranch(builder.icmp_unsigned("!=", mask, ir.Constant(integer, 0)), body, done)

    builder.position_at_end(body)
    place = builder.cttz(mask, ir.Constant(ir.IntType(1), 1))
    rest = builder.and_(mask, builder.sub(mask, ir.Constant(integer, 1)))
    o = builder.add(at, place)
    d = gather([distance(i) for i in range(lanes)])
    line = builder.gep(table, [builder.mul(o, ir.Constant(integer, WIDTH))])

    def column(i: int) -> Any:
        """Return where number i of the object's line of the table lies."""
        return builder.gep(line, [ir.Constant(integer, i)])

    def constant(i: int) -> Any:
        """Return number i of the object's line in every lane."""
        return gather([load(column(i))] * lanes)

    def slot(i: int) -> Any:
        """Return where the gains of the slot that number i names lie."""
        index = load(builder.bitcast(column(i), integer.as_pointer()))
        pointer = builder.gep(gains, [builder.mul(index, ir.Constant(integer, lanes))])
        return builder.bitcast(pointer, lane_type.as_pointer())

    second, loss = constant(DS), constant(LOSS)
    d = least(d, constant(DT))
    without_second = ratio(d, constant(DN))
    without_near = ratio(d, second)
    now = builder.select(builder.fcmp_ordered("<", d, second), without_second, loss)
    for at_slot, then, gain in (
        (slot(NEAR), without_near, constant(NEAR_GAIN)),
        (slot(SECOND), without_second, constant(SECOND_GAIN)),
    ):
        change = builder.fadd(builder.fsub(then, now), gain)
        store(builder.fadd(load(at_slot), change), at_slot)
    mask.add_incoming(rest, builder.block)
    shared.add_incoming(builder.fadd(shared, builder.fsub(now, loss)), builder.block)
    builder.branch(head)

    builder.position_at_end(done)
    store(shared, shared_at)
    return context.get_dummy_value()


@intrinsic
def _visit(
    typing_context: Any, row: Any, at: Any, mask: Any, table: Any, gains: Any, shared: Any
) -> Any:
    return types.void(row, types.intp, types.uint64, table, gains, shared), _emit


@intrinsic
def _visit4(
    typing_context: Any, a: Any, b: Any, c: Any, d: Any, at: Any, mask: Any, table: Any,
    gains: Any, shared: Any,
) -> Any:  # fmt: skip
    return types.void(a, b, c, d, types.intp, types.uint64, table, gains, shared), _emit


if numba.config.DISABLE_JIT:

    def _lane(row: Any, at: int, mask: int, table: Any, gains: Any, shared: Any, lane: int) -> None:
        mask = int(mask)
        while mask:
            o = at + lowest(mask)
            mask &= mask - 1
            near, second = table.view(np.int64)[o, NEAR:]
            line = table[o]
            d = min(float(row[o]), line[DT])
            without_second = min(d, line[DN]) / max(d, line[DN], TINY)
            without_near = min(d, line[DS]) / max(d, line[DS], TINY)
            now = without_second if d < line[DS] else line[LOSS]
            gains[near, lane] += without_near - now + line[NEAR_GAIN]
            gains[second, lane] += without_second - now + line[SECOND_GAIN]
            shared[lane] += now - line[LOSS]

    def visit(row: Any, at: int, mask: int, table: Any, gains: Any, shared: Any) -> None:
        """Add what one candidate changes: `gains` has shape (k, 1), `shared` (1,)."""
        _lane(row, at, mask, table, gains, shared, 0)

    def visit4(
        a: Any, b: Any, c: Any, d: Any, at: int, mask: int, table: Any, gains: Any, shared: Any
    ) -> None:
        """Add what four candidates change: `gains` has shape (k, 4), `shared` (4,)."""
        for lane, row in enumerate((a, b, c, d)):
            _lane(row, at, mask, table, gains, shared, lane)

else:
    visit, visit4 = _visit, _visit4
