"""server.py - the servers under load: Stripe_lite with two workers, and nginx.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import secrets
import subprocess
import tempfile
import urllib.error
import urllib.request

from .processes import Trouble, children, cpu_seconds, free_port, run, stop, until

WORKERS = 2


def answers(url, expected=200):
    """Does url answer with that status?"""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == expected
    except (urllib.error.URLError, OSError):
        return False


class Server:
    """One `stripe-lite serve` on a port of its own choice, in a folder of its own."""

    def __init__(self, build, folder, database_url, workers=WORKERS, **settings):
        self.program = os.path.join(build, "stripe-lite")
        self.folder = tempfile.mkdtemp(prefix="server_", dir=folder)
        self.key = f"sk_test_{secrets.token_hex(16)}"
        self.log = os.path.join(self.folder, "log")
        self.workers = workers
        self.environment = {
            "PATH": os.environ["PATH"],
            "STRIPE_LITE_DATABASE_URL": database_url,
            "STRIPE_LITE_SECRET_KEY": self.key,
            "STRIPE_LITE_RATE_LIMIT": "0",
            "STRIPE_LITE_LOG_LEVEL": "warning",
        } | settings
        self.child = None

    def start(self, prefix=()):
        """prefix: words that run it, such as a profiler's."""
        words = [*prefix, self.program, "serve", "--workers", str(self.workers), "--port", "0"]
        with open(self.log, "w", encoding="utf-8") as log:
            self.child = subprocess.Popen(
                words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.url = until("the server listens", self.listening, 120)
        until("the server is ready", lambda: answers(self.url + "/ready"), 120)
        return self

    def listening(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        found = re.search(r"listening on (http://[^\s\"\\]+:\d+)", text)
        if not found and self.child.poll() is not None:
            raise Trouble(f"the server ended with {self.child.returncode}: {text[-2000:]}")
        return found and found.group(1)

    def worker_pids(self):
        return children(self.child.pid)

    def cpu_seconds(self):
        return cpu_seconds([self.child.pid, *self.worker_pids()])

    def request(self, path, body=None, **headers):
        """One request on a connection of its own; the body of a 200."""
        headers = {"Authorization": f"Bearer {self.key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        request = urllib.request.Request(self.url + path, body and body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Trouble(f"{path} was answered with {error.code}: {error.read().decode()[:500]}") from error

    def verify(self):
        """The stored invariants; Trouble with the list when one is broken."""
        run(self.program, "verify", env=self.environment, cwd=self.folder, seconds=3600)

    def stop(self):
        stop(self.child)
        if self.child and self.child.returncode not in (0, None):
            with open(self.log, encoding="utf-8", errors="replace") as file:
                raise Trouble(f"the server ended with {self.child.returncode}: {file.read()[-2000:]}")


NGINX = """
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/json;
    server {{
        listen 127.0.0.1:{port} reuseport;
        location / {{ return 200 '{body}'; }}
    }}
}}
"""


class Nginx:
    """nginx that answers everything with one body."""

    def __init__(self, folder, body, workers=WORKERS):
        self.folder = tempfile.mkdtemp(prefix="nginx_", dir=folder)
        os.chmod(self.folder, 0o755)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.configuration = os.path.join(self.folder, "nginx.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(NGINX.format(workers=workers, folder=self.folder, port=port, body=body))

    def start(self):
        log = os.path.join(self.folder, "error.log")
        with open(log, "a", encoding="utf-8") as errors:
            self.child = subprocess.Popen(
                ["/usr/sbin/nginx", "-c", self.configuration, "-e", log],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
            )  # fmt: skip
        until("nginx answers", lambda: answers(self.url))
        return self

    def cpu_seconds(self):
        return cpu_seconds([self.child.pid, *children(self.child.pid)])

    def stop(self):
        stop(self.child)
