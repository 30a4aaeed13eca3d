"""Real daemons in folders of their own, and none of them left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service.instance import living
from synthd.daemon.thin.address import Files, files
from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.build import identity
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import NotRunning

PATIENCE = 40.0  # seconds; only ever reached when something is broken


@dataclass(frozen=True)
class House:
    """The folders of one user, and synthd in them."""

    folder: Path
    environment: Mapping[str, str]
    python: str = sys.executable

    @property
    def runtime(self) -> Path:
        return self.folder / "run"

    @property
    def state(self) -> Path:
        return self.folder / "state" / "synthd"

    @property
    def files(self) -> Files:
        return files(str(self.runtime), identity())

    def also(self, **environment: str) -> "House":
        return House(self.folder, {**self.environment, **environment}, self.python)

    def command(self, *arguments: str) -> list[str]:
        return [self.python, "-m", "synthd.daemon", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def start(self) -> int:
        """The pid of its daemon."""
        if self.python != sys.executable:  # another build
            done = self.run("daemon", "start")
            assert done.returncode == 0, done.stderr
            return int(done.stdout.rpartition("pid ")[2].rstrip(")\n"))
        connected = dial("control", environment=self.environment)
        connected.socket.close()
        return connected.pid

    def status(self) -> dict[str, Any]:
        """As the command gives it, which is asked where none runs."""
        if self.python == sys.executable:
            with contextlib.suppress(NotRunning):
                connected = dial("control", environment=self.environment, start=False)
                with connected.socket as connection:
                    return {**ask(connection, "daemon.status", {}, PATIENCE), "running": True}
        done = self.run("daemon", "status", "--json")
        assert not done.stderr
        return dict(json.loads(done.stdout))

    def write_config(self, text: str) -> None:
        place = self.folder / "config" / "synthd"
        place.mkdir(parents=True, exist_ok=True)
        (place / "config.toml").write_text(text)

    def everything_on_disk(self) -> bytes:
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return b"\n".join(path.read_bytes() for path in paths)

    def clear(self) -> None:
        for other in living(str(self.runtime)):
            if other.pid > 0:
                os.kill(other.pid, signal.SIGKILL)
        until(lambda: not living(str(self.runtime)))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.02)


@contextmanager
def house_in(folder: Path) -> Iterator[House]:
    names = ("STATE", "CACHE", "CONFIG", "DATA")
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in names}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNTHD_")}
    house = House(folder, {**kept, **own, "SYNTHD_RUNTIME_DIR": str(folder / "run")})
    try:
        yield house
    finally:
        house.clear()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_in(tmp_path) as house:
        yield house


@pytest.fixture(scope="module")
def inhabited() -> Iterator[House]:
    """With a daemon that all tests of the module share."""
    with tempfile.TemporaryDirectory(prefix="synthd-test-") as folder, house_in(Path(folder)) as it:
        it.start()
        yield it


@pytest.fixture
def at_home(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """For what reads this process's environment."""
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    return house


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    return until


@pytest.fixture
def as_nobody(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs Python code as another user, and gives what it prints. It has to import first what it
    needs: that user may not be able to read any of it."""
    if os.geteuid() != 0:
        pytest.skip("another user can be played by root alone")

    def run(imports: str, code: str, *arguments: str, environment: Mapping[str, str] = {}) -> str:
        become = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)"
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(["import sys", imports, become, code]), *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, **environment},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def public(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that other users can reach, unlike tmp_path."""
    with tempfile.TemporaryDirectory(prefix="synthd-test-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture
def talk() -> Callable[[Any, Sequence[Mapping[str, Any]]], list[dict[str, Any]]]:
    """Sends requests on a control connection and gives as many lines as come back."""

    def run(connection: Any, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        connection.settimeout(PATIENCE)
        with connection.makefile("rwb") as stream:
            for request in requests:
                stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            return [json.loads(stream.readline()) for _ in requests]

    return run
