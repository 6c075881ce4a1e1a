"""What decides which model an endpoint serves: order, holds, gates, approvals, rollbacks."""

from __future__ import annotations

import unittest

import autodeploy
from autodeploy import Client
from service import APPROVE, OPERATE, complete, control, go_live


class Endpoints(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(key=OPERATE)

    def test_a_held_endpoint_ends_the_wait_in_time_and_the_newest_goes_afterwards(self) -> None:
        go_live(self.client, "py-held-0", "py-held")
        self.assertEqual(self.client.endpoint("py-held").hold("under review").held, self.client.endpoint("py-held").held)
        older = self.client.start("py-held-1", endpoint_name="py-held")
        newer = self.client.start("py-held-2", endpoint_name="py-held")
        for run in (older, newer):
            complete(run.name)
        with self.assertRaises(autodeploy.NotOver) as caught:
            newer.wait(timeout="1500ms")
        self.assertIsInstance(caught.exception, TimeoutError)
        self.client.release("py-held", "reviewed")
        newer.wait(timeout="1m")
        with self.assertRaises(autodeploy.Superseded):
            older.wait(timeout="1m")

    def test_what_fails_its_gate_is_rejected(self) -> None:
        with self.assertRaises(autodeploy.Rejected) as caught:
            go_live(self.client, "py-worse", "py-gated", accuracy=0.1)
        deployment = caught.exception.deployment
        assert deployment is not None and deployment.gate is not None
        self.assertEqual((deployment.gate.verdict, deployment.gate.rules[0].value), ("failed", 0.1))
        with self.assertRaises(autodeploy.ApiError) as refused:
            self.client.deploy("py-worse")
        self.assertEqual((refused.exception.status, refused.exception.code), (409, "rejected"))

    def test_an_approval_is_awaited(self) -> None:
        run = self.client.start("py-approved", endpoint_name="py-approved")
        complete("py-approved")
        with self.assertRaises(autodeploy.NotOver) as caught:
            run.wait(timeout=3)
        waiting = caught.exception.deployment
        assert waiting is not None and waiting.approval is not None
        self.assertEqual((waiting.status, waiting.approval.status), ("awaiting_approval", "pending"))
        with self.assertRaises(autodeploy.ApiError) as refused:
            waiting.approve("mine")
        self.assertEqual(refused.exception.code, "forbidden")
        approver = Client(key=APPROVE)
        self.assertEqual(approver.approve(waiting, "compared").approval.by, "paula")  # type: ignore[union-attr]
        self.assertEqual(run.wait(timeout="1m").deployment_status, "deployed")

    def test_a_failed_update_is_an_error_and_a_rollback_goes_back(self) -> None:
        go_live(self.client, "py-back-1", "py-back")
        control("faults", {"kind": "roll_back_update", "match": {"nameContains": "py-back"}})
        with self.assertRaises(autodeploy.DeploymentFailed) as caught:
            go_live(self.client, "py-back-2", "py-back")
        self.assertEqual(caught.exception.run.deployment_status, "rolled_back")  # type: ignore[union-attr]
        go_live(self.client, "py-back-3", "py-back")
        rollback = self.client.endpoint("py-back").rollback("calls everything positive").wait(timeout="1m")
        self.assertEqual((rollback.training_job_name, rollback.status), ("py-back-1", "deployed"))
        endpoint = self.client.endpoint("py-back")
        self.assertEqual((endpoint.live.training_job_name, endpoint.held.by), ("py-back-1", "otto"))  # type: ignore[union-attr]
        self.assertIn("py-back-1 is live", endpoint._repr_html_())
        self.assertIn("py-back", [one.endpoint_name for one in self.client.endpoints()])


if __name__ == "__main__":
    unittest.main()
