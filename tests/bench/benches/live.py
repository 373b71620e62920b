"""live.py - /live against nginx's `return 200` of the same body, with as many workers.

SPDX-License-Identifier: Apache-2.0
"""

from support.compare import interleave, rate_row
from support.load import wrk
from support.server import Nginx

CONNECTIONS = 64


def run(site):
    server = site.server()
    nginx = Nginx(site.folder, server.request("/live")).start()
    try:
        samples = interleave(
            site,
            {
                "ours": lambda: wrk(server, "/live", CONNECTIONS, site.seconds),
                "nginx": lambda: wrk(nginx, "/live", CONNECTIONS, site.seconds),
            },
        )
    finally:
        nginx.stop()
    row = rate_row("live", samples["ours"], samples["nginx"], against="nginx, return 200", at_least=0.9)
    return [row]


BENCHES = {"live": {"run": run, "needs": ("wrk", "nginx")}}
