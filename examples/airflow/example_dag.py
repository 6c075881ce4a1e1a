"""Trains each night, and continues when the new model is live."""

from __future__ import annotations

import pendulum

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task

from autodeploy_airflow import AutodeployTrainOperator


@dag(schedule="0 3 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), catchup=False)
def sentiment_nightly() -> None:
    """One training a night."""
    train = AutodeployTrainOperator(
        task_id="train",
        endpoint_name="ml-sentiment-endpoint",
        request={"hyperparameters": {"epochs": 3}, "metric_definitions": ["validation:accuracy"], "reason": "nightly {{ ds }}"},
        retries=2,
    )

    @task
    def report(training_job_name: str) -> None:
        print(f"{training_job_name} is live")

    report(train.output)


sentiment_nightly()
