"""A pipeline of two steps: a training, and a Lambda step that deploys it by sagemaker-autodeploy.

Run `python pipeline.py` with AWS credentials to create or update it. For the SageMaker Python SDK 2.
"""

from __future__ import annotations

import os

from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TrainingStep

session = PipelineSession()
estimator = Estimator(
    image_uri=os.environ["TRAINING_IMAGE"],
    role=os.environ["EXECUTION_ROLE_ARN"],
    instance_type="ml.m5.xlarge",
    instance_count=1,
    output_path=os.environ["MODEL_OUTPUT_S3_URI"],
    metric_definitions=[{"Name": "validation:accuracy", "Regex": "validation:accuracy=([0-9.]+)"}],
    sagemaker_session=session,
)
train = TrainingStep(
    name="Train",
    step_args=estimator.fit({"train": TrainingInput(os.environ["TRAINING_INPUT_S3_URI"])}),
)
deploy = LambdaStep(
    name="Deploy",
    lambda_func=Lambda(function_arn=os.environ["DEPLOY_FUNCTION_ARN"]),
    inputs={"training_job_name": train.properties.TrainingJobName, "reason": "pipeline ml-sentiment"},
    outputs=[LambdaOutput(name, LambdaOutputTypeEnum.String) for name in ("deployment_id", "endpoint_name", "status")],
)
pipeline = Pipeline(name="ml-sentiment", steps=[train, deploy], sagemaker_session=session)

if __name__ == "__main__":
    pipeline.upsert(role_arn=os.environ["PIPELINE_ROLE_ARN"])
