"""What turns the flags that a client has into those of now, as Unleash's delta API tells it."""

from studio.flags.serving.held import Held


def hydration(held: Held) -> bytes:
    """Everything anew, as one document."""
    document = held.document
    event = b'{"type":"hydration","eventId":%d,"features":[%b],"segments":[%b]}' % (
        held.revision, b",".join(document.features.values()), b",".join(document.segments.values()),
    )  # fmt: skip
    return b'{"events":[%b]}' % event


def since(held: Held, revision: int) -> bytes:
    """What changed after a revision; everything where it is too long ago to be remembered."""
    before = held.marks if revision == held.revision else held.earlier.get(revision)
    if before is None:
        return hydration(held)
    document, now = held.document, held.marks
    begin = b'{"eventId":%d,"type":' % held.revision
    segments = {f"segment:{number}": part for number, part in document.segments.items()}
    events = [
        b'%b"segment-updated","segment":%b}' % (begin, part)
        for name, part in segments.items()
        if before.get(name) != now[name]
    ]
    events += [
        b'%b"feature-updated","feature":%b}' % (begin, part)
        for name, part in document.features.items()
        if before.get(name) != now[name]
    ]
    for name in before:
        if name not in now:
            events.append(_removed(begin, name))
    return b'{"events":[%b]}' % b",".join(events)


def _removed(begin: bytes, name: str) -> bytes:
    kind, _colon, number = name.partition(":")
    if kind == "segment" and number:
        return b'%b"segment-removed","segmentId":%b}' % (begin, number.encode())
    return b'%b"feature-removed","featureName":"%b"}' % (begin, name.encode())
