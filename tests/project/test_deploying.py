"""What stands in deploy/, Procfile, Dockerfile and compose.yaml names commands, options and settings that there are."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from studio.cli import cli

PROJECT = Path(__file__).parents[2]
UNITS = sorted((PROJECT / "deploy" / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
OF_ROLES = {"STUDIO_MIGRATE_PASSWORD", "STUDIO_APP_PASSWORD", "STUDIO_ENGINE_PASSWORD"}


def commands():
    """Each `studio …`, as words, by where it stands."""
    for line in (PROJECT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        yield f"Procfile {name}", re.sub(r"\$\{\w+:-(\d+)\}", r"\1", command).split()
    for unit in UNITS:
        [command] = re.findall(r"^ExecStart=\S*/(studio .*)$", unit.read_text(), re.MULTILINE)
        yield unit.name, command.split()
    for name, service in COMPOSE["services"].items():
        if service.get("image") == "studio":
            yield f"compose {name}", service["command"]
    [command] = re.findall(r"^CMD (\[.*\])$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    yield "Dockerfile", yaml.safe_load(command)


FOUND = dict(commands())


@pytest.mark.parametrize("words", FOUND.values(), ids=FOUND)
def test_every_command_and_its_options_exist(words):
    program, name, *arguments = words
    assert program == "studio"
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, list(arguments))


def test_there_is_one_for_each_role():
    assert {words[1] for words in FOUND.values()} == {"migrate", "web", "worker"}


def test_every_setting_is_in_the_manual():
    known = set(re.findall(r"`((?:STUDIO_|PUBLIC_URL|OTEL_)\w*)`", (PROJECT / "docs" / "operations.md").read_text()))
    files = [PROJECT / "compose.yaml", PROJECT / "Dockerfile", PROJECT / "deploy" / "studio.env.example", *UNITS]
    for file in files:
        said = set(re.findall(r"\b(STUDIO_[A-Z_]+|PUBLIC_URL)\b", file.read_text()))
        assert said - OF_ROLES <= known, (file.name, said - known)


def test_an_image_that_is_stopped_has_time_to_drain():
    """Longer than draining and the 15 s for requests under way."""
    drains = int(COMPOSE["services"]["web"]["environment"]["STUDIO_DRAIN_SECONDS"])
    assert int(COMPOSE["services"]["web"]["stop_grace_period"].rstrip("s")) > drains + 15
    for unit in UNITS:
        text = unit.read_text()
        if "Type=exec" in text:
            assert "KillMode=mixed" in text
            drained = re.search(r"STUDIO_DRAIN_SECONDS=(\d+)", text)
            assert int(re.search(r"TimeoutStopSec=(\d+)", text)[1]) > (int(drained[1]) if drained else 10) + 15


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_reads_the_units():
    """It has nothing to say but that Studio is not installed where the units expect it."""
    done = subprocess.run(
        ["systemd-analyze", "verify", *UNITS], capture_output=True, text=True, check=False, timeout=60
    )
    told = [line for line in done.stderr.splitlines() if "/opt/studio/" not in line]
    assert told == []
