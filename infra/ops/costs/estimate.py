"""The estimate as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from infra.foundation.config import DROPS, NEVER
from infra.ops.costs import relational, runs
from infra.ops.costs.prices import (
    AT_REST,
    GLUE_METRICS,
    METRIC_HOUR,
    QUICKSIGHT_AUTHOR,
    QUICKSIGHT_READER,
    REFRESH_MB,
    S3_GB_MONTH,
    SCAN_TB,
    SPICE_GB_MONTH,
)
from infra.ops.costs.sections import continuous, sections, total
from infra.ops.costs.stacks import stacks
from lake.naming import CONTINUOUS


def estimate(outdir: Path) -> str:
    """Return the whole estimate: each section with its lines, and the prices of what is switched off."""
    lines: list[str] = []
    for section in sections(outdir):
        lines.append(f"{section.title}: ${total(section.lines):.2f}")
        lines += [f"  ${line.dollars:8.4f}  {line.what}" for line in section.lines]
    lines += _switches(outdir)
    lines.append(
        f"By use: S3 ${S3_GB_MONTH}/GB a month, Athena ${SCAN_TB:.0f}/TB scanned. Only a drop "
        f"with new partitions starts a crawler (-c crawl={DROPS}); {NEVER} saves the crawls."
    )
    lines.append("List prices of us-east-1, November 2026; an estimate, not a quote.")
    return "\n".join(lines)


def _switches(outdir: Path) -> list[str]:
    """Return one line for each switch that is off and costs money, and for QuickSight's users."""
    found = stacks(outdir)
    kinds: Counter[str] = sum((stack.counts for stack in found), Counter())
    lines = []
    if always := continuous(outdir):
        lines.append(
            f"Streams with the trigger {CONTINUOUS} would cost ${always:.2f} a month "
            f"(--stream-trigger {CONTINUOUS}; off by default)."
        )
    if not kinds["AWS::Glue::SecurityConfiguration"]:
        keys = sum(stack.has_pipeline for stack in found) * AT_REST["AWS::KMS::Key"]
        lines.append(
            f"Logs encrypted with a key of each domain would cost ${keys:.2f} a month more "
            "(--encrypted-logs; off by default)."
        )
    if kinds["AWS::StepFunctions::StateMachine"] and not kinds["AWS::RDS::DBInstance"]:
        copy = relational.switched_on(keys=bool(kinds["AWS::Glue::SecurityConfiguration"]))
        lines.append(
            f"The relational copy in MySQL would cost ${copy:.2f} a month at rest "
            "(--relational; off by default)."
        )
    if kinds["AWS::StepFunctions::StateMachine"]:
        users = f"${QUICKSIGHT_AUTHOR:.2f} a month for an author and ${QUICKSIGHT_READER:.2f} for each reader"
        if not kinds["AWS::QuickSight::Dashboard"]:
            lines.append(f"Dashboards in QuickSight would cost {users} (--quicksight; off by default).")
        else:
            lines.append(
                f"QuickSight: {users}, ${SPICE_GB_MONTH}/GB of SPICE a month beyond 10 GB an author; visuals "
                f"that ask Athena directly scan at least {REFRESH_MB} MB each time they are loaded."
            )
    jobs = [job for stack in found for job in stack.jobs]
    if jobs and not any(job.sends_metrics for job in jobs):
        run = GLUE_METRICS * METRIC_HOUR
        month = run * sum(schedule.starts for stack in found for schedule in stack.schedules)
        lines.append(
            f"Glue's metrics of every job run would cost ${run:.4f} a run, ${month:.2f} a month of schedules "
            "(--job-metrics; off by default)."
        )
    return lines


def against(measured: Mapping[str, tuple[int, float]], outdir: Path) -> str:
    """Return the predicted beside the measured dollars of each job and crawler.

    `measured` maps its name to the number of runs and their dollars.
    """
    predicted = {job.name: runs.compute_of_run(job) for stack in stacks(outdir) for job in stack.jobs}
    lines = ["Measured by the last acceptance, beside the prediction for as many runs:"]
    for name, (number, dollars) in measured.items():
        expected = number * predicted.get(name, runs.crawl())
        lines.append(f"  ${dollars:8.4f}  predicted ${expected:8.4f}  {name}, {number} runs")
    return "\n".join(lines)
