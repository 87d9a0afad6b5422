"""Objects in S3, as moto keeps them and as boto3 reads them."""

import gzip
import json
from contextlib import contextmanager
from dataclasses import replace

import boto3
import pytest

from studio.audit import following
from studio.core import faults
from studio.export.outcomes import State
from tests.factories.exports import exporters_yaml
from tests.servers.http_target import http_target
from tests.servers.intakes import S3Intake
from tests.servers.moto import moto

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("store", ["sqlite"], indirect=True)]
BUCKET = "audit.example"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with moto(tmp_path_factory.mktemp("moto")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def bucket(endpoint):
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": S3Intake.credential}
    made = boto3.resource("s3", endpoint_url=endpoint, region_name="eu-central-1", **keys).Bucket(BUCKET)
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield made
    made.objects.all().delete()
    made.delete()


@contextmanager
def stored(house, endpoint, **more):
    with http_target(S3Intake) as intake:
        fed = replace(house, inner=("127.0.0.1",))
        text = exporters_yaml(fed, intake, endpoint=endpoint, bucket=BUCKET, region="eu-central-1", **more)
    fed.configure(text)
    fed.record(7)
    yield fed


def lines(bucket):
    packed = [one.get()["Body"].read() for one in sorted(bucket.objects.all(), key=lambda one: one.key)]
    return [json.loads(line) for body in packed for line in gzip.decompress(body).splitlines()]


class Died(BaseException):
    """The process is gone."""


def die():
    raise Died


def test_a_repeat_overwrites_and_leaves_no_second_object(house, endpoint, bucket):
    with stored(house, endpoint, batch={"max_items": 4}, storage_class="STANDARD_IA") as fed:
        faults.arm("export.sent", die)
        try:
            with pytest.raises(Died):
                fed.delivery().drain()
        finally:
            faults.arm("")
        assert len(list(bucket.objects.all())) == 1
        settled = fed.delivery().drain()
        with fed.unit() as uow:
            stored_events = following.events_after(uow, 0, 1_000)
        assert [event["id"] for event in lines(bucket)] == [event["id"] for event in stored_events]
        keys = sorted(one.key for one in bucket.objects.all())
        assert len(keys) == -(-settled // 4)
        row = fed.destination("s3")
        hour = stored_events[0]["recorded_at"][:13].replace("-", "/").replace("T", "/")
        assert keys[0] == f"audit/{fed.tenant.id}/{row.id}/{hour}/{1:020d}.jsonl.gz"
        assert bucket.Object(keys[0]).storage_class == "STANDARD_IA"


def test_a_bucket_that_is_not_there_holds(house, endpoint):
    with stored(house, endpoint) as fed:
        fed.delivery().drain()
        row = fed.destination("s3")
        assert (row.state, row.last_code, row.cursor) == (State.HELD, "s3.NoSuchBucket", 0)
