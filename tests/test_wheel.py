"""The wheel holds what the program needs, and runs where there is nothing else of the project."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.places import ROOT, tracked

DOORS = ("app.py", "tandem.py")
PARTS = ("dashboards/", "metrics/", "data/", "etl/")
#: What stands in the parts and is not needed where the program runs.
LEFT_OUT = (
    "dashboards/locales/tandem.pot",  # for translators
    "data/demo/README.md",
    "data/demo/formats/",  # samples for tests
)
#: The environment of the programs: nothing leads them to the checkout or to a store of one's own.
BARE = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TANDEM_"))}


def pip(*arguments: str | Path) -> None:
    command = (sys.executable, "-m", "pip", "--quiet", "--no-cache-dir", *arguments)
    done = subprocess.run(command, env=BARE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Installed:
    """An environment with the wheel in it, and a folder to work in."""

    scripts: Path
    modules: Path
    folder: Path

    def program(self, name: str) -> str:
        """Return the path of a program of the environment."""
        found = shutil.which(name, path=str(self.scripts))
        assert found, f"{name} is not in {self.scripts}"
        return found

    def run(self, program: str, *arguments: str, fails: bool = False) -> str:
        """Run a program of the environment in the folder; return what it says."""
        done = subprocess.run(
            [self.program(program), *arguments], cwd=self.folder, env=BARE, capture_output=True,
            encoding="utf-8", check=False, timeout=600,
        )  # fmt: skip
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def files(self) -> dict[Path, tuple[int, int]]:
        """Return what lies where the wheel was installed; Python keeps compiled modules there."""
        return {
            path: (path.stat().st_size, path.stat().st_mtime_ns)
            for path in self.modules.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the files that git knows, in a folder of its own."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, source / name)
    pip("wheel", source, "--no-deps", "--no-build-isolation", "--no-index", "-w", built)
    (made,) = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel where what it depends on is at hand, and the checkout is not."""
    base = tmp_path_factory.mktemp("environment")
    venv.create(base, symlinks=os.name != "nt")
    place = {"scheme": "venv", "vars": {"base": str(base), "platbase": str(base)}}
    scripts, modules = (Path(sysconfig.get_path(n, **place)) for n in ("scripts", "purelib"))
    ours = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (modules / "dependencies.pth").write_text("\n".join(ours), encoding="utf-8")
    pip("--python", base, "install", "--no-deps", "--no-index", "--no-compile", wheel)
    return Installed(scripts, modules, tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def before(installed: Installed) -> dict[Path, tuple[int, int]]:
    return installed.files()


@pytest.fixture(scope="module")
def company(installed: Installed, before: object) -> Path:
    """Load the demo company with the installed command, into the store it takes by itself."""
    assert "Published state 1" in installed.run("tandem", "demo")
    return installed.folder / "store"


@pytest.fixture(scope="module")
def address(installed: Installed, company: Path) -> Iterator[str]:
    """Serve the company with the installed command."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    log = installed.folder / "serve.log"
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            [installed.program("tandem"), "serve", "--port", port],
            cwd=installed.folder, env=BARE, stdout=stream, stderr=stream,
        ) as server,
    ):  # fmt: skip
        try:
            until = time.monotonic() + 120
            while "Tandem is at" not in log.read_text(encoding="utf-8"):
                assert server.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def get(address: str, **headers: str) -> str:
    """Return what is answered with 200."""
    opener = build_opener(ProxyHandler({}))  # no proxy leads to this machine
    with opener.open(Request(address, headers=headers), timeout=60) as answer:
        assert answer.status == 200
        return answer.read().decode()


def test_the_wheel_holds_what_the_program_needs_and_nothing_else(wheel):
    needed = {
        name
        for name in tracked()
        if name in DOORS or (name.startswith(PARTS) and not name.startswith(LEFT_OUT))
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(needed - held) == [], "name it in pyproject.toml, or in LEFT_OUT above"
    assert sorted(held - needed) == []


def test_the_wheel_asks_for_what_the_program_runs_on(installed):
    (folder,) = installed.modules.glob("tandem-*.dist-info")
    asked = [one for one in PathDistribution(folder).requires if "extra ==" not in one]
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    named = [re.match(r"[\w-]+", line)[0] for line in lines if not line.startswith("#")]
    assert sorted(re.match(r"[\w-]+", one)[0] for one in asked) == sorted(named)


def test_nothing_comes_from_the_checkout(installed):
    said = installed.run(
        "python", "-c",
        "import app, dashboards, data, etl, metrics, sys\n"
        "for part in app, dashboards, data, etl, metrics: print(part.__file__)\n"
        "print(*sys.path, sep='\\n')",
    ).splitlines()  # fmt: skip
    assert all(Path(file).is_relative_to(installed.modules) for file in said[:5]), said
    assert str(ROOT) not in said


def test_the_command_names_itself(installed):
    said = installed.run("tandem", "show", "dso", "--store", "nothing", fails=True)
    assert "load exports with `tandem load PATH`" in said
    assert "payment_curve" in installed.run("tandem", "metrics")


def test_show_prints_figures(installed, company):
    asked = ("show", "receivables", "--by", "country", "--format", "csv")
    head, *rows = installed.run("tandem", *asked).splitlines()
    assert head.startswith("as_of,country,receivables,")
    assert {row.split(",")[1] for row in rows} >= {"BE", "FR", "LU", "NL"}


def test_the_pages_are_served_with_their_styles_scripts_and_translations(address):
    files = re.findall(r'(?:href|src)="(/assets/[^"]+)"', get(f"{address}/"))
    names = {file.split("?")[0] for file in files}
    assert names >= {"/assets/tandem.css", "/assets/aging/aging.css", "/assets/aging/aging.js"}
    assert all(get(address + file) for file in files)
    assert "Customers" in get(f"{address}/_dash-layout")
    assert "Klanten" in get(f"{address}/_dash-layout", **{"Accept-Language": "nl"})
    assert "Clients" in get(f"{address}/_dash-layout", **{"Accept-Language": "fr"})


def test_a_web_server_of_ones_own_finds_the_app(installed, company):
    said = installed.run(
        "python", "-c",
        "import app\n"
        "client = app.create_app('store').server.test_client()\n"
        "print(client.get('/').status_code, client.get('/_dash-layout').status_code)",
    )  # fmt: skip
    assert said.split() == ["200", "200"]


def test_nothing_is_written_where_the_program_is_installed(installed, before, address):
    get(f"{address}/_dash-layout")
    assert installed.files() == before
