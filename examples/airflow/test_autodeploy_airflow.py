"""The operators against a running service. `npm test -- clients/python` runs this.

Airflow itself is not installed here: `_airflow()` has of its classes what the operators use, by Airflow's documentation.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import types
import unittest
from typing import Any, Dict, Mapping
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


class Deferred(Exception):
    """Airflow's TaskDeferred."""

    def __init__(self, trigger: Any, method_name: str) -> None:
        super().__init__(method_name)
        self.trigger, self.method_name = trigger, method_name


class Operator:
    def __init__(self, *, task_id: str, **_: Any) -> None:
        self.task_id = task_id
        self.log = logging.getLogger("airflow.task")

    def defer(self, *, trigger: Any, method_name: str, **_: Any) -> None:
        raise Deferred(trigger, method_name)


class Sensor(Operator):
    def execute(self, context: Mapping[str, Any]) -> Any:
        while not self.poke(context):  # type: ignore[attr-defined]
            pass


class Event:
    def __init__(self, payload: Any) -> None:
        self.payload = payload


def _airflow() -> Dict[str, types.ModuleType]:
    members = {
        "airflow": {},
        "airflow.sdk": {"BaseOperator": Operator, "BaseSensorOperator": Sensor},
        "airflow.exceptions": {"AirflowException": type("AirflowException", (Exception,), {})},
        "airflow.triggers": {},
        "airflow.triggers.base": {"BaseTrigger": object, "TriggerEvent": Event},
    }
    modules = {}
    for name, values in members.items():
        modules[name] = types.ModuleType(name)
        vars(modules[name]).update(values)
    return modules


with mock.patch.dict(sys.modules, _airflow()):
    import autodeploy_airflow
    from autodeploy_airflow import AutodeploySensor, AutodeployTrainOperator

import autodeploy  # noqa: E402
from service import complete, control  # noqa: E402


def context(run_id: str) -> Mapping[str, Any]:
    return {"ti": types.SimpleNamespace(dag_id="nightly", task_id="train", run_id=run_id, map_index=-1)}


def resume(operator: Any, deferred: Deferred, at: Mapping[str, Any]) -> Any:
    """What the triggerer and a worker do: make the trigger of what Airflow kept, and call the method with its event."""
    path, kept = deferred.trigger.serialize()
    assert path == "autodeploy_airflow.AutodeployTrigger"
    trigger = autodeploy_airflow.AutodeployTrigger(**kept)

    async def first() -> Any:
        async for event in trigger.run():
            return event

    return getattr(operator, deferred.method_name)(at, event=asyncio.run(first()).payload)


class Operators(unittest.TestCase):
    def test_the_operator_defers_and_returns_the_name_of_what_is_live(self) -> None:
        operator = AutodeployTrainOperator(task_id="train", request={"training_job_name": "air-live"}, endpoint_name="air-live")
        at = context("scheduled__1")
        with self.assertRaises(Deferred) as deferred:
            operator.execute(at)
        # A worker that died before Airflow kept the deferral: the task runs once more, and starts nothing.
        with self.assertRaises(Deferred) as repeated:
            operator.execute(at)
        self.assertEqual(repeated.exception.trigger.serialize(), deferred.exception.trigger.serialize())
        self.assertNotIn(os.environ["AUTODEPLOY_API_KEY"], repr(deferred.exception.trigger.serialize()))
        threading.Timer(0.3, complete, ["air-live"]).start()
        self.assertEqual(resume(operator, deferred.exception, at), "air-live")
        sensor = AutodeploySensor(task_id="wait", training_job_name="air-live")
        with self.assertRaises(Deferred) as waiting:
            sensor.execute(at)
        self.assertEqual(resume(sensor, waiting.exception, at), "air-live")
        self.assertTrue(sensor.poke(at))

    def test_a_retry_after_a_failed_training_starts_the_next_one(self) -> None:
        operator = AutodeployTrainOperator(task_id="train", endpoint_name="air-retry")
        at = context("manual__ü 2")
        with self.assertRaises(Deferred) as deferred:
            operator.execute(at)
        name = deferred.exception.trigger.training_job_name
        self.assertFalse(AutodeploySensor(task_id="wait", training_job_name=name).poke(at))
        control(f"training-jobs/{name}/fail", {"reason": "no data"})
        with self.assertRaisesRegex(Exception, "no data"):
            resume(operator, deferred.exception, at)
        with self.assertRaisesRegex(Exception, "no data"):
            AutodeploySensor(task_id="wait", training_job_name=name, deferrable=False).execute(at)
        with self.assertRaises(Deferred) as retried:
            operator.execute(at)
        self.assertNotEqual(retried.exception.trigger.training_job_name, name)
        autodeploy.Client().stop(retried.exception.trigger.training_job_name)


if __name__ == "__main__":
    unittest.main()
