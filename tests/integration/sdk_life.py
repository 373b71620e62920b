"""The life of a payment, lived by the SDK for Python with only its address changed.

Run by sdk_python.test.js, which gives STRIPE_LITE_URL and STRIPE_LITE_KEY.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import unittest
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import stripe

stripe.api_base = os.environ["STRIPE_LITE_URL"]
stripe.api_key = os.environ["STRIPE_LITE_KEY"]
BACK = "https://example.com/back"

DECLINES = [
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
]


def pay(amount, name="pm_card_visa", **more):
    return stripe.PaymentIntent.create(amount=amount, currency="usd", payment_method=name, confirm=True, return_url=BACK, **more)


def authenticate(intent, outcome):
    """Opens the page the intent sends the customer to and submits its form."""
    page = urllib.parse.urlsplit(intent.next_action.redirect_to_url.url)
    door = urllib.parse.urlsplit(stripe.api_base)
    address = urllib.parse.urlunsplit(("http", door.netloc, page.path, page.query, ""))
    html = urllib.request.urlopen(address).read().decode()
    form = re.search(r"<form\b([^>]*)>(.*?)</form>", html, re.S | re.I)
    action = re.search(r'action="([^"]*)"', form.group(1))
    fields = {"outcome": outcome}
    for hidden in re.findall(r'<input\b[^>]*type="hidden"[^>]*>', form.group(2), re.I):
        fields[re.search(r'name="([^"]*)"', hidden).group(1)] = re.search(r'value="([^"]*)"', hidden).group(1)
    target = urllib.parse.urljoin(address, action.group(1).replace("&amp;", "&")) if action else address
    target = urllib.parse.urlsplit(target)._replace(netloc=door.netloc).geturl()
    opener = urllib.request.build_opener(StayHere)
    try:
        opener.open(target, urllib.parse.urlencode(fields).encode())
    except urllib.error.HTTPError as answer:
        if answer.code not in (302, 303):
            raise


class StayHere(urllib.request.HTTPRedirectHandler):
    """The return address is not ours to visit."""

    def redirect_request(self, *_):
        return None


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.customer = stripe.Customer.create(name="Ada Lovelace", email="ada.py@example.com", metadata={"plan": "gold"})
        cls.method = stripe.PaymentMethod.attach("pm_card_visa", customer=cls.customer.id)

    def test_attaches_a_card(self):
        self.assertEqual(self.method.customer, self.customer.id)
        self.assertEqual(self.method.card.last4, "4242")

    def test_confirms_an_intent(self):
        intent = stripe.PaymentIntent.create(amount=1999, currency="usd", customer=self.customer.id)
        self.assertEqual(intent.status, "requires_payment_method")
        done = stripe.PaymentIntent.confirm(intent.id, payment_method=self.method.id, return_url=BACK)
        self.assertEqual(done.status, "succeeded")
        self.assertTrue(stripe.Charge.retrieve(done.latest_charge).paid)

    def test_is_declined_with_code_and_decline_code(self):
        for name, code, decline_code in DECLINES:
            with self.subTest(name), self.assertRaises(stripe.error.CardError) as caught:
                pay(500, name)
            error = caught.exception
            self.assertEqual((error.http_status, error.code), (402, code))
            if decline_code:
                self.assertEqual(error.json_body["error"]["decline_code"], decline_code)
            self.assertEqual(stripe.Charge.retrieve(error.json_body["error"]["charge"]).status, "failed")

    def test_attaches_the_card_that_declines_when_charged(self):
        other = stripe.Customer.create(name="Later")
        method = stripe.PaymentMethod.attach("pm_card_chargeCustomerFail", customer=other.id)
        with self.assertRaises(stripe.error.CardError) as caught:
            pay(500, method.id, customer=other.id)
        self.assertEqual(caught.exception.code, "card_declined")

    def test_passes_and_fails_three_d_secure(self):
        for outcome, status in (("complete", "succeeded"), ("fail", "requires_payment_method")):
            with self.subTest(outcome):
                intent = pay(3200, "pm_card_threeDSecure2Required")
                self.assertEqual(intent.status, "requires_action")
                authenticate(intent, outcome)
                self.assertEqual(stripe.PaymentIntent.retrieve(intent.id).status, status)

    def test_captures_in_part(self):
        intent = pay(1000, capture_method="manual")
        self.assertEqual((intent.status, intent.amount_capturable), ("requires_capture", 1000))
        done = stripe.PaymentIntent.capture(intent.id, amount_to_capture=600)
        self.assertEqual((done.status, done.amount_received), ("succeeded", 600))

    def test_refunds_in_parts_and_not_one_cent_more(self):
        intent = pay(1000)
        self.assertEqual(stripe.Refund.create(payment_intent=intent.id, amount=400).status, "succeeded")
        with self.assertRaises(stripe.error.InvalidRequestError):
            stripe.Refund.create(payment_intent=intent.id, amount=601)
        self.assertEqual(stripe.Refund.create(charge=intent.latest_charge).amount, 600)
        with self.assertRaises(stripe.error.InvalidRequestError) as caught:
            stripe.Refund.create(charge=intent.latest_charge, amount=1)
        self.assertEqual(caught.exception.code, "charge_already_refunded")
        self.assertTrue(stripe.Charge.retrieve(intent.latest_charge).refunded)

    def test_walks_250_customers(self):
        with ThreadPoolExecutor(8) as pool:
            made = set(pool.map(lambda i: stripe.Customer.create(email="page.py@example.com", description=str(i)).id, range(250)))
        walked = [one.id for one in stripe.Customer.list(email="page.py@example.com", limit=100).auto_paging_iter()]
        self.assertEqual(len(walked), 250)
        self.assertEqual(set(walked), made)

    def test_expands(self):
        intent = pay(2500, customer=self.customer.id, expand=["customer", "latest_charge.balance_transaction"])
        self.assertEqual(intent.customer.id, self.customer.id)
        self.assertEqual(intent.latest_charge.balance_transaction.amount, 2500)
        listed = stripe.PaymentIntent.list(customer=self.customer.id, limit=1, expand=["data.customer"])
        self.assertEqual(listed.data[0].customer.object, "customer")

    def test_searches(self):
        found = stripe.Customer.search(query="email:'ada.py@example.com' AND metadata['plan']:'gold'")
        self.assertEqual([one.id for one in found.data], [self.customer.id])

    def test_replays_an_idempotent_request(self):
        first = stripe.Customer.create(name="Once", idempotency_key="python-replay")
        second = stripe.Customer.create(name="Once", idempotency_key="python-replay")
        self.assertEqual(first.id, second.id)
        self.assertEqual(second.last_response.headers["Idempotent-Replayed"], "true")
        with self.assertRaises(stripe.error.IdempotencyError):
            stripe.Customer.create(name="Twice", idempotency_key="python-replay")

    def test_fifty_at_once_with_one_key_make_one_charge(self):
        buyer = stripe.Customer.create(name="Impatient")

        def attempt(_):
            try:
                return pay(4200, customer=buyer.id, idempotency_key="python-fifty").id
            except stripe.error.StripeError as error:
                return (error.http_status, error.error.code)

        with ThreadPoolExecutor(50) as pool:
            results = set(pool.map(attempt, range(50)))
        results.discard((409, "idempotency_key_in_use"))
        self.assertEqual(len(results), 1, results)
        self.assertRegex(results.pop(), "^pi_")
        self.assertEqual(len(stripe.Charge.list(customer=buyer.id).data), 1)

    def test_deletes_a_customer(self):
        gone = stripe.Customer.delete(stripe.Customer.create(name="Gone").id)
        self.assertTrue(gone.deleted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
