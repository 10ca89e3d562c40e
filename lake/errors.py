"""The project's errors. Each message states the problem, its place and the remedy."""

from __future__ import annotations

from collections.abc import Sequence


class CaudalError(Exception):
    """Base of every error that Caudal raises on purpose.

    `what` states the problem, `where` the place (file, line, column, table, record), `hint` the
    remedy. `str()` joins the three, so that a log line is a complete message.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        place = f"{where}: " if where else ""
        remedy = f" {hint}" if hint else ""
        super().__init__(f"{place}{what}{remedy}")


class DeclarationError(CaudalError):
    """A domain's declaration contradicts itself. Importing the domain raises it, so synth does."""

    def __init__(self, domain: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        listed = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(
            f"{len(self.problems)} problem(s) in the declaration:{listed}",
            where=f"domain {domain}",
        )


class UnknownNameError(CaudalError):
    """A requested name is not declared. The message lists the declared names."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(f"there is no {kind} '{name}'.", hint=f"Known: {', '.join(self.known) or 'none'}.")


class NameTooLongError(CaudalError):
    """A physical name is longer than AWS allows for its kind of resource."""

    def __init__(self, kind: str, name: str, limit: int) -> None:
        super().__init__(
            f"the {kind} name '{name}' has {len(name)} characters, the limit is {limit}.",
            hint="Shorten the domain's or the environment's name.",
        )


class AccountingError(CaudalError):
    """Row counts do not add up: rows are missing or surplus, so the run must not commit."""
