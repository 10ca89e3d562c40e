"""Arguments of the load."""

from __future__ import annotations

from glue_jobs.relational.args import RelationalArguments

VALUES = {
    "JOB_NAME": "j", "domain": "ecommerce", "env": "dev", "execution": "x", "raw_bucket": "r",
    "processed_bucket": "p", "curated_bucket": "c", "ledger_bucket": "l", "dpus": "2", "secret": "s",
    "region": "eu-west-1",
}  # fmt: skip


def test_personal_data_is_a_list_of_names() -> None:
    args = RelationalArguments.of({**VALUES, "personal": "customers.name, customers.email"})
    assert args.personal == ("customers.name", "customers.email")
    assert (args.secret, args.region, args.job.domain) == ("s", "eu-west-1", "ecommerce")


def test_no_personal_data_is_the_default() -> None:
    assert RelationalArguments.of(VALUES).personal == ()
