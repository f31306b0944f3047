"""The version, read by the build and by ``partwise.__version__``."""

__version__ = "0.1.0"
