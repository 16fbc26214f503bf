"""The docstring below an attribute of a class: what a key, a setting or a kind of letter means, at its declaration.

They are read from the source: pydantic's `use_attribute_docstrings` would do the same for every command that starts.
"""

import ast
import inspect
import textwrap
from functools import cache


@cache
def meanings(cls: type) -> dict[str, str]:
    """The attributes of a class that have a docstring, each with it."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for declared, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            targets = declared.targets if isinstance(declared, ast.Assign) else [getattr(declared, "target", None)]
            found.update({target.id: str(below.value.value) for target in targets if isinstance(target, ast.Name)})
    return found
