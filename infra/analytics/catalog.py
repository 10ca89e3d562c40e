"""Glue databases, tables and crawlers of a domain. Types come from the declaration, partitions from S3."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.analytics.catalog_columns import CatalogTable, catalog_tables
from infra.foundation.acknowledge import acknowledge_glue_logs
from infra.foundation.arns import Arns
from infra.foundation.config import NEVER, Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.queries import allow_tables
from infra.foundation.roles import Role, service
from lake.files.layers import LAYERS
from lake.files.parquet import COMPRESSION
from lake.model.columns import Column
from lake.model.spec import Domain
from lake.naming import ARRIVAL_LAYERS, RUN_LOG, Names, layer_root

ZONES = {"processed": ARRIVAL_LAYERS, "curated": ("silver", "gold")}
"""Zone → its layers: those that one job writes and that one crawler covers."""

_COMMENT_LIMIT = 255

_PARAMETERS = {
    "parquet.compression": COMPRESSION.upper(),
    # Without these two, crawlers have registered no partition of a table that CloudFormation declared.
    "compressionType": "none",
    "typeOfData": "file",
}

_CONFIGURATION = json.dumps(
    {
        "Version": 1.0,
        "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
        # Otherwise the crawler creates a separate table for a folder whose files have a different schema.
        "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
    }
)


def _is_crawled(table: CatalogTable) -> bool:
    """Return whether a crawler finds partitions; those of the log of runs are registered with each run."""
    return bool(table.partition_keys) and table.name != RUN_LOG


class Catalog(Construct):
    """Databases and tables of the four layers, and one crawler per zone that has partitions."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        encryption: LogEncryption | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._encryption = encryption
        self._domain = domain
        self._names = names
        self._arns = arns
        self._types: dict[str, glue.Type] = {}
        self.tables = catalog_tables(domain)
        self.databases = {layer: self._database(layer) for layer in LAYERS}
        buckets = {
            bucket: glue.S3TableStorage.from_bucket(
                s3.Bucket.from_bucket_name(self, f"{zone}-bucket", bucket)
            )
            for zone, bucket in (("processed", names.processed_bucket), ("curated", names.curated_bucket))
        }
        self.resources = [
            self._table(table, buckets[names.layer_bucket(table.layer)]) for table in self.tables
        ]
        zones = () if config.crawl == NEVER else ZONES
        self.crawlers = {zone: self._crawler(zone) for zone in zones if self._targets(zone)}

    def grant_crawl(self, role: Role) -> None:
        """Allow `role` to start and watch the crawlers."""
        if self.crawlers:
            role.allow(
                ("glue:StartCrawler", "glue:GetCrawler"),
                [self._arns.crawler(self._names.crawler(self._domain.name, zone)) for zone in self.crawlers],
            )

    def _catalog_arns(self, layers: Sequence[str]) -> list[str]:
        databases = [self._names.database(self._domain.name, layer) for layer in layers]
        return [
            self._arns.catalog,
            *(self._arns.database(name) for name in databases),
            *(self._arns.tables(name) for name in databases),
        ]

    def _database(self, layer: str) -> glue.Database:
        database = glue.Database(
            self,
            layer,
            database_name=self._names.database(self._domain.name, layer),
            description=f"{layer} of {self._domain.name}: {self._domain.description}",
        )
        # Metadata that the next deployment writes again. The L2 would retain it, and CloudFormation would not
        # find it again: a stack whose first creation failed could never be created.
        database.apply_removal_policy(RemovalPolicy.DESTROY)
        return database

    def _table(self, table: CatalogTable, storage: glue.S3TableStorage) -> glue.S3Table:
        resource = glue.S3Table(
            self,
            f"{table.layer}-{table.name}",
            database=self.databases[table.layer],
            table_name=table.name,
            description=table.description,
            data_format=glue.DataFormat.PARQUET,
            columns=[self._column(column) for column in table.columns],
            partition_keys=[self._column(column) for column in table.partition_keys] or None,
            storage=storage,
            s3_prefix=table.prefix,
            parameters=_PARAMETERS,
        )
        # The L2 sets this parameter on every table, and Athena would expect client-side encryption.
        cfn = resource.node.default_child
        assert isinstance(cfn, glue.CfnTable)
        cfn.add_property_deletion_override("TableInput.Parameters.has_encrypted_data")
        return resource

    def _column(self, column: Column) -> glue.Column:
        return glue.Column(
            name=column.name, type=self._type(column.type), comment=column.description[:_COMMENT_LIMIT]
        )

    def _type(self, name: str) -> glue.Type:
        if name not in self._types:
            self._types[name] = glue.Schema.custom(name)
        return self._types[name]

    def _targets(self, zone: str) -> dict[str, list[str]]:
        """Return layer → its crawled tables."""
        return {
            layer: names
            for layer in ZONES[zone]
            if (names := [t.name for t in self.tables if t.layer == layer and _is_crawled(t)])
        }

    def _crawler(self, zone: str) -> glue.CfnCrawler:
        role = self._crawler_role(zone)
        targets = self._targets(zone)
        crawler = glue.CfnCrawler(
            self,
            f"{zone}-crawler",
            name=self._names.crawler(self._domain.name, zone),
            description=f"Adds partitions of {', '.join(targets)} tables; cannot change tables or types.",
            role=role.arn,
            targets=glue.CfnCrawler.TargetsProperty(
                catalog_targets=[
                    glue.CfnCrawler.CatalogTargetProperty(
                        database_name=self._names.database(self._domain.name, layer), tables=tables
                    )
                    for layer, tables in targets.items()
                ]
            ),
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="LOG", delete_behavior="LOG"
            ),
            recrawl_policy=glue.CfnCrawler.RecrawlPolicyProperty(recrawl_behavior="CRAWL_EVERYTHING"),
            configuration=_CONFIGURATION,
            crawler_security_configuration=self._encryption.name if self._encryption else None,
        )
        if self._encryption is not None:
            crawler.node.add_dependency(self._encryption.resource)
        else:
            acknowledge_glue_logs(crawler)
        crawler.node.add_dependency(role)
        for layer in targets:
            crawler.node.add_dependency(self.databases[layer])
        for resource, table in zip(self.resources, self.tables, strict=True):
            if table.name in targets.get(table.layer, ()):
                crawler.node.add_dependency(resource)
        return crawler

    def _crawler_role(self, zone: str) -> Role:
        domain, names, arns = self._domain.name, self._names, self._arns
        role = Role(
            self,
            f"{zone}-crawler-role",
            name=names.role(domain, f"{zone}-crawler"),
            principal=service("glue", account=names.account, is_documented=False),
            description=f"Crawls the {zone} zone of {domain}.",
            arns=arns,
        )
        layers = ZONES[zone]
        for layer in layers:
            role.read(names.layer_bucket(layer), layer_root(layer, domain))
        allow_tables(role, [], [names.database(domain, layer) for layer in layers], arns=arns)
        buckets = dict.fromkeys(names.layer_bucket(layer) for layer in layers)
        role.see_missing(*buckets)
        role.allow(("s3:GetBucketLocation", "s3:GetBucketAcl"), [arns.bucket(bucket) for bucket in buckets])
        role.allow(
            (
                "glue:CreatePartition",
                "glue:BatchCreatePartition",
                "glue:UpdatePartition",
                "glue:UpdateTable",
            ),
            self._catalog_arns(layers),
            why="The crawler covers every table of the layer; declarations add tables.",
        )
        role.allow(
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            [arns.log_group("/aws-glue/crawlers*")],
            why="Crawlers name their own log streams.",
        )
        if self._encryption is not None:
            self._encryption.grant(role, "/aws-glue/crawlers")
        return role
