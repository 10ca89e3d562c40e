"""Athena: the shared workgroups with enforced settings, a domain's named queries, its analysts' role."""

from __future__ import annotations

from importlib.resources import files

from aws_cdk import aws_athena as athena
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.queries import allow_queries
from infra.foundation.roles import Role
from infra.foundation.stack import LakeStack
from lake.errors import DeclarationError
from lake.model.spec import Domain, Question
from lake.naming import QUERY_RESULTS, STEWARD_RESULTS, Names, layer_root


class Analytics(LakeStack):
    """The shared stack of Athena: two workgroups that set result location, encryption and scan limit.

    Stewards have their own, so that analysts, who read the results of their workgroup, do not read theirs.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, config: Config) -> None:
        super().__init__(scope, id, names=names, config=config, description="Athena workgroup of the lake.")
        self._names, self._config = names, config
        self._workgroup("WorkGroup", names.workgroup, QUERY_RESULTS, "Queries on the lake.")
        self._workgroup(
            "StewardWorkGroup", names.steward_workgroup, STEWARD_RESULTS, "Queries on quarantined rows."
        )

    def _workgroup(self, id: str, name: str, results: str, description: str) -> None:
        config, names = self._config, self._names
        athena.CfnWorkGroup(
            self,
            id,
            name=name,
            description=description,
            # Athena deletes no workgroup with a history, unless told to. The history is no data of the lake.
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=config.scan_limit_bytes,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{names.athena_bucket}/{results}",
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                    expected_bucket_owner=names.account,
                ),
            ),
        )


class Questions(Construct):
    """A domain's named queries, and the role that may run them: it reads gold and nothing else."""

    def __init__(self, scope: Construct, id: str, *, domain: Domain, names: Names, arns: Arns) -> None:
        super().__init__(scope, id)
        self.queries = [
            athena.CfnNamedQuery(
                self,
                query,
                name=query,
                description=f"{question.number}. {question.title}",
                database=names.database(domain.name, "gold"),
                work_group=names.workgroup,
                query_string=query_text(domain, question, query),
            )
            for question in domain.questions
            for query in question.queries
        ]
        self.role = self._role(domain.name, names, arns)

    def _role(self, domain: str, names: Names, arns: Arns) -> Role:
        role = Role(
            self,
            "Role",
            name=names.role(domain, "analyst"),
            principal=iam.AccountPrincipal(names.account),
            description=f"Queries the gold tables of {domain}.",
            arns=arns,
        )
        allow_queries(
            role,
            workgroup=names.workgroup,
            results=QUERY_RESULTS,
            databases=[names.database(domain, "gold")],
            arns=arns,
        )
        role.allow(("athena:GetNamedQuery", "athena:ListNamedQueries"), [arns.workgroup(names.workgroup)])
        role.read(names.curated_bucket, layer_root("gold", domain))
        role.see_missing(names.curated_bucket)
        return role


def query_text(domain: Domain, question: Question, query: str) -> str:
    """Return the SQL of `queries/<query>.sql`. Raises DeclarationError if the file is missing."""
    source = files(f"domains.{domain.name}") / "queries" / f"{query}.sql"
    if not source.is_file():
        raise DeclarationError(
            domain.name, [f"question {question.number} names the query '{query}', but {source} is missing"]
        )
    return source.read_text(encoding="utf-8")
