"""Which arm a unit is in, and how a flag has to be set so that every client comes to the same. Pure.

A yes-or-no flag is on for the treatment and off for the control: two arms, the treatment from the lowest numbers and
the control from the highest. Any other flag gives each arm a variant of one rule; clients count the rule's share by
one number and the variant by another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation.hashing import SHARES, VARIANT_SEED, bucket
from studio.flags.evaluation.limits import WEIGHTS
from studio.flags.experiments.design import Design, Variant

Payloads = Mapping[str, Mapping[str, str]]
"""What each arm gives, by its name, as Unleash has it: `{type, value}`. Empty: a yes-or-no flag."""


def problems(design: Design, *, boolean: bool) -> Iterator[FieldProblem]:
    """Why clients could not be told of these shares."""
    if boolean and len(design.variants) != 2:
        said = _("A yes-or-no flag has two arms: without it first, then with it.")
        yield FieldProblem("variants", "experiment.bad_arms", said)
    if boolean:
        for index, variant in enumerate(design.variants):
            if not _whole(variant.share):
                said = _("Give the share in whole per cent.")
                yield FieldProblem(f"variants.{index}.share", "experiment.share_too_fine", said)
    elif not _whole(traffic(design)):
        said = _("The shares of all arms add up to %(total)s per cent; they have to give whole per cent.",
                 total=f"{traffic(design):g}")  # fmt: skip
        yield FieldProblem("variants", "experiment.shares_do_not_add_up", said)
    elif any(weight == 0 for weight in weights(design).values()):
        said = _("An arm has less than a thousandth of all. Give it more.")
        yield FieldProblem("variants", "experiment.share_too_small", said)


def traffic(design: Design) -> float:
    """Per cent of all that are in any arm."""
    return round(sum(variant.share for variant in design.variants), 6)


def weights(design: Design) -> dict[str, int]:
    """Thousandths of those who are in it, by arm: together 1,000. What is left over goes where most was cut off."""
    exact = {variant.name: variant.share * WEIGHTS / traffic(design) for variant in design.variants}
    found = {name: int(share + 1e-9) for name, share in exact.items()}
    left = WEIGHTS - sum(found.values())
    for name in sorted(exact, key=lambda one: found[one] - exact[one])[:left]:
        found[name] += 1
    return found


def allotted(design: Design, *, boolean: bool) -> Design:
    """The same with the shares that clients give: three equal arms have 333, 333 and 334 thousandths."""
    if boolean:
        return design
    whole, found = traffic(design), weights(design)
    return replace(design, variants=tuple(Variant(one.name, found[one.name] * whole / WEIGHTS)
                                          for one in design.variants))  # fmt: skip


def arm_of(design: Design, group: str, unit: str, *, boolean: bool) -> str | None:
    """The arm of a unit; None: it is in none. `group` is what clients hash with it: the title of the rule."""
    number = bucket(group, unit)
    if boolean:
        control, treatment = design.variants
        if number <= round(treatment.share):
            return treatment.name
        return control.name if number > SHARES - round(control.share) else None
    if number > round(traffic(design)):
        return None
    place = bucket(group, unit, WEIGHTS, VARIANT_SEED)
    for name, weight in weights(design).items():
        place -= weight
        if place <= 0:
            return name
    raise AssertionError("The weights add up to less than a thousand.")


def trial(design: Design, payloads: Payloads, group: str, audience: Mapping[str, Any]) -> dict[str, Any]:
    """The rule by which it runs, in Unleash's form."""
    share = traffic(design) if payloads else design.variants[1].share
    parameters = {"rollout": str(round(share)), "stickiness": audience["stickiness"], "groupId": group}
    rule: dict[str, Any] = {"name": "flexibleRollout", "parameters": parameters, **_meant(group, audience)}
    if payloads:
        found = weights(design)
        rule["variants"] = [_variant(name, found[name], payloads, audience["stickiness"]) for name in found]
    return rule


def shipped(ship: str, payloads: Payloads, group: str, audience: Mapping[str, Any]) -> dict[str, Any]:
    """The rule by which everybody whom it means has one variant."""
    rule: dict[str, Any] = {"name": "default", **_meant(group, audience)}
    if payloads:
        rule["variants"] = [_variant(ship, WEIGHTS, payloads, audience["stickiness"])]
    return rule


def _variant(name: str, weight: int, payloads: Payloads, stickiness: str) -> dict[str, Any]:
    return {"name": name, "weight": weight, "stickiness": stickiness, "payload": dict(payloads[name])}


def _meant(title: str, audience: Mapping[str, Any]) -> dict[str, Any]:
    named = {"title": title, "constraints": audience["constraints"], "segments": audience["segments"]}
    return {key: value for key, value in named.items() if value}


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6
