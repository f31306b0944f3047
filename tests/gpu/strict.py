"""The emulated device, as strict as CuPy: what would fail or differ on a GPU fails here."""

import numpy as np

from partwise.gpu._registry import kernel_spec
from tests.gpu.cupy_names import CONSTANTS, FUNCTIONS, METHODS, RANDOM, UFUNCS
from tests.gpu.device_array import Array, bound, call, host_of
from tests.gpu.emulated import Emulated

__all__ = ["Strict", "there"]


class _Functions:
    """Those of CuPy that are in the tables, with its parameters."""

    ndarray = Array

    def __init__(self, tables, name):
        self._functions = tables
        self._name = name

    def __getattr__(self, name):
        if self._name == "cupy" and name in CONSTANTS:
            return getattr(np, name)
        if name not in self._functions:
            raise AttributeError(f"{self._name}.{name} is not in the tables of cupy_names.py")
        return self._functions[name]


def _function(name, parameters, function):
    check = bound(name, parameters)

    def of_cupy(*arguments, **options):
        """Do what CuPy's function does."""
        check(*arguments, **options)
        if name in METHODS and name not in ("copy", "sort"):
            return getattr(_array(arguments[0]), name)(*arguments[1:], **options)
        return call(name, function, arguments, options)

    return of_cupy


def _array(value):
    if not isinstance(value, Array):
        raise TypeError(f"Unsupported type {type(value)}")
    return value


def _as_array(a, dtype=None, order=None, *, copy=None, blocking=False):
    """Copy from the host, or return an array of the device as it is."""
    if isinstance(a, Array):
        return a if dtype is None or a.dtype == dtype else a.astype(dtype)
    found = np.array(a, dtype=dtype)
    if found.dtype.kind not in "biuf":
        raise ValueError(f"Unsupported dtype {found.dtype}")
    return Array(found)


def _array_copied(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, *, blocking=False):
    found = _as_array(obj, dtype)
    return found.copy() if found is obj and copy else found


def _bincount(x, weights=None, minlength=None):
    """Add up from behind; of nothing the sums are whole, whatever the weights."""
    if len(x) == 0:
        return np.zeros(minlength or 0, np.intp)
    if x.dtype.kind not in "iu":
        raise TypeError("x must be int array")
    return np.bincount(x[::-1], None if weights is None else weights[::-1], minlength or 0)


def _lexsort(keys):
    if not isinstance(keys, np.ndarray) or keys.ndim != 2:
        raise TypeError("keys must be one array of two dimensions")
    return np.lexsort(keys)


def _sorted(a, axis=-1, kind=None):
    copied = np.array(a)
    Array(copied).sort(axis=axis, kind=kind)
    return copied


def _joined(function):
    def join(tup, axis=0, out=None, **options):
        """Join arrays, and nothing else."""
        if not all(isinstance(part, np.ndarray) for part in tup):
            raise TypeError("Only cupy arrays can be joined")
        return function(tup, axis=axis, out=out, **options)

    return join


def _where(condition, x=None, y=None):
    if not isinstance(condition, np.ndarray):
        raise TypeError(f"condition must be an array, got {type(condition)}")
    return np.where(condition, x, y)


def _garbage(shape, dtype=float, order="C"):
    """Return memory as somebody left it."""
    found = np.empty(shape, dtype, order)
    found.view(np.uint8)[...] = 1 if found.dtype == bool else 0xA5
    return found


def _repeat(a, repeats, axis=None):
    Array.reads += isinstance(repeats, np.ndarray)
    return np.repeat(a, repeats, axis)


#: What is not NumPy's function of the same name.
_SPECIAL = {
    "bincount": _bincount, "lexsort": _lexsort, "sort": _sorted,
    "concatenate": _joined(np.concatenate), "stack": _joined(np.stack), "where": _where,
    "empty": _garbage, "repeat": _repeat,
    "empty_like": lambda a, dtype=None, **_: _garbage(a.shape, dtype or a.dtype),
}  # fmt: skip


def _elementwise(name):
    def ufunc(*arguments, **options):
        """Compute."""
        if not any(isinstance(value, Array) for value in arguments):
            return Array(np.asarray(getattr(np, name)(*map(host_of, arguments), **options)))
        return getattr(np, name)(*arguments, **options)

    return ufunc


def _tables():
    found = {
        name: _function(name, parameters, _SPECIAL.get(name, getattr(np, name)))
        for name, parameters in FUNCTIONS.items()
    }
    found |= {name: _elementwise(name) for name in (*UFUNCS, "abs")}
    random = {
        name: _function(name, parameters, getattr(np.random, name))
        for name, parameters in RANDOM.items()
    }
    return found | {
        "asarray": _as_array, "array": _array_copied, "random": _Functions(random, "cupy.random"),
    }  # fmt: skip


_FUNCTIONS = _Functions(_tables(), "cupy")


class Strict(Emulated):
    """The emulator, with arrays that NumPy cannot use and functions that CuPy has.

    Memory that nothing was written to holds garbage; real numbers are added up in another order
    than by NumPy.
    """

    xp = _FUNCTIONS

    def launch(self, name, n_threads, *arguments, **options):
        """Run a kernel on arrays of the device, and on numbers that the host knows."""
        signature = kernel_spec(name).signature_of(arguments)
        passed = [
            host_of(value, scalars=()) if kind.endswith("*") else _number(name, argument, value)
            for (kind, argument), value in zip(signature, arguments, strict=True)
        ]
        super().launch(name, n_threads, *passed, **options)

    def to_host(self, array):
        """Return a copy for the host, which waits for it."""
        Array.reads += 1
        return super().to_host(host_of(array, scalars=()))


def there(*arrays):
    """Return copies of arrays on the device; None stays."""
    return [None if array is None else _FUNCTIONS.asarray(array) for array in arrays]


def _number(kernel, argument, value):
    if isinstance(value, (Array, np.ndarray)):
        raise TypeError(f"{kernel}: {argument} must be a number, got an array")
    return value
