"""gateways.py - what a charge costs beside the gateway that is built in: rules, an adapter that speaks HTTP, a second try.

All sides make the same request, a payment of a kept card, and differ in their settings alone:

    plain      the simulator, no rules: the reference
    rules      the simulator, by the last of ten rules
    adapter    gateway_stripe, with nginx for a Stripe that approves whatever comes
    failover   gateway_stripe, with nginx for one that declines whatever comes with `processing_error`; then the simulator

nginx takes next to no time of its own, so what is left is the adapter's request, its answer, and the machine's way between them.

SPDX-License-Identifier: Apache-2.0
"""

import json
import secrets
import tempfile

from support.compare import interleave, rate_row
from support.load import wrk
from support.processes import Trouble
from support.server import Nginx, Server

CONNECTIONS = 64
BODY = "amount=2000&currency=usd&confirm=true&off_session=true"

RULES = "[" + ", ".join(f"{{currency: {currency}, use: simulator}}" for currency in "eur gbp jpy chf sek nok dkk pln czk".split())
RULES += ", {use: simulator}]"

APPROVES = '{"id":"pi_bench","object":"payment_intent","status":"succeeded","amount_received":2000}'
DECLINES = '{"error":{"type":"card_error","code":"processing_error","decline_code":"processing_error","message":"Later."}}'
METHOD = (
    '{"id":"pm_bench","object":"payment_method","type":"card","card":{"brand":"visa","last4":"4242","fingerprint":"bench",'
    '"funding":"credit","country":"US","exp_month":12,"exp_year":2099}}'
)

UPSTREAM = """
    location /v1/customers {{ return 200 '{{"id":"cus_bench","object":"customer"}}'; }}
    location /v1/payment_methods {{ return 200 '{method}'; }}
    location /v1/payment_intents {{ return {status} '{payment}'; }}
"""


class Upstream(Nginx):
    """An nginx that answers as a Stripe with one card and one opinion."""

    def __init__(self, folder, status, payment):
        super().__init__(folder, "OK")
        with open(self.configuration, encoding="utf-8") as file:
            text = file.read()
        places = UPSTREAM.format(method=METHOD, status=status, payment=payment)
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(text.replace("    location /", f"{places}        location /", 1))


class Side:
    """A server with settings of its own, a database and a customer with a card."""

    def __init__(self, site, name, **settings):
        cluster = site.cluster()
        self.database, self.cluster, self.made = f"gateways_{name}", cluster, 0
        cluster.create(self.database)
        self.server = site.keep(Server(site.build, site.folder, cluster.url(self.database), **settings))
        customer = json.loads(self.server.request("/v1/customers", "name=Bench"))["id"]
        method = json.loads(self.server.request("/v1/payment_methods", "type=card&card[token]=tok_visa"))["id"]
        self.server.request(f"/v1/payment_methods/{method}/attach", f"customer={customer}")
        self.request = f"POST /v1/payment_intents {BODY}&customer={customer}&payment_method={method}"
        self.run(1)

    def run(self, seconds):
        sample = wrk(self.server, self.request, CONNECTIONS, seconds, self.server.key)
        self.made += sample.requests
        return sample

    def check(self, gateway, tries):
        """As many payments as were answered, each with so many attempts, the last of them at that gateway."""
        counts = "count(*) FILTER (WHERE status = 'succeeded' AND gateway = '{}'), count(*)".format(gateway)
        paid, all_tries = map(int, self.cluster.sql(self.database, f"SELECT {counts} FROM payment_attempts").split("\t"))
        if paid < self.made or all_tries < tries * self.made:
            raise Trouble(f"{self.database}: {self.made} answers, {paid} payments, {all_tries} attempts")
        self.server.verify()


def stripe_settings(site, status, payment):
    upstream = site.keep(Upstream(tempfile.mkdtemp(dir=site.folder), status, payment))
    return {"STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(12)}", "STRIPE_API_BASE": upstream.url}


def run(site):
    both = "[{use: [stripe, simulator]}]"
    sides = {
        "plain": Side(site, "plain"),
        "rules": Side(site, "rules", STRIPE_LITE_GATEWAY_ROUTES=RULES),
        "adapter": Side(site, "adapter", **stripe_settings(site, 200, APPROVES)),
        "failover": Side(site, "failover", STRIPE_LITE_GATEWAY_ROUTES=both, **stripe_settings(site, 402, DECLINES)),
    }
    samples = interleave(site, {name: lambda side=side: side.run(site.seconds) for name, side in sides.items()}, site.cluster())
    for name, side in sides.items():
        side.check("stripe" if name == "adapter" else "simulator", 2 if name == "failover" else 1)
    plain = samples["plain"]
    more = {"unit": "charges/s", "against": "the simulator, no rules"}
    return [
        rate_row("gateways rules", samples["rules"], plain, at_least=0.9, **more),
        rate_row("gateways adapter", samples["adapter"], plain, **more),
        rate_row("gateways failover", samples["failover"], plain, **more),
    ]


BENCHES = {"gateways": {"run": run, "needs": ("wrk", "pgbench", "nginx")}}
