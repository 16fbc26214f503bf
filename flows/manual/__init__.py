"""The reference pages of the manual, written from the declarations in the code: `make docs`, `python -m flows.manual`.

Nothing that runs an offer imports it; a test holds docs/reference/ to what it writes.
"""
