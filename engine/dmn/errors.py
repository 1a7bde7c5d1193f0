"""What can go wrong with a decision, always with the element that it went wrong in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import ServiceplanError


class DecisionError(ServiceplanError):
    """The decision cannot be made.

    ``element_id`` and ``element_name`` name the decision, knowledge model, service or type;
    ``params`` may have more: ``part`` (the id of the cell), ``expression``, ``line``, ``column``.
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
class Note:
    """Why a value became null although the decision went on; ``element`` is its name.

    Codes: ``type`` (not of the type that is asked for), ``values`` (none of the values listed),
    ``overlap`` (several rules where one may hold), ``aggregation``, ``arguments``, ``function``
    (no function to call), ``logic`` (a decision without any).
    """

    code: str
    element: str
    message: str
