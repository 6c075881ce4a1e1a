"""What the network, a proxy or a caller does wrong, and where keys must not be."""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
import threading
import time
import traceback
import types
import unittest
from http.server import BaseHTTPRequestHandler
from typing import Any, List, Optional
from unittest import mock

import autodeploy
from autodeploy import Client, Run
from service import OPERATE, TLS, URL, between, complete, go_live, respond, serving


class Faults(unittest.TestCase):
    def test_a_lost_response_starts_one_training(self) -> None:
        lost: List[str] = []

        def hook(handler: BaseHTTPRequestHandler) -> Optional[str]:
            if handler.command != "POST" or len(lost) == 2:
                return None
            lost.append(handler.headers["Idempotency-Key"])
            return "lose"

        with between(hook) as url:
            run = Client(url, OPERATE).start("py-lost", endpoint_name="py-lost", auto_deploy=False)
        self.assertEqual(run.name, "py-lost")
        self.assertEqual(len(lost), 2)
        self.assertEqual(lost[0], lost[1])

    def test_without_a_response_the_error_has_the_key_for_a_repetition(self) -> None:
        with between(lambda handler: "lose") as url:
            with self.assertRaises(autodeploy.Unreachable) as caught:
                Client(url, OPERATE, retry_seconds=0).start("py-unsure", endpoint_name="py-lost", auto_deploy=False)
        self.assertIn("it may have arrived", str(caught.exception))
        key = caught.exception.idempotency_key
        client = Client(key=OPERATE)
        run = client.start("py-unsure", endpoint_name="py-lost", auto_deploy=False, idempotency_key=key)
        self.assertEqual(run.name, "py-unsure")
        with self.assertRaises(autodeploy.ApiError) as refused:
            client.start("py-unsure", endpoint_name="py-lost", auto_deploy=False)
        self.assertEqual(refused.exception.code, "training_job_exists")

    def test_a_rollback_that_counted_does_not_go_back_further_when_it_is_repeated(self) -> None:
        client = Client(key=OPERATE)
        for number in range(3):
            go_live(client, f"py-twice-{number}", "py-twice")
        keys: List[str] = []

        def hook(handler: BaseHTTPRequestHandler) -> Optional[str]:
            keys.append(handler.headers["Idempotency-Key"])
            if len(keys) > 1:
                # Over by the time that it arrives once more, it would not be found in progress.
                client.deployments(endpoint_name="py-twice", limit=1)[0].wait(timeout="1m")
            return ("503", "lose", None)[len(keys) - 1]

        with between(hook) as url:
            deployment = Client(url, OPERATE).rollback("py-twice", "worse")
        self.assertEqual((deployment.training_job_name, deployment.trigger), ("py-twice-1", "rollback"))
        self.assertEqual((len(keys), len(set(keys))), (3, 1))
        rollbacks = [one for one in client.deployments(endpoint_name="py-twice") if one.trigger == "rollback"]
        self.assertEqual(len(rollbacks), 1)

    def test_an_address_that_cannot_be_is_refused_before_any_request(self) -> None:
        for url in ("http://host:99999", "http://host:port", "http://[bad", "http://host/a b", "ftp://host", "http://host/?a=b"):
            with self.assertRaisesRegex(autodeploy.SettingsError, "AUTODEPLOY_URL must be an address"):
                Client(url)

    def test_a_service_without_the_feed_is_polled(self) -> None:
        requested: List[str] = []

        def hook(handler: BaseHTTPRequestHandler) -> Optional[str]:
            requested.append(handler.path)
            return "404" if handler.path.startswith("/history") else None

        with between(hook) as url, mock.patch.object(autodeploy, "_poll_seconds", 0.2):
            client = Client(url, OPERATE)
            run = client.start("py-polled", endpoint_name="py-polled")
            threading.Timer(0.5, complete, ["py-polled"]).start()
            self.assertEqual(run.wait(timeout="1m").deployment_status, "deployed")
            self.assertEqual(client.history("py-polled")[0].training_job_name, "py-polled")
        self.assertLessEqual(len([path for path in requested if "wait=" in path]), 1)

    def test_503_is_repeated_when_the_service_says_so_and_not_for_ever(self) -> None:
        at: List[float] = []

        def busy(handler: BaseHTTPRequestHandler) -> None:
            at.append(time.monotonic())
            if len(at) == 1:
                return respond(handler, 503, b'{"code": "database_unavailable", "detail": "no writes"}', Retry_After="1")
            return respond(handler, 200, b'{"version": "1"}')

        with serving(busy) as url:
            self.assertEqual(Client(url).status(), {"version": "1"})
            self.assertGreaterEqual(at[1] - at[0], 1)
            at.clear()
            with self.assertRaises(autodeploy.ApiError) as caught:
                Client(url, retry_seconds=0.5).status()
        self.assertEqual((caught.exception.code, len(at)), ("database_unavailable", 1))

    def test_no_redirect_is_followed_and_no_key_leaves(self) -> None:
        received: List[Any] = []

        def receive(handler: BaseHTTPRequestHandler) -> None:
            received.append(handler.headers)
            respond(handler, 200)

        with serving(receive) as elsewhere:
            with serving(lambda handler: respond(handler, 307, Location=f"{elsewhere}/status")) as url:
                with self.assertRaisesRegex(autodeploy.ApiError, f"redirects to {elsewhere}"):
                    Client(url, "the-secret-key").status()
        self.assertEqual(received, [])

    def test_what_is_no_json_is_reported_as_such(self) -> None:
        for status, error in ((200, autodeploy.Unreachable), (404, autodeploy.ApiError)):
            with serving(lambda handler, code=status: respond(handler, code, b"<html>")) as url:  # type: ignore[misc]
                with self.assertRaisesRegex(error, "AUTODEPLOY_URL"):
                    Client(url).status()

    def test_certificates_are_verified(self) -> None:
        bundle = os.path.join(TLS, "redis.pem")
        with serving(lambda handler: respond(handler, 200), tls=True) as url:
            with self.assertRaisesRegex(autodeploy.Unreachable, "certificate is not trusted"):
                Client(url).status()
            for settings in ({"REQUESTS_CA_BUNDLE": bundle}, {"SSL_CERT_FILE": bundle}):
                with mock.patch.dict(os.environ, settings):
                    self.assertEqual(Client(url).status(), {})
            self.assertEqual(Client(url, ca_file=bundle).status(), {})
            with self.assertRaisesRegex(autodeploy.Unreachable, "certificate is not trusted"):
                Client(url.replace("localhost", "127.0.0.1"), ca_file=bundle).status()
        with self.assertRaisesRegex(autodeploy.SettingsError, "cannot be read"):
            Client("https://localhost", ca_file="/nowhere.pem")

    def test_a_proxy_is_not_used_for_loopback(self) -> None:
        with mock.patch.dict(os.environ, {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}):
            self.assertIn("version", Client(key=OPERATE).status())


