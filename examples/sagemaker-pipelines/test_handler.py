"""The Lambda function against a running service. `npm test -- clients/python` runs this."""

from __future__ import annotations

import os
import sys
import types
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from handler import handler

import autodeploy
from service import control


def trained(name: str) -> str:
    """A training job that SageMaker Pipelines started, and not the service."""
    return str(control("training-jobs/seed", {"count": 1, "namePrefix": name, "status": "completed"})["first"])


class Handler(unittest.TestCase):
    def test_it_deploys_what_a_pipeline_has_trained_and_may_run_twice(self) -> None:
        name = trained("pipelines-live")
        # The 10 minutes of a Lambda step, less the time that is gone.
        context = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
        outputs = handler({"training_job_name": name, "reason": "pipeline"}, context)
        self.assertEqual(outputs["status"], "deployed")
        self.assertEqual(handler({"training_job_name": name}, context), outputs)
        self.assertTrue(all(isinstance(one, str) for one in outputs.values()))

    def test_it_returns_what_is_not_over_when_its_time_is(self) -> None:
        endpoint = autodeploy.Client().endpoint_status().endpoint_name
        autodeploy.Client().hold(endpoint, "a test")
        self.addCleanup(autodeploy.Client().release, endpoint)
        outputs = handler({"training_job_name": trained("pipelines-held"), "wait_seconds": 0.5}, None)
        self.assertEqual(outputs["status"], "queued")

    def test_it_fails_the_step_for_what_cannot_be_deployed(self) -> None:
        with self.assertRaises(autodeploy.ApiError) as caught:
            handler({"training_job_name": "no-such-training"}, None)
        self.assertEqual(caught.exception.status, 404)


if __name__ == "__main__":
    unittest.main()
