"""Answers that cost next to nothing when nothing is new."""

import hashlib
import re

from flask import Response, make_response, request

_CHANGES_EACH_TIME = re.compile(r'nonce="[^"]*"|name="csrf[-_]token"[^>]*>|"csrf":"[^"]*"|(?<=">)[^<]*(?=</time>)')
"""Nonces, tokens (each signs its second) and relative times, which the page keeps true by itself."""


def fresh(html: str, mimetype: str = "text/html") -> Response:
    """A page with an ETag over what a reader would see changed; 304 where the reader has it."""
    answer = make_response(html)
    answer.mimetype = mimetype
    answer.set_etag(hashlib.sha256(_CHANGES_EACH_TIME.sub("", html).encode()).hexdigest()[:32], weak=True)
    answer.cache_control.private, answer.cache_control.no_cache = True, True
    answer.make_conditional(request)
    return answer
