"""Kernels of numba.cuda, for steps whose rules the device and the CPU share word for word.

Nothing here is imported before a kernel is launched, but the table of the kernels.
"""
