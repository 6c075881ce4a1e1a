"""Trainings, deployments and endpoints: what a caller does, and how it ends."""

from __future__ import annotations

import threading
import unittest
from typing import List
from unittest import mock

import autodeploy
from autodeploy import Client, Run
from service import OPERATE, complete, control


class Runs(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(key=OPERATE)

    def test_start_waits_until_the_model_is_live(self) -> None:
        run = self.client.start("py-live", endpoint_name="py-live", hyperparameters={"epochs": 3}, reason="a test")
        self.assertEqual((run.status, run.deployment_status), ("training", "none"))
        threading.Timer(0.5, complete, ["py-live"]).start()
        seen: List[Run] = []
        live = run.wait(timeout=60, progress=seen.append)
        self.assertEqual(
            (live.status, live.deployment_status, live.metrics), ("completed", "deployed", {"validation:accuracy": 0.9})
        )
        self.assertIn("went live on py-live", live.sentence)
        self.assertEqual(seen[-1], live)
        self.assertGreater(len(seen), 1)
        deployment = live.deployment
        assert deployment is not None
        self.assertEqual(self.client.deployment(deployment.deployment_id).status, "deployed")
        self.assertEqual(self.client.endpoint_status("py-live").training_job_name, "py-live")
        entries = self.client.history("py-live")
        self.assertEqual([one.id for one in entries], sorted(one.id for one in entries))
        self.assertEqual((entries[0].to_status, entries[0].reason, entries[-1].to_status), ("requested", "a test", "deployed"))
        self.assertEqual({one.training_job_name for one in entries}, {"py-live"})
        followed = self.client.follow("py-live", after=entries[-2].id)
        self.assertEqual(next(followed).id, entries[-1].id)

    def test_a_failed_training_is_an_error_with_its_reason(self) -> None:
        run = self.client.start("py-fails", endpoint_name="py-fails")
        control("training-jobs/py-fails/fail", {"reason": "AlgorithmError: <b>no data</b>"})
        with self.assertRaises(autodeploy.TrainingFailed) as caught:
            run.wait(timeout="1m")
        assert caught.exception.run is not None
        self.assertEqual(caught.exception.run.status, "failed")
        self.assertIn("no data", str(caught.exception))
        self.assertIn("&lt;b&gt;no data", caught.exception.run._repr_html_())
        self.assertNotIn("<b>no data", caught.exception.run._repr_html_())

    def test_a_stopped_training_is_an_error(self) -> None:
        run = self.client.start("py-stops", endpoint_name="py-stops")
        run.stop()
        with self.assertRaises(autodeploy.TrainingFailed):
            run.wait(timeout="1m")

    def test_a_training_without_deployment_is_over_when_it_is_trained(self) -> None:
        run = self.client.start("py-trained", endpoint_name="py-trained", auto_deploy=False)
        complete("py-trained")
        self.assertEqual(run.wait(timeout="1m").deployment_status, "none")
        deployment = self.client.deploy("py-trained", reason="a second thought").wait(timeout="1m")
        self.assertEqual(
            (deployment.status, deployment.reason, deployment.requested_by), ("deployed", "a second thought", "otto")
        )

    def test_lists_take_filters_and_go_over_pages(self) -> None:
        for number in range(3):
            self.client.start(f"py-list-{number}", endpoint_name="py-list", auto_deploy=False)
        runs = self.client.runs(name_contains="py-list", status=["training", "requested"], limit=2)
        self.assertEqual([one.name for one in runs], ["py-list-2", "py-list-1"])
        self.assertEqual(runs.counts["status"]["training"], 3)
        self.assertIn("py-list-2", runs._repr_html_())
        with mock.patch.object(autodeploy, "_page_size", 2):
            self.assertEqual(len(self.client.runs(name_contains="py-list", limit=100)), 3)
        self.assertEqual(self.client.runs(name_contains="py-list", until=runs[1].created_at)[0].name, "py-list-0")
        self.assertEqual(self.client.deployments(endpoint_name="py-list"), [])


if __name__ == "__main__":
    unittest.main()
