/** What people decide in the soak: about deployments that wait or are in progress, and about endpoints. */
import type { PolicyName } from './delivery-policies.ts';
import type { CrashSystem } from './system.ts';
import { type Ledger, type LoadContext, pick } from './soak-ledger.ts';

/** The policies of the soak's endpoints; one has nothing but notifications. */
export const soakPolicies: Readonly<Record<string, PolicyName>> = {
  'soak-b': 'notified',
  'soak-c': 'briefApproval',
  'soak-d': 'canary',
};

type Reply = Promise<{ status: number }>;

/** Decides about a deployment that awaits an approval, or is in progress, if there is one. */
const decide =
  (what: string, status: string, send: (system: CrashSystem, deploymentId: string) => Reply) =>
  async ({ system, ledger, random }: LoadContext): Promise<void> => {
    const found = (await system.client.runs()).filter((run) => run.deployment_status === status).slice(0, 5);
    const name = pick(found, random)?.training_job_name;
    const run = name === undefined ? null : await system.client.run(name);
    const [newest] = run?.deployments ?? [];
    if (newest === undefined) return;
    const response = await send(system, newest.deployment_id);
    // 409: it has been decided, or is over, since.
    if (![200, 409].includes(response.status)) ledger.surprises.push(`${what} of ${name} returned ${response.status}`);
  };

const onEndpoint =
  (what: string, expected: readonly number[], send: (system: CrashSystem, endpoint: string, ledger: Ledger) => Reply) =>
  async ({ system, ledger, random }: LoadContext): Promise<void> => {
    const endpoint = pick(Object.keys(soakPolicies), random) ?? '';
    const { status } = await send(system, endpoint, ledger);
    if (!expected.includes(status)) ledger.surprises.push(`${what} of ${endpoint} returned ${status}`);
  };

export const approve = decide('approval', 'awaiting_approval', ({ client }, id) => client.approve(id));
export const reject = decide('rejection', 'awaiting_approval', ({ client }, id) => client.reject(id));
export const abort = decide('abort', 'in_progress', ({ client }, id) => client.abort(id));

export const rollBack = onEndpoint('rollback', [202, 409], async ({ client }, endpoint, { rolledBackAt }) => {
  const response = await client.rollBack(endpoint);
  rolledBackAt.set(endpoint, Date.now());
  return response;
});
export const hold = onEndpoint('hold', [200], ({ client }, endpoint) => client.hold(endpoint));
export const release = onEndpoint('release', [200], ({ client }, endpoint) => client.release(endpoint));

/** What waits because an endpoint is held goes now. */
export async function releaseAll({ client }: CrashSystem): Promise<void> {
  for (const endpoint of Object.keys(soakPolicies)) await client.release(endpoint);
}
