#!/usr/bin/env python3
"""announce.py - waits until the server of `./dev run` is ready, then says how to use it.

Usage: announce.py PID, with descriptor 3 open on the user's output. Prints the path of a datagram
socket for NOTIFY_SOCKET and stays in the background until the process PID sends READY=1 with
STATUS=listening on http://HOST:PORT, or ends.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile

PROGRAM = "build/release/stripe-lite"

TEXT = """
Stripe_lite is ready.

  server           {url}
{dashboard}  API reference    {url}/docs
  secret key       {secret}
  publishable key  {publishable}

A first payment:

  curl {url}/v1/payment_intents -u {secret}: \\
    -d amount=1999 -d currency=usd -d "payment_method_types[]=card" \\
    -d payment_method=pm_card_visa -d confirm=true

Ctrl-C stops the server.
"""


def setting(name):
    """The environment is stronger than .env, for the server as for this text."""
    if os.environ.get(name):
        return os.environ[name]
    with open(".env", encoding="utf-8") as file:
        for line in file:
            key, _, value = line.strip().partition("=")
            if key == name:
                return value.strip("\"'")
    return ""


def dashboard(url):
    """The dashboard's line, when the program has that page."""
    routes = subprocess.run([PROGRAM, "routes"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found = re.search(r"^GET\s+/dashboard\b", routes.stdout, re.MULTILINE)
    return f"  dashboard        {url}/dashboard\n" if found else ""


def wait_for_address(receiver, process):
    """The address the server reports, or None when it ended first."""
    poller = select.poll()
    poller.register(receiver, select.POLLIN)
    poller.register(process, select.POLLIN)
    address = None
    while True:
        ready = {descriptor for descriptor, _ in poller.poll()}
        if receiver.fileno() in ready:
            message = receiver.recv(4096).decode("utf-8", "replace")
            found = re.search(r"^STATUS=.*?(https?://\S+)", message, re.MULTILINE)
            address = found.group(1).rstrip("/") if found else address
            if re.search(r"^READY=1$", message, re.MULTILINE) and address:
                return address
        elif process in ready:
            return None


def main():
    process = os.pidfd_open(int(sys.argv[1]))
    folder = tempfile.mkdtemp(prefix="stripe-lite-run.")
    path = os.path.join(folder, "notify")
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.bind(path)
    print(path, flush=True)

    # The shell becomes the server; a grandchild is no child the server could stumble over.
    if os.fork():
        os._exit(0)
    os.setsid()
    os.dup2(3, 1)
    try:
        address = wait_for_address(receiver, process)
        if address:
            print(
                TEXT.format(
                    url=address,
                    dashboard=dashboard(address),
                    secret=setting("STRIPE_LITE_SECRET_KEY"),
                    publishable=setting("STRIPE_LITE_PUBLISHABLE_KEY"),
                ),
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
