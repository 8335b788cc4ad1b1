"""A page as one self-contained HTML file."""

from .assets import policy
from .document import cards, document

__all__ = ["cards", "document", "policy"]
