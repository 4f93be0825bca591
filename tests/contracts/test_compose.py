"""The larger form as `docker-compose.yml` and the image describe it."""

import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli.commands import foyer
from service.settings import documented, load
from tests.needs import ROOT, need

OURS = {"web", "worker", "setup", "secrets"}
ONCE = {"setup", "secrets"}
SERVICES = {*OURS, "proxy", "database", "broker"}
WAITED_FOR = {
    "web": {"setup", "database", "broker"},
    "worker": {"setup", "database", "broker"},
    "setup": {"secrets", "database"},
    "database": {"secrets"},
    "proxy": {"secrets", "web"},
}
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CADDYFILE = ROOT / "deploy" / "Caddyfile"

Parts = dict[str, dict[str, Any]]


def _read() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


FILE = _read()
PARTS: Parts = FILE["services"]


def mounts(name: str) -> dict[str, str]:
    """Place in the container and what is mounted there, with ``:ro``."""
    found = {}
    for mount in PARTS[name].get("volumes", []):
        source, _, rest = mount.partition(":")
        place, _, mode = rest.partition(":")
        found[place] = f"{source}:{mode}" if mode else source
    return found


def environment(name: str) -> dict[str, str]:
    """What Foyer's own variables are where nobody has set any."""
    given = {k: str(v) for k, v in PARTS[name].get("environment", {}).items()}
    return {k: re.sub(r"\$\{\w+:?-(.*)\}", r"\1", v) for k, v in given.items()}


