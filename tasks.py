"""What `make` does, on any system: `python tasks.py run`, `test`, `test-deep`, `check`, `bench` ...

Needs nothing but Python 3.11 or later: it makes a virtual environment of its own in .venv and
installs the locked, hashed dependencies into it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
BROWSER_FILES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)


def run(*command: str | Path, **more: str) -> None:
    """Run a command in the project's folder; stop with its exit code if it fails."""
    done = subprocess.run([str(c) for c in command], cwd=HERE, env=os.environ | more, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def environment(lock: str) -> None:
    """Make .venv hold what `lock` names; does nothing where it already does."""
    if sys.version_info < (3, 11):
        sys.exit(f"Tandem needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    wanted = hashlib.sha256((HERE / lock).read_bytes()).hexdigest()
    stamp = VENV / f"{lock}.installed"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    print(f"Installing {lock} into {VENV} ...", flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "-r", lock)  # fmt: skip
    stamp.write_text(wanted, encoding="ascii")


def browser() -> str:
    """Return an installed Chromium, Chrome or Edge; install Debian's where that is possible."""

    def installed() -> str | None:
        named = os.environ.get("TANDEM_BROWSER")
        found = (named, *map(shutil.which, BROWSERS), *BROWSER_FILES)
        return next((path for path in found if path and Path(path).exists()), None)

    if path := installed():
        return path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Debian's chromium for the browser tests ...", flush=True)
        run("apt-get", "-qq", "update")
        run("apt-get", "-qq", "-y", "install", "chromium", DEBIAN_FRONTEND="noninteractive")
        if path := installed():
            return path
    sys.exit(
        "The browser tests need Chromium, Chrome or Edge. Install one (on Debian and Ubuntu: "
        "sudo apt-get install chromium), or name it in TANDEM_BROWSER, and start again."
    )


def postgresql() -> None:
    """Install Debian's PostgreSQL where that is possible; without one its tests are left out."""
    if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Debian's postgresql for the tests of the memory ...", flush=True)
        more = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "-qq", "-y", "install", "--no-install-recommends", "postgresql"]
        for command in (["apt-get", "-qq", "update"], install):
            subprocess.run(command, env=more, check=False)
        return
    print("There is no PostgreSQL: its tests are left out.", flush=True)


def java() -> bool:
    """Return whether the Spark tests can run: they need Java 17 or later."""
    home = os.environ.get("JAVA_HOME")
    path = str(Path(home, "bin", "java")) if home else "java"
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
        found = re.search(r'version "(\d+)', done.stderr + done.stdout)
    except OSError:
        found = None
    if found and int(found[1]) >= 17:
        return True
    needed = "The Spark tests need Java 17 or later (JAVA_HOME, or java on the PATH)."
    if os.environ.get("CI"):
        sys.exit(needed)
    print(f"{needed} They are left out.", flush=True)
    return False


def task_run(*arguments: str) -> None:
    """Load the demo company if nothing is loaded yet, and serve the pages."""
    environment("requirements.lock")
    store = Path(os.environ.get("TANDEM_STORE", HERE / "store"))
    if not (store / "current").exists():
        run(PYTHON, "app.py", "demo", "--store", store)
    run(PYTHON, "app.py", "serve", "--store", store, *arguments)


def suite(arguments: tuple[str, ...], *chosen: str, **more: str) -> None:
    """Run the tests that are `chosen`; `arguments` go to pytest in place of how it shares them out.

    In two processes, which `tests/sharing.py` gives their tests.
    """
    more["TANDEM_BROWSER"] = browser()
    shared = arguments or ("-n", "2", "--dist", "loadfile", *chosen)
    run(PYTHON, "-m", "pytest", *shared, **more)


def task_test(*arguments: str) -> None:
    """Run the suite, browser included; further arguments go to pytest."""
    environment("requirements-dev.lock")
    suite(arguments)


def task_test_deep(*arguments: str) -> None:
    """Run what the suite leaves out: many random cases, every page in every mode, all of Spark."""
    environment("requirements-dev.lock")
    postgresql()
    spark = java()
    if spark:
        environment("requirements-spark.lock")
    left_out = () if spark else ("--ignore=tests/spark",)
    suite(arguments, "-m", "deep or random", *left_out, TANDEM_DEEP="1")


def task_check() -> None:
    """Run the linters: ruff, its formatter and mypy --strict."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "mypy")
    run(PYTHON, "-m", "dashboards.base.i18n", "check")


def task_format() -> None:
    """Let ruff mend what it can."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "ruff", "check", "--fix", ".")
    run(PYTHON, "-m", "ruff", "format", ".")


def task_messages() -> None:
    """Collect the texts of the pages for the translators."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "dashboards.base.i18n", "extract")


def task_bench(*arguments: str) -> None:
    """Measure ours beside the limit, pandas, PostgreSQL and Superset: --size 10M --only load."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "benchmarks.run", *arguments)


def task_lock() -> None:
    """Write the lock files anew; they name no host."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "pip", "install", "--quiet", "uv")
    for name, *more in (
        ("requirements",),
        ("requirements-dev",),
        ("requirements-spark", "--constraint", "requirements-dev.lock"),
    ):
        run(PYTHON, "-m", "uv", "pip", "compile", "--quiet", "--universal",
            "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
            "--no-emit-index-url", "--no-emit-find-links", "--upgrade", *more,
            f"{name}.in", "-o", f"{name}.lock")  # fmt: skip


#: Of packages that other systems than this one need, and of one that does not say it.
LICENCES = {"brotlicffi": "MIT", "colorama": "BSD-3-Clause", "currencyconverter": "Apache-2.0"}


def licence(name: str) -> str:
    """Return the licence of an installed package, as it says it itself."""
    from importlib.metadata import PackageNotFoundError, metadata

    if name in LICENCES:
        return LICENCES[name]
    try:
        told = metadata(name)
    except PackageNotFoundError:
        sys.exit(f"{name} is not installed here: say its licence in LICENCES of tasks.py.")
    classes = [c.split(" :: ")[-1] for c in told.get_all("Classifier") or () if "License ::" in c]
    free = (told.get_all("License") or [""])[0].strip().splitlines()
    said = (
        (told.get_all("License-Expression") or [""])[0]
        or ", ".join(classes)
        or (free[0] if free else "")
    )
    return said or sys.exit(f"{name} does not say its licence: say it in LICENCES of tasks.py.")


def task_licences() -> None:
    """Write docs/licences.md: the licence of everything that is installed with Tandem."""
    environment("requirements.lock")
    if Path(sys.prefix).resolve() != VENV.resolve():
        run(PYTHON, "tasks.py", "licences")
        return
    locked = (HERE / "requirements.lock").read_text(encoding="utf-8")
    found = dict.fromkeys(re.findall(r"^([\w.-]+)==", locked, re.MULTILINE))
    rows = "".join(f"| {name} | {licence(name)} |\n" for name in found)
    (HERE / "docs" / "licences.md").write_text(
        "# Licences\n\nOf what is installed with Tandem (`requirements.lock`), as each package says"
        " it;\n`python tasks.py licences` writes this page. What Tandem brings along itself,"
        " plotly.js (MIT),\nhas its licence beside it.\n\n| package | licence |\n|---|---|\n"
        + rows,
        encoding="utf-8",
    )


def task_audit() -> None:
    """Ask pip-audit whether a locked package has a known weakness, where it reaches its service."""
    environment("requirements-dev.lock")
    run(PYTHON, "-m", "pip", "install", "--quiet", "pip-audit")
    command = [str(PYTHON), "-m", "pip_audit", "-r", "requirements.lock", "--require-hashes",
               "--disable-pip", "--progress-spinner", "off", "--format", "json"]  # fmt: skip
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        sys.exit(f"Nothing was checked: pip-audit cannot reach its service ({last}).")
    sys.exit(audited(json.loads(done.stdout)["dependencies"]))


def audited(found: list[dict[str, Any]]) -> str | int:
    """Print what pip-audit found of each package; return how the task ends: 0 where all is well."""
    unknown = [one["name"] for one in found if "skip_reason" in one]
    if len(unknown) == len(found):
        # it does not tell a service that is shut from one that knows nothing
        why = found[0]["skip_reason"] if found else "there are none"
        return f"Nothing was checked: pip-audit's service answered for no package ({why})."
    weak = [one for one in found if one.get("vulns")]
    for one in weak:
        print(one["name"], one["version"], *(w["id"] for w in one["vulns"]))
    print(f"{len(found) - len(unknown)} packages were checked, {len(weak)} have a known weakness.")
    if unknown:
        return f"Not checked, for its service does not know them: {', '.join(unknown)}."
    return 1 if weak else 0


TASKS = {
    name[5:].replace("_", "-"): task
    for name, task in list(globals().items())
    if name.startswith("task_")
}

if __name__ == "__main__":
    name, *rest = sys.argv[1:] or ["help"]
    if name not in TASKS:
        lines = [f"  {key:10}{task.__doc__}" for key, task in TASKS.items()]
        sys.exit("python tasks.py TASK, where TASK is one of\n" + "\n".join(lines))
    try:
        TASKS[name](*rest)
    except KeyboardInterrupt:
        sys.exit(130)
