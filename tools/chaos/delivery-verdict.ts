import { notifyEvents } from '../../src/core/delivery/policy.ts';
import type { CrashSystem } from './system.ts';
import type { ExpectedOutcome, ExpectedTag } from './expected-outcome.ts';
import type { RunDetails } from './service-client.ts';
import type { Received } from './webhook-receiver.ts';

export interface DeliveryFindings {
  lost: string[];
  doubled: string[];
}

/** Compares what safe delivery leaves behind with the service's records: notifications, decisions, guard alarms and tags. */
export async function deliveryFindings(
  system: CrashSystem,
  { expects, isNotified = false, tags = [], cleanedUp = { gone: [], kept: [] } }: ExpectedOutcome,
): Promise<DeliveryFindings> {
  const found: DeliveryFindings = { lost: [], doubled: [] };
  for (const { name, removed = false } of expects) {
    const run = removed ? null : await system.client.run(name);
    if (run === null) continue;
    if (isNotified) findNotifications(found, run, system.receiver.about(name));
    findRepeatedEnds(found, run);
    const ids = run.deployments.map(({ deployment_id: id }) => id);
    const left = (await system.simulator.alarms()).filter((alarm) => ids.some((id) => alarm.name.includes(id)));
    for (const alarm of left) found.lost.push(`the guard alarm ${alarm.name} of ${name} was left behind`);
  }
  for (const tag of tags) {
    const value = (await system.simulator.tagsOf(tag.resource)).get(tag.key) ?? null;
    if (!isAsExpected(value, tag)) found.lost.push(`tag ${tag.key} of ${tag.resource} is ${value} in place of ${tag.value}`);
  }
  for (const name of [...cleanedUp.gone, ...cleanedUp.kept]) {
    const { models, endpointConfigs } = await system.simulator.resourcesOf(name);
    const isKept = cleanedUp.kept.includes(name);
    for (const [what, there] of Object.entries({ models, endpointConfigs }))
      if (there.length > 0 !== isKept) found.lost.push(`${what} of ${name}: ${isKept ? 'deleted' : there.join(', ')}`);
  }
  return found;
}

const isAsExpected = (value: string | null, { value: expected }: ExpectedTag): boolean =>
  expected instanceof RegExp ? value !== null && expected.test(value) : value === expected;

/** Each event arrives under one id at least once, and nothing arrives that did not happen. */
function findNotifications(found: DeliveryFindings, { history, deployments }: RunDetails, received: readonly Received[]): void {
  for (const { deployment_id: id } of deployments) {
    const reached = history.filter((entry) => entry.deployment_id === id && entry.from !== entry.to).map(({ to }) => to);
    for (const event of notifyEvents) {
      const status = event === 'approval_required' ? 'awaiting_approval' : event;
      const wanted = reached.filter((one) => one === status).length;
      const ids = new Set(
        received.filter((one) => one.deploymentId === id && one.event === event).map(({ webhookId }) => webhookId),
      );
      if (ids.size < wanted) found.lost.push(`${wanted - ids.size} notifications of ${event} about ${id}`);
      if (ids.size > wanted)
        found.doubled.push(`${ids.size} ids of notifications of ${event} about ${id}, in place of ${wanted}`);
    }
  }
}

const ends = ['deployed', 'rolled_back', 'failed', 'rejected', 'superseded'];

/** A deployment has one outcome and one clean-up, and an approval that is required one decision. */
function findRepeatedEnds(found: DeliveryFindings, { history, deployments }: RunDetails): void {
  for (const { deployment_id: id, status } of deployments) {
    const own = history.filter((entry) => entry.deployment_id === id && entry.from !== entry.to);
    // One that goes live late has rolled_back or failed before.
    const outcomes = own.filter(({ to }) => to === status && ends.includes(to)).length;
    if (outcomes > 1) found.doubled.push(`deployment ${id} is recorded as ${status} ${outcomes} times`);
    const cleanedUp = history.filter((entry) => entry.deployment_id === id && entry.detail?.startsWith('clean-up:')).length;
    if (cleanedUp > 1) found.doubled.push(`deployment ${id} was cleaned up ${cleanedUp} times`);
    const awaited = own.filter(({ to }) => to === 'awaiting_approval').length;
    const decided = own.filter(({ from }) => from === 'awaiting_approval').length;
    if (decided > awaited)
      found.doubled.push(`deployment ${id} was decided ${decided} times, and awaited an approval ${awaited} times`);
  }
}
