"""Numbers and words for the script of a page in few characters; `dom.js` takes them back."""

from collections.abc import Sequence


def words(texts: Sequence[str]) -> dict[str, object]:
    """Each word once, and which of them stands where."""
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return {"of": list(places), "at": [places[text] for text in texts]}


def numbers(values: Sequence[float | None]) -> dict[str, object]:
    """Without the zeros that all of them end in."""
    by = 1000 if all(value is None or (isinstance(value, int) and value % 1000 == 0) for value in values) else 1
    return {"by": by, "at": [value if value is None else _divided(value, by) for value in values]}


def _divided(value: float, by: int) -> float:
    return value // by if isinstance(value, int) else value


def steps(values: Sequence[int], by: int = 1) -> dict[str, object]:
    """Each as what it is more than the one before, in units of `by` where all but the first are whole ones."""
    differences = [after - before for before, after in zip([0, *values], values, strict=False)]
    if any(step % by for step in differences[1:]):
        by = 1
    return {"first": differences[0] if differences else 0, "by": by, "at": [step // by for step in differences[1:]]}


def sparse(values: Sequence[int], usual: int) -> dict[str, object]:
    """Only those that are not the usual one."""
    return {
        "usual": usual,
        "length": len(values),
        "at": {at: value for at, value in enumerate(values) if value != usual},
    }