def _compose(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["docker", "compose", *arguments],  # noqa: S607  # wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_docker_takes_the_file() -> None:
    client = shutil.which("docker")
    need("docker", client and _compose("version").returncode == 0)
    seen = _compose("config", "--format", "json")
    assert seen.returncode == 0, seen.stderr
    assert set(yaml.safe_load(seen.stdout)["services"]) == SERVICES


def test_all_parts_are_there() -> None:
    assert set(PARTS) == SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_part_is_confined(name: str) -> None:
    part = PARTS[name]
    user, _, group = str(part["user"]).partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "devices", "cap-add"} & set(part)
    assert not any("docker.sock" in mount for mount in part.get("volumes", []))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_part_stops_in_time_and_comes_back(name: str) -> None:
    part = PARTS[name]
    assert part["stop_grace_period"] == "30s"
    assert part["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert int(part["mem_limit"].removesuffix("m")) <= 512
    if name in ONCE:
        assert part["healthcheck"] == {"disable": True}
    else:
        assert part["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_only_the_proxy_is_reached_from_outside(name: str) -> None:
    assert ("ports" in PARTS[name]) is (name == "proxy")
    networks = set(PARTS[name].get("networks", []))
    if name not in {"proxy", "worker"}:
        assert networks <= {"front", "back"}
    if name == "proxy":
        assert "back" not in networks
    assert FILE["networks"]["front"]["internal"] is True
    assert FILE["networks"]["back"]["internal"] is True


@pytest.mark.parametrize("name", ["web", "worker"])
def test_part_can_be_there_many_times(name: str) -> None:
    assert not {"container_name", "hostname", "ports", "mac_address"} & set(PARTS[name])
    for connected in (PARTS[name]["networks"],):
        assert isinstance(connected, list), "no address of its own"


@pytest.mark.parametrize(("name", "others"), WAITED_FOR.items())
def test_part_waits_for_what_it_needs(name: str, others: set[str]) -> None:
    waits = PARTS[name]["depends_on"]
    assert set(waits) == others
    for other, how in waits.items():
        word = "completed_successfully" if other in ONCE else "healthy"
        assert how == {"condition": f"service_{word}"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_image_has_a_version(name: str) -> None:
    assert re.search(r":\d+\.\d+\.\d+(-\w+)?$|:\d+\.\d+-alpine$", PARTS[name]["image"])


def test_image_has_the_version_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version is not None
    assert {PARTS[name]["image"] for name in OURS} == {f"foyer:{version[1]}"}


def test_no_secret_stands_in_the_file() -> None:
    for name, part in PARTS.items():
        for variable, value in part.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|DATABASE_URL", variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert str(value).startswith("/secrets/")
    assert "env_file" not in str(FILE)


def test_keys_are_written_by_one_part_only() -> None:
    assert {name for name in SERVICES if mounts(name).get("/data") == "data"} == ONCE
    for name in ("web", "worker"):
        assert mounts(name)["/data"] == "data:ro"
    assert "data" not in str(mounts("database").values()).replace("database", "")
    assert {n for n in SERVICES if mounts(n).get("/secrets") == "secrets"} == {
        "secrets"
    }


@pytest.mark.parametrize("name", ["web", "worker", "setup"])
def test_settings_are_known_and_sound(name: str, tmp_path: Path) -> None:
    given = environment(name)
    known = {variable for variable, *_ in documented()}
    assert {v if v in known else v.removesuffix("_FILE") for v in given} <= known
    address = tmp_path / "database-url"
    address.write_text("postgresql://foyer:secret@database/foyer")
    settings = load({**given, "FOYER_DATABASE_URL_FILE": str(address)})
    assert settings.database.startswith("postgresql+psycopg://foyer:")
    assert not settings.embedded
    (front,) = settings.trusted_proxies
    subnet = FILE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert str(front) == subnet
    assert str(settings.keys_path) == "/data/keys"


@pytest.mark.parametrize("name", ["web", "worker", "setup"])
def test_commands_are_commands_of_ours(name: str) -> None:
    assert PARTS[name]["command"][0] in foyer.commands
    probe = PARTS[name]["healthcheck"].get("test", [])
    if "foyer" in probe:
        assert probe[probe.index("foyer") + 1] in foyer.commands


def test_database_may_read_its_password() -> None:
    group = PARTS["secrets"]["user"].partition(":")[2]
    assert PARTS["database"]["group_add"] == [group]
    assert f"--gid {group}" in DOCKERFILE.read_text(encoding="utf-8")


def test_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    def make() -> list[str]:
        command = [str(ROOT / "deploy" / "make-secrets"), str(tmp_path)]
        subprocess.run(command, check=True)
        return [path.read_text() for path in sorted(tmp_path.iterdir())]

    password, url = first = make()
    assert re.fullmatch("[0-9a-f]{64}", password)
    assert url == f"postgresql://foyer:{password}@database/foyer"
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o440}
    assert make() == first
    # Cut short before the address was there: nobody has used the password yet.
    (tmp_path / "database-url").unlink()
    (tmp_path / "draft").write_text("half")
    assert make() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "database-password",
        "database-url",
    ]


def test_image_is_locked_and_nobodys() -> None:
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == [PARTS["web"]["user"]]
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_proxy_asks_for_all_processes_and_limits_requests() -> None:
    text = CADDYFILE.read_text(encoding="utf-8")
    for said in ("dynamic a", "name web", "port 8000", "max_size", "read_body"):
        assert said in text
    port = PARTS["web"]["environment"]["PORT"]
    assert f"port {port}" in text
    variables = set(re.findall(r"\{\$(\w+)", text))
    assert variables <= set(PARTS["proxy"]["environment"])


def _sent_to_the_builder() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def test_image_holds_the_whole_program(tmp_path: Path) -> None:
    copied = re.findall(
        r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$",
        DOCKERFILE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    names = {name for line in copied for name in line.split()}
    assert names == _sent_to_the_builder()
    source = tmp_path / "source"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
    for name in names - {"deploy/make-secrets"}:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path), "."]
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run(command, check=True, cwd=source, env=env, capture_output=True)
    (wheel,) = tmp_path.glob("foyer-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {n for n in archive.namelist() if ".dist-info/" not in n}
    shutil.rmtree(source / "build", ignore_errors=True)
    wanted = {
        str(path.relative_to(source))
        for name in ("service", "worker")
        for path in (source / name).rglob("*")
        if path.is_file()
    }
    assert held == wanted
