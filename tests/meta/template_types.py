"""The two-way check of typed pages: a walk over Jinja templates with the types of what stands in them.

Starting from `{"page": ThePage, "shell": Shell}` it follows attributes, loops, sets, conditions, inheritance,
includes, imports and macro calls (the types of the arguments flow into the macro's body). Out come `wrong` (a
name or attribute that does not exist), `untyped` (where it could not tell, so that it never goes blind in
silence) and, through `unread`, the fields that no template reads.
"""

import inspect
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from jinja2 import Environment, TemplateNotFound, nodes

from tests.meta import template_hints as hints
from tests.meta.template_expressions import Expressions, Finding
from tests.meta.template_hints import UNTYPED, Record, Returns

Scope = ChainMap[str, Any]


@dataclass
class Template:
    """One template while it is walked; `blocks` holds the overrides, the innermost child's first."""

    name: str
    scope: Scope
    blocks: dict[str, list[tuple[str, nodes.Block, Scope]]] = field(default_factory=dict)
    within: tuple[str, ...] = ()  # the templates that led here

    def inner(self, names: Mapping[str, Any]) -> "Template":
        """The same place with more names."""
        return Template(self.name, self.scope.new_child(dict(names)), self.blocks, self.within)

    def other(self, name: str, scope: Scope) -> "Template":
        """Another template, reached from here."""
        return Template(
            name, scope, {key: list(value) for key, value in self.blocks.items()}, (*self.within, self.name)
        )


@dataclass(frozen=True, eq=False)
class Macro:
    """A macro with the place it sees names from."""

    node: nodes.Macro
    home: Template


