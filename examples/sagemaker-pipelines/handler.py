"""The Lambda function of a Lambda step: deploys what the training step before it has trained.

The zip holds this file and clients/python/autodeploy.py. The function needs AUTODEPLOY_URL, and AUTODEPLOY_API_KEY or
AUTODEPLOY_API_KEY_SECRET (the ARN of a Secrets Manager secret with the key alone) of a key with the role `operate`.

Input: {"training_job_name": …, "wait_seconds": …}. What it returns are the outputs of the step.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, Dict, Mapping, Optional

import autodeploy


def handler(event: Mapping[str, Any], context: Any) -> Dict[str, str]:
    """Requests the deployment and waits until it is over, or as long as the step allows. Raises where it did not go live.

    It may run twice, as Lambda functions may: the deployment is requested once, and the second call returns it.
    """
    client = autodeploy.Client(key=_key(os.environ.get("AUTODEPLOY_API_KEY_SECRET")), retry_seconds=30)
    deployment = client.deploy(event["training_job_name"], reason=event.get("reason"))
    left = float(event.get("wait_seconds", 540))
    if context is not None:
        left = min(left, context.get_remaining_time_in_millis() / 1000 - 20)
    try:
        deployment = deployment.wait(timeout=max(0.0, left), progress=False)
    except autodeploy.NotOver as error:
        # A rollout, or a person who has to approve it, takes longer than a Lambda step may.
        deployment = error.deployment or deployment
    return {
        "deployment_id": deployment.deployment_id,
        "endpoint_name": deployment.endpoint_name,
        "status": deployment.status,
    }


@lru_cache(maxsize=1)
def _key(secret: Optional[str]) -> Optional[str]:
    """The key of the secret; None where the environment has the key itself."""
    if not secret:
        return None
    import boto3

    return str(boto3.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
