import type { RunExpectation } from './expected-outcome.ts';
import type { Workload } from './workloads.ts';

/**
 * Without its records, the service finds a training that is no longer live again, and supersedes it; or it deploys that one again before
 * it finds the newer one, where the endpoint has failed.
 */
export const recordLost =
  (workload: Workload): Workload =>
  async (system, name) => {
    const work = await workload(system, name);
    const live = Object.values(work.live);
    const expects = work.expects.map((one): RunExpectation => {
      if (live.includes(one.name)) return one;
      const deployment = [...one.deployment, 'superseded'];
      return one.isOnFailedEndpoint === true
        ? { ...one, deployment: [...deployment, 'deployed'], requestedAtMost: 'twice' }
        : { ...one, deployment };
    });
    return { ...work, expects };
  };
