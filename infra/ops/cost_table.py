"""Page of the estimated costs for every environment, and their sums in the deploy guide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from infra.ops import costs
from infra.ops.costs import measured, prices
from lake import prediction
from lake.documentation import pages as generated
from lake.documentation.pages import DOCS, page, table, with_block
from lake.measures import Measures
from lake.prices import CRAWL_DPUS, CRAWL_MINUTES, CRAWLER_DPU_HOUR, DPU_HOUR

PAGE = "generated/costs.md"
GUIDE = "deploy.md"
BLOCK = "costs"


def pages(outdirs: Mapping[str, Path], folder: Path = DOCS) -> dict[str, str]:
    """Return the page, and the guide with its block of sums, by their paths below `folder`.

    `outdirs` maps an environment to its cloud assembly.
    """
    blocks = [block for env, outdir in outdirs.items() for block in _environment(env, outdir)]
    source = "the synthesised templates and the price list in `infra/ops/costs/`"
    guide = (folder / GUIDE).read_text(encoding="utf-8")
    return {
        PAGE: page("Estimated costs", source, [*_assumptions(), *_predictions(), *blocks]),
        GUIDE: with_block(guide, BLOCK, _sums(outdirs)),
    }


def drift(outdirs: Mapping[str, Path], folder: Path = DOCS) -> list[str]:
    """Return one sentence for each page below `folder` that has other costs than the templates."""
    return generated.drift(pages(outdirs, folder), folder)


def write(outdirs: Mapping[str, Path], folder: Path = DOCS) -> None:
    """Write the pages below `folder`."""
    generated.write(pages(outdirs, folder), folder)


def _sums(outdirs: Mapping[str, Path]) -> str:
    header = (
        "environment",
        "a month at rest",
        "a month without new files",
        "a month of streams",
        "a month of scheduled pipelines",
        "a month of trainings",
        "a month of streams that run all the time",
        "one drop",
    )
    rows = [
        (
            env,
            _dollars(costs.at_rest(outdir)),
            _dollars(costs.idle(outdir)),
            _dollars(costs.streams(outdir)),
            _dollars(costs.scheduled(outdir)),
            _dollars(costs.trainings(outdir)),
            f"${costs.continuous(outdir):.2f}",
            ", ".join(f"{_dollars(lines)} ({stack})" for stack, lines in costs.drops(outdir).items()),
        )
        for env, outdir in outdirs.items()
    ]
    return table(header, rows)


def _dollars(lines: Sequence[costs.Line]) -> str:
    return f"${costs.total(lines):.2f}"


def _assumptions() -> Iterator[str]:
    yield (
        "List prices of us-east-1 in US dollars, November 2026; other regions differ by some percent. An "
        "estimate, not a quote."
    )
    yield table(
        ("by use", "price"),
        [
            ("a Glue job's DPU-hour", f"${DPU_HOUR}"),
            ("a crawler's DPU-hour", f"${CRAWLER_DPU_HOUR}"),
            ("1,000 state transitions", f"${prices.TRANSITION * 1000:g}"),
            ("1,000 writes or listings of S3", f"${prices.WRITE * 1000:g}"),
            ("1,000 reads of S3", f"${prices.READ * 1000:g}"),
            ("a GB-month in S3", f"${prices.S3_GB_MONTH}"),
            ("a GB of logs", f"${prices.LOG_GB:.2f}"),
            ("a metric that has values all month", f"${prices.METRIC_HOUR * prices.HOURS:.2f}"),
            ("a million requests of a queue", f"${prices.SQS_REQUEST * 1_000_000:.2f}"),
            ("a TB scanned by Athena", f"${prices.SCAN_TB:g}"),
        ],
    )
    yield table(
        ("assumed", "value"),
        [
            (
                "a job run with new rows of which nothing is recorded; a run without new rows",
                f"{prices.JOB_MINUTES} min; {prices.IDLE_MINUTES} min",
            ),
            ("a training, also of unchanged data", f"{prices.TRAIN_MINUTES} min"),
            ("a crawl, the shortest that is billed", f"{CRAWL_MINUTES} min on {CRAWL_DPUS} DPU"),
            (
                "S3 requests of a job run of which nothing is recorded",
                f"{prices.READS:,} reads, {prices.WRITES:,} writes",
            ),
            ("log lines of a job run", f"{prices.LOG_MB:g} MB"),
            ("requests an hour with which a pipe polls its queue", f"{prices.POLLS}"),
        ],
    )


def _predictions() -> Iterator[str]:
    """Yield what the DPU seconds of job runs are predicted from."""
    yield "## Predicted DPU seconds"
    yield (
        "Where a job has a record, its DPU seconds and its requests are predicted from what its runs did on "
        "the local cloud. Nothing of this has been compared with AWS. "
        "[The formula and its assumptions](../adr/infra-predicted-dpu-seconds.md)."
    )
    yield table(
        ("assumed by the prediction", "value"),
        [
            ("start of a run, before its script", f"{prediction.START_SECONDS:g} s"),
            ("answer of S3 to a request", f"{prediction.REQUEST_SECONDS * 1000:g} ms"),
            (
                "requests at a time: the jobs' copies; their others",
                f"{prediction.COPIES_AT_ONCE}; {prediction.REQUESTS_AT_ONCE}",
            ),
            (
                "Spark's requests for a file read; for one written",
                f"{prediction.READS_OF_FILE_READ}; {prediction.OF_FILE_WRITTEN}",
            ),
            ("transfer of a connection to S3", f"{prediction.BYTES_A_SECOND / 1e6:g} MB/s"),
            (
                "tasks at a time: one G.1X worker; one G.025X worker",
                f"{prediction.VCPUS['G.1X']}; {prediction.VCPUS['G.025X']}",
            ),
        ],
    )
    yield table(
        ("recorded", "what", "by", "on"),
        [(each.size, each.what, f"`{each.by}`", each.on) for each in measured.origins()],
    )
    header = (
        "domain", "recorded", "job", "runs", "processor s of tasks", "processor s beside", "s without a task",
        "files read", "files written", "requests of its own",
    )  # fmt: skip
    yield table(header, _records())


def _records() -> list[tuple[str, ...]]:
    """Return a row for each job at a size, with all of its runs."""
    runs: defaultdict[tuple[str, str, str], list[Measures]] = defaultdict(list)
    for each in measured.records():
        runs[each.domain, each.size, each.job].append(each.measures)
    return [_record(*key, Measures.of(found)) for key, found in runs.items()]


def _record(domain: str, size: str, job: str, each: Measures) -> tuple[str, ...]:
    seconds = (each.processor, each.driver_processor, each.driver)
    numbers = (each.files_read, each.files_written, each.requests)
    return (
        domain,
        size,
        f"`{job}`",
        f"{each.runs}",
        *(f"{value:.1f}" for value in seconds),
        *(f"{number:,}" for number in numbers),
    )


def _environment(env: str, outdir: Path) -> Iterator[str]:
    yield f"## {env}"
    for section in costs.sections(outdir):
        rows = [(line.what, f"${line.dollars:.4f}") for line in section.lines]
        yield table((section.title, "dollars"), [*rows, ("**total**", f"**{_dollars(section.lines)}**")])
    always = costs.continuous(outdir)
    if always:
        yield f"Streams that run all the time would cost ${always:.2f} a month instead."
