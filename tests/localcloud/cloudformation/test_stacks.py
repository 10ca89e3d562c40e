"""Failed creations are rolled back, retained resources outlive their stacks, and come back by an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation import assembly
from localcloud.errors import DeployError, UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import Template, resource, write_assembly

BROKEN = resource("AWS::S3::Bucket", BucketName="no")
"""S3 refuses the name."""


def retained(kind: str, policy: str = "Retain", **properties: Any) -> Template:
    return {**resource(kind, **properties), "DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def bucket(name: str, policy: str = "Retain") -> Template:
    return retained("AWS::S3::Bucket", policy, BucketName=name)


def database(name: str, **more: str) -> Template:
    return retained("AWS::Glue::Database", CatalogId="123456789012", DatabaseInput={"Name": name}, **more)


def deploy(cloud: LocalCloud, folder: Path, stack: str, **resources: Template) -> None:
    cloud.deploy(write_assembly(folder, {stack: resources}))


def destroy(cloud: LocalCloud, stack: str) -> None:
    cloud.client("cloudformation").delete_stack(StackName=stack)


def buckets(cloud: LocalCloud) -> list[str]:
    return [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]


def status(cloud: LocalCloud, stack: str) -> str:
    (found,) = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return str(found["StackStatus"])


def test_failed_creation_is_rolled_back_and_the_next_one_works(cloud: LocalCloud, tmp_path: Path) -> None:
    topic = resource("AWS::SNS::Topic", TopicName="rolled-back")
    resources = {"Topic": topic, "Broken": BROKEN}
    with pytest.raises(DeployError, match="InvalidBucketName"):
        deploy(cloud, tmp_path / "1", "first-fails", **resources)
    assert status(cloud, "first-fails") == "ROLLBACK_COMPLETE"
    assert not [t for t in cloud.client("sns").list_topics()["Topics"] if "rolled-back" in t["TopicArn"]]
    deploy(cloud, tmp_path / "2", "first-fails", Topic=topic)
    assert status(cloud, "first-fails") == "CREATE_COMPLETE"


def test_roll_back_keeps_what_is_retained_and_a_second_creation_imports_it(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    with pytest.raises(DeployError):
        deploy(cloud, tmp_path / "1", "keeps", Kept=bucket("kept-by-roll-back"), Broken=BROKEN)
    assert "kept-by-roll-back" in buckets(cloud)
    deploy(cloud, tmp_path / "2", "keeps", Kept=bucket("kept-by-roll-back"))
    assert status(cloud, "keeps") == "CREATE_COMPLETE"


def test_retain_except_on_create_is_deleted_by_a_roll_back_alone(cloud: LocalCloud, tmp_path: Path) -> None:
    kept = bucket("except-on-create", "RetainExceptOnCreate")
    with pytest.raises(DeployError):
        deploy(cloud, tmp_path / "1", "except", Kept=kept, Broken=BROKEN)
    assert "except-on-create" not in buckets(cloud)
    deploy(cloud, tmp_path / "2", "except", Kept=kept)
    destroy(cloud, "except")
    assert "except-on-create" in buckets(cloud)


def test_retained_bucket_comes_back_with_its_objects(cloud: LocalCloud, tmp_path: Path) -> None:
    folder = write_assembly(tmp_path, {"returns": {"Data": bucket("returns")}})
    cloud.deploy(folder)
    cloud.client("s3").put_object(Bucket="returns", Key="a", Body=b"data")
    destroy(cloud, "returns")
    assert "returns" in buckets(cloud)
    cloud.deploy(folder)
    assert cloud.client("s3").get_object(Bucket="returns", Key="a")["Body"].read() == b"data"


def test_failed_import_does_not_delete_the_imported_resource(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.client("s3").create_bucket(Bucket="imported-then-failed")
    kept = bucket("imported-then-failed", "RetainExceptOnCreate")
    with pytest.raises(DeployError, match="InvalidBucketName"):
        deploy(cloud, tmp_path, "imports-then-fails", Kept=kept, Broken=BROKEN)
    assert "imported-then-failed" in buckets(cloud)


def test_without_import_an_existing_resource_fails_the_creation(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.client("s3").create_bucket(Bucket="exists")
    folder = write_assembly(tmp_path, {"no-import": {"Data": bucket("exists")}})
    with pytest.raises(DeployError, match=r"AlreadyExists: AWS::S3::Bucket 'exists' already exists"):
        assembly.deploy(folder, cloud.context, import_existing=False)


def test_resource_without_a_retaining_policy_is_not_imported(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.client("s3").create_bucket(Bucket="not-retained")
    with pytest.raises(DeployError, match="Only a resource with a DeletionPolicy of Retain or"):
        deploy(cloud, tmp_path, "goes", Data=resource("AWS::S3::Bucket", BucketName="not-retained"))


def test_database_is_found_again_only_by_its_name_at_the_top(cloud: LocalCloud, tmp_path: Path) -> None:
    for name in ("nested_name", "top_name"):
        cloud.client("glue").create_database(DatabaseInput={"Name": name})
    with pytest.raises(DeployError, match="identifier DatabaseName is not a literal in the template"):
        deploy(cloud, tmp_path / "1", "nested", Catalog=database("nested_name"))
    deploy(cloud, tmp_path / "2", "top", Catalog=database("top_name", DatabaseName="top_name"))
    assert status(cloud, "top") == "CREATE_COMPLETE"


def test_secret_is_not_imported_automatically(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.client("secretsmanager").create_secret(Name="token", SecretString="kept")
    with pytest.raises(DeployError, match="identified by Id, which AWS assigns"):
        deploy(cloud, tmp_path, "secretive", Secret=retained("AWS::SecretsManager::Secret", Name="token"))


def test_resource_of_another_stack_is_not_imported(cloud: LocalCloud, tmp_path: Path) -> None:
    deploy(cloud, tmp_path / "1", "owner", Data=bucket("owned"))
    with pytest.raises(DeployError, match="It belongs to the stack owner"):
        deploy(cloud, tmp_path / "2", "thief", Data=bucket("owned"))


def test_retained_resource_that_leaves_its_template_stays(cloud: LocalCloud, tmp_path: Path) -> None:
    topic = resource("AWS::SNS::Topic", TopicName="shrinks")
    deploy(cloud, tmp_path / "1", "shrinks", Data=bucket("left-behind"), Topic=topic)
    deploy(cloud, tmp_path / "2", "shrinks", Topic=topic)
    assert "left-behind" in buckets(cloud)


def test_failed_update_goes_on_at_the_next_deployment(cloud: LocalCloud, tmp_path: Path) -> None:
    topic = resource("AWS::SNS::Topic", TopicName="grows")
    deploy(cloud, tmp_path / "1", "grows", Topic=topic)
    grown = {"Topic": topic, "Data": bucket("added-late")}
    blocked = write_assembly(tmp_path / "2", {"grows": {**grown, "Broken": BROKEN}})
    for _ in range(2):
        with pytest.raises(DeployError, match="InvalidBucketName"):
            cloud.deploy(blocked)
    deploy(cloud, tmp_path / "3", "grows", **grown, Late=resource("AWS::SNS::Topic", TopicName="late"))
    assert status(cloud, "grows") == "UPDATE_COMPLETE"
    assert [t for t in cloud.client("sns").list_topics()["Topics"] if t["TopicArn"].endswith(":late")]


def test_stack_that_cannot_be_deleted_says_why_and_can_only_be_deleted_again(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    full = bucket("full", "Delete")
    deploy(cloud, tmp_path / "1", "stays", Full=full, Topic=resource("AWS::SNS::Topic", TopicName="goes"))
    s3 = cloud.client("s3")
    s3.put_object(Bucket="full", Key="a", Body=b"a")

    destroy(cloud, "stays")

    assert status(cloud, "stays") == "DELETE_FAILED"
    (event, *_) = cloud.client("cloudformation").describe_stack_events(StackName="stays")["StackEvents"]
    assert "BucketNotEmpty" in event["ResourceStatusReason"]
    assert not [t for t in cloud.client("sns").list_topics()["Topics"] if t["TopicArn"].endswith(":goes")]
    with pytest.raises(DeployError, match="DELETE_FAILED and cannot be updated"):
        deploy(cloud, tmp_path / "2", "stays", Full=full)
    s3.delete_object(Bucket="full", Key="a")
    destroy(cloud, "stays")
    assert "full" not in buckets(cloud)
    with pytest.raises(ClientError, match="does not exist"):
        status(cloud, "stays")


def test_retained_type_that_is_not_found_again_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"not found again locally: AWS::SNS::Topic \(Topic\)"):
        deploy(cloud, tmp_path, "unnoticed", Topic=retained("AWS::SNS::Topic", TopicName="t"))


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ({"Secret": {"Name": "imported-token"}}, "AWS::SecretsManager::Secret is identified by Id"),
        ({}, "a change set of the type IMPORT imports every new resource; see Secret"),
    ],
)
def test_change_set_must_name_the_identifier(
    cloud: LocalCloud, identifier: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        import_secret(cloud, "refuses", "imported-token", identifier)


def test_change_set_of_another_resource_is_refused(cloud: LocalCloud) -> None:
    secrets = cloud.client("secretsmanager")
    secrets.create_secret(Name="named-token", SecretString="x")
    other = secrets.create_secret(Name="other-token", SecretString="x")["ARN"]
    with pytest.raises(ClientError, match="identifies another one"):
        import_secret(cloud, "mistaken", "named-token", {"Secret": {"Id": other}})


def import_secret(cloud: LocalCloud, stack: str, name: str, identifiers: dict[str, dict[str, str]]) -> None:
    """Execute a change set of the type IMPORT for a stack with one secret."""
    kind = "AWS::SecretsManager::Secret"
    template = cloud.context.home / "template.json"
    write = write_assembly(template.parent / stack, {stack: {"Secret": retained(kind, Name=name)}})
    client = cloud.client("cloudformation")
    client.create_change_set(
        StackName=stack,
        ChangeSetName="takeover",
        ChangeSetType="IMPORT",
        TemplateBody=(write / f"{stack}.template.json").read_text(),
        ResourcesToImport=[
            {"ResourceType": kind, "LogicalResourceId": logical, "ResourceIdentifier": identifier}
            for logical, identifier in identifiers.items()
        ],
    )
    client.execute_change_set(ChangeSetName="takeover", StackName=stack)
