import { z } from '@hono/zod-openapi';
import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import { DeploymentSchema, failureKind } from './deployment.ts';
import { historyFields } from './history.ts';
import { instant } from './instant.ts';

export const runDeploymentStatuses = ['none', ...deploymentStatuses] as const;

export const TrainingRunSchema = z
  .object({
    training_job_name: z.string().openapi({ example: 'ml-sentiment-training-20261124-150253-k3f9zq' }),
    training_job_arn: z.string().nullable(),
    project: z.string().openapi({ example: 'ml-sentiment' }),
    endpoint_name: z.string().openapi({ example: 'ml-sentiment-endpoint' }),
    auto_deploy: z.boolean(),
    status: z.enum(trainingRunStatuses),
    secondary_status: z.string().nullable().openapi({ description: "SageMaker's phase", example: 'Training' }),
    deployment_status: z.enum(runDeploymentStatuses).openapi({ description: 'Of the newest deployment' }),
    failure_reason: z.string().nullable(),
    failure_kind: failureKind(),
    model_artifact: z.string().nullable().openapi({ example: 's3://bucket/models/job/output/model.tar.gz' }),
    metrics: z
      .record(z.string(), z.number())
      .nullable()
      .openapi({ example: { 'validation:accuracy': 0.93 } }),
    created_at: instant(),
    training_created_at: instant()
      .nullable()
      .openapi({ description: "SageMaker's CreationTime, by which trainings are ordered; null until it is known" }),
    updated_at: instant(),
    finished_at: instant().nullable(),
    links: z.object({
      self: z.string(),
      deploy: z.string(),
      stop: z.string(),
      endpoint_status: z.string(),
      deployments: z.string(),
      queue: z.string(),
    }),
  })
  .openapi('TrainingRun');

const shownShape = () => z.record(z.string(), z.unknown());

export const TrainingRunDetailsSchema = z
  .object({
    ...TrainingRunSchema.shape,
    request: z
      .object({ create_training_job: shownShape(), create_model: shownShape(), create_endpoint_config: shownShape() })
      .nullable()
      .openapi({
        description:
          'What is requested of SageMaker, in its own shapes. Of environment variables and hyperparameters the names are shown; model data, names and what a live endpoint has come with the deployment. Null of a training that the service did not start, until it has ended',
      }),
    deployments: z.array(DeploymentSchema).openapi({ description: 'The newest 50, newest first' }),
    earlier_deployments: z.string().nullable().openapi({ description: 'Where the earlier ones are; null when all are here' }),
    ...historyFields,
  })
  .openapi('TrainingRunDetails');

export const TrainingRunPageSchema = z
  .object({
    items: z.array(TrainingRunSchema),
    next_cursor: z.string().nullable(),
    counts: z
      .object({
        status: z.record(z.enum(trainingRunStatuses), z.int()),
        deployment_status: z.record(z.enum(runDeploymentStatuses), z.int()),
      })
      .openapi({ description: 'How many there are of each, under the other filters' }),
  })
  .openapi('TrainingRunPage');

export type TrainingRunBody = z.infer<typeof TrainingRunSchema>;
export type TrainingRunDetailsBody = z.infer<typeof TrainingRunDetailsSchema>;
