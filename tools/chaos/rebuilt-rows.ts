/** Rows in which the database is lost while people's decisions hold: the tags at SageMaker are all that is left of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { eventually } from '../testkit/eventually.ts';
import { accept, newestOf, onEndpoint, rejected, runThat, under } from './delivery-workloads.ts';
import { rolledBackTo } from './endpoint-workloads.ts';
import { removeDatabase } from './faults.ts';
import { call, command, type Step, sends } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';
import type { RunDetails } from './service-client.ts';
import { create, deployed, update } from './workloads.ts';

/** In which what was turned down, or is wrongly deployed, would go live. */
const watchMs = 3000;

/** Without its records, the service finds a training that is no longer live again, and supersedes it. */
const forgotten = ['deployed', 'superseded'];

/** A training completes on a held endpoint whose hold only its tag knows: it waits until the hold ends. */
const heldAndLost = under('notified', async (system, name) => {
  const endpoint = `ep-${name}`;
  const newest = `${name}-new`;
  const work = await update(system, name);
  return {
    ...work,
    perform: async () => {
      // Without the response the request is repeated, and the new database may not know the endpoint yet.
      await accept(system.client.hold(endpoint), [200, 404]);
      await work.perform();
      const has = (status: string) => (run: RunDetails) => run.deployment_status === status;
      await runThat(system, newest, (run) => run.deployment_status !== 'none');
      await delay(watchMs);
      const run = await runThat(system, newest, () => true);
      if (!has('queued')(run)) throw new Error(`${newest} is ${run.deployment_status} while ${endpoint} is held`);
      await accept(system.client.release(endpoint));
    },
    expects: [deployed(`${name}-old`, { deployment: forgotten }), deployed(newest)],
    tags: [onEndpoint(name, tagKeys.hold, null)],
  };
});

/** What was rolled back from stays off the endpoint. */
const rolledBackAndLost = under('notified', async (system, name) => {
  const work = await rolledBackTo(system, name);
  return {
    ...work,
    perform: async () => {
      await work.perform();
      await runThat(
        system,
        `${name}-old`,
        (run) => run.deployments[0]?.trigger === 'rollback' && run.deployment_status === 'deployed',
      );
      await delay(watchMs);
    },
    expects: [
      deployed(`${name}-old`, { requestedAtMost: 'twice' }),
      deployed(`${name}-new`, { deployment: ['deployed', 'none'] }),
    ],
  };
});

/** It is required again, and a person approves. */
const approvedAndLost = under('approval', async (system, name) => {
  const work = await create(system, name);
  return {
    ...work,
    perform: async () => {
      await work.perform();
      const approve = async (): Promise<boolean> => {
        const run = await system.client.run(name);
        if (run?.deployment_status !== 'awaiting_approval') return run?.deployment_status === 'deployed';
        await delay(500);
        await accept(system.client.approve(newestOf(run)), [200, 404, 409]);
        return false;
      };
      await eventually(approve, Boolean, { withinMs: 60_000, everyMs: 100, what: `${name} to be approved` });
    },
  };
});

const rejectedAndLost = under('approval', async (system, name) => {
  const work = await rejected(system, name);
  return {
    ...work,
    perform: async () => {
      await work.perform();
      await delay(watchMs);
    },
    expects: [deployed(name, { deployment: ['rejected', 'none'] })],
  };
});

const lost: Step[] = [
  ...call('api', 'AddTags', heldAndLost, 'held', sends('autodeploy:hold')),
  ...call('worker', 'AddTags', rolledBackAndLost, 'a rollback is live', sends('autodeploy:training-job-name')),
  ...command('worker', 'deploy/moveToDelayed', approvedAndLost, 'an approval is awaited', {
    recorded: "status = 'awaiting_approval'",
  }),
  ...call('api', 'AddTags', rejectedAndLost, 'a person rejects', sends('autodeploy:turned-down')),
].filter(({ point: { when } }) => when === 'after');

/** `fault`: what the engine calls it. */
export const rebuiltRows = (fault: string): UnorderedRow[] => rowsOf(fault, lost, removeDatabase);
