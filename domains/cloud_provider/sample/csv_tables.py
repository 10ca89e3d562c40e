"""The CSV drops: a first drop with every table, and below it a folder of corrections and late masters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from domains.cloud_provider.sample.csv_faults import FLAGGED, QUARANTINED, Fault
from domains.cloud_provider.sample.manifest import Manifest
from domains.cloud_provider.sample.world import HEADERS, World, pool

CAMPAIGNS = (
    "genai_launch",
    "security_week",
    "upgrade_enterprise",
    "upgrade_pro",
    "webinar_finops",
    "welcome",
)
CHANNELS = ("ads", "email", "event", "in_app")
CATEGORIES = ("availability", "billing", "integration", "performance", "security", "usability")
SEVERITIES = (("low", 10), ("medium", 6), ("high", 3), ("critical", 1))
CURRENCIES = (("USD", 5), ("EUR", 3), ("ARS", 2))
COMMENTS = ("", "Complex billing", "Great support", "Likes, but slow", "Missing features", "Too expensive")
BILLED_BEFORE = 30
"""Number of days before the first event for which there are invoices."""

USD_NOT_ONE = "exchange_rate_to_usd.usd_not_one"


class Drops:
    """Writes the CSV tables of a world below `root` and counts them in the manifest."""

    def __init__(self, world: World, root: Path, manifest: Manifest) -> None:
        self._world = world
        self._root = root
        self._manifest = manifest

    def write(self, *, quirks: bool) -> None:
        """Write one file per table; with quirks also faulty rows, and corrections one folder deeper."""
        tables = {name: list(lines) for name, lines in self._tables(late=int(quirks))}
        if quirks:
            for table, faulty in self._faulty().items():
                tables[table].extend(faulty)
        for table, lines in tables.items():
            self._put(f"{table}.csv", table, lines)
        if quirks:
            self._corrections(tables)

    def _put(self, path: str, table: str, lines: Sequence[str]) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join([HEADERS[table], *lines]) + "\n", encoding="utf-8")
        self._manifest.files[path] = len(lines)
        self._manifest.rows[table] += len(lines)

    def _tables(self, late: int) -> Iterator[tuple[str, Iterator[str]]]:
        """Yield (table, lines) of every table, without the masters of the last `late` organisations."""
        world = self._world
        known = range(world.organisations - late)
        yield "customers_orgs", (world.org_line(org) for org in known)
        yield "users", (line for org in known for line in world.user_lines(org))
        yield "resources", (world.resource_line(item) for org in known for item in world.resources(org))
        yield "billing_monthly", self._invoices()
        yield "support_tickets", self._tickets()
        yield "marketing_touches", self._touches()
        yield "nps_surveys", self._surveys()

    def _invoices(self) -> Iterator[str]:
        rng = self._world.random_for("invoices")
        months = sorted({self._world.day(day)[:7] for day in range(-BILLED_BEFORE, self._world.days)})
        for org in self._world.org_ids():
            for month in months:
                currency = rng.choice(pool(CURRENCIES))
                subtotal = round(rng.lognormvariate(6, 0.7), 2)
                if rng.random() < 0.05:
                    subtotal = -subtotal
                    self._manifest.flag("billing_monthly", "subtotal.negative")
                rate = rng.uniform(0.0013, 0.0016) if currency == "ARS" else rng.uniform(0.9, 1.12)
                if currency == "USD":
                    rate = 1.0 if rng.random() < 0.2 else 1.05 + rng.random() / 20
                    if rate != 1:
                        self._manifest.flag("billing_monthly", USD_NOT_ONE)
                credits = "" if rng.random() < 0.57 else f"{rng.random() * 70:.2f}"
                taxes = round(abs(subtotal) * 0.21, 2)
                yield (
                    f"inv_{rng.getrandbits(40):010x},{org},{month}-01,{subtotal},{credits},{taxes},"
                    f"{currency},{rate:.5f}"
                )

    def _tickets(self) -> Iterator[str]:
        rng = self._world.random_for("tickets")
        orgs = self._world.org_ids()
        for _ in range(5 * self._world.organisations):
            opened = rng.randrange(self._world.days)
            resolved = "" if rng.random() < 0.25 else self._world.day(opened + int(rng.expovariate(0.25)))
            csat = "" if rng.random() < 0.25 else f"{rng.choice((1, 2, 3, 3, 4, 4, 4, 5, 5, 5))}.0"
            if csat and rng.random() < 0.04:
                csat = rng.choice(("0.0", "6.0", "7.0"))
                self._manifest.flag("support_tickets", "csat.range")
            yield (
                f"tkt_{rng.getrandbits(40):010x},{rng.choice(orgs)},{rng.choice(CATEGORIES)},"
                f"{rng.choice(pool(SEVERITIES))},{self._world.day(opened)},{resolved},{csat},"
                f"{rng.random() < 0.1}"
            )

    def _touches(self) -> Iterator[str]:
        rng = self._world.random_for("touches")
        orgs = self._world.org_ids()
        for _ in range(6 * self._world.organisations):
            yield (
                f"mkt_{rng.getrandbits(40):010x},{rng.choice(orgs)},{rng.choice(CAMPAIGNS)},"
                f"{rng.choice(CHANNELS)},{self._world.any_day(rng)},{rng.random() < 0.3},"
                f"{rng.random() < 0.1}"
            )

    def _surveys(self) -> Iterator[str]:
        rng = self._world.random_for("surveys")
        for org in self._world.org_ids():
            for day in sorted(rng.sample(range(self._world.days), rng.choice((1, 1, 2, 3)))):
                score = "" if rng.random() < 0.2 else f"{rng.randint(-20, 60)}.0"
                comment = rng.choice(COMMENTS)
                written = f'"{comment}"' if "," in comment else comment
                yield f"{org},{self._world.day(day)},{score},{written}"

    def _faulty(self) -> dict[str, list[str]]:
        """Return the faulty lines of each table that is generated: one for every rule."""
        lines: dict[str, list[str]] = defaultdict(list)
        faults: list[tuple[Fault, bool]] = [
            *((fault, True) for fault in QUARANTINED),
            *((fault, False) for fault in FLAGGED),
        ]
        for number, (fault, is_quarantined) in enumerate(faults):
            line = fault.line.format(
                new=f"odd_{number:03}", org=self._world.org_ids()[0], day=self._world.day(7 + number % 10)
            )
            lines[fault.table].append(line)
            count = self._manifest.quarantine if is_quarantined else self._manifest.flag
            count(fault.table, *fault.checks)
        return lines

    def _corrections(self, first: dict[str, list[str]]) -> None:
        """Write newer versions of rows, which rank higher because of their deeper path, and late masters."""
        world, manifest = self._world, self._manifest
        late = world.organisations - 1
        orgs = [
            line.replace(",active,", ",at_risk,") for line in first["customers_orgs"] if ",active," in line
        ][:2]
        self._put("corrections/customers_orgs_2.csv", "customers_orgs", [*orgs, world.org_line(late)])
        moved = [line.replace(world.org_ids()[1], world.org_ids()[0]) for line in world.user_lines(1)[:2]]
        repeated = world.user_lines(0)[:1]
        self._put("corrections/users_late.csv", "users", [*moved, *repeated, *world.user_lines(late)])
        resources = [world.resource_line(item) for item in world.resources(late)]
        self._put("corrections/resources_late.csv", "resources", resources)
        answered = [line for line in first["support_tickets"] if line.split(",")[-2] in ("4.0", "5.0")]
        ticket, *unchanged = answered[:8]
        rejected = ",".join([*ticket.split(",")[:-2], "five", "False"])
        self._put("corrections/support_tickets_2.csv", "support_tickets", [rejected, *unchanged])
        manifest.quarantine("support_tickets", "csat.type")
        manifest.superseded.update(customers_orgs=len(orgs), users=len(moved))
        manifest.duplicates.update(users=len(repeated), support_tickets=len(unchanged))
        manifest.quirks.update(late_organisations=1, moved_users=len(moved), rejected_corrections=1)
