"""A local cloud that stops leaves no query behind."""

from __future__ import annotations

import threading
from pathlib import Path

from localcloud.server import LocalCloud

RESULTS = "results"
NUMBERS = "UNNEST(sequence(1, 9000))"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x + y + z < 0"


def test_queries_end_with_the_local_cloud(tmp_path: Path) -> None:
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
