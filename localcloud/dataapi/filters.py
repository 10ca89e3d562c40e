"""Filter clauses: parsed into a predicate over documents, within the limits and the index of a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lake.model.data_api import Limits
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import MISSING, Indexing, value_at

Predicate = Callable[[Mapping[str, Any]], bool]
_RANGES: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda value, bound: value > bound,
    "$gte": lambda value, bound: value >= bound,
    "$lt": lambda value, bound: value < bound,
    "$lte": lambda value, bound: value <= bound,
}
_LISTS = ("$in", "$nin", "$all")
_OTHERS = ("$eq", "$ne", "$exists", "$size")


def parse(clause: Any, indexing: Indexing, limits: Limits) -> Predicate:
    """Return the predicate of a filter clause. Raises ApiError for a clause that the service refuses."""
    if not isinstance(clause, Mapping):
        raise ApiError("FILTER_INVALID_EXPRESSION", "filter must be a JSON object")
    fields = sum(1 for _ in _leaves(clause))
    if fields > limits.filter_fields:
        raise ApiError(
            "FILTER_FIELDS_LIMIT_VIOLATION",
            f"Filter has {fields} fields, exceeds maximum allowed ({limits.filter_fields})",
        )
    return _Parser(indexing, limits).conjunction(clause)


def ids_in(clause: Mapping[str, Any]) -> list[Any] | None:
    """Return the `_id`s that a filter names at its top level, which makes a scan needless; else None."""
    condition = clause.get("_id", MISSING)
    if condition is MISSING:
        return None
    if isinstance(condition, Mapping) and any(name.startswith("$") for name in condition):
        if "$in" in condition:
            return list(dict.fromkeys(condition["$in"]))
        return [condition["$eq"]] if "$eq" in condition else None
    return [condition]


def _leaves(clause: Any) -> Iterator[str]:
    for name, condition in clause.items():
        if name in ("$and", "$or"):
            for part in condition if isinstance(condition, list) else ():
                yield from _leaves(part)
        elif name == "$not" and isinstance(condition, Mapping):
            yield from _leaves(condition)
        else:
            yield name


class _Parser:
    """Builds predicates, and checks each path against the index and each operator against the limits."""

    def __init__(self, indexing: Indexing, limits: Limits) -> None:
        self.indexing = indexing
        self.limits = limits

    def conjunction(self, clause: Mapping[str, Any]) -> Predicate:
        """Return the predicate of a clause, all of whose parts must hold."""
        parts = [self.part(name, condition) for name, condition in clause.items()]
        return lambda document: all(part(document) for part in parts)

    def part(self, name: str, condition: Any) -> Predicate:
        """Return the predicate of one entry: $and, $or, $not or a field."""
        if name in ("$and", "$or"):
            if not isinstance(condition, list) or not all(isinstance(item, Mapping) for item in condition):
                raise ApiError("FILTER_INVALID_EXPRESSION", f"'{name}' takes an array of objects")
            parts = [self.conjunction(item) for item in condition]
            quantifier = all if name == "$and" else any
            return lambda document: quantifier(part(document) for part in parts)
        if name == "$not":
            inner = self.conjunction(condition)
            return lambda document: not inner(document)
        if name.startswith("$"):
            raise ApiError("FILTER_UNSUPPORTED_OPERATOR", f"Unsupported operator '{name}'")
        return self.field(name, condition)

    def field(self, path: str, condition: Any) -> Predicate:
        """Return the predicate of a path with a value or with operators."""
        if path != "_id" and not self.indexing.covers(path):
            raise ApiError(
                "FILTER_PATH_UNINDEXED",
                f"Collection path '{path}' is not indexed: cannot filter on that path.",
            )
        if not (isinstance(condition, Mapping) and any(name.startswith("$") for name in condition)):
            return self.test(path, "$eq", condition)
        if set(condition) & {"$date", "$uuid", "$objectId"}:
            return self.test(path, "$eq", condition)
        tests = [self.test(path, operator, operand) for operator, operand in condition.items()]
        return lambda document: all(test(document) for test in tests)

    def test(self, path: str, operator: str, operand: Any) -> Predicate:
        """Return the predicate of one operator on a path."""
        if operator not in (*_RANGES, *_LISTS, *_OTHERS):
            raise ApiError("FILTER_UNSUPPORTED_OPERATOR", f"Unsupported operator '{operator}'")
        if path == "_id" and operator not in ("$eq", "$in", "$ne", "$nin"):
            raise ApiError(
                "FILTER_ID_NOT_INDEXED",
                f"Collection field '_id' is never indexed so filtering can only be done using operators "
                f"'$eq' or '$in', not '{operator}'",
            )
        if operator in _LISTS:
            self._check_list(operator, operand)
        if operator in _RANGES and not _comparable(operand):
            raise ApiError(
                "FILTER_INVALID_EXPRESSION", f"{operator} operator must have a number, a date or a text"
            )
        return lambda document: _holds(operator, value_at(document, path), operand)

    def _check_list(self, operator: str, operand: Any) -> None:
        if not isinstance(operand, list):
            raise ApiError("FILTER_INVALID_EXPRESSION", f"{operator} operator must have an array")
        if len(operand) > self.limits.in_values:
            raise ApiError(
                "FILTER_INVALID_EXPRESSION",
                f"{operator} operator must have at most {self.limits.in_values} values",
            )


def _comparable(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"$date"}
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Return a date as its milliseconds, so that dates are comparable, and other values unchanged."""
    return value["$date"] if isinstance(value, Mapping) and set(value) == {"$date"} else value


def _same(value: Any, operand: Any) -> bool:
    """Return whether a value equals the operand or is an array with an equal element.

    As in the service, true does not equal 1, and null equals a missing field.
    """
    if value is MISSING:
        return operand is None
    if isinstance(value, bool) is not isinstance(operand, bool):
        return isinstance(value, list) and operand in value
    return bool(value == operand) or (isinstance(value, list) and operand in value)


def _holds(operator: str, value: Any, operand: Any) -> bool:
    if operator in _RANGES:
        left, right = _plain(value), _plain(operand)
        kinds = (int | float, str)
        fits = any(isinstance(left, kind) and isinstance(right, kind) for kind in kinds)
        return fits and not isinstance(left, bool) and _RANGES[operator](left, right)
    if operator in ("$in", "$nin"):
        found = any(_same(value, item) for item in operand)
        return found if operator == "$in" else not found
    if operator == "$all":
        return isinstance(value, list) and all(item in value for item in operand)
    if operator == "$exists":
        return (value is not MISSING) is bool(operand)
    if operator == "$size":
        return isinstance(value, list) and len(value) == operand
    return _same(value, operand) if operator == "$eq" else not _same(value, operand)
