import { Counter, Gauge, type Registry } from 'prom-client';
import { actors, type Actor } from '../core/history.ts';
import type { FinishedCounts } from '../ports/store.ts';

/** What stands for the endpoints beyond those that have series of their own; no endpoint has such a name. */
const otherEndpoints = '(other)';

export interface Outcomes {
  finished: FinishedCounts;
  detections: readonly { detectedBy: Actor; count: number }[];
  liveSince: readonly { endpointKey: string; since: number }[];
}

/** What has ended, and how. Every series is there before its first end, since a rate needs the value from before. */
export function showOutcomes({ finished, detections, liveSince }: Outcomes, registry: Registry): void {
  const registers = [registry];
  const trainings = new Counter({
    name: 'autodeploy_trainings_finished_total',
    help: 'Training runs that ended, by how; one that timed out and was found to have ended later counts twice',
    labelNames: ['status'],
    registers,
  });
  for (const [status, count] of Object.entries(finished.trainings)) trainings.inc({ status }, count);

  const deployments = new Counter({
    name: 'autodeploy_deployments_finished_total',
    help: 'Deployments that ended, by how and by endpoint; one that failed and went live later counts twice',
    labelNames: ['status', 'endpoint_name'],
    registers,
  });
  for (const { endpointKey, status, count } of finished.deployments)
    deployments.inc({ status, endpoint_name: endpointKey ?? otherEndpoints }, count);

  const detected = new Counter({
    name: 'autodeploy_trainings_detected_total',
    help: 'Completed trainings by who saw the completion first: with the event path in use, polls and reconcilers should see few',
    labelNames: ['detected_by'],
    registers,
  });
  for (const detectedBy of actors) detected.inc({ detected_by: detectedBy }, 0);
  for (const { detectedBy, count } of detections) detected.inc({ detected_by: detectedBy }, count);

  const live = new Gauge({
    name: 'autodeploy_live_since_timestamp_seconds',
    help: 'When the model that is live on the endpoint went into service',
    labelNames: ['endpoint_name'],
    registers,
  });
  for (const { endpointKey, since } of liveSince) live.set({ endpoint_name: endpointKey }, since / 1000);
}
