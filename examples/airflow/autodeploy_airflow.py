"""Airflow operators for sagemaker-autodeploy: start a training and wait until its model is live, without holding a worker slot.

Put this file and clients/python/autodeploy.py into the `plugins` folder (or any package) of the scheduler, the workers and the
triggerer. The address and the key come from AUTODEPLOY_URL and AUTODEPLOY_API_KEY or AUTODEPLOY_API_KEY_FILE of those processes: neither
reaches the metadata database, an XCom or a log.

For Airflow 2.6 and newer, and 3.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, AsyncIterator, Dict, Mapping, Optional, Sequence, Tuple

try:
    from airflow.sdk import BaseOperator, BaseSensorOperator
except ImportError:  # Airflow 2
    from airflow.models import BaseOperator
    from airflow.sensors.base import BaseSensorOperator
from airflow.exceptions import AirflowException
from airflow.triggers.base import BaseTrigger, TriggerEvent

import autodeploy

_TRIGGER = f"{__name__}.AutodeployTrigger"


class AutodeployTrigger(BaseTrigger):
    """Waits in the triggerer until a run is over, and reports how.

    The client waits in a thread, since it is not asynchronous. It waits a minute at a time, so that a triggerer that stops is not
    held up for long.
    """

    def __init__(self, training_job_name: str) -> None:
        super().__init__()
        self.training_job_name = training_job_name

    def serialize(self) -> Tuple[str, Dict[str, Any]]:
        """What Airflow keeps of it: the name alone."""
        return (_TRIGGER, {"training_job_name": self.training_job_name})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields one event, `{status, training_job_name, message}`."""
        outcome = None
        while outcome is None:
            outcome = await asyncio.get_running_loop().run_in_executor(None, _wait_a_while, self.training_job_name)
        yield TriggerEvent(outcome)


def _wait_a_while(name: str, seconds: float = 60) -> Optional[Dict[str, str]]:
    """How a run ended; None where it is not over."""
    try:
        run = autodeploy.Client().wait(name, timeout=seconds, progress=False)
    except autodeploy.NotOver:
        return None
    except autodeploy.AutodeployError as error:
        return {"status": "failed", "training_job_name": name, "message": str(error)}
    return {"status": "success", "training_job_name": name, "message": run.sentence}


def _finish(event: Mapping[str, str]) -> str:
    if event["status"] != "success":
        raise AirflowException(event["message"])
    return event["training_job_name"]


class AutodeployTrainOperator(BaseOperator):
    """Starts a training and succeeds when its model is live (with auto_deploy=False: when it is trained). Returns its name.

    request: a body of POST /bootstrap, such as {"hyperparameters": {"epochs": 3}}.
    deferrable: waits in the triggerer, and not in a worker slot.

    A task that Airflow repeats, since its worker died, continues the training that it started: the Idempotency-Key is that of the task
    instance. Only where that training has failed does a retry start the next one.
    """

    template_fields: Sequence[str] = ("request", "endpoint_name")

    def __init__(
        self,
        *,
        request: Optional[Mapping[str, Any]] = None,
        endpoint_name: Optional[str] = None,
        auto_deploy: bool = True,
        deferrable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.request = dict(request or {})
        self.endpoint_name = endpoint_name
        self.auto_deploy = auto_deploy
        self.deferrable = deferrable

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Starts it, and defers."""
        run = self._start(autodeploy.Client(), _instance(context))
        self.log.info("%s", run.sentence)
        if not self.deferrable:
            return run.wait(progress=lambda seen: self.log.info("%s", seen.sentence)).name
        return self.defer(trigger=AutodeployTrigger(run.name), method_name="execute_complete")

    def execute_complete(self, context: Mapping[str, Any], event: Mapping[str, str]) -> str:
        """Continues when the trigger has fired."""
        self.log.info("%s", event["message"])
        return _finish(event)

    def _start(self, client: autodeploy.Client, instance: str) -> autodeploy.Run:
        for attempt in range(1, 101):
            run = client.start(
                request=self.request,
                endpoint_name=self.endpoint_name,
                auto_deploy=self.auto_deploy,
                idempotency_key=f"{instance}.{attempt}",
            )
            if run.status not in ("failed", "stopped", "timed_out"):
                return run
        raise AirflowException("100 trainings of this task have failed")


class AutodeploySensor(BaseSensorOperator):
    """Succeeds when a run is live, whichever client started it; fails when it ended otherwise."""

    template_fields: Sequence[str] = ("training_job_name",)

    def __init__(self, *, training_job_name: str, deferrable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.training_job_name = training_job_name
        self.deferrable = deferrable

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Defers, or pokes as every sensor does."""
        if not self.deferrable:
            return super().execute(context)
        return self.defer(trigger=AutodeployTrigger(self.training_job_name), method_name="execute_complete")

    def poke(self, context: Mapping[str, Any]) -> bool:
        """Whether it is live. Raises when it ended otherwise."""
        outcome = _wait_a_while(self.training_job_name, seconds=0)
        return outcome is not None and bool(_finish(outcome))

    def execute_complete(self, context: Mapping[str, Any], event: Mapping[str, str]) -> str:
        """Continues when the trigger has fired."""
        return _finish(event)


def _instance(context: Mapping[str, Any]) -> str:
    """A name of the task instance, which its retries share: visible ASCII, at most 240 characters."""
    task = context["ti"]
    text = f"airflow:{task.dag_id}:{task.task_id}:{task.run_id}:{task.map_index}"
    return re.sub(r"[^!-~]", "_", text)[-240:]
