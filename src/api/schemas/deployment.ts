import { z } from '@hono/zod-openapi';
import { deploymentStatuses, triggers, waitKinds } from '../../core/deployment/deployment.ts';
import { stepOrder } from '../../core/deployment/steps.ts';
import { failureKinds } from '../../core/failure-kind.ts';
import { actors } from '../../core/history.ts';
import { ApprovalSchema, GateSchema, RolloutSchema, VerificationSchema } from './delivery.ts';
import { historyFields } from './history.ts';
import { instant } from './instant.ts';
import { orNull } from './or-null.ts';

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
    step: z.enum(stepOrder).openapi({ description: 'How far it has come' }),
    trigger: z.enum(triggers).openapi({ description: 'What noticed the completed training or requested the deployment' }),
    forced: z.boolean().openapi({ description: 'It passes over the order of trainings, and over a hold' }),
    overrides: z.boolean().openapi({ description: 'A person lets it pass over gate and approval' }),
    attempts: z.int().openapi({ description: 'Which deployment of this training run it is, from 1' }),
    requested_by: z.string().nullable().openapi({ description: 'The name of the key with which it was requested' }),
    reason: z.string().nullable().openapi({ description: 'Why, in the words of the caller' }),
    restores: z.string().nullable().openapi({ description: 'Of a rollback: the deployment that it goes back to' }),
    waits_for: orNull(WaitsForSchema, 'Null while it proceeds, and when it is over'),
    failure_reason: z.string().nullable(),
    failure_kind: failureKind(),
    superseded_by: z.string().nullable().openapi({ description: 'The training job that is live in its place' }),
    gate: orNull(GateSchema, 'Null where its policy has no gate, and before it was judged'),
    approval: orNull(ApprovalSchema, 'Null where it needs none'),
    rollout: orNull(RolloutSchema, 'Null where its policy has no rollout, and before that begins'),
    verification: orNull(VerificationSchema, 'Null where its policy verifies nothing'),
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
    links: z.object({
      self: z.string(),
      training_job: z.string(),
      endpoint: z.string(),
      approve: z.string(),
      reject: z.string(),
      abort: z.string(),
    }),
  })
  .openapi('Deployment');

export const DeploymentDetailsSchema = z.object({ ...DeploymentSchema.shape, ...historyFields }).openapi('DeploymentDetails');

export const DeploymentPageSchema = z
  .object({
    items: z.array(DeploymentSchema),
    next_cursor: z.string().nullable(),
    counts: z
      .object({ status: z.record(z.enum(deploymentStatuses), z.int()) })
      .openapi({ description: 'How many there are of each, under the other filters' }),
  })
  .openapi('DeploymentPage');

export type DeploymentBody = z.infer<typeof DeploymentSchema>;
export type DeploymentDetailsBody = z.infer<typeof DeploymentDetailsSchema>;
