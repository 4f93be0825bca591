"""One word that somebody looks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a comment must hold to be found."""

    word: str
    """Letters, digits and marks, folded as `service.text.search_words` folds them."""
    is_prefix: bool
    """True if words that begin so will do as well."""