class Keys(unittest.TestCase):
    def test_no_repr_error_traceback_copy_or_pickle_has_the_key(self) -> None:
        secret = "the-secret-key-of-this-test"
        client = Client("http://127.0.0.1:9", secret, retry_seconds=0)
        self.assertEqual(repr(client), "Client('http://127.0.0.1:9')")
        with self.assertRaises(autodeploy.Unreachable) as caught:
            client.status()
        report = traceback.TracebackException.from_exception(caught.exception, capture_locals=True)
        self.assertNotIn(secret, "".join(report.format()))
        for act in (pickle.dumps, copy.deepcopy):
            with self.assertRaises(TypeError):
                act(client)
        with self.assertRaises(autodeploy.ApiError) as refused:
            Client(URL, secret).start()
        self.assertEqual(refused.exception.code, "unauthorized")
        self.assertNotIn(secret, repr(refused.exception) + str(vars(refused.exception)))
        run = Client(key=OPERATE).start("py-kept", endpoint_name="py-kept", auto_deploy=False)
        kept = pickle.loads(pickle.dumps(run))
        self.assertEqual(kept, run)
        self.assertNotIn(OPERATE.encode(), pickle.dumps(run))
        self.assertNotIn(OPERATE, repr(dataclasses.asdict(run)) + repr(run))
        with self.assertRaises(autodeploy.SettingsError):
            kept.refresh()

    def test_a_key_that_cannot_be_sent_is_refused_without_it(self) -> None:
        for key in ("two words-secret", "secret\nX-Other: 1", "secret-ü"):
            with self.assertRaises(autodeploy.SettingsError) as caught:
                Client("http://127.0.0.1:9", key)
            self.assertNotIn("secret", str(caught.exception))
        with self.assertRaises(autodeploy.SettingsError) as caught:
            Client("https://user:secret@ml.example.com")
        self.assertNotIn("secret", str(caught.exception))
        for url in ("ftp://ml.example.com", "ml.example.com", "https://ml.example.com/?a=b"):
            with self.assertRaises(autodeploy.SettingsError):
                Client(url)

    def test_the_key_comes_from_a_file(self) -> None:
        path = os.path.join(os.environ["TEST_FOLDER"], "key")
        with open(path, "w") as file:
            file.write(f"{OPERATE}\n")
        with mock.patch.dict(os.environ, {"AUTODEPLOY_API_KEY_FILE": path, "AUTODEPLOY_API_KEY": ""}):
            self.assertIn("version", Client().status())
        with mock.patch.dict(os.environ, {"AUTODEPLOY_API_KEY_FILE": "/nowhere", "AUTODEPLOY_API_KEY": ""}):
            with self.assertRaisesRegex(autodeploy.SettingsError, "/nowhere cannot be read"):
                Client()


