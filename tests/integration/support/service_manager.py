#!/usr/bin/env python3
"""service_manager.py - stands in for the program and starts it as a service manager would.

`serve` is started with the listening sockets that MANAGER_SOCKETS names ("api:api:metrics", on ports the system
chooses) passed as descriptors 3 and on, NOTIFY_SOCKET and WATCHDOG_USEC (from MANAGER_WATCHDOG) set. What it notifies is
printed, a JSON object a line. Signals go on to it, its exit code is ours. Other commands are only run.

SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import select
import signal
import socket
import sys
import tempfile

PROGRAM = os.environ.pop("MANAGER_PROGRAM")
NAMES = [name for name in os.environ.pop("MANAGER_SOCKETS", "").split(":") if name]
WATCHDOG = os.environ.pop("MANAGER_WATCHDOG", "")


def tell(**members):
    sys.stdout.write(json.dumps(members) + "\n")
    sys.stdout.flush()


def open_sockets():
    opened = []
    for _ in NAMES:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        one.bind(("127.0.0.1", 0))
        one.listen(128)
        opened.append(one)
    return opened


def start(sockets, notify):
    process = os.fork()
    if process:
        return process
    os.environ["NOTIFY_SOCKET"] = notify
    if WATCHDOG:
        os.environ["WATCHDOG_USEC"] = WATCHDOG
    if sockets:
        # Out of the way first: a socket may stand where another is to go.
        copies = [os.dup2(one.fileno(), 64 + i, inheritable=False) for i, one in enumerate(sockets)]
        for i, copy in enumerate(copies):
            os.dup2(copy, 3 + i, inheritable=True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=":".join(NAMES))
    os.execv(PROGRAM, [PROGRAM, *sys.argv[1:]])


def main():
    if "serve" not in sys.argv:
        os.execv(PROGRAM, [PROGRAM, *sys.argv[1:]])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "notify")
        inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        inbox.bind(path)
        sockets = open_sockets()
        tell(sockets=[one.getsockname()[1] for one in sockets])
        process = start(sockets, path)
        for one in sockets:
            one.close()
        tell(process=process)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, lambda got, frame: os.kill(process, got))
        while True:
            readable, _, _ = select.select([inbox], [], [], 0.1)
            if readable:
                tell(notify=inbox.recv(4096).decode())
                continue
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
