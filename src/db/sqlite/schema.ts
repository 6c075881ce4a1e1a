import {
  activeDeploymentStatuses,
  deploymentStatuses,
  finishedDeploymentStatuses,
  triggers,
  type DeploymentShapes,
  type DeploymentStatus,
  type EndpointChange,
  type ProductionVariant,
  type WaitKind,
} from '../../core/deployment/deployment.ts';
import { stepOrder } from '../../core/deployment/steps.ts';
import type { PinnedImage } from '../../core/deployment/pin-images.ts';
import type { GateResult } from '../../core/deployment/decide-gate.ts';
import type { Abort, Approval, Revert, Rollout, TurnedDown, Verification } from '../../core/deployment/delivery-state.ts';
import type { DeliveryPolicy } from '../../core/delivery/policy.ts';
import type { FailureKind } from '../../core/failure-kind.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import { quoted } from '../transitions.ts';
import { check, index, integer, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts';
import type { Actor } from '../../core/history.ts';
import { finishedRunStatuses, trainingRunStatuses, type TrainingRequest } from '../../core/training/training-run.ts';

/** One row a training run. Instants are milliseconds since 1970 UTC. */
export const trainingRuns = sqliteTable(
  'training_runs',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    runId: text('run_id').notNull(),
    trainingJobName: text('training_job_name').notNull(),
    trainingJobArn: text('training_job_arn'),
    project: text().notNull(),
    endpointName: text('endpoint_name').notNull(),
    autoDeploy: integer('auto_deploy', { mode: 'boolean' }).notNull(),
    status: text({ enum: trainingRunStatuses }).notNull(),
    secondaryStatus: text('secondary_status'),
    failureReason: text('failure_reason'),
    modelArtifact: text('model_artifact'),
    metrics: text({ mode: 'json' }).$type<Record<string, number>>(),
    request: text({ mode: 'json' }).$type<TrainingRequest>(),
    shapes: text({ mode: 'json' }).$type<ShapeLayers>(),
    contentDigest: text('content_digest'),
    servingImage: text('serving_image'),
    idempotencyKey: text('idempotency_key'),
    idempotencyHash: text('idempotency_hash'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    finishedAt: integer('finished_at'),
    finishedBy: text('finished_by').$type<Actor>(),
    startAttemptedAt: integer('start_attempted_at'),
    startAttempts: integer('start_attempts').notNull().default(0),
    startUnresolvedAt: integer('start_unresolved_at'),
    startRefusedSince: integer('start_refused_since'),
    trainingSinceAt: integer('training_since_at'),
    stopRequestedAt: integer('stop_requested_at'),
    abandonedAt: integer('abandoned_at'),
    trainingEndedAt: integer('training_ended_at'),
    failureKind: text('failure_kind').$type<FailureKind>(),
    trainingCreatedAt: integer('training_created_at'),
    overdueSince: integer('overdue_since'),
    foundEnded: integer('found_ended', { mode: 'boolean' }).notNull().default(false),
    /** Of the newest deployment; kept by triggers (derived.ts). */
    deploymentStatus: text('deployment_status').$type<DeploymentStatus | 'none'>().notNull().default('none'),
    requestedBy: text('requested_by'),
    reason: text(),
    traceParent: text('trace_parent'),
    turnedDown: text('turned_down', { mode: 'json' }).$type<TurnedDown>(),
    /** Whether its tag at SageMaker does not say that it is turned down yet. */
    tagsDue: integer('tags_due', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    uniqueIndex('training_runs_run_id').on(table.runId),
    uniqueIndex('training_runs_training_job_name').on(table.trainingJobName),
    // SageMaker tells training jobs apart without regard to case.
    index('training_runs_name_key').on(sql`lower(${table.trainingJobName})`),
    uniqueIndex('training_runs_idempotency_key').on(table.idempotencyKey),
    index('training_runs_status').on(table.status, table.seq),
    // Not of all: an index more makes each new run a quarter slower.
    index('training_runs_outcome')
      .on(table.status, table.deploymentStatus, table.seq)
      .where(sql`${table.finishedAt} is not null`),
    index('training_runs_finished')
      .on(table.finishedAt, table.seq)
      .where(sql`${table.finishedAt} is not null`),
    index('training_runs_tags_due')
      .on(table.seq)
      .where(sql`${table.tagsDue}`),
    check('training_runs_status_known', sql`${table.status} in (${quoted(trainingRunStatuses)})`),
    check(
      'training_runs_finished_at',
      sql`(${table.status} in (${quoted(finishedRunStatuses)})) = (${table.finishedAt} is not null)`,
    ),
  ],
);

/** One row an attempt to bring a training run to its endpoint. */
export const deployments = sqliteTable(
  'deployments',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    deploymentId: text('deployment_id').notNull(),
    runSeq: integer('run_seq')
      .notNull()
      .references(() => trainingRuns.seq),
    trainingJobName: text('training_job_name').notNull(),
    endpointName: text('endpoint_name').notNull(),
    /** The endpoint's name in lower case: SageMaker tells endpoints apart without regard to case. */
    endpointKey: text('endpoint_key').notNull(),
    status: text({ enum: deploymentStatuses }).notNull(),
    step: text({ enum: stepOrder }).notNull(),
    forced: integer({ mode: 'boolean' }).notNull(),
    trigger: text({ enum: triggers }).notNull(),
    attempts: integer().notNull(),
    modelName: text('model_name').notNull(),
    endpointConfigName: text('endpoint_config_name'),
    endpointChange: text('endpoint_change', { mode: 'json' }).$type<EndpointChange>(),
    changeRequestedAt: integer('change_requested_at'),
    failureReason: text('failure_reason'),
    supersededBy: text('superseded_by'),
    lastErrorKind: text('last_error_kind'),
    failingSince: integer('failing_since'),
    fencingToken: integer('fencing_token').notNull().default(0),
    trainingCreatedAt: integer('training_created_at').notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    deadlineAt: integer('deadline_at'),
    finishedAt: integer('finished_at'),
    trainingEndedAt: integer('training_ended_at'),
    detectedAt: integer('detected_at'),
    detectedBy: text('detected_by').$type<Actor>(),
    inServiceAt: integer('in_service_at'),
    failureKind: text('failure_kind').$type<FailureKind>(),
    overdueSince: integer('overdue_since'),
    unsettledSince: integer('unsettled_since'),
    waitsForKind: text('waits_for_kind').$type<WaitKind>(),
    waitsForSince: integer('waits_for_since'),
    waitsForDetail: text('waits_for_detail'),
    /**
     * Counts up on each endpoint with what goes live there; null for what never was. The order of going live is read from it and from
     * no clock, so every statement that makes a deployment `deployed` sets it (`nextLiveOrder`).
     */
    liveOrder: integer('live_order'),
    retryAt: integer('retry_at'),
    observedAt: integer('observed_at'),
    variant: text({ mode: 'json' }).$type<ProductionVariant>(),
    shapes: text({ mode: 'json' }).$type<DeploymentShapes>(),
    endpointConfig: text('endpoint_config', { mode: 'json' }).$type<ShapeObject>(),
    policy: text('policy', { mode: 'json' }).$type<DeliveryPolicy>(),
    gate: text('gate', { mode: 'json' }).$type<GateResult>(),
    approval: text('approval', { mode: 'json' }).$type<Approval>(),
    rollout: text('rollout', { mode: 'json' }).$type<Rollout>(),
    verification: text('verification', { mode: 'json' }).$type<Verification>(),
    abort: text('abort', { mode: 'json' }).$type<Abort>(),
    revert: text('revert', { mode: 'json' }).$type<Revert>(),
    requestedBy: text('requested_by'),
    reason: text(),
    restores: text(),
    overrides: integer({ mode: 'boolean' }).notNull().default(false),
    images: text('images', { mode: 'json' }).$type<readonly PinnedImage[]>(),
    cleanedUpAt: integer('cleaned_up_at'),
  },
  (table) => [
    uniqueIndex('deployments_deployment_id').on(table.deploymentId),
    uniqueIndex('deployments_one_in_progress_per_endpoint')
      .on(table.endpointKey)
      .where(sql`${table.status} = 'in_progress'`),
    uniqueIndex('deployments_one_active_per_run')
      .on(table.runSeq)
      .where(sql`${table.status} in (${quoted(activeDeploymentStatuses)})`),
    index('deployments_run').on(table.runSeq, table.seq),
    index('deployments_endpoint').on(table.endpointKey, table.seq),
    index('deployments_endpoint_status').on(table.endpointKey, table.status, table.finishedAt),
    index('deployments_live').on(table.endpointKey, table.liveOrder),
    index('deployments_status').on(table.status, table.seq),
    index('deployments_unsettled')
      .on(table.seq)
      .where(sql`${table.unsettledSince} is not null`),
    index('deployments_not_cleaned_up')
      .on(table.endpointKey, table.seq)
      .where(sql`${table.cleanedUpAt} is null`),
    check('deployments_status_known', sql`${table.status} in (${quoted(deploymentStatuses)})`),
    check('deployments_step_known', sql`${table.step} in (${quoted(stepOrder)})`),
    check('deployments_trigger_known', sql`${table.trigger} in (${quoted(triggers)})`),
    check(
      'deployments_finished_at',
      sql`(${table.status} in (${quoted(finishedDeploymentStatuses)})) = (${table.finishedAt} is not null)`,
    ),
    check('deployments_started_at', sql`${table.status} <> 'in_progress' or ${table.startedAt} is not null`),
  ],
);
