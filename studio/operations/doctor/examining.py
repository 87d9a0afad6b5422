"""Runs every check there is. One that breaks is a finding itself: the others are looked at all the same."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pkgutil import iter_modules

from studio.core.settings import SettingsError
from studio.operations.doctor import checks
from studio.operations.doctor.findings import Finding, bad, warning
from studio.operations.doctor.place import Away, Place


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at."""

    key: str
    """Its file's name; what `--only` takes."""
    order: int
    """Smaller first: what others stand on."""
    look: Callable[[Place], Iterable[Finding]]


def every() -> list[Check]:
    """All checks, in order."""
    found = [import_module(f"{checks.__name__}.{module.name}") for module in iter_modules(checks.__path__)]
    return sorted(
        (Check(module.__name__.rpartition(".")[2], module.ORDER, module.look) for module in found),
        key=lambda check: (check.order, check.key),
    )


def examine(place: Place, only: Iterable[str] = ()) -> Iterator[Finding]:
    """Look at everything, or at the checks that are named. Findings come as they are found."""
    chosen = set(only)
    for check in every():
        if not chosen or check.key in chosen:
            yield from _looked_at(check, place)


def _looked_at(check: Check, place: Place) -> Iterator[Finding]:
    try:
        for finding in check.look(place):
            yield replace(finding, check=check.key)
    except Away as away:
        told = warning(f"Not looked at: the database does not answer ({away}).", "See what is said of the database.")
        yield replace(told, check=check.key)
    except SettingsError as error:
        yield replace(bad(str(error), "Change the setting that it names."), check=check.key)
    except Exception as error:  # noqa: BLE001 - it is told as what was found: a doctor that dies tells nothing
        told = bad(f"This check broke: {type(error).__name__}: {error}", "Report it with this line; the others hold.")
        yield replace(told, check=check.key)
