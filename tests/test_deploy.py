"""What docs/deploy/ runs is the site: its queues, its settings, its figures."""

import re
from configparser import ConfigParser
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


class Unit(ConfigParser):
    """A systemd unit: a key may stand several times; what it says adds up."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#", ";"))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text())
        self.wanted = re.findall(
            r"socialvideo-\S+", " ".join(re.findall(r"^Wants=(.*)$", path.read_text(), re.MULTILINE))
        )

    @property
    def command(self) -> str:
        return self.get("Service", "ExecStart", fallback="").rpartition("/.venv/bin/")[2]


@pytest.fixture(scope="module")
def units() -> dict[str, Unit]:
    found = [*(DEPLOY / "systemd").glob("*.*"), *(DEPLOY / "systemd").glob("*.d/*.conf")]
    return {str(path.relative_to(DEPLOY / "systemd")): Unit(path) for path in found if path.is_file()}


def test_systemd_wants_every_queue_once_and_one_beat(units: dict[str, Unit]) -> None:
    wanted = units["socialvideo.target"].wanted
    queues = [queue for name in wanted for queue in re.findall(r"^socialvideo-worker@(\w+)\.service$", name)]
    assert sorted(queues) == sorted(settings.QUEUES)
    assert "-Q %i" in units["socialvideo-worker@.service"].command
    others = [name for name in wanted if "@" not in name]
    assert set(others) < units.keys()
    assert [" beat " in units[name].command for name in others].count(True) == 1
    pools = {name.partition("@")[2].partition(".")[0] for name in units if name.endswith(".conf")}
    assert pools < set(queues), "a queue that there is"


def test_systemd_runs_what_the_containers_run(units: dict[str, Unit], services: dict[str, Any]) -> None:
    """The same programs with the same site, each as a user of its own, with the production settings."""
    run = {name: unit for name, unit in units.items() if unit.command}
    commands = [" ".join(unit.command.split()[:2]) for unit in run.values()]
    for service in ("web", "live"):
        assert " ".join(services[service]["command"].split()[:2]) in commands
    for name, unit in run.items():
        assert unit["Service"]["User"] == "socialvideo", name
        assert unit["Service"]["EnvironmentFile"] == "/etc/socialvideo.env", name
    explained = (ROOT / "docs" / "operations.md").read_text()
    assert not [name for name in units if "/" not in name and name not in explained]
    threads = units["socialvideo-worker@outgoing.service.d/pool.conf"]["Service"]["Environment"]
    assert services["sender"]["command"].partition("-Q outgoing ")[2] in threads


def test_what_is_set_is_read(services: dict[str, Any]) -> None:
    assert set(services["web"]["environment"]) <= known_settings()
    image = re.findall(
        r"\b([A-Z_]+)=", "\n".join(re.findall(r"^ENV .*$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    )
    assert set(image) <= known_settings() | {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED"}


def test_the_proxy_gives_nothing_out_that_is_for_the_inside() -> None:
    """Caddy takes the first `handle` that fits, and any of them before a bare `respond`."""
    said = (DEPLOY / "Caddyfile").read_text()
    assert "@inside path /metrics /readyz\n" in said
    assert re.findall(r"^\t(\w+(?: \S+)?) \{$", said, re.MULTILINE) == ["handle @inside", "handle /live/", "handle"]
    assert re.findall(r"^(\t+)respond", said, re.MULTILINE) == ["\t\t"]


def test_whatever_else_is_set_reaches_every_process_and_no_image(services: dict[str, Any]) -> None:
    ours = [service for service in services.values() if service["image"] == "socialvideo"]
    assert {service["env_file"] for service in ours} == {".env"}
    assert "**/.env" in (ROOT / ".dockerignore").read_text().split()


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
