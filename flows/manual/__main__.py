"""`python -m flows.manual DIR`: write the reference pages into a directory."""

import sys
from pathlib import Path

from flows.manual.pages import write_pages

if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
