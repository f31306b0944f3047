"""``python -m partwise.cli`` is the ``partwise`` command."""

from __future__ import annotations

import sys

from partwise.cli import main

if __name__ == "__main__":
    sys.exit(main())
