"""Only one local cloud runs per process, and it leaves no query behind.

Waiting for it raises the errors of background work.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from localcloud.client import stack_resources
from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import MACHINE_ARN, ROLE_ARN, machine, resource, role, write_assembly

RESULTS = "results"
NUMBERS = "UNNEST(sequence(1, 9000))"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x + y + z < 0"


def test_queries_end_with_the_local_cloud(tmp_path: Path) -> None:
    """The first test, because only one local cloud can run in the process."""
    with LocalCloud(tmp_path / "home", short_runs=True) as cloud:
        cloud.client("s3").create_bucket(Bucket=RESULTS)
        athena = cloud.client("athena")
        # More than run at the same time.
        for _ in range(3):
            athena.start_query_execution(
                QueryString=ENDLESS, ResultConfiguration={"OutputLocation": f"s3://{RESULTS}/"}
            )
        assert [thread for thread in threading.enumerate() if thread.name.startswith("athena")]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("athena")]


def test_second_local_cloud_in_the_process_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="a local cloud already runs in this process"):
        LocalCloud(tmp_path).start()


def test_waiting_times_out_and_names_the_pending_work(cloud: LocalCloud) -> None:
    with cloud.context.working(), pytest.raises(LocalCloudError, match="background work"):
        cloud.wait_idle(0.3)


def test_background_failure_is_raised_once(cloud: LocalCloud) -> None:
    cloud.context.report("somewhere", "it broke")
    with pytest.raises(LocalCloudError, match="somewhere: it broke"):
        cloud.wait_idle(10)
    cloud.wait_idle(10)


def test_waiting_for_resources_leaves_out_others_whose_names_begin_alike(cloud: LocalCloud) -> None:
    cloud.context.report("pipe shop-eu-landing", "it broke", of="shop-eu-landing")
    with cloud.context.working("shop-eu-crawler"):
        cloud.wait_idle(10, {"shop-crawler", "shop-", "shop-eu"})
        assert not cloud.is_idle({"shop-eu-crawler"})
        with pytest.raises(LocalCloudError, match="still running"):
            cloud.wait_idle(0.3, {"shop-eu-crawler"})
    cloud.context.report("pipe shop-landing", "it broke, too", of="shop-landing")
    with pytest.raises(LocalCloudError, match=r"work: pipe shop-landing: it broke, too$"):
        cloud.wait_idle(10, {"shop-landing"})
    with pytest.raises(LocalCloudError, match=r"work: pipe shop-eu-landing: it broke$"):
        cloud.wait_idle(10, {"shop-eu-landing"})


def test_executions_count_for_the_exact_name_of_their_machine(cloud: LocalCloud, tmp_path: Path) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
    template = {
        "Role": role("machine", "states.amazonaws.com"),
        "Machine": machine("shop-eu-pipeline", states, "Wait", f"{ROLE_ARN}/machine"),
        "Queue": resource("AWS::SQS::Queue", QueueName="shop-eu-landing"),
    }
    cloud.deploy(write_assembly(tmp_path, {"shop-eu": template}))
    names = stack_resources(cloud.client("cloudformation"), "shop-eu")
    assert names == {"machine", "shop-eu-pipeline", "shop-eu-landing"}
    client = cloud.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=f"{MACHINE_ARN}:shop-eu-pipeline")["executionArn"]
    assert cloud.is_idle({"shop-eu", "shop-eu-", "shop-pipeline"})
    assert not cloud.is_idle(names)
    client.stop_execution(executionArn=arn)
    cloud.wait_idle(60, names)


def test_schedules_fire_only_while_the_local_cloud_runs(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="fire_schedule: the local cloud is not running"):
        LocalCloud(tmp_path).fire_schedule("daily")
