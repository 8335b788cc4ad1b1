"""A page as one self-contained HTML file."""

from .assets import policy
from .document import document

__all__ = ["document", "policy"]
