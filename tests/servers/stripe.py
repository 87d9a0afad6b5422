"""Stripe as its published contract says: the few objects that Studio asks for, keys that make a repeat safe, webhooks.

Strict where Stripe is: bodies are forms, an Idempotency-Key with another body is refused, more than was paid is never
given back, and what is not known is `resource_missing`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.servers.http_target import Answer, HttpTarget, Request, http_target

KEY = "sk_test_of_the_tests_and_no_other"
ACCOUNT = "acct_1032D82eZvKYlo2C"


@dataclass(eq=False)
class Stripe(HttpTarget):
    """The server. What is not scripted is answered as Stripe would."""

    port: int
    charges: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, tuple[bytes, Answer]] = field(default_factory=dict)
    loses: str = ""
    """The next change there is done, and its answer is lost."""
    forget_keys: bool = False
    """As Stripe does after a day."""

    def __post_init__(self) -> None:
        super().__init__(self.port)

    def paid(self, amount: int, currency: str = "eur", number: str = "1") -> str:
        """Somebody has paid; the payment intent's id."""
        charge = {
            "id": f"ch_{number}", "object": "charge", "amount": amount, "amount_refunded": 0, "currency": currency,
            "status": "succeeded", "paid": True, "refunded": False, "customer": "cus_1", "description": "Order 6021",
            "receipt_email": None, "billing_details": {"email": "anna.keller@example.com"}, "metadata": {},
            "payment_intent": f"pi_{number}",
        }  # fmt: skip
        self.charges[charge["id"]] = charge
        self.intents[f"pi_{number}"] = {"id": f"pi_{number}", "status": "succeeded", "latest_charge": charge["id"]}
        return f"pi_{number}"

    def take(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            scripted = self._next.pop(0) if self._next else None
        if scripted is not None:
            return scripted
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error", None, f"Invalid API Key provided: {KEY[:8]}****")
        answer = self._once(request)
        if self.loses == request.path and request.method == "POST":
            self.loses = ""
            return Answer(reset=True)  # it was done, and nobody hears of it
        return answer

    def _once(self, request: Request) -> Answer:
        key = request.headers.get("idempotency-key")
        known = self.kept.get(key or "")
        if key and known and not self.forget_keys:
            if known[0] != request.body:
                return _error(400, "idempotency_error", None, "Keys can only be used with the same parameters.")
            return known[1]
        answer = self._answer(request)
        if key:
            self.kept[key] = (request.body, answer)
        return answer

    def _answer(self, request: Request) -> Answer:
        _, _, path = request.path.partition("/v1/")
        name, _, identifier = path.partition("/")
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        known = {
            "account": self._account, "charges": self._charge, "payment_intents": self._intent, "refunds": self._refund,
            "customers": self._customer, "webhook_endpoints": self._endpoint,
        }  # fmt: skip
        if name not in known:
            return _error(404, "invalid_request_error", "resource_missing", f"Unrecognized request URL ({path})")
        return known[name](request, identifier, form)

    def _account(self, *_: object) -> Answer:
        return _json({"id": ACCOUNT, "business_profile": {"name": "Nordlicht"}, "email": "shop@example.com"})

    def _charge(self, _request: Request, identifier: str, _form: object) -> Answer:
        found = self.charges.get(identifier)
        return _json(found) if found else _missing("charge", identifier)

    def _intent(self, request: Request, identifier: str, _form: object) -> Answer:
        found = self.intents.get(identifier)
        if found is None:
            return _missing("payment_intent", identifier)
        expanded = "latest_charge" in request.query.get("expand[]", [])
        return _json(found | {"latest_charge": self.charges.get(found["latest_charge"])} if expanded else found)

    def _refund(self, request: Request, _identifier: str, form: dict[str, str]) -> Answer:
        named = request.query | {name: [value] for name, value in form.items()}
        charge = self._charge_of(named)
        if charge is None:
            return _missing("charge", str(named))
        if request.method == "GET":
            ours = [one for one in reversed(self.refunds) if one["charge"] == charge["id"]]
            return _listed(ours, request)
        amount = int(form["amount"])
        left = charge["amount"] - charge["amount_refunded"]
        if amount > left:
            said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            return _error(400, "invalid_request_error", None, said)
        charge["amount_refunded"] += amount
        self.refunds.append({
            "id": f"re_{len(self.refunds) + 1}", "object": "refund", "amount": amount, "status": "succeeded",
            "currency": charge["currency"], "charge": charge["id"], "reason": form.get("reason"),
            "metadata": _metadata(form),
        })  # fmt: skip
        return _json(self.refunds[-1])

    def _charge_of(self, named: dict[str, list[str]]) -> dict[str, Any] | None:
        [wanted] = named.get("payment_intent") or named.get("charge") or [""]
        return self.charges.get(self.intents[wanted]["latest_charge"] if wanted in self.intents else wanted)

    def _customer(self, _request: Request, identifier: str, form: dict[str, str]) -> Answer:
        found = self.customers.get(identifier)
        if found is None:
            return _missing("customer", identifier)
        found["metadata"] |= _metadata(form)
        return _json(found)

    def _endpoint(self, request: Request, identifier: str, form: dict[str, str]) -> Answer:
        if request.method == "GET":
            return _listed([_public(one) for one in self.endpoints.values()], request)
        if request.method == "DELETE":
            gone = self.endpoints.pop(identifier, None)
            return _json({"id": identifier, "deleted": True}) if gone else _missing("webhook endpoint", identifier)
        made = {
            "id": f"we_{len(self.endpoints) + 1}", "url": form["url"], "secret": f"whsec_of_{len(self.endpoints) + 1}",
            "enabled_events": [form[name] for name in sorted(form) if name.startswith("enabled_events")],
        }  # fmt: skip
        self.endpoints[made["id"]] = made
        return _json(made)

    def event(self, kind: str, thing: dict[str, Any], at: int, secret: str) -> tuple[dict[str, str], bytes]:
        """A delivery as Stripe sends it: headers and body."""
        told = {"id": "evt_1", "object": "event", "type": kind, "created": at, "data": {"object": thing}}
        body = json.dumps(told).encode()
        digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={at},v1={digest},v0=00"}, body


def _metadata(form: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def _public(endpoint: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in endpoint.items() if name != "secret"}


def _listed(found: list[dict[str, Any]], request: Request) -> Answer:
    after, limit = request.query.get("starting_after", [""])[0], int(request.query.get("limit", ["10"])[0])
    ids = [one["id"] for one in found]
    begin = ids.index(after) + 1 if after else 0
    return _json({"object": "list", "data": found[begin : begin + limit], "has_more": begin + limit < len(found)})


def _missing(what: str, identifier: str) -> Answer:
    return _error(404, "invalid_request_error", "resource_missing", f"No such {what}: '{identifier}'")


def _error(status: int, kind: str, code: str | None, message: str) -> Answer:
    return _json({"error": {"type": kind, "code": code, "message": message}}, status)


def _json(value: object, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


@contextmanager
def stripe() -> Iterator[Stripe]:
    """Run it on a port of its own."""
    with http_target(Stripe) as server:
        yield server
