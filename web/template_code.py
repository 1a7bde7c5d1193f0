"""What Jinja makes of a template: the same Python, with fewer steps for each call and each text.

Jinja asks of every function, when it is called, whether it wants the template's context; it makes a
``Markup`` of every text, though the page is put together of plain strings in the end. Both are most
of what a page of many small parts costs.
"""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

_WANTS: Final = "jinja_pass_arg"
"""What Jinja marks the functions with that want its context (``jinja2.pass_context``)."""


def escaped(value: Any) -> str:
    """What stands in the HTML for a value, as ``markupsafe.escape`` has it."""
    if type(value) is str:
        return str(_escape_inner(value))
    return value if type(value) is Markup else escape(value)


class TemplateCode(CodeGenerator):
    """Jinja's generator, for templates whose functions want no context, other than by a global
    name."""

    def visit_Call(  # noqa: N802 - Jinja's name for it
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Call the function itself, not Jinja's that finds out how."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if hasattr(self.environment.globals.get(name), _WANTS):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write("(")
        self.visit(node.node, frame)
        code, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        arguments, self.stream = self.stream.getvalue(), code
        self.write(f")({arguments.removeprefix(', ')})")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        """Jinja's hook for what stands before an expression whose text is put out."""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")
