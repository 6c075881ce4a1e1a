import { z } from '@hono/zod-openapi';
import { deploymentStatuses, triggers, waitKinds } from '../../core/deployment/deployment.ts';
import { failureKinds } from '../../core/failure-kind.ts';
import { actors } from '../../core/history.ts';
import { instant } from './instant.ts';

/** Of a run and of a deployment. */
export const failureKind = () =>
  z.enum(failureKinds).nullable().openapi({ description: 'Why it failed, to count and to branch on', example: 'capacity' });

const WaitsForSchema = z.object({ kind: z.enum(waitKinds), since: instant(), detail: z.string().nullable() }).openapi('WaitsFor');

export const DeploymentSchema = z
  .object({
    deployment_id: z.string(),
    training_job_name: z.string(),
    endpoint_name: z.string().openapi({ example: 'ml-sentiment-endpoint' }),
    endpoint_config_name: z.string().nullable(),
    model_name: z.string(),
    status: z.enum(deploymentStatuses),
    trigger: z.enum(triggers).openapi({ description: 'What noticed the completed training or requested the deployment' }),
    attempts: z.int().openapi({ description: 'Which deployment of this training run it is, from 1' }),
    waits_for: WaitsForSchema.nullable().openapi({ description: 'Null while it proceeds, and when it is over' }),
    failure_reason: z.string().nullable(),
    failure_kind: failureKind(),
    created_at: instant(),
    started_at: instant().nullable(),
    finished_at: instant().nullable(),
    training_ended_at: instant().nullable().openapi({ description: 'As SageMaker reports it' }),
    detected_at: instant().nullable().openapi({ description: 'When the completion of the training was recorded' }),
    detected_by: z.enum(actors).nullable().openapi({ description: 'What observed the completion first' }),
    deploy_requested_at: instant().nullable().openapi({ description: 'When a change of the endpoint was last requested' }),
    in_service_at: instant()
      .nullable()
      .openapi({ description: 'When the endpoint went into service with it, as SageMaker reports it' }),
  })
  .openapi('Deployment');

export const DeploymentPageSchema = z
  .object({ items: z.array(DeploymentSchema), next_cursor: z.string().nullable() })
  .openapi('DeploymentPage');

export type DeploymentBody = z.infer<typeof DeploymentSchema>;
