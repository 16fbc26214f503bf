"""What a command says: on lines that a terminal shows as they are, a fault by its file and line, or its cell."""

import re
from unicodedata import category

FAULT = re.compile(
    r"(?P<file>[\w./-]+):(?:(?P<line>\d+)| (?P<cell>.*![A-Z]+\d+)): (?P<column>\S.*?): (?P<problem>\S.*)"
)


def assert_plain(line):
    """Nothing that a terminal acts on, or that nobody sees."""
    acting = [char for char in line if category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    assert not acting, ascii(line)[:300]
