"""The types of Jinja expressions; the statements around them are in `template_types`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, nodes

from tests.meta import template_hints as hints
from tests.meta.template_hints import UNTYPED, Attributes, Record, Returns

_SAME = {"sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr", "list", "dictsort"}
_BY_NAME = {"sort", "unique", "map", "groupby", "sum", "min", "max", "join"}  # attribute="…"
_FIRST_IS_NAME = {"selectattr", "rejectattr", "groupby"}
_GIVES: dict[str, Any] = {
    **dict.fromkeys(("length", "count", "int", "wordcount"), int),
    **dict.fromkeys(("round", "float", "filesizeformat"), float),
    **dict.fromkeys(
        ("safe", "tojson", "string", "format", "join", "e", "escape", "forceescape", "urlencode"), str
    ),
    **dict.fromkeys(
        ("upper", "lower", "title", "capitalize", "trim", "replace", "indent", "truncate", "xmlattr"), str
    ),
}


@dataclass(frozen=True, order=True)
class Finding:
    """Something found in a template."""

    template: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.template}:{self.line} {self.message}"


class Expressions:
    """Types of expressions; `here` is the template being walked, with a `name` and a `scope`."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.attributes = Attributes()
        self.wrong: set[Finding] = set()
        self.untyped: set[Finding] = set()

    def find(self, where: set[Finding], template: str, line: int, message: str) -> None:
        """Keep a finding once."""
        where.add(Finding(template, line, message))

    def type_of(self, here: Any, node: nodes.Node) -> Any:
        """The type of an expression; everything inside it is checked on the way."""
        give: Callable[[Any, Any], Any] | None = getattr(self, f"on_{type(node).__name__.lower()}", None)
        if give is not None:
            return give(here, node)
        parts = [self.type_of(here, part) for part in node.iter_child_nodes() if isinstance(part, nodes.Expr)]
        if isinstance(node, nodes.BinExpr):
            return _arithmetic(node, parts)
        if isinstance(node, nodes.Neg | nodes.Pos):
            return parts[0]
        self.find(self.untyped, here.name, node.lineno, f"a {type(node).__name__} has no type")
        return UNTYPED

    def on_const(self, here: Any, node: nodes.Const) -> Any:
        return type(node.value)

    def on_templatedata(self, here: Any, node: nodes.TemplateData) -> Any:
        return str

    def on_name(self, here: Any, node: nodes.Name) -> Any:
        if node.name in here.scope:
            return here.scope[node.name]
        if node.name in ("super", "caller"):
            return Returns(str)
        if node.name in self.env.globals:
            value = self.env.globals[node.name]
            return Returns(hints.returned(value)) if callable(value) else type(value)
        if node.name in ("kwargs", "varargs", "self"):
            self.find(self.untyped, here.name, node.lineno, f"{node.name} has no type")
        else:
            self.find(self.wrong, here.name, node.lineno, f"there is no name {node.name}")
        return UNTYPED

    def on_getattr(self, here: Any, node: nodes.Getattr) -> Any:
        return self.member(here, node.lineno, self.type_of(here, node.node), node.attr)

    def member(self, here: Any, line: int, owner: Any, name: str) -> Any:
        """The type of an attribute; unknown and untyped ones are findings."""
        found = self.attributes.of(owner, name)
        if found is None:
            kind = "this" if isinstance(owner, Record) else getattr(owner, "__name__", owner)
            self.find(self.wrong, here.name, line, f"{kind} has no {name}")
            return UNTYPED
        if found is UNTYPED and owner is not UNTYPED:
            self.find(self.untyped, here.name, line, f"the type of {name} is not known")
        return found

    def on_getitem(self, here: Any, node: nodes.Getitem) -> Any:
        owner = self.type_of(here, node.node)
        if isinstance(node.arg, nodes.Slice):
            self.on_slice(here, node.arg)
            return owner
        self.type_of(here, node.arg)
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        found = hints.item(owner, key)
        if found is UNTYPED and isinstance(key, str):
            return self.member(here, node.lineno, owner, key)
        if found is UNTYPED and owner is not UNTYPED:
            self.find(self.untyped, here.name, node.lineno, "the type of an item is not known")
        return found

    def on_slice(self, here: Any, node: nodes.Slice) -> Any:
        for part in (node.start, node.stop, node.step):
            if part is not None:
                self.type_of(here, part)
        return slice

    def on_call(self, here: Any, node: nodes.Call) -> Any:
        return self.call(here, node, {})

    def call(self, here: Any, node: nodes.Call, extra: Mapping[str, Any]) -> Any:
        """What a call gives; `extra` are names that a call block adds to the macro's."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name in ("namespace", "dict") and name not in here.scope:
            values = {pair.key: self.type_of(here, pair.value) for pair in node.kwargs}
            return Record(values) if name == "namespace" else dict[str, hints.union(values.values())]
        return self.call_value(here, node, self.type_of(here, node.node), extra)

    def call_value(self, here: Any, node: nodes.Call, kind: Any, extra: Mapping[str, Any]) -> Any:
        """What calling a value of type `kind` gives."""
        for part in [*node.args, *(pair.value for pair in node.kwargs)]:
            self.type_of(here, part)
        found = hints.called(kind)
        if found is UNTYPED and kind is not UNTYPED:
            self.find(self.untyped, here.name, node.lineno, "the result of a call has no type")
        return found

    def on_filter(self, here: Any, node: nodes.Filter) -> Any:
        kind = self.type_of(here, node.node) if node.node is not None else str
        given = [self.type_of(here, part) for part in node.args]
        named = {pair.key: pair.value for pair in node.kwargs}
        for part in named.values():
            self.type_of(here, part)
        path = named.get("attribute") if node.name in _BY_NAME else None
        if node.name in _FIRST_IS_NAME and node.args:
            path = node.args[0]
        field = UNTYPED
        if isinstance(path, nodes.Const) and isinstance(path.value, str):
            field = hints.element(kind)
            for name in path.value.split("."):
                field = self.member(here, node.lineno, field, name)
        return self.filtered(here, node, kind, field, given)

    def filtered(self, here: Any, node: nodes.Filter, kind: Any, field: Any, given: list[Any]) -> Any:
        """What a filter makes of a value of type `kind`; `field` is the attribute it looks at."""
        if node.name not in self.env.filters:
            self.find(self.wrong, here.name, node.lineno, f"there is no filter {node.name}")
            return UNTYPED
        if node.name in ("default", "d"):
            return hints.union([kind, *given[:1]])
        if node.name == "items":
            return hints.called(self.attributes.of(kind, "items"))
        if node.name == "abs":
            return kind
        found = _of_elements(node, hints.element(kind), field)
        if found is None:
            found = _GIVES.get(node.name) or hints.returned(self.env.filters[node.name])
        if found is UNTYPED:
            self.find(
                self.untyped, here.name, node.lineno, f"the result of the filter {node.name} has no type"
            )
        return found

    def on_test(self, here: Any, node: nodes.Test) -> Any:
        for part in [node.node, *node.args]:
            self.type_of(here, part)
        if node.name not in self.env.tests:
            self.find(self.wrong, here.name, node.lineno, f"there is no test {node.name}")
        return bool

    def on_compare(self, here: Any, node: nodes.Compare) -> Any:
        for part in [node.expr, *(operand.expr for operand in node.ops)]:
            self.type_of(here, part)
        return bool

    def on_not(self, here: Any, node: nodes.Not) -> Any:
        self.type_of(here, node.node)
        return bool

    def on_and(self, here: Any, node: nodes.And | nodes.Or) -> Any:
        return hints.union([self.type_of(here, node.left), self.type_of(here, node.right)])

    on_or = on_and

    def on_condexpr(self, here: Any, node: nodes.CondExpr) -> Any:
        self.type_of(here, node.test)
        return hints.union(self.type_of(here, part) for part in (node.expr1, node.expr2) if part is not None)

    def on_concat(self, here: Any, node: nodes.Concat) -> Any:
        for part in node.nodes:
            self.type_of(here, part)
        return str

    def on_list(self, here: Any, node: nodes.List) -> Any:
        return list[hints.union([self.type_of(here, part) for part in node.items])]

    def on_tuple(self, here: Any, node: nodes.Tuple) -> Any:
        return tuple[tuple(self.type_of(here, part) for part in node.items)]

    def on_dict(self, here: Any, node: nodes.Dict) -> Any:
        keys = [self.type_of(here, pair.key) for pair in node.items]
        values = [self.type_of(here, pair.value) for pair in node.items]
        return dict[hints.union(keys), hints.union(values)]


def _of_elements(node: nodes.Filter, one: Any, field: Any) -> Any:
    """What a filter over elements of type `one` gives; None when it is another filter."""
    if node.name in _SAME:
        return list[one]
    if node.name in ("first", "last", "min", "max", "random"):
        return one
    if node.name in ("batch", "slice"):
        return list[list[one]]
    if node.name == "groupby":
        return list[tuple[field, list[one]]]
    if node.name == "map":
        by = node.args[0].value if node.args and isinstance(node.args[0], nodes.Const) else ""
        return list[_GIVES.get(by, field)]
    if node.name == "sum":
        return one if field is UNTYPED else field
    return None


def _arithmetic(node: nodes.BinExpr, parts: list[Any]) -> Any:
    left, right = parts
    if left is str:
        return str
    if isinstance(node, nodes.Div):
        return float
    return right if left is int else left
