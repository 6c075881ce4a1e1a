import { activeDeploymentStatuses } from '../../core/deployment/deployment.ts';
import { deploymentStatuses, finishedDeploymentStatuses, triggers } from '../../core/deployment/deployment.ts';
import type {
  DeploymentShapes,
  DeploymentStatus,
  EndpointChange,
  ProductionVariant,
  WaitKind,
} from '../../core/deployment/deployment.ts';
import { stepOrder } from '../../core/deployment/steps.ts';
import type { PinnedImage } from '../../core/deployment/pin-images.ts';
import type { GateResult } from '../../core/deployment/decide-gate.ts';
import type { Abort, Approval, Revert, Rollout, TurnedDown, Verification } from '../../core/deployment/delivery-state.ts';
import type { DeliveryPolicy } from '../../core/delivery/policy.ts';
import type { FailureKind } from '../../core/failure-kind.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import type { Actor } from '../../core/history.ts';
import { finishedRunStatuses, trainingRunStatuses, type TrainingRequest } from '../../core/training/training-run.ts';
import { quoted } from '../transitions.ts';
import { instant, json, seq, wide } from './columns.ts';
import { boolean, check, index, integer, pgTable, sql, text, uniqueIndex } from './drizzle.ts';

/** One row a training run. The tables and columns are those of SQLite (../sqlite/schema.ts); a test compares them. */
export const trainingRuns = pgTable(
  'training_runs',
  {
    seq: seq(),
    runId: text('run_id').notNull(),
    trainingJobName: text('training_job_name').notNull(),
    trainingJobArn: text('training_job_arn'),
    project: text().notNull(),
    endpointName: text('endpoint_name').notNull(),
    autoDeploy: boolean('auto_deploy').notNull(),
    status: text({ enum: trainingRunStatuses }).notNull(),
    secondaryStatus: text('secondary_status'),
    failureReason: text('failure_reason'),
    modelArtifact: text('model_artifact'),
    metrics: json<Record<string, number>>('metrics'),
    request: json<TrainingRequest>('request'),
    shapes: json<ShapeLayers>('shapes'),
    contentDigest: text('content_digest'),
    servingImage: text('serving_image'),
    idempotencyKey: text('idempotency_key'),
    idempotencyHash: text('idempotency_hash'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    finishedAt: instant('finished_at'),
    finishedBy: text('finished_by').$type<Actor>(),
    startAttemptedAt: instant('start_attempted_at'),
    startAttempts: integer('start_attempts').notNull().default(0),
    startUnresolvedAt: instant('start_unresolved_at'),
    startRefusedSince: instant('start_refused_since'),
    trainingSinceAt: instant('training_since_at'),
    stopRequestedAt: instant('stop_requested_at'),
    abandonedAt: instant('abandoned_at'),
    trainingEndedAt: instant('training_ended_at'),
    failureKind: text('failure_kind').$type<FailureKind>(),
    trainingCreatedAt: instant('training_created_at'),
    overdueSince: instant('overdue_since'),
    foundEnded: boolean('found_ended').notNull().default(false),
    /** Of the newest deployment; kept by triggers (derived.ts). */
    deploymentStatus: text('deployment_status').$type<DeploymentStatus | 'none'>().notNull().default('none'),
    requestedBy: text('requested_by'),
    reason: text(),
    traceParent: text('trace_parent'),
    turnedDown: json<TurnedDown>('turned_down'),
    /** Whether its tag at SageMaker does not say that it is turned down yet. */
    tagsDue: boolean('tags_due').notNull().default(false),
  },
  (table) => [
    uniqueIndex('training_runs_run_id').on(table.runId),
    uniqueIndex('training_runs_training_job_name').on(table.trainingJobName),
    // SageMaker tells training jobs apart without regard to case; the collation keeps the database's language out of it.
    index('training_runs_name_key').on(sql`lower(${table.trainingJobName} collate "C")`),
    uniqueIndex('training_runs_idempotency_key').on(table.idempotencyKey),
    index('training_runs_status').on(table.status, table.seq),
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
export const deployments = pgTable(
  'deployments',
  {
    seq: seq(),
    deploymentId: text('deployment_id').notNull(),
    runSeq: wide('run_seq')
      .notNull()
      .references(() => trainingRuns.seq),
    trainingJobName: text('training_job_name').notNull(),
    endpointName: text('endpoint_name').notNull(),
    /** The endpoint's name in lower case: SageMaker tells endpoints apart without regard to case. */
    endpointKey: text('endpoint_key').notNull(),
    status: text({ enum: deploymentStatuses }).notNull(),
    step: text({ enum: stepOrder }).notNull(),
    forced: boolean().notNull(),
    trigger: text({ enum: triggers }).notNull(),
    attempts: integer().notNull(),
    modelName: text('model_name').notNull(),
    endpointConfigName: text('endpoint_config_name'),
    endpointChange: json<EndpointChange>('endpoint_change'),
    changeRequestedAt: instant('change_requested_at'),
    failureReason: text('failure_reason'),
    supersededBy: text('superseded_by'),
    lastErrorKind: text('last_error_kind'),
    failingSince: instant('failing_since'),
    fencingToken: integer('fencing_token').notNull().default(0),
    trainingCreatedAt: instant('training_created_at').notNull(),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    deadlineAt: instant('deadline_at'),
    finishedAt: instant('finished_at'),
    trainingEndedAt: instant('training_ended_at'),
    detectedAt: instant('detected_at'),
    detectedBy: text('detected_by').$type<Actor>(),
    inServiceAt: instant('in_service_at'),
    failureKind: text('failure_kind').$type<FailureKind>(),
    overdueSince: instant('overdue_since'),
    unsettledSince: instant('unsettled_since'),
    waitsForKind: text('waits_for_kind').$type<WaitKind>(),
    waitsForSince: instant('waits_for_since'),
    waitsForDetail: text('waits_for_detail'),
    /** As on SQLite; every statement that makes a deployment `deployed` sets it (`nextLiveOrder`) under the endpoint's lock. */
    liveOrder: integer('live_order'),
    retryAt: instant('retry_at'),
    observedAt: instant('observed_at'),
    variant: json<ProductionVariant>('variant'),
    shapes: json<DeploymentShapes>('shapes'),
    endpointConfig: json<ShapeObject>('endpoint_config'),
    policy: json<DeliveryPolicy>('policy'),
    gate: json<GateResult>('gate'),
    approval: json<Approval>('approval'),
    rollout: json<Rollout>('rollout'),
    verification: json<Verification>('verification'),
    abort: json<Abort>('abort'),
    revert: json<Revert>('revert'),
    requestedBy: text('requested_by'),
    reason: text(),
    restores: text(),
    overrides: boolean().notNull().default(false),
    images: json<readonly PinnedImage[]>('images'),
    cleanedUpAt: instant('cleaned_up_at'),
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
