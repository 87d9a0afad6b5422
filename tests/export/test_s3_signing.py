"""Our signature, against the one that Amazon's own library makes of the same request."""

import re
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.contract.test_exporters import wire
from tests.servers.intakes import S3Intake

_TOLD = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/[^,]+, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})")


def test_it_is_the_one_that_amazon_makes():
    with wire("s3", prefix="a=1/b/", storage_class="GLACIER_IR", region="eu-west-3") as one:
        assert one.send().fate == "sent"
        [came] = one.intake.requests
        found = _TOLD.fullmatch(came.headers["authorization"])
        signed = {name: came.headers[name] for name in found[2].split(";")}
        assert {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-checksum-sha256", "x-amz-storage-class"} <= set(
            signed
        )
        theirs = AWSRequest("PUT", one.intake.url + came.path, headers=signed, data=came.body)
        theirs.context["timestamp"] = signed["x-amz-date"]
        auth = S3SigV4Auth(Credentials(found[1], S3Intake.credential), "s3", "eu-west-3")
        text = auth.string_to_sign(theirs, auth.canonical_request(theirs))
        assert auth.signature(text, theirs) == found[3]
        assert urlsplit(came.path).path.startswith("/audit/a%3D1/b/")
