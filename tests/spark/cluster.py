"""A real Spark cluster on the loopback interface: a master and two workers; a Connect server.

All of it comes from the pip package. The processes are small, and end with the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

#: compiling little and collecting simply is what short lives on busy processors want
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:CICompilerCount=1"
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "768m",
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.driver.extraJavaOptions": _JAVA,
    "spark.executor.extraJavaOptions": _JAVA,
}
#: over so few rows, generating and compiling code for each statement takes longer than running it
_INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
#: Nothing here is about speed: other tests may keep the processors busy meanwhile.
_PATIENCE = 600.0


def missing() -> str:
    """Return what the machine lacks, a sentence; '' where a cluster can be started."""
    if find_spec("pyspark") is None:
        return "The Spark tests need pyspark: pip install -r requirements-spark.lock"
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
        found = re.search(r'version "(\d+)', done.stderr + done.stdout)
        if found and int(found[1]) >= 17:
            return ""
    return "The Spark tests need Java 17 or later (JAVA_HOME, or java on the PATH)."


def environment(folder: Path, *, interpreted: bool = True) -> dict[str, str]:
    """Write the settings into `folder`; return the environment that Spark's programs need."""
    settings = _SETTINGS | (_INTERPRETED if interpreted else {})
    folder.mkdir(parents=True)
    text = "".join(f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text(text, encoding="ascii")
    return {
        "SPARK_HOME": str(_home()),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
    }


@contextmanager
def standalone(folder: Path, environ: dict[str, str]) -> Iterator[str]:
    """Start a master and two workers, their logs in `folder`; yield the address, spark://..."""
    port = _free_port()
    master = f"spark://127.0.0.1:{port}"
    small = environ | {"SPARK_DAEMON_MEMORY": "160m", "SPARK_DAEMON_JAVA_OPTS": _JAVA}
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    # two cores each: the command line's test runs beside the session of the others
    room = ("-c", "2", "-m", "1200m", "-d", str(folder / "work"), master)
    deploy = "org.apache.spark.deploy"
    with _program(folder / "master.log", small, f"{deploy}.master.Master", *here,
                  "--port", str(port)) as first:  # fmt: skip
        _wait_for(port, first)
        with (
            _program(folder / "worker-1.log", small, f"{deploy}.worker.Worker", *here, *room),
            _program(folder / "worker-2.log", small, f"{deploy}.worker.Worker", *here, *room),
        ):
            yield master


@contextmanager
def connect_server(folder: Path, environ: dict[str, str]) -> Iterator[str]:
    """Start a Spark Connect server that computes by itself; yield its address, sc://..."""
    port = _free_port()
    with _program(
        folder / "connect.log", environ, "org.apache.spark.deploy.SparkSubmit",
        "--master", "local[2]",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--conf", "spark.connect.grpc.binding.address=127.0.0.1",
        "--conf", f"spark.connect.grpc.binding.port={port}",
        "spark-internal",
    ) as server:  # fmt: skip
        _wait_for(port, server)
        yield f"sc://127.0.0.1:{port}"


def _home() -> Path:
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@contextmanager
def _program(log: Path, environ: dict[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of Spark's programs until the block ends."""
    name = "spark-class.cmd" if os.name == "nt" else "spark-class"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [str(_home() / "bin" / name), *words], env=os.environ | environ, cwd=log.parent,
            stdout=out, stderr=out,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on `port`."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            ended = process.poll() is not None
            assert not ended, f"{process.args!r} ended: see the logs of the test's folder"
            assert time.monotonic() < until, f"{process.args!r} does not listen"
            time.sleep(0.1)
