"""What docs/deploy/ runs is the site: its queues, its settings, its figures."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "docs" / "deploy"
READ = re.compile(r'(?:env\.\w+|Env\(\)\.\w+)\(\s*"([A-Z0-9_]+)"')


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def known_settings() -> set[str]:
    sources = (ROOT / "socialvideo" / "settings").glob("*.py")
    return {name for source in sources for name in READ.findall(source.read_text())}


def test_every_queue_has_one_service_and_beat_is_one(services: dict[str, Any]) -> None:
    commands = [service["command"] for service in services.values() if "command" in service]
    queues = [name for command in commands for listed in re.findall(r"-Q (\S+)", command) for name in listed.split(",")]
    assert sorted(queues) == sorted(settings.QUEUES)
    assert sum(" beat " in command for command in commands) == 1


def test_what_is_set_is_read(services: dict[str, Any]) -> None:
    assert set(services["web"]["environment"]) <= known_settings()
    image = re.findall(
        r"\b([A-Z_]+)=", "\n".join(re.findall(r"^ENV .*$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    )
    assert set(image) <= known_settings() | {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED"}


def test_what_a_site_needs_is_asked_for(services: dict[str, Any]) -> None:
    """Names in the example are those that the compose file reads, and it starts with nothing else."""
    written = (DEPLOY / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", written))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", written))
    example = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert required <= example <= asked


def test_each_alarm_is_about_a_figure_that_there_is_and_is_explained() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"][0]["rules"]
    explained = re.findall(r"^### (\w+)$", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    assert [rule["alert"] for rule in rules] == explained
    source = (ROOT / "socialvideo" / "metrics.py").read_text()
    for rule in rules:
        for figure in re.findall(r"\b([a-z]+(?:_[a-z]+)+)\b", rule["expr"]):
            assert f'"{figure}"' in source, figure


def test_every_setting_of_keeping_is_explained() -> None:
    explained = (ROOT / "docs" / "operations.md").read_text()
    keeping = {name for name in known_settings() if re.fullmatch(r"KEEP_\w+_DAYS|DELETE_AFTER_DAYS", name)}
    assert keeping == {name for name in keeping if f"`{name}`" in explained}
