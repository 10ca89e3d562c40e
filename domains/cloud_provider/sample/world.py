"""The invented provider: its organisations, users and resources, and the calendar of the data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from domains.cloud_provider.tables import REGIONS, SERVICES, TABLES

HEADERS = {table.name: ",".join(table.headers) for table in TABLES if table.stream is None}

USERS_PER_ORG = 5
RESOURCES_PER_ORG = 5

FIRST_NAMES = (
    "Aurora",
    "Basalt",
    "Cobalt",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
)
LAST_NAMES = (
    "Analytics",
    "Foods",
    "Freight",
    "Health",
    "Labs",
    "Mobility",
    "Studios",
    "Systems, Inc.",
    '"X" Works',
)
INDUSTRIES = (
    "Education",
    "Energy",
    "Fintech",
    "Gaming",
    "Government",
    "Healthcare",
    "Logistics",
    "Media",
    "Retail",
)
PLANS = (("free", 3), ("standard", 4), ("pro", 2), ("enterprise", 1))
STAGES = (("lead", 1), ("prospect", 1), ("active", 6), ("at_risk", 1), ("churned", 1))
SOURCES = ("ads", "event", "organic", "partner", "referral")
ROLES = ("admin", "analyst", "billing", "developer", "devops", "ml_engineer")
STATES = (("running", 7), ("stopped", 2), ("terminated", 1))
TAGS = ("env:prod", "env:dev", "pii:true", "team:ml", "team:web", "backup:daily", "costcenter:alpha")

T = TypeVar("T")


def pool(weighted: Sequence[tuple[T, int]]) -> tuple[T, ...]:
    """Return each value as many times as its weight."""
    return tuple(value for value, weight in weighted for _ in range(weight))


def quoted(text: str) -> str:
    """Return a CSV field, with quotes where they are necessary."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


class Resource(NamedTuple):
    """A resource; `fragment` is the constant part of its events' text."""

    resource_id: str
    org_id: str
    service: str
    region: str

    @property
    def fragment(self) -> str:
        return (
            f'"org_id": "{self.org_id}", "resource_id": "{self.resource_id}", '
            f'"service": "{self.service}", "region": "{self.region}", '
        )


@dataclass(frozen=True)
class World:
    """Masters of `organisations` organisations, whose events happen in `days` days from `start`."""

    seed: int
    organisations: int
    start: date
    days: int

    def random_for(self, purpose: str) -> random.Random:
        """Return a random generator whose numbers depend only on the seed and the purpose."""
        return random.Random(f"{self.seed} {purpose}")

    def day(self, number: int) -> str:
        """Return the date `number` days after the first day; negative numbers give earlier dates."""
        return str(self.start + timedelta(days=number))

    def any_day(self, rng: random.Random, before: int = 0) -> str:
        """Return a random day of the data, or up to `before` days earlier."""
        return self.day(rng.randrange(-before, self.days))

    def org_ids(self) -> list[str]:
        """Return the ids of all organisations."""
        return [self._id("org", number) for number in range(self.organisations)]

    def _id(self, kind: str, number: int) -> str:
        """Return a unique id of eight characters in no visible order."""
        scattered = (number * 0x9E3779B1 + self.seed) & 0xFFFFFFFF
        return f"{kind}_{scattered:08x}"

    def org_line(self, number: int) -> str:
        """Return the CSV line of an organisation."""
        rng = self.random_for(f"org {number}")
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)} {number}"
        nps = "" if rng.random() < 0.14 else f"{rng.randint(-40, 60)}.0"
        plan = rng.choice(pool(PLANS))
        return ",".join(
            [
                self._id("org", number), quoted(name), rng.choice(INDUSTRIES), rng.choice(REGIONS),
                plan, str(plan == "enterprise"), self.day(-rng.randint(1, 60)),
                f"rep_{rng.choice('abcde')}", rng.choice(pool(STAGES)), rng.choice(SOURCES), nps,
            ]
        )  # fmt: skip

    def user_lines(self, org: int) -> list[str]:
        """Return the CSV lines of the users of an organisation."""
        rng = self.random_for(f"users {org}")
        lines = []
        for place in range(USERS_PER_ORG):
            user = self._id("user", org * USERS_PER_ORG + place)
            login = "" if rng.random() < 0.2 else self.any_day(rng)
            lines.append(
                f"{user},{self._id('org', org)},{user}@example.com,{rng.choice(ROLES)},"
                f"{rng.random() < 0.85},{self.any_day(rng, before=60)},{login}"
            )
        return lines

    def resources(self, org: int) -> list[Resource]:
        """Return the resources of an organisation."""
        rng = self.random_for(f"resources {org}")
        return [
            Resource(
                self._id("res", org * RESOURCES_PER_ORG + place),
                self._id("org", org),
                SERVICES[min(int(rng.random() * 7), 5)],
                rng.choice(REGIONS),
            )
            for place in range(RESOURCES_PER_ORG)
        ]

    def resource_line(self, resource: Resource) -> str:
        """Return the CSV line of a resource."""
        rng = self.random_for(resource.resource_id)
        tags = ", ".join(f'"{tag}"' for tag in rng.sample(TAGS, rng.randint(1, 3)))
        written = "" if rng.random() < 0.2 else quoted(f"[{tags}]")
        state = rng.choice(pool(STATES))
        created = self.any_day(rng, before=60)
        where = f"{resource.service},{resource.region}"
        return f"{resource.resource_id},{resource.org_id},{where},{created},{state},{written}"
