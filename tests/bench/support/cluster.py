"""cluster.py - a PostgreSQL of the bench's own: durable, with PostgreSQL's defaults but for what SETTINGS says.

PostgreSQL refuses to run as root, so root hands it to `postgres`, else to `nobody`.

SPDX-License-Identifier: Apache-2.0
"""

import glob
import json
import os
import pwd
import secrets
import shutil
import tempfile

from .processes import Trouble, children, cpu_seconds, free_port, reaped_seconds, run, until

# fsync, synchronous_commit and full_page_writes stay on, as PostgreSQL has them. The rest keeps checkpoints of what one
# side wrote from falling into the other side's round.
SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}
# Where nothing is measured in earnest.
SMOKE = {"fsync": "off"}
# One statement a line of JSON, for capture.py; only where a database has log_statement on.
LOGGING = {"logging_collector": "on", "log_destination": "jsonlog", "log_filename": "server.log", "log_rotation_size": "0"}


class Cluster:
    def __init__(self, settings):
        self.settings = settings
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
        if not binaries:
            raise Trouble("there is no PostgreSQL server in /usr/lib/postgresql")
        self.binaries = os.path.dirname(binaries[-1])
        self.folder = tempfile.mkdtemp(prefix="stripe_lite_bench_pg_")
        self.data = os.path.join(self.folder, "data")
        self.owner = None
        if os.getuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            self.owner = "postgres" if "postgres" in names else "nobody"
            shutil.chown(self.folder, self.owner)
        self.password = secrets.token_hex(16)
        self.started = False

    def tool(self, name, *words):
        owner = ["runuser", "-u", self.owner, "--"] if self.owner else []
        # The server inherits pg_ctl's output: pipes would stay open.
        with open(os.path.join(self.folder, "tools.log"), "a", encoding="utf-8") as log:
            run(*owner, os.path.join(self.binaries, name), *words, cwd="/", capture_output=False, stdout=log, stderr=log)

    def start(self):
        file = os.path.join(self.folder, "password")
        with open(file, "w", encoding="ascii") as out:
            out.write(self.password)
        # SCRAM is made to take long, which a hundred clients that connect at once feel.
        self.tool("initdb", "-D", self.data, "-U", "bench", "-A", "md5", f"--pwfile={file}", "-E", "UTF8", "--locale=C",
                  "--no-sync")  # fmt: skip
        os.remove(file)
        self.port = free_port()
        settings = " ".join(f"-c {name}={value}" for name, value in (self.settings | LOGGING).items())
        self.tool("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "log"), "-w", "-s", "start",
                  "-o", f"-h 127.0.0.1 -p {self.port} -k {self.folder} {settings}")  # fmt: skip
        self.started = True

    def stop(self):
        if self.started:
            self.tool("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database):
        return f"postgresql://bench:{self.password}@127.0.0.1:{self.port}/{database}"

    def words(self, database):
        """Where the database is, for PostgreSQL's own clients; the password is in environment()."""
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", database]

    def environment(self):
        return os.environ | {"PGPASSWORD": self.password}

    def sql(self, database, *statements, seconds=600):
        """Runs statements; the last one's rows, fields parted by tabs."""
        commands = [word for statement in statements for word in ("-c", statement)]
        words = ["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", *commands, *self.words(database)]
        return run(*words, env=self.environment(), seconds=seconds).rstrip("\n")

    def create(self, database, template="template0"):
        """A new database; the template must have no sessions any more."""
        free = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{template}'"
        until(f"nobody uses {template}", lambda: self.sql("postgres", free) == "0")
        self.sql("postgres", f"CREATE DATABASE {database} TEMPLATE {template}")

    def checkpoint(self):
        """So that neither side pays for what the other left to write."""
        self.sql("postgres", "CHECKPOINT")

    def cpu_seconds(self):
        """User and system time of all its processes, also of sessions that have ended."""
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            postmaster = int(file.readline())
        return sum(cpu_seconds([postmaster, *children(postmaster)])) + sum(reaped_seconds(postmaster))

    def log_size(self):
        return os.path.getsize(os.path.join(self.data, "log", "server.json"))

    def log_entries(self, offset, database):
        """What the sessions of a database logged since an offset."""
        with open(os.path.join(self.data, "log", "server.json"), encoding="utf-8") as file:
            file.seek(offset)
            for line in file:
                if line.endswith("\n") and (entry := json.loads(line)).get("dbname") == database:
                    yield entry
