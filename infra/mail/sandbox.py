"""Where the templates of an offer's folder run: they write letters, and reach, spend and change nothing else.

jinja2's sandbox keeps a template from Python's own attributes; it bounds neither how often a loop runs nor how long
a text grows, so that one line could take the machine's memory, or a day. Both are paid here from one purse a letter.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, TemplateNotFound, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

PURSE = 5_000_000
"""Characters that are written for a letter, a round of a loop counted as fifty: many times what a long one takes."""
_ROUND = 50
_LARGEST = 10_000
"""Of numbers that say how often or how wide."""
# They write by a pattern of their own, in which a width can be anything.
_NO_FILTERS = frozenset({"format", "pprint", "random", "tojson", "urlize", "xmlattr"})
_NO_METHODS = frozenset({"encode", "translate"})
_WIDE = re.compile(r"\d{4}|\{[^}]*\{")
_purse: ContextVar[list[int]] = ContextVar("purse")


@contextmanager
def purse() -> Iterator[None]:
    """What is written inside is paid for by one letter: beyond it SecurityError."""
    token = _purse.set([PURSE])
    try:
        yield
    finally:
        _purse.reset(token)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of templates that somebody else wrote."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        # Nothing is worked out while it is compiled: it is paid for, and that while it is written.
        super().__init__(**options, optimized=False, finalize=_written)
        del self.globals["lipsum"]
        self.filters = {name: _paid(name, each) for name, each in self.filters.items() if name not in _NO_FILTERS}

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """The sandbox's own `str.format`, in ordinary widths."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None and _WIDE.search(value.__self__):
            raise SecurityError(f"{value.__self__!r} is wider than any line")
        return wrapped

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not (isinstance(obj, str) and attr in _NO_METHODS) and super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, called: Any, /, *args: Any, **named: Any) -> Any:
        """A call of a template's; what a text is asked for is bounded by what it is asked with."""
        subject = getattr(called, "__self__", None)
        if isinstance(subject, str):
            _bounded(called.__name__, subject, args)
        result = super().call(context, called, *args, **named)
        if isinstance(result, str | range):
            spend(len(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operation, paid for by the size of what comes of it before it is done."""
        if operator == "**" and not (abs(left) <= _LARGEST and abs(right) <= 100):
            raise SecurityError("a power beyond measure")
        if operator == "%" and isinstance(left, str):
            raise SecurityError("a text is not filled in by %")
        if operator == "*":
            times = [abs(each) for each in (left, right) if isinstance(each, int)]
            spend(max(times, default=1) * _size(right if isinstance(left, int) else left))
        else:
            spend(_size(left) + _size(right))
        return super().call_binop(context, operator, left, right)

    def joined(self, *parts: Any) -> str:
        """`a ~ b`, paid for."""
        spend(sum(map(_size, parts)))
        markup = any(hasattr(each, "__html__") for each in parts)
        return Markup("").join(parts) if markup else "".join(map(str, parts))

    def a_round(self, characters: int) -> str:
        """One round of a loop, or one call of a macro, with what it has to write in any case."""
        spend(_ROUND + characters)
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        repeated: list[Any] = [parsed, *parsed.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))]
        for each in repeated:
            written = sum(len(text.data) for text in each.find_all(nodes.TemplateData))
            paid = _call("a_round", [nodes.Const(written)], each.lineno)
            each.body.insert(0, nodes.ExprStmt(paid, lineno=each.lineno))
        joined: nodes.Template = _Joined().visit(parsed)
        return joined.set_environment(self)  # type: ignore[return-value]


class _Joined(NodeTransformer):
    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # named by jinja2
        self.generic_visit(node)
        return _call("joined", node.nodes, node.lineno)


def _call(name: str, given: list[nodes.Expr], line: int) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), given, [], None, None, lineno=line)


class OwnFiles(FileSystemLoader):
    """The files of one folder, and none that lie elsewhere: neither by their path nor behind a link."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, uptodate = super().get_source(environment, template)
        if not lies_in(Path(file), Path(self.searchpath[0])):
            raise TemplateNotFound(template, f"{template} lies outside the folder of the templates")
        return source, file, uptodate


def lies_in(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve())


def spend(characters: int) -> None:
    """Pay for characters written, or rounds run; SecurityError where nothing is left."""
    left = _purse.get(None)
    if left is not None:
        left[0] -= characters
        if left[0] < 0:
            raise SecurityError(f"writes more than {PURSE:,} characters, or loops without end")


@pass_context
def _written(context: Context, value: Any) -> Any:
    spend(_size(value))
    return value


def _paid(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of jinja2's own that takes no number beyond measure, and is paid for."""
    first = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @wraps(filter_)
    def bounded(*args: Any, **named: Any) -> Any:
        subject, more = args[first], [*args[first + 1 :], *named.values()]
        if name == "join" and not isinstance(subject, str):
            subject = list(subject)
            args = (*args[:first], subject, *args[first + 1 :])
        _bounded(name, subject, more)
        result = filter_(*args, **named)
        spend(_size(result) if isinstance(result, str) else 1)
        return result

    return bounded


def _bounded(name: str, subject: Any, given: Any) -> None:
    for each in given:
        if isinstance(each, int) and abs(each) > _LARGEST:
            raise SecurityError(f"{name} with a number beyond {_LARGEST:,}")
    longest = max((len(each) for each in given if isinstance(each, str)), default=0)
    spend(_size(subject) * max(1, longest))


def _size(value: Any) -> int:
    """How much there is to write of a value; without recursion, as a list may hold another many times."""
    size, parts = 0, [value]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            size += len(part)
        elif isinstance(part, int):
            size += 1 + part.bit_length() // 3
        elif isinstance(part, list | tuple | dict):
            size += 1
            parts += [*part, *part.values()] if isinstance(part, dict) else part
        else:
            size += 1
        if size > PURSE:
            break
    return size
