"""Arrays that count how often the host looks at what is on the device."""

import numpy as np

from tests.gpu.emulated import Emulated


class Resident(np.ndarray):
    """An array as CuPy has them: entries and sums are arrays too, and become numbers by a read."""

    reads = 0

    def _number(self, kind):
        Resident.reads += 1
        return kind(np.asarray(self).item())

    def __getitem__(self, index):
        """Return an array, also for one entry; with a mask, the host waits for its length."""
        if isinstance(index, np.ndarray) and index.dtype == bool:
            Resident.reads += 1
        found = super().__getitem__(index)
        return np.asarray(found).view(Resident)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """Return an array, also for a sum."""
        return np.asarray(array).view(Resident)

    def __int__(self):
        """Read."""
        return self._number(int)

    def __float__(self):
        """Read."""
        return self._number(float)

    def __bool__(self):
        """Read."""
        return self._number(bool)

    def __index__(self):
        """Read."""
        return self._number(int)

    def item(self, *where):
        """Read."""
        Resident.reads += 1
        return np.asarray(self).item(*where)

    def tolist(self):
        """Read."""
        Resident.reads += 1
        return np.asarray(self).tolist()


class _Functions:
    """NumPy, whose functions return such arrays."""

    def __getattr__(self, name):
        """Return a function that does, or what is no function as it is."""
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found

        def function(*arguments, **options):
            """Call, and make arrays of arrays."""
            result = found(*arguments, **options)
            is_array = isinstance(result, (np.ndarray, np.generic))
            return np.asarray(result).view(Resident) if is_array else result

        return function


class Counting(Emulated):
    """The emulated device, with a count of all reads."""

    xp = _Functions()

    def to_host(self, array):
        """Read."""
        Resident.reads += 1
        return np.array(np.asarray(array))
