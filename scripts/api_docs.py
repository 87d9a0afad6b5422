"""Write docs/api.md from the operations of the API."""

from pathlib import Path

import studio.api.v1  # noqa: F401 - importing it registers every operation
from studio.api.v1.reference import page

PAGE = Path(__file__).parent.parent / "docs" / "api.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
