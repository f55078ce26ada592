"""A Spark on this machine, for tests, benchmarks and trying out: `python -m orchestration.spark_server`, which is
`make spark-cluster`.

Belongs here: starting and ending Spark's own processes, all on the loopback interface, with every file in one folder.
Not here: what a build asks of Spark (engine_spark.py). A Spark for daily work is an installation of its
own (docs/spark.md).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.project import ROOT
from orchestration.transform import die_with_parent
from service_control.errors import BuildError, ServiceControlError

LOOPBACK = "127.0.0.1"
CONNECT_PORT = 15002
THRIFT_PORT = 10000
START_SECONDS = 120
STOP_SECONDS = 10

SETTINGS = {
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.host": LOOPBACK,
    "spark.connect.grpc.binding.address": LOOPBACK,
    "spark.eventLog.enabled": "false",
    "spark.scheduler.mode": "FAIR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
}
# What a lost worker took with it is noticed in seconds and made again by the others.
RECOVERY = {
    "spark.excludeOnFailure.enabled": "false",
    "spark.shuffle.io.maxRetries": "2",
    "spark.shuffle.io.retryWait": "1s",
    "spark.stage.maxConsecutiveAttempts": "8",
    "spark.task.maxFailures": "8",
}
# On small data planning takes the time, not the rows: code that runs once is not worth generating. Without the adaptive
# planner, generated code, four partitions and the parallel collector, 400 customers took 159 s of processor
# time instead of 219 s (2026-11). Tables of one process need no metastore. One tier of compilation reserves 48 MB for
# compiled code, which a build fills to the last byte; what then needs a place ends with NoSuchMethodError.
LOCAL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yyyy-MM-dd HH:mm:ss} %p %c{1}: %m%n%ex
"""


