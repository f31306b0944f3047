"""Arrays that grow."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["room_for"]


@kernel
def room_for(array, used, needed):
    """Return `array`, or a copy of its first `used` rows with room for `needed` and as many again.

    Rows are appended in amortised constant time by ``array = room_for(array, n, n + 1)``.
    """
    if needed <= array.shape[0]:
        return array
    longer = np.empty((2 * needed, *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer
