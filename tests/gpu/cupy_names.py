"""What CuPy has of NumPy's functions, and their parameters, as read from CuPy 14.2.0.

Of functions written in Python these are what ``inspect.signature`` says, of methods of arrays the
first lines of their documentation, which Cython has put there. What is not in these tables may not
be used through ``backend.xp``: look it up, then add it.
"""

__all__ = ["CONSTANTS", "FUNCTIONS", "METHODS", "RANDOM", "READS", "UFUNCS"]

CHECKED_AGAINST = "14.2.0"

#: What is NumPy's own.
CONSTANTS = frozenset((
    "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32",
    "float64", "intp", "dtype", "iinfo", "finfo", "inf", "nan", "pi", "e", "newaxis",
    "result_type", "can_cast",
))  # fmt: skip

#: Types of results are those of NumPy 2, also with Python's numbers: for all pairs of bool,
#: integers, float32 and float64, and for int and float on either side, the loops that CuPy chooses
#: (``ufunc._ops``) were compared with NumPy's.
UFUNCS = frozenset((
    "absolute", "add", "bitwise_and", "bitwise_or", "bitwise_xor", "ceil", "divide", "equal", "exp",
    "floor", "floor_divide", "greater", "greater_equal", "invert", "isfinite", "isinf", "isnan",
    "left_shift", "less", "less_equal", "log", "logical_and", "logical_not", "logical_or",
    "maximum", "minimum", "multiply", "negative", "nextafter", "not_equal", "positive", "power",
    "remainder", "right_shift", "rint", "sign", "sqrt", "square", "subtract", "trunc",
))  # fmt: skip

FUNCTIONS = {
    "all": "a, axis=None, out=None, keepdims=False",
    "any": "a, axis=None, out=None, keepdims=False",
    "arange": "start, stop=None, step=1, dtype=None",
    "argmax": "a, axis=None, dtype=None, out=None, keepdims=False",
    "argmin": "a, axis=None, dtype=None, out=None, keepdims=False",
    "argsort": "a, axis=-1, kind=None",
    "array": "obj, dtype=None, copy=True, order='K', subok=False, ndmin=0, *, blocking=False",
    "asarray": "a, dtype=None, order=None, *, copy=None, blocking=False",
    "ascontiguousarray": "a, dtype=None",
    "bincount": "x, weights=None, minlength=None",
    "broadcast_to": "array, shape",
    "clip": "a, a_min, a_max, out=None",
    "concatenate": "tup, axis=0, out=None, *, dtype=None, casting='same_kind'",
    "copy": "a, order='K'",
    "count_nonzero": "a, axis=None",
    "cumsum": "a, axis=None, dtype=None, out=None",
    "diff": "a, n=1, axis=-1, prepend=None, append=None",
    "empty": "shape, dtype=float, order='C'",
    "empty_like": "prototype, dtype=None, order='K', subok=None, shape=None",
    "flatnonzero": "a",
    "full": "shape, fill_value, dtype=None, order='C'",
    "full_like": "a, fill_value, dtype=None, order='K', subok=None, shape=None",
    "isin": "element, test_elements, assume_unique=False, invert=False",
    "lexsort": "keys",
    "max": "a, axis=None, out=None, keepdims=False",
    "mean": "a, axis=None, dtype=None, out=None, keepdims=False",
    "min": "a, axis=None, out=None, keepdims=False",
    "nonzero": "a",
    "ones": "shape, dtype=float, order='C'",
    "ones_like": "a, dtype=None, order='K', subok=None, shape=None",
    "packbits": "a, axis=None, bitorder='big'",
    "ravel": "a, order='C'",
    "repeat": "a, repeats, axis=None",
    "reshape": "a, newshape, order='C', *, copy=None",
    "searchsorted": "a, v, side='left', sorter=None",
    "sort": "a, axis=-1, kind=None",
    "split": "ary, indices_or_sections, axis=0",
    "stack": "tup, axis=0, out=None, *, dtype=None, casting='same_kind'",
    "sum": "a, axis=None, dtype=None, out=None, keepdims=False",
    "take": "a, indices, axis=None, out=None",
    "transpose": "a, axes=None",
    "unique": "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, "
              "equal_nan=True",
    "unpackbits": "a, axis=None, bitorder='big'",
    "where": "condition, x=None, y=None",
    "zeros": "shape, dtype=float, order='C'",
    "zeros_like": "a, dtype=None, order='K', subok=None, shape=None",
}  # fmt: skip

RANDOM = {
    "seed": "seed=None",
    "random": "size=None, dtype=float",
    "randint": "low, high=None, size=None, dtype='l'",
    "permutation": "a",
}

METHODS = {
    "all": "axis=None, out=None, keepdims=False",
    "any": "axis=None, out=None, keepdims=False",
    "argmax": "axis=None, out=None, dtype=None, keepdims=False",
    "argmin": "axis=None, out=None, dtype=None, keepdims=False",
    "argsort": "axis=-1, kind=None",
    "astype": "dtype, order='K', casting=None, subok=None, copy=True",
    "copy": "order='C'",
    "cumsum": "axis=None, dtype=None, out=None",
    "fill": "value",
    "item": "",
    "max": "axis=None, out=None, keepdims=False",
    "mean": "axis=None, dtype=None, out=None, keepdims=False",
    "min": "axis=None, out=None, keepdims=False",
    "nonzero": "",
    "ravel": "order='C'",
    "reshape": "*shape, order='C', copy=None",
    "searchsorted": "v, side='left', sorter=None",
    "sort": "axis=-1, kind=None",
    "sum": "axis=None, dtype=None, out=None, keepdims=False",
    "take": "indices, axis=None, out=None",
    "tolist": "",
    "transpose": "*axes",
    "view": "dtype=None, type=None",
}

#: How often the host waits in a function whose result has a length that depends on the entries.
READS = {"flatnonzero": 1, "nonzero": 1, "unique": 1, "bincount": 2, "isin": 1}