class Requests(unittest.TestCase):
    def test_an_invalid_request_names_its_fields(self) -> None:
        client = Client(key=OPERATE)
        with self.assertRaises(autodeploy.ApiError) as caught:
            client.start(instance_count=0, request={"epochs": 3})
        self.assertEqual({one["field"] for one in caught.exception.errors}, {"instance_count", "epochs"})
        self.assertEqual((caught.exception.status, caught.exception.code), (422, "invalid_request"))
        self.assertIsNotNone(caught.exception.request_id)
        for act in (client.run, client.endpoint, client.deployment):
            with self.assertRaises(autodeploy.ApiError) as unknown:
                act("no/such?one#here")
            self.assertEqual(unknown.exception.status, 404)

    def test_scalars_of_numpy_are_numbers_and_nan_is_refused(self) -> None:
        scalar = types.SimpleNamespace(item=lambda: 0.5, ndim=0)
        self.assertEqual(autodeploy._to_json({"rate": scalar}), b'{"rate": 0.5}')
        for value in (float("nan"), object()):
            with self.assertRaises(autodeploy.SettingsError):
                Client(key=OPERATE).start(hyperparameters={"rate": value})

    def test_durations_are_seconds_or_text(self) -> None:
        self.assertEqual([autodeploy._seconds(one) for one in (5, 0.5, "90s", "10m", "2h", "7")], [5, 0.5, 90, 600, 7200, 7])
        for text in ("", "soon", "-1s", "1w"):
            with self.assertRaises(autodeploy.SettingsError):
                autodeploy._seconds(text)

    def test_members_of_a_later_version_are_kept(self) -> None:
        run = autodeploy._make(Run, {"training_job_name": "later", "mood": "good", "status": "pondering"})
        self.assertEqual((run.raw["mood"], run.is_over, "later" in run.sentence), ("good", False, True))


if __name__ == "__main__":
    unittest.main()