class Walker(Expressions):
    """Walks any number of pages and collects what it finds; see the module."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.modules: dict[str, Record] = {}
        self.trees: dict[str, nodes.Template] = {}
        self.bodies: set[tuple[Any, ...]] = set()

    def walk(self, template: str, roots: Mapping[str, Any]) -> None:
        """Walk one page with the types of its variables."""
        here = Template(template, ChainMap(dict(roots)))
        self.template(here, self.parse(template, here, 0))

    def parse(self, name: str, here: Template, line: int) -> nodes.Template | None:
        """The tree of a template; None, and a finding, when it is missing."""
        if name in self.trees:
            return self.trees[name]
        try:
            source = self.env.loader.get_source(self.env, name)[0] if self.env.loader else ""
        except TemplateNotFound:
            self.find(self.wrong, here.name, line, f"there is no template {name}")
            return None
        self.trees[name] = self.env.parse(source, name)
        return self.trees[name]

    def template(self, here: Template, tree: nodes.Template | None) -> None:
        """Walk a whole template: its macros are known before its body."""
        if tree is None or here.within.count(here.name) > 1:  # a partial that includes itself ends here
            return
        self.body(here, [node for node in tree.body if isinstance(node, nodes.Macro)])
        parents = [node for node in tree.body if isinstance(node, nodes.Extends)]
        if not parents:
            self.body(here, tree.body)
            return
        for block in tree.find_all(nodes.Block):
            here.blocks.setdefault(block.name, []).append((here.name, block, here.scope))
        self.body(
            here, [n for n in tree.body if not isinstance(n, nodes.Extends | nodes.Block | nodes.Output)]
        )
        for name in self.names(here, parents[0].template):
            above = here.other(name, here.scope)  # one context, as in Jinja
            self.template(above, self.parse(name, here, parents[0].lineno))

    def names(self, here: Template, node: nodes.Expr) -> list[str]:
        """The template names an expression can give; a finding when it is computed."""
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, nodes.CondExpr):
            self.type_of(here, node.test)
            return self.names(here, node.expr1) + (self.names(here, node.expr2) if node.expr2 else [])
        if isinstance(node, nodes.List | nodes.Tuple):
            return [name for part in node.items for name in self.names(here, part)]
        self.find(self.untyped, here.name, node.lineno, "the name of a template is computed")
        return []

    def body(self, here: Template, statements: Iterable[nodes.Node]) -> None:
        """Walk statements in order."""
        for node in statements:
            walk: Callable[[Template, Any], None] | None = getattr(
                self, f"do_{type(node).__name__.lower()}", None
            )
            if walk is None:
                self.find(self.untyped, here.name, node.lineno, f"a {type(node).__name__} is not followed")
            else:
                walk(here, node)

    def inner(self, here: Template, names: Mapping[str, Any], statements: Iterable[nodes.Node]) -> None:
        """Walk statements in a scope of their own."""
        self.body(here.inner(names), statements)

    def do_output(self, here: Template, node: nodes.Output) -> None:
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                continue
            kind = self.type_of(here, part)
            if isinstance(kind, Returns | Macro):
                self.find(self.wrong, here.name, part.lineno, "prints something that wants to be called")
            elif is_dataclass(kind) and isinstance(kind, type) and kind.__str__ is object.__str__:
                self.find(self.wrong, here.name, part.lineno, f"prints a whole {kind.__name__}")

    def do_exprstmt(self, here: Template, node: nodes.ExprStmt) -> None:
        self.type_of(here, node.node)

    def do_for(self, here: Template, node: nodes.For) -> None:
        whole = self.type_of(here, node.iter)
        kind = hints.element(whole)
        if kind is UNTYPED and whole is not UNTYPED:
            self.find(self.untyped, here.name, node.lineno, "the elements of a loop have no type")
        loop = Record(
            dict.fromkeys(("index", "index0", "revindex", "revindex0", "length", "depth", "depth0"), int)
        )
        loop.names |= {"first": bool, "last": bool, "previtem": kind, "nextitem": kind}
        loop.names |= {"changed": Returns(bool), "cycle": Returns(str)}
        frame = here.inner({"loop": loop})
        self.assign(frame, node.target, kind)
        if node.test is not None:
            self.type_of(frame, node.test)
        self.body(frame, node.body)
        self.inner(here, {}, node.else_)

    def do_if(self, here: Template, node: nodes.If) -> None:
        self.type_of(here, node.test)
        self.body(here, [*node.body, *node.elif_, *node.else_])

    def do_assign(self, here: Template, node: nodes.Assign) -> None:
        self.assign(here, node.target, self.type_of(here, node.node))

    def do_assignblock(self, here: Template, node: nodes.AssignBlock) -> None:
        self.inner(here, {}, node.body)
        self.assign(here, node.target, str)

    def assign(self, here: Template, target: nodes.Node, kind: Any) -> None:
        """Bind a target; a second value of a name widens its type, since branches share a scope."""
        if isinstance(target, nodes.Tuple):
            for at, part in enumerate(target.items):
                self.assign(here, part, hints.item(kind, at))
        elif isinstance(target, nodes.NSRef):
            space = here.scope.get(target.name)
            if isinstance(space, Record):
                space.names[target.attr] = hints.union([space.names.get(target.attr, kind), kind])
        elif isinstance(target, nodes.Name):
            before = here.scope.maps[0].get(target.name, kind)
            here.scope[target.name] = kind if isinstance(before, Macro) else hints.union([before, kind])

    def do_with(self, here: Template, node: nodes.With) -> None:
        frame = here.inner({})
        for target, value in zip(node.targets, node.values, strict=True):
            self.assign(frame, target, self.type_of(here, value))
        self.body(frame, node.body)

    def do_scope(self, here: Template, node: nodes.Scope) -> None:
        self.inner(here, {}, node.body)

    do_scopedevalcontextmodifier = do_scope

    def do_filterblock(self, here: Template, node: nodes.FilterBlock) -> None:
        self.inner(here, {}, node.body)

    def do_macro(self, here: Template, node: nodes.Macro) -> None:
        here.scope[node.name] = Macro(node, here)

    def do_block(self, here: Template, node: nodes.Block) -> None:
        chain = [*here.blocks.get(node.name, ()), (here.name, node, here.scope)]
        for name, block, scope in chain:
            self.body(Template(name, scope.new_child(), here.blocks, here.within), block.body)
            calls = block.find_all(nodes.Call)
            if not any(isinstance(c.node, nodes.Name) and c.node.name == "super" for c in calls):
                break

    def do_include(self, here: Template, node: nodes.Include) -> None:
        for name in self.names(here, node.template):
            if node.ignore_missing and name not in self.env.list_templates():
                continue
            part = here.other(name, here.scope.new_child() if node.with_context else ChainMap({}))
            part.blocks.clear()
            self.template(part, self.parse(name, here, node.lineno))

    def module(self, here: Template, name: str, node: nodes.Import | nodes.FromImport) -> Record:
        """What a template offers to those who import it."""
        if name not in self.modules or node.with_context:
            found = here.other(name, here.scope.new_child() if node.with_context else ChainMap({}))
            found.blocks.clear()
            self.template(found, self.parse(name, here, node.lineno))
            public = {key: kind for key, kind in found.scope.maps[0].items() if not key.startswith("_")}
            self.modules[name] = Record(public)
        return self.modules[name]

    def do_import(self, here: Template, node: nodes.Import) -> None:
        for name in self.names(here, node.template):
            here.scope[node.target] = self.module(here, name, node)

    def do_fromimport(self, here: Template, node: nodes.FromImport) -> None:
        for name in self.names(here, node.template):
            offered = self.module(here, name, node).names
            for entry in node.names:
                source, target = entry if isinstance(entry, tuple) else (entry, entry)
                if source not in offered:
                    self.find(self.wrong, here.name, node.lineno, f"{name} offers no {source}")
                here.scope[target] = offered.get(source, UNTYPED)

    def do_callblock(self, here: Template, node: nodes.CallBlock) -> None:
        names = {arg.name: UNTYPED for arg in node.args}
        for arg in node.args:
            self.find(
                self.untyped, here.name, node.lineno, f"the argument {arg.name} of a call block has no type"
            )
        self.inner(here, names, node.body)
        self.call(here, node.call, {"caller": Returns(str)})

    def call_value(self, here: Any, node: nodes.Call, kind: Any, extra: Mapping[str, Any]) -> Any:
        """What a call gives; a macro is walked with the types of its arguments."""
        if not isinstance(kind, Macro):
            return super().call_value(here, node, kind, extra)
        given = [self.type_of(here, arg) for arg in node.args]
        named = {pair.key: self.type_of(here, pair.value) for pair in node.kwargs}
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self.find(
                self.untyped, here.name, node.lineno, f"{kind.node.name} is called with unpacked arguments"
            )
            return str
        names = self.arguments(here, node, kind, given, named)
        seen = {**names, **extra, " page": kind.home.scope.get("page")}
        key = (id(kind.node), *sorted((name, _key(value)) for name, value in seen.items()))
        if key not in self.bodies:
            self.bodies.add(key)
            self.inner(kind.home, {**names, **extra}, kind.node.body)
        return str

    def arguments(
        self, here: Any, node: nodes.Call, macro: Macro, given: list[Any], named: dict[str, Any]
    ) -> dict[str, Any]:
        """The types of a macro's arguments; too many, unknown and missing ones are findings."""
        wanted = [arg.name for arg in macro.node.args]
        defaults = dict(
            zip(wanted[len(wanted) - len(macro.node.defaults) :], macro.node.defaults, strict=True)
        )
        names = dict(zip(wanted, given, strict=False))
        used = {found.name for found in macro.node.find_all(nodes.Name)}
        label = f"the macro {macro.node.name}"
        if len(given) > len(wanted) and "varargs" not in used:
            self.find(
                self.wrong, here.name, node.lineno, f"{label} takes {len(wanted)} arguments, not {len(given)}"
            )
        for name, kind in named.items():
            if name not in wanted and "kwargs" not in used:
                self.find(self.wrong, here.name, node.lineno, f"{label} takes no argument {name}")
            names[name] = kind
        for name in wanted:
            if name in names:
                continue
            if name not in defaults:
                self.find(self.wrong, here.name, node.lineno, f"{label} misses its argument {name}")
            names[name] = self.type_of(macro.home, defaults[name]) if name in defaults else UNTYPED
        return names

    def unread(self, pages: Iterable[type], ours: Callable[[type], bool]) -> list[str]:
        """The fields, of the pages and of what they hold, that no walked template reads.

        Only classes for which `ours` says yes are asked: a value of the core is not made for templates alone.
        """
        classes = {
            cls for page in pages for kind in page.__mro__ if kind is not object for cls in hints.nested(kind)
        }
        return sorted(
            f"{cls.__module__}.{cls.__qualname__}.{one.name}"
            for cls in classes
            if ours(cls)
            for one in fields(cls)
            if one.name in inspect.get_annotations(cls) and (cls, one.name) not in self.attributes.reads
        )


def _key(kind: Any) -> str:
    return f"{id(kind)}" if isinstance(kind, Record | Macro) else repr(kind)


__all__ = ["Finding", "Walker"]
