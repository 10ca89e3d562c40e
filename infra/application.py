"""The CDK application: the shared stacks, then one stack per domain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import App, Aws, Token, Validations

from infra.analytics.athena import Analytics
from infra.analytics.reconciler import RECONCILE_CATALOG, RECONCILER_PACKAGES
from infra.dashboards.stack import Dashboards
from infra.domain_stack import DomainStack
from infra.foundation.config import LOCAL, Config
from infra.foundation.storage import Storage
from infra.jobs.assets import build_library
from infra.jobs.bundle import OFFICE_HOURS, build_client, build_function, build_job_packages
from infra.jobs.glue_job import Library
from infra.pipeline.plan import execution_seconds
from infra.relational.authorities import check_authorities
from infra.relational.office import RDS_SCHEDULE
from infra.relational.stack import Relational
from infra.serving_store.publisher import FUNCTION, FunctionCode, Serving
from lake.model.modules import check_domains
from lake.model.relational.checks import check_personal
from lake.model.spec import Domain
from lake.naming import Names


def flags(root: Path) -> dict[str, object]:
    """Return the CDK feature flags of `cdk.json`."""
    context: dict[str, object] = json.loads((root / "cdk.json").read_text(encoding="utf-8"))["context"]
    return context


def build(
    app: App,
    *,
    config: Config,
    account: str | None,
    region: str | None,
    domains: Sequence[Domain],
    root: Path,
) -> App:
    """Add all stacks to `app` and return it. Without account or region the templates fit any.

    `root` is the folder of the checkout. The archives of the jobs and functions are written beside the
    templates. Raises NameTooLongError if a domain's name makes a physical name longer than AWS allows, and
    DeclarationError if a domain lacks a module that it declares, or if domains contradict each other.
    """
    check_domains(domains)
    check_personal(domains, [name for name in config.relational_personal.split(",") if name])
    names = Names(env=config.env, account=account or Aws.ACCOUNT_ID, region=region or Aws.REGION)
    library = _library(Path(app.outdir) / "library", root, config)
    storage = Storage(app, names.stack("storage"), names=names, config=config)
    analytics = Analytics(app, names.stack("athena"), names=names, config=config)
    analytics.add_stack_dependency(storage)
    serving = Serving(app, names.stack("serving"), names=names, config=config) if config.serving else None
    code = _function_code(Path(app.outdir), root, config) if config.serving else None
    relational = _relational(app, names, config, root)
    if relational is not None:
        relational.add_stack_dependency(storage)
    reconciler = build_function(
        Path(app.outdir) / "library",
        root=root,
        function=RECONCILE_CATALOG,
        packages=RECONCILER_PACKAGES,
    )
    for domain in domains:
        stack = DomainStack(
            app,
            names.stack(domain.name),
            domain=domain,
            names=names,
            config=config,
            library=library,
            reconciler=reconciler,
            code=code,
            relational=relational,
        )
        for shared in (storage, analytics, serving, relational):
            if shared is not None:
                stack.add_stack_dependency(shared)
        if config.quicksight:
            dashboards = Dashboards(
                app, names.dashboards_stack(domain.name), domain=domain, names=names, config=config
            )
            dashboards.add_stack_dependency(stack)
    return app


def _relational(app: App, names: Names, config: Config, root: Path) -> Relational | None:
    """Return the stack of the relational copy, if it is switched on.

    Raises ConfigError for a region whose databases the jobs could not verify.
    """
    if not config.relational:
        return None
    if not Token.is_unresolved(names.region):
        check_authorities(root, names.region)
    office = build_function(
        Path(app.outdir) / "library",
        root=root,
        function=RDS_SCHEDULE,
        packages=("lake", "lambdas"),
        with_dependencies=not config.is_local,
        needed=OFFICE_HOURS,
    )
    return Relational(
        app,
        names.stack("relational"),
        names=names,
        config=config,
        office=office,
        lease_seconds=execution_seconds(config.job_timeout_minutes * 60, loads=True),
    )


def _library(folder: Path, root: Path, config: Config) -> Library:
    """Return the code of the jobs. In the local cloud they import packages of its own environment."""
    needs_packages = bool(config.serving) and config.serving != LOCAL
    return Library(
        archive=build_library(folder, root=root),
        scripts=root / "glue_jobs",
        packages=build_job_packages(folder, root=root) if needs_packages else None,
        client=build_client(folder, root=root) if config.relational and not config.is_local else None,
    )


def _function_code(outdir: Path, root: Path, config: Config) -> FunctionCode:
    archive = build_function(
        outdir / "library", root=root, function=FUNCTION, with_dependencies=config.serving != LOCAL
    )
    return FunctionCode(archive=archive)


def synthesise(
    outdir: Path,
    *,
    config: Config,
    root: Path,
    account: str | None,
    region: str | None,
    domains: Sequence[Domain],
    context: Mapping[str, str] | None = None,
    nag: bool = False,
) -> Path:
    """Write the templates to `outdir` and return it.

    With `nag`, cdk-nag checks every construct and writes its findings to `validation-report.json`.
    Raises RuntimeError if there are findings.
    """
    app = App(outdir=str(outdir), analytics_reporting=False, context={**flags(root), **(context or {})})
    if nag:
        from cdk_nag import AwsSolutionsChecks

        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(
        app,
        config=config,
        account=account,
        region=region,
        domains=domains,
        root=root,
    )
    app.synth()
    return outdir
