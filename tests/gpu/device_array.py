"""Arrays as CuPy has them: not for NumPy, and numbers only by a read."""

import inspect

import numpy as np

from tests.gpu.cupy_names import METHODS, READS, UFUNCS

__all__ = ["Array", "Race", "bound", "call", "host_of"]

_SCALARS = (bool, int, float, np.generic)


class Race(AssertionError):
    """A result that depends on which thread comes last, or that C leaves undefined."""


class Array(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of a device that is not there.

    Operators take such arrays and numbers. Entries and sums are arrays, too; they become numbers
    when the host reads them, which is counted. Without ``__index__``, as in CuPy, none of them can
    be the end of a slice.

    Attributes
    ----------
    reads : int
        How often the host has waited for any of them.
    """

    __slots__ = ("_host",)
    __array_priority__ = 100
    __hash__ = None
    reads = 0

    def __init__(self, host):
        self._host = host

    dtype = property(lambda self: self._host.dtype)
    shape = property(lambda self: self._host.shape)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    nbytes = property(lambda self: self._host.nbytes)
    itemsize = property(lambda self: self._host.itemsize)
    strides = property(lambda self: self._host.strides)
    flags = property(lambda self: self._host.flags)
    T = property(lambda self: Array(self._host.T))
    __cuda_array_interface__ = property(lambda self: self._host.__array_interface__)

    def __array__(self, dtype=None, copy=None):
        """Refuse."""
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __array_function__(self, function, types, arguments, options):
        """Refuse: what is done on the device is called through ``backend.xp``."""
        return NotImplemented

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        """Compute, without warnings; arrays of the host are refused."""
        if method != "__call__" or ufunc.__name__ not in UFUNCS or set(options) - {"dtype"}:
            return NotImplemented
        hosts = [host_of(value) for value in inputs]
        if "shift" in ufunc.__name__:
            _check_shift(*hosts)
        if out:
            options["out"] = tuple(host_of(array, scalars=()) for array in out)
        with np.errstate(all="ignore"):
            result = ufunc(*hosts, **options)
        return out[0] if out else Array(np.asarray(result))

    def __len__(self):
        """Return the length, which the host knows."""
        return len(self._host)

    def __iter__(self):
        """Go through arrays of one dimension less."""
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index):
        """Return an array: of entries, and of one entry, too; slices are views."""
        places = _places(index)
        if all(not isinstance(place, np.ndarray) for place in places) and Ellipsis not in places:
            places += (Ellipsis,)
        return Array(np.asarray(self._host[places]))

    def __setitem__(self, index, value):
        """Assign arrays and numbers; of entries that are assigned twice, both must agree."""
        places, value = _places(index), host_of(value)
        if isinstance(value, np.ndarray):
            _check_cast(value, self.dtype)
            _check_race(self._host, places, value.astype(self.dtype))
        self._host[places] = value

    def _read(self, kind):
        Array.reads += 1
        return kind(self._host)

    def __bool__(self):
        """Read."""
        return self._read(bool)

    def __int__(self):
        """Read."""
        return self._read(int)

    def __float__(self):
        """Read."""
        return self._read(float)

    def __repr__(self):
        """Return what the entries are; nobody computes with that."""
        return f"Array({self._host!r})"


def host_of(value, scalars=_SCALARS):
    """Return what is behind an array, or a number as it is; refuse all else."""
    if isinstance(value, Array):
        return value._host
    if isinstance(value, scalars):
        return value
    raise TypeError(f"Unsupported type {type(value)}")


def bound(name, parameters):
    """Return a function that raises where arguments do not fit the parameters."""
    scope = {}
    exec(f"def {name}({parameters}): pass", scope)
    return inspect.signature(scope[name]).bind


def call(name, function, arguments, options):
    """Call what stands for a function of CuPy, with arrays of the host, and wrap the result."""
    Array.reads += READS.get(name, 0)
    with np.errstate(all="ignore"):
        return _wrapped(
            function(
                *map(_unwrapped, arguments), **{key: _unwrapped(v) for key, v in options.items()}
            )
        )


def _unwrapped(value):
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, (list, tuple)):
        return type(value)(map(_unwrapped, value))
    return value._host if isinstance(value, Array) else value


def _wrapped(result):
    if isinstance(result, (list, tuple)):
        return type(result)(map(_wrapped, result))
    return Array(np.asarray(result)) if isinstance(result, (np.ndarray, np.generic)) else result


def _places(index):
    """Return what NumPy is to index with; a mask is a read."""
    places = tuple(map(_place, index if isinstance(index, tuple) else (index,)))
    masks = sum(isinstance(place, np.ndarray) and place.dtype == bool for place in places)
    if masks > 1:
        raise NotImplementedError("CuPy takes one mask")
    Array.reads += masks
    return places


def _place(index):
    if isinstance(index, list) and all(isinstance(number, int) for number in index):
        return np.array(index, dtype=np.int64)
    if isinstance(index, slice) or index is None or index is Ellipsis:
        return index
    return host_of(index, scalars=(int, np.integer))


def _check_race(array, places, value):
    """Raise if what an entry becomes depends on which of several assignments is the last."""
    if not any(isinstance(place, np.ndarray) and place.dtype != bool for place in places):
        return
    written = np.arange(array.size).reshape(array.shape)[places]
    value = np.broadcast_to(value, written.shape).ravel()
    order = np.argsort(written.ravel(), kind="stable")
    twice = np.diff(written.ravel()[order]) == 0
    if (twice & (np.diff(value[order].astype(object)) != 0)).any():
        raise Race("an entry is assigned two values")


def _check_cast(array, dtype):
    """Raise if real numbers are made integers that cannot hold them."""
    if array.dtype.kind == "f" and np.dtype(dtype).kind in "iu" and array.size > 0:
        limits = np.iinfo(dtype)
        if not (array.min() > limits.min - 1.0 and array.max() < limits.max + 1.0):
            raise Race(f"numbers do not fit {np.dtype(dtype)}")


def _check_shift(values, by):
    bits = 8 * np.asarray(values).dtype.itemsize
    if np.any(np.less(by, 0)) or np.any(np.greater_equal(by, bits)):
        raise Race(f"a shift of {bits} bits by {by}")


def _stable(function):
    def sort(array, axis=-1, kind=None):
        """Sort as CuPy does, whose only kind is stable."""
        if kind not in (None, "stable"):
            raise ValueError(f"kind must be None or 'stable', got {kind!r}")
        if function is np.ndarray.sort and not array.flags.c_contiguous:
            raise NotImplementedError("Sorting non-contiguous array is not supported.")
        return function(array, axis=axis, kind="stable")

    return sort


def _shuffled(function):
    def add(array, axis=None, dtype=None, out=None, keepdims=False):
        """Add up in another order than NumPy, as a device does."""
        if array.dtype.kind == "f":
            length = array.size if axis is None else array.shape[axis]
            odd_first = np.argsort(np.arange(length) % 2 == 0, kind="stable")
            array = (
                array.ravel()[odd_first].reshape(array.shape)
                if axis is None
                else np.take(array, odd_first, axis)
            )
        return function(array, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    return add


def _cumsum(array, axis=None, dtype=None, out=None):
    """Add up real numbers from behind; CuPy computes in the type of `out`."""
    if out is not None and out.dtype != np.cumsum(array[:0]).dtype:
        raise Race(f"sums are made in {out.dtype}")
    if array.dtype.kind != "f" or axis is not None or dtype is not None:
        return np.cumsum(array, axis=axis, dtype=dtype, out=out)
    values = array.ravel()
    rest = np.cumsum(values[::-1])[::-1]
    sums = (rest[0] if len(rest) else 0.0) - rest + values
    if out is None:
        return sums
    out[...] = sums
    return out


def _astype(array, dtype, order="K", casting=None, subok=None, copy=True):
    _check_cast(array, dtype)
    return array.astype(dtype, order=order, copy=copy)


def _only(array):
    Array.reads += 1
    return array.item()


def _listed(array):
    Array.reads += 1
    return array.tolist()


def _search(a, v, side="left", sorter=None):
    if not isinstance(v, (np.ndarray, int, float)):
        raise NotImplementedError("Only python scalars or ndarrays are supported for v")
    return np.searchsorted(a, v, side=side, sorter=sorter)


#: What is not the method of NumPy's arrays of the same name.
SPECIAL = {
    "argsort": _stable(np.argsort), "sort": _stable(np.ndarray.sort), "sum": _shuffled(np.sum),
    "mean": _shuffled(np.mean), "cumsum": _cumsum, "astype": _astype, "item": _only,
    "tolist": _listed, "searchsorted": _search,
}  # fmt: skip


def _add_method(name, parameters):
    check, function = bound(name, parameters), SPECIAL.get(name, getattr(np.ndarray, name))

    def method(self, *arguments, **options):
        """Do what CuPy's method does."""
        check(*arguments, **options)
        return call(name, function, (self, *arguments), options)

    setattr(Array, name, method)


for _name, _parameters in METHODS.items():
    _add_method(_name, _parameters)
