"""Which arm of a rollout a unit is in."""

from enum import StrEnum

BUCKETS = 10_000
"""A bucket is a hundredth of a per cent, unless clients count coarser ones."""
MONITORED = 50.0
"""The highest share, in per cent, that leaves room for a control of the same size."""


class Arm(StrEnum):
    """What a unit counts as."""

    TREATMENT = "treatment"
    CONTROL = "control"
    """Has what it had before, and is counted beside the treatment."""
    NONE = "none"
    """Has what it had before, and is not counted."""


def arm_of(bucket: int, share: float, *, control: bool, buckets: int = BUCKETS) -> Arm:
    """The arm of a unit whose hash is `bucket` (1 to `buckets`), at a `share` of 0 to 100 per cent.

    Treatment takes the lowest buckets and control as many of the highest, so a higher share never takes anybody out of
    the treatment, and nobody of the control comes into it as long as the share is at most 50. Above that there is no
    control: whoever was in it moves to the treatment or to none, and is no evidence any more.

    Whoever evaluates the flag has to have the same `buckets`: Unleash's clients count 100, and a hash that is low of
    100 may be high of 10,000.
    """
    if not 1 <= bucket <= buckets:
        raise ValueError(f"There is no bucket {bucket} of {buckets}.")
    width = round(share * buckets / 100)
    if bucket <= width:
        return Arm.TREATMENT
    if control and share <= MONITORED and bucket > buckets - width:
        return Arm.CONTROL
    return Arm.NONE
