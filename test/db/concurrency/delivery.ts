import { expect, it } from 'vitest';
import type { Deployment } from '../../../src/core/deployment/deployment.ts';
import type { Store } from '../../../src/ports/store.ts';
import { awaiting } from '../conformance/delivery.ts';
import type { TestDatabase } from '../conformance/test-database.ts';
import { claim, deploy, endpoint, present, queued } from '../samples.ts';
import { atOnce, tally, twoHosts } from './at-once.ts';
import { expectInOrder } from './deployments.ts';

const all = async (store: Store): Promise<Deployment[]> =>
  (await store.deployments.list({ filter: {}, page: { limit: 200, cursor: null } })).items;

const rollBack = (store: Store, index: number) =>
  store.delivery.rollBack({
    endpointName: endpoint,
    to: null,
    deploymentId: `back-${index}`,
    by: 'ana',
    reason: 'it is wrong',
    hold: index % 2 === 0,
    now: 10_000,
  });

/** How often the deployment's history says that it came to a status. */
async function timesOf(store: Store, name: string, to: string): Promise<number> {
  const entries = await store.history.list({ trainingJobName: name });
  return entries.filter((entry) => entry.to === to && entry.from !== to).reduce((sum, { repeats }) => sum + repeats, 0);
}

export function deliveryRaces(newDatabase: () => TestDatabase): void {
  it('20 rollbacks with one idempotency key go back once, and all of them hear of the same deployment', async () => {
    const hosts = twoHosts(newDatabase());
    for (const [index, name] of ['first', 'second', 'third'].entries()) await deploy(hosts[0], name, 1000 + index * 1000);
    const requestKey = { key: 'mine', digest: 'so' };
    const results = await atOnce(hosts, 20, async (store, index) => {
      const rollback = { endpointName: endpoint, to: null, deploymentId: `back-${index}`, by: 'ana', reason: 'it is wrong' };
      const result = await store.delivery.rollBack({ ...rollback, hold: false, requestKey, now: 10_000 });
      return 'deployment' in result ? `${result.kind} ${result.deployment.trainingJobName}` : result.kind;
    });
    expect(tally(results)).toEqual({ 'created second': 1, 'repeated second': 19 });
    expect((await all(hosts[1])).filter(({ trigger }) => trigger === 'rollback')).toHaveLength(1);
  });

  it('20 approvals against 20 rejections: one decision counts, and all of its kind hear the same', async () => {
    const hosts = twoHosts(newDatabase());
    await awaiting(hosts[0], 't');
    const results = await atOnce(hosts, 40, async (store, index) => {
      const approves = index % 4 < 2;
      const decision = { approves, by: `by-${index}`, reason: 'so' };
      const { kind } = present(await store.delivery.decide({ deploymentId: 'd-t', decision, now: 8000 }));
      return `${approves} ${kind}`;
    });
    const { status } = present(await hosts[0].deployments.find('d-t'));
    const isApproved = status === 'queued';
    expect(tally(results)).toEqual({
      [`${isApproved} decided`]: 1,
      [`${isApproved} same`]: 19,
      [`${!isApproved} already_decided`]: 20,
    });
    expect(await timesOf(hosts[0], 't', isApproved ? 'queued' : 'rejected')).toBe(isApproved ? 2 : 1);
    expect((await hosts[0].runs.find('t'))?.turnedDown === null).toBe(isApproved);
    await expectInOrder(hosts[1]);
  });

  it('an approval against the expiry, by clocks that differ: one of both wins', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 6; round += 1) {
      const name = `t-${round}`;
      await awaiting(hosts[0], name, 1000 + round);
      const deploymentId = `d-${name}`;
      const decision = { approves: true, by: 'ana', reason: null };
      const results = await atOnce(hosts, 10, async (store, index): Promise<string> =>
        index % 2 === 0
          ? present(await store.delivery.decide({ deploymentId, decision, now: 19_999 })).kind
          : (await store.delivery.expire({ deploymentId, now: 20_000 })) === null
            ? 'not_expired'
            : 'now_expired',
      );
      const { status, approval } = present(await hosts[0].deployments.find(deploymentId));
      const counted = tally(results);
      if (status === 'queued')
        expect([counted['decided'], counted['now_expired'], approval?.status]).toEqual([1, undefined, 'approved']);
      else
        expect([status, counted['decided'], counted['now_expired'], approval?.status]).toEqual([
          'rejected',
          undefined,
          1,
          'expired',
        ]);
    }
    await expectInOrder(hosts[1]);
  });

  it('20 rollbacks make one deployment, one turning down and one entry in the history', async () => {
    const hosts = twoHosts(newDatabase());
    await deploy(hosts[0], 'first', 1000, 8000);
    await deploy(hosts[0], 'second', 2000, 9000);
    await queued(hosts[0], 'third', 3000);
    const results = await atOnce(hosts, 20, rollBack);
    expect(tally(results.map(({ kind }) => kind))).toEqual({ created: 1, existing: 19 });
    const back = (await all(hosts[0])).filter(({ trigger }) => trigger === 'rollback');
    expect(back).toMatchObject([{ trainingJobName: 'first', status: 'queued' }]);
    for (const result of results) if ('deployment' in result) expect(result.deployment.deploymentId).toBe(back[0]?.deploymentId);
    expect(await timesOf(hosts[0], 'third', 'rejected')).toBe(1);
    expect(await timesOf(hosts[0], 'first', 'queued')).toBe(2);
  });

  it('a rollback against the claim of a newer one: that one is rejected, or aborted by its worker', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 4; round += 1) {
      const endpointName = `endpoint-${round}`;
      const names = ['first', 'second', 'third'].map((name) => `${name}-${round}`);
      const [first = '', second = '', third = ''] = names;
      await deploy(hosts[0], first, 1000, 8000, { endpointName });
      await deploy(hosts[0], second, 2000, 9000, { endpointName });
      await queued(hosts[0], third, 3000, { endpointName });
      const [back, claimed] = await Promise.all([
        hosts[round % 2]!.delivery.rollBack({
          endpointName,
          to: null,
          deploymentId: `back-${round}`,
          by: 'ana',
          reason: 'it is wrong',
          hold: true,
          now: 10_000,
        }),
        hosts[(round + 1) % 2]!.deployments.claim({ deploymentId: `d-${third}`, deadlineAt: 60_000, now: 10_000 }),
      ]);
      expect(back.kind).toBe('created');
      const own = present(await hosts[0].deployments.find(`d-${third}`));
      if (claimed.kind === 'claimed') expect([own.status, own.abort?.by]).toEqual(['in_progress', 'ana']);
      else expect([claimed.kind, own.status]).toEqual(['gone', 'rejected']);
      const next = await hosts[0].deployments.claim({ deploymentId: `back-${round}`, deadlineAt: 60_000, now: 11_000 });
      expect(next.kind).toBe(claimed.kind === 'claimed' ? 'wait' : 'claimed');
    }
  });

  it('holds against claims: what is claimed was claimed before the hold, and nothing is after it', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 6; round += 1) {
      const endpointName = `endpoint-${round}`;
      await queued(hosts[0], `t-${round}`, 1000, { endpointName });
      const deploymentId = `d-t-${round}`;
      const tryClaim = (store: Store) => store.deployments.claim({ deploymentId, deadlineAt: 60_000, now: 7000 });
      const results = await atOnce(hosts, 11, async (store, index): Promise<string> => {
        if (index !== 5) return (await tryClaim(store)).kind;
        await store.endpoints.hold({ endpointName, by: 'ana', reason: 'look first', now: 7000 });
        return (await tryClaim(store)).kind === 'claimed' ? 'claimed after the hold' : 'hold';
      });
      const { status, fencingToken } = present(await hosts[0].deployments.find(deploymentId));
      const counted = tally(results);
      expect(counted['claimed after the hold']).toBeUndefined();
      if (status === 'queued') expect([counted['claimed'], fencingToken]).toEqual([undefined, 0]);
      else expect([counted['claimed'], fencingToken]).toEqual([1, 1]);
      expect((await hosts[0].endpoints.find(endpointName))?.heldSince).toBe(7000);
    }
    await expectInOrder(hosts[1]);
  });

  it('aborts against the end of a deployment: it is aborted before, or over', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 6; round += 1) {
      const name = `t-${round}`;
      await queued(hosts[0], name, 1000 + round);
      const { deploymentId, fencingToken } = await claim(hosts[0], `d-${name}`);
      const outcome = { status: 'deployed', failureReason: null, detail: null } as const;
      const results = await atOnce(hosts, 11, async (store, index): Promise<string> => {
        if (index === 5)
          return (await store.deployments.finish({ deploymentId, fencingToken, outcome, now: 8000 })) === null
            ? 'lost'
            : 'finished';
        return present(await store.delivery.abort({ deploymentId, by: `by-${index}`, reason: 'no', now: 8000 })).kind;
      });
      const { status, abort } = present(await hosts[0].deployments.find(deploymentId));
      const { recorded = 0, same = 0, over = 0, finished = 0, lost = 0 } = tally(results);
      // One that a person ends first does not go live: its worker turns it back.
      const isAborted = abort !== null;
      expect([status, finished, lost]).toEqual(isAborted ? ['in_progress', 0, 1] : ['deployed', 1, 0]);
      expect([recorded, same, over]).toEqual(isAborted ? [1, 9, 0] : [0, 0, 10]);
      const turnedBack = { status: 'rolled_back', failureReason: 'aborted', detail: null } as const;
      if (isAborted) await hosts[1].deployments.finish({ deploymentId, fencingToken, outcome: turnedBack, now: 8500 });
    }
    await expectInOrder(hosts[1]);
  });
}
