"""What can go wrong with a decision, always with the element that it went wrong in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import ServiceplanError
from engine.feel.errors import FeelBudgetError, FeelError


class DecisionError(ServiceplanError):
    """The decision cannot be made.

    ``element_id`` and ``element_name`` name the decision, knowledge model, service or type;
    ``params`` may have more: ``part`` (the id of the cell), ``expression``, ``line``, ``column``.
    Codes (``error_code``): ``unknown`` (no such decision), ``reference`` (to what is not there),
    ``circle``, ``duplicate`` (id), ``expression`` (cannot be read or evaluated), ``language``
    (other than FEEL), ``table`` (rows and columns do not fit), ``type`` (not defined), ``budget``;
    and in strict evaluation those of a ``Note``.
    """

    code: ClassVar[str] = "decision"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        element_id: str = "",
        element_name: str = "",
        **params: Any,
    ):
        self.element_id, self.element_name = element_id, element_name
        super().__init__(
            message, code=code, element_id=element_id, element_name=element_name, **params
        )


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """Why a value became null although the decision went on; ``element`` is its name.

    Codes: ``type`` (not of the type that is asked for), ``values`` (none of the values listed),
    ``overlap`` (several rules where one may hold), ``aggregation``, ``arguments``, ``function``
    (no function to call), ``logic`` (a decision without any).
    """

    code: str
    element: str
    message: str


def failed(error: FeelError | RecursionError, element_id: str, element_name: str) -> DecisionError:
    """An expression's error as that of the element whose logic it is in."""
    message, params = "it is nested too deep", {}
    budget = not isinstance(error, FeelError) or isinstance(error, FeelBudgetError)
    if isinstance(error, FeelError):
        message, params = error.message, dict(error.params)
    return DecisionError(
        f'"{element_name}": {message}',
        code="budget" if budget else "expression",
        element_id=element_id,
        element_name=element_name,
        **params,
    )