@dataclass
class Installation:
    """Spark's programs and the one folder that its processes write to."""

    home: Path
    folder: Path

    @classmethod
    def found(cls, folder: Path) -> Installation:
        """The Spark of SPARK_HOME, else the one that `make spark` put in .venv-spark.

        Raises
        ------
        BuildError : no Spark or no Java is found.
        """
        named = os.environ.get("SPARK_HOME")
        homes = (
            [Path(named)] if named else sorted(ROOT.glob(".venv-spark/lib/python3*/site-packages/pyspark"))
        )
        if not homes or not (homes[-1] / "bin/spark-class").exists():
            raise BuildError(
                "no Spark is installed here",
                where=named or str(ROOT / ".venv-spark"),
                remedy="run `make spark`, or set SPARK_HOME to a Spark 4 installation",
            )
        if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
            raise BuildError(
                "Spark needs Java and there is none", where="PATH", remedy="install Java 17 or set JAVA_HOME"
            )
        return cls(homes[-1], folder)

    def start(self, name: str, settings: Mapping[str, str], *command: str) -> subprocess.Popen[bytes]:
        """Start one of Spark's processes as the leader of a group of its own, ended with this process."""
        configuration = self.folder / name
        configuration.mkdir(parents=True, exist_ok=True)
        lines = [f"{key} {value}\n" for key, value in (SETTINGS | settings).items()]
        (configuration / "spark-defaults.conf").write_text("".join(lines))
        (configuration / "log4j2.properties").write_text(LOGGING)
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                [str(self.home / "bin" / command[0]), *command[1:]],
                cwd=self.folder,
                env=os.environ
                | {
                    "SPARK_HOME": str(self.home),
                    "SPARK_CONF_DIR": str(configuration),
                    "SPARK_LOCAL_IP": LOOPBACK,
                    "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
                    "SPARK_NO_DAEMONIZE": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    def log(self, name: str) -> Path:
        """What a process said."""
        return self.folder / f"{name}.log"

    def wait_for(self, name: str, process: subprocess.Popen[bytes], port: int) -> None:
        """Wait until a process listens.

        Raises
        ------
        BuildError : it ended or did not listen within two minutes; with the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BuildError(
                    f"Spark's {name} did not start:\n{self.log(name).read_text(errors='replace')[-2000:]}",
                    where=str(self.log(name)),
                    remedy="mend what the log says",
                )
            time.sleep(0.1)


def end(*processes: subprocess.Popen[bytes]) -> None:
    """End processes and what they started, politely at first."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, wanted)
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                continue


def listens(port: int) -> bool:
    """Something listens at a port of the loopback interface."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


@contextmanager
def local_spark(folder: Path, *, cores: int = 2, memory: str = "1g") -> Iterator[str]:
    """One process that is a whole Spark, forgetting its tables when it ends. Yields its Connect address."""
    spark, port = Installation.found(folder), free_port()
    settings = LOCAL | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(folder / "tables"),
    }
    process = spark.start(
        "spark", settings,
        "spark-submit", "--master", f"local[{cores}]", "--driver-memory", memory,
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
    )  # fmt: skip
    try:
        spark.wait_for("spark", process, port)
        yield f"sc://{LOOPBACK}:{port}"
    finally:
        end(process)


@dataclass
class Cluster:
    """A master, workers, and one driver that serves Connect and Thrift."""

    spark: Installation
    connect_port: int
    thrift_port: int
    master_port: int = field(default_factory=free_port)
    driver: subprocess.Popen[bytes] | None = None
    master: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def remote(self) -> str:
        """The address of Spark Connect."""
        return f"sc://{LOOPBACK}:{self.connect_port}"

    @property
    def _master_address(self) -> str:
        return f"spark://{LOOPBACK}:{self.master_port}"

    def start(self, worker_count: int, worker_memory: str, driver_memory: str) -> None:
        """Start every process and wait until the driver serves."""
        self.master = self.spark.start(
            "master", {"spark.master.rest.enabled": "false"},
            "spark-class", "org.apache.spark.deploy.master.Master",
            "--host", LOOPBACK, "--port", str(self.master_port), "--webui-port", "0",
        )  # fmt: skip
        self.spark.wait_for("master", self.master, self.master_port)
        for number in range(worker_count):
            self.start_worker(number, worker_memory)
        self.start_driver(worker_memory, driver_memory)
        self.wait()

    def start_worker(self, number: int, memory: str) -> None:
        """Add a worker with one core."""
        name = f"worker_{number}"
        worker = self.spark.start(
            name, {},
            "spark-class", "org.apache.spark.deploy.worker.Worker",
            "--host", LOOPBACK, "--webui-port", "0",
            "--cores", "1", "--memory", memory, "--work-dir", str(self.spark.folder / name / "work"),
            self._master_address,
        )  # fmt: skip
        self.workers.append(worker)

    def start_driver(self, worker_memory: str, driver_memory: str) -> None:
        """Start the process that plans. Tables are known to it by a metastore of its own, which only it can open."""
        folder = self.spark.folder
        settings = RECOVERY | {
            "spark.connect.grpc.binding.port": str(self.connect_port),
            "spark.executor.cores": "1",
            "spark.executor.memory": worker_memory,
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.sql.catalogImplementation": "hive",
            "spark.sql.warehouse.dir": str(folder / "tables"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/metastore;create=true",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        }
        self.driver = self.spark.start(
            "driver", settings,
            "spark-submit", "--master", self._master_address, "--driver-memory", driver_memory,
            "--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "spark-internal",
            "--hiveconf", f"hive.server2.thrift.bind.host={LOOPBACK}",
            "--hiveconf", f"hive.server2.thrift.port={self.thrift_port}",
        )  # fmt: skip

    def wait(self) -> None:
        """Wait until the driver serves."""
        for port in (self.connect_port, self.thrift_port):
            self.spark.wait_for("driver", self.driver, port)

    def end(self) -> None:
        """End every process."""
        end(*[process for process in (self.driver, *self.workers, self.master) if process])


@contextmanager
def spark_cluster(
    folder: Path,
    *,
    connect_port: int | None = None,
    thrift_port: int | None = None,
    worker_memory: str = "1g",
    driver_memory: str = "1g",
) -> Iterator[Cluster]:
    """A master, two workers of one core, and a driver; ports of their own unless they are given.

    Raises
    ------
    BuildError : a port is taken, or a process did not start.
    """
    taken = [port for port in (connect_port, thrift_port) if port and listens(port)]
    if taken:
        raise BuildError(
            "something listens there already",
            where=f"{LOOPBACK}:{taken[0]}",
            remedy="end it, or use the Spark that is there",
        )
    cluster = Cluster(Installation.found(folder), connect_port or free_port(), thrift_port or free_port())
    try:
        cluster.start(2, worker_memory, driver_memory)
        yield cluster
    finally:
        cluster.end()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a Spark cluster on this machine until Ctrl-C: master, two workers, Connect and Thrift."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.spark_server", description=main.__doc__)
    parser.add_argument(
        "--folder", type=Path, help="where tables and logs are kept; without it they are removed at the end"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="service_control_spark_") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with spark_cluster(folder, connect_port=CONNECT_PORT, thrift_port=THRIFT_PORT) as cluster:
                print(
                    f"Spark Connect  {cluster.remote}\n"
                    f"Spark Thrift   {LOOPBACK}:{cluster.thrift_port}\n"
                    f"Folder         {folder}\n"
                    "Build on it    SERVICE_CONTROL_TARGET=spark make build\n"
                    "Ctrl-C ends it",
                    flush=True,
                )
                cluster.driver.wait()
                print(f"The driver ended; its log is {cluster.spark.log('driver')}", file=sys.stderr)
                return 1
        except ServiceControlError as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nEnded.")
            return 0


if __name__ == "__main__":
    sys.exit(main())
