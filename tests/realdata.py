"""Where the real data lies that tests use when it is there; nothing of it is part of the project."""

from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent.parent / "shared" / "data"

needs_data = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not beside the project"),
]
