"""Logs with a key of the customer: a switch that every log group, job and crawler follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.foundation.config import LOCAL, ConfigError, config_for
from infra.ops.lint import nag_findings
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Stack, actions, as_list
from tests.infra.conftest import STREAMER

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    """The templates of one domain with both switches, and cdk-nag's findings."""
    outdir = tmp_path_factory.mktemp("encrypted") / "cdk.out"
    config = config_for("dev", serving=LOCAL, encrypted_logs=True, assets_key=KEY)
    findings = nag_findings(outdir, config=config, domains=[load_domain(STREAMER)])
    return Assembly(outdir), findings


@pytest.fixture(scope="module")
def encrypted(switched: tuple[Assembly, list[str]]) -> Stack:
    return switched[0].stack(Names(env="dev", account=ACCOUNT, region=REGION).stack(STREAMER))


def test_encrypted_logs_need_no_acknowledgement(switched: tuple[Assembly, list[str]]) -> None:
    """cdk-nag's rules for Glue jobs without a security configuration have no exception here."""
    assembly, findings = switched
    assert findings == []
    metadata = "".join(path.read_text() for path in assembly.outdir.glob("*.metadata.json"))
    assert "AwsSolutions-GL1" not in metadata


def test_every_log_group_has_the_key(encrypted: Stack) -> None:
    groups = encrypted.of_type("AWS::Logs::LogGroup")
    assert len(groups) == 6
    assert all("KmsKeyId" in group for group in groups)


def test_jobs_and_crawlers_have_the_security_configuration(encrypted: Stack, names: Names) -> None:
    name = names.security_configuration(STREAMER)
    assert {job["SecurityConfiguration"] for job in encrypted.of_type("AWS::Glue::Job")} == {name}
    crawlers = encrypted.of_type("AWS::Glue::Crawler")
    assert {crawler["CrawlerSecurityConfiguration"] for crawler in crawlers} == {name}
    (configuration,) = encrypted.of_type("AWS::Glue::SecurityConfiguration")
    encryption = configuration["EncryptionConfiguration"]
    assert encryption["CloudWatchEncryption"]["CloudWatchEncryptionMode"] == "SSE-KMS"
    assert encryption["JobBookmarksEncryption"]["JobBookmarksEncryptionMode"] == "CSE-KMS"


def test_logs_may_use_the_key(encrypted: Stack) -> None:
    (key,) = encrypted.of_type("AWS::KMS::Key")
    principals = [s["Principal"].get("Service") for s in key["KeyPolicy"]["Statement"]]
    assert {f"logs.{REGION}.amazonaws.com", "delivery.logs.amazonaws.com"} <= set(principals)


@pytest.mark.parametrize("kind", ["raw_to_processed", "processed-crawler"])
def test_roles_may_associate_the_key_with_their_log_groups(encrypted: Stack, names: Names, kind: str) -> None:
    statements = encrypted.role(names.role(STREAMER, kind))
    assert "logs:AssociateKmsKey" in actions(statements, ":log-group:")
    assert "glue:GetSecurityConfiguration" in actions(statements, "*")


def test_without_the_switch_there_is_no_key(streamer: Stack, names: Names) -> None:
    assert streamer.of_type("AWS::Glue::SecurityConfiguration") == []
    assert streamer.of_type("AWS::KMS::Key") == []
    assert all("SecurityConfiguration" not in job for job in streamer.of_type("AWS::Glue::Job"))


def test_jobs_may_decrypt_assets_of_a_bootstrap_with_a_customers_key(
    encrypted: Stack, streamer: Stack, names: Names
) -> None:
    for kind in ("raw_to_processed", "processed_to_curated"):
        statements = encrypted.role(names.role(STREAMER, kind))
        assert "kms:Decrypt" in actions(statements, KEY)
        plain = streamer.role(names.role(STREAMER, kind))
        assert not [s for s in plain if any("kms:" in action for action in as_list(s["Action"]))]


@pytest.mark.parametrize("key", ["alias/assets", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/assets"])
def test_key_must_be_the_arn_of_a_key(key: str) -> None:
    with pytest.raises(ConfigError, match=r"is not the ARN of a key\. .*describe-key"):
        replace(config_for("dev"), assets_key=key)
