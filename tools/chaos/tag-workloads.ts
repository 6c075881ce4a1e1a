/** Workloads after which SageMaker must hold a tag for a rebuilt database. */
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import type { ExpectedTag } from './expected-outcome.ts';
import { deployAndWait, deployed, forced, rollback, stop, update, type Workload } from './workloads.ts';

const tagged =
  (workload: Workload, tagOf: (name: string) => ExpectedTag): Workload =>
  async (system, name) => ({ ...(await workload(system, name)), tags: [tagOf(name)] });

const turnedDown = (trainingJobName: string, value: string): ExpectedTag => ({
  resource: `training-job/${trainingJobName}`,
  key: tagKeys.turnedDown,
  value,
});

const onEndpoint = (name: string, key: string, value: string): ExpectedTag => ({ resource: `endpoint/ep-${name}`, key, value });

export const updateTagged = tagged(update, (name) => onEndpoint(name, tagKeys.trainingJobName, `${name}-new`));

export const forcedTagged = tagged(forced, (name) => onEndpoint(name, tagKeys.forced, `${name}-old`));

export const forcedLiveTagged = tagged(forced, (name) => onEndpoint(name, tagKeys.trainingJobName, `${name}-old`));

export const rollbackTagged = tagged(rollback, (name) => turnedDown(`${name}-new`, 'rolled_back'));

export const stopTagged = tagged(stop, (name) => turnedDown(name, 'stopped'));

/** A client removes the run of a training that is live; the endpoint continues to serve it. */
export const removeTagged = tagged(
  async (system, name) => {
    const endpoint = `ep-${name}`;
    await deployAndWait(system, name, endpoint);
    return {
      names: [name, endpoint],
      perform: async () => {
        system.removedRuns.add(name);
        // 404 where an earlier request, whose response was lost, has removed it.
        const { status } = await system.client.remove(name);
        if (status !== 200 && status !== 404) throw new Error(`removal of ${name}: ${status}`);
      },
      expects: [deployed(name, { removed: true })],
      live: { [endpoint]: name },
    };
  },
  (name) => turnedDown(name, 'removed'),
);
