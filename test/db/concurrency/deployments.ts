import { expect, it } from 'vitest';
import type { Deployment } from '../../../src/core/deployment/deployment.ts';
import { isNewer } from '../../../src/core/deployment/order.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from '../conformance/test-database.ts';
import { claim, completed, deploy, endpoint, finish, inTraining, newDeployment, queued, reported, trained } from '../samples.ts';
import { atOnce, tally, twoHosts } from './at-once.ts';

const all = async (store: Store): Promise<Deployment[]> =>
  (await store.deployments.list({ filter: {}, page: { limit: 200, cursor: null } })).items;

/** A deployment that the time limit has ended while SageMaker may still complete it. */
async function unsettled(store: Store, name: string, createdAt: number, more: { endpointName?: string } = {}): Promise<void> {
  await queued(store, name, createdAt, more);
  const { deploymentId, fencingToken } = await claim(store, `d-${name}`);
  const outcome = { status: 'failed', failureReason: 'not over in time', detail: null, unsettled: true } as const;
  await store.deployments.finish({ deploymentId, fencingToken, outcome, now: 8000 });
}

const revive = (store: Store, name: string) =>
  store.deployments.revive({ deploymentId: `d-${name}`, inServiceAt: 8500, now: 9000 });

const tryClaim = (store: Store, deploymentId: string) => store.deployments.claim({ deploymentId, deadlineAt: 60_000, now: 7000 });

/** What has to hold of all deployments, whatever happened. */
export async function expectInOrder(store: Store): Promise<void> {
  const deployments = await all(store);
  for (const ofEndpoint of Map.groupBy(deployments, ({ endpointName }) => endpointName).values()) expectOneInOrder(ofEndpoint);
  for (const one of deployments) {
    const entries = (await reported(store, one.trainingJobName)).filter((line) => line.startsWith('deployment '));
    const last = entries.findLast((line) => !/ (\w+)>\1 /.test(line));
    expect(last, 'the history ends with the status').toMatch(new RegExp(`>${one.status} `));
    expect((await store.runs.find(one.trainingJobName))?.deploymentStatus).toBe(one.status);
  }
  const counted = (await store.metrics.counts()).deployments;
  for (const [status, ones] of Map.groupBy(deployments, ({ status: one }) => one)) expect(counted[status]).toBe(ones.length);
}

function expectOneInOrder(deployments: readonly Deployment[]): void {
  expect(deployments.filter(({ status }) => status === 'in_progress').length).toBeLessThanOrEqual(1);
  const live = deployments.filter(({ status }) => status === 'deployed').toSorted((a, b) => a.liveOrder! - b.liveOrder!);
  expect(new Set(live.map(({ liveOrder }) => liveOrder)).size).toBe(live.length);
  for (const [index, one] of live.entries()) {
    const former = live[index - 1];
    if (former && !one.forced) expect(isNewer(one, former), 'an older training went live after a newer one').toBe(true);
  }
}

export function deploymentRaces(newDatabase: () => TestDatabase): void {
  it('50 claims at once on one endpoint: one is claimed, the newest', async () => {
    const hosts = twoHosts(newDatabase());
    await atOnce(hosts, 50, (store, index) => queued(store, `t-${index}`, 1000 + index));
    const results = await atOnce(hosts, 50, (store, index) => tryClaim(store, `d-t-${index}`));
    expect(tally(results.map(({ kind }) => kind))).toEqual({ claimed: 1, wait: 49 });
    expect((await hosts[0].deployments.findInProgress(endpoint))?.trainingJobName).toBe('t-49');
    await expectInOrder(hosts[1]);
  });

  it('20 claims of one deployment: one has it, under the first fencing token', async () => {
    const hosts = twoHosts(newDatabase());
    await queued(hosts[0], 't');
    const results = await atOnce(hosts, 20, (store) => tryClaim(store, 'd-t'));
    expect(tally(results.map(({ kind }) => kind))).toEqual({ claimed: 1, gone: 19 });
    expect((await hosts[0].deployments.find('d-t'))?.fencingToken).toBe(1);
  });

  it('20 workers that take a deployment over: each gets a token of its own, and one is current', async () => {
    const hosts = twoHosts(newDatabase());
    await queued(hosts[0], 't');
    await claim(hosts[0], 'd-t');
    const taken = await atOnce(hosts, 20, (store) =>
      store.deployments.reclaim({ deploymentId: 'd-t', now: 8000, intervalMs: 15_000 }),
    );
    const tokens = taken.map((one) => one!.fencingToken);
    expect(tokens.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    const current = await atOnce(hosts, 20, (store, index) =>
      store.deployments.isClaimCurrent({ deploymentId: 'd-t', fencingToken: tokens[index]! }),
    );
    expect(current.filter(Boolean)).toHaveLength(1);
    const outcomes = await atOnce(hosts, 20, (store, index) =>
      store.deployments.finish({
        deploymentId: 'd-t',
        fencingToken: tokens[index]!,
        outcome: { status: 'deployed', failureReason: null, detail: null },
        now: 9000,
      }),
    );
    expect(outcomes.filter((one) => one !== null)).toHaveLength(1);
    await expectInOrder(hosts[0]);
  });

  it('20 requests for one training make one deployment, which all of them get', async () => {
    const hosts = twoHosts(newDatabase());
    await trained(hosts[0], 't');
    const results = await atOnce(hosts, 20, (store, index) =>
      store.deployments.request({
        trainingJobName: 't',
        deployment: newDeployment(`d-${index}`, { forced: index % 2 === 0 }),
        now: 7000,
      }),
    );
    expect(tally(results.map(({ kind }) => kind))).toEqual({ created: 1, existing: 19 });
    expect(await all(hosts[0])).toHaveLength(1);
  });

  it('trainings that end in any order while workers deploy: the newest is live in the end, and none waits', async () => {
    const hosts = twoHosts(newDatabase());
    const count = 16;
    await atOnce(hosts, count, (store, index) => inTraining(store, `t-${index}`, 1000 + ((index * 7) % count)));
    const ended = atOnce(hosts, count, (store, index) =>
      store.runs.finish({
        trainingJobName: `t-${index}`,
        outcome: completed,
        deployment: newDeployment(`d-t-${index}`),
        actor: 'poll',
        now: 6000,
      }),
    );
    const over = { ended: false };
    void ended.finally(() => (over.ended = true));
    const deployOne = async (store: Store, index: number): Promise<void> => {
      const result = await tryClaim(store, `d-t-${index}`);
      if (result.kind === 'claimed') await finish(store, result.deployment, index % 5 === 0 ? 'failed' : 'deployed');
    };
    do await atOnce(hosts, count, deployOne);
    while (!over.ended || (await all(hosts[0])).some(({ status }) => status === 'queued'));
    await ended;
    const deployments = await all(hosts[0]);
    expect(deployments).toHaveLength(count);
    const best = deployments
      .filter(({ status }) => status === 'deployed')
      .toSorted((a, b) => b.trainingCreatedAt - a.trainingCreatedAt);
    expect((await hosts[0].deployments.findLive(endpoint))?.deploymentId).toBe(best[0]?.deploymentId);
    await expectInOrder(hosts[1]);
  });

  it('a newer one that goes live while an older is requested leaves no older one to be deployed', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 8; round += 1) {
      const on = { endpointName: `endpoint-${round}` };
      await trained(hosts[0], `older-${round}`, 1000, on);
      await queued(hosts[0], `newer-${round}`, 2000, on);
      const newer = await claim(hosts[0], `d-newer-${round}`);
      const deployment = newDeployment(`d-older-${round}`);
      const [, requested] = await Promise.all([
        finish(hosts[0], newer, 'deployed'),
        hosts[1].deployments.request({ trainingJobName: `older-${round}`, deployment, now: 8000 }),
      ]);
      expect(requested.kind).toBe('superseded');
      expect((await hosts[0].deployments.findLive(on.endpointName))?.deploymentId).toBe(newer.deploymentId);
    }
    await expectInOrder(hosts[0]);
  });

  it('an older one that is claimed while a newer goes live is superseded, or was first', async () => {
    const hosts = twoHosts(newDatabase());
    await deploy(hosts[0], 'first', 500);
    for (let round = 1; round <= 8; round += 1) {
      const [older, newer] = [`older-${round}`, `newer-${round}`];
      await queued(hosts[0], newer, 1000 * round + 500);
      const live = await claim(hosts[0], `d-${newer}`);
      await queued(hosts[0], older, 1000 * round);
      await Promise.all([finish(hosts[0], live, 'deployed'), tryClaim(hosts[1], `d-${older}`)]);
      expect((await hosts[0].deployments.find(`d-${older}`))?.status).toBe('superseded');
    }
    await expectInOrder(hosts[0]);
  });

  it('a run whose deployment is claimed while it is removed keeps both or loses both', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 8; round += 1) {
      const name = `t-${round}`;
      await queued(hosts[0], name, 1000 + round);
      const [removed, claimed] = await Promise.all([
        hosts[0].runs.remove({ trainingJobName: name, status: 'completed', now: 7000 }),
        tryClaim(hosts[1], `d-${name}`),
      ]);
      expect([
        ['removed', 'gone'],
        ['deployment_in_progress', 'claimed'],
      ]).toContainEqual([removed, claimed.kind]);
      if (claimed.kind === 'claimed') await finish(hosts[0], claimed.deployment, 'failed');
    }
    await expectInOrder(hosts[0]);
  });

  it('an older one that is claimed while a newer, ended one turns out to be live: one of both happens', async () => {
    const hosts = twoHosts(newDatabase());
    for (let round = 0; round < 8; round += 1) {
      const on = { endpointName: `endpoint-${round}` };
      const [older, newer] = [`older-${round}`, `newer-${round}`];
      await unsettled(hosts[0], newer, 2000, on);
      await queued(hosts[0], older, 1000, on);
      const [revived, claimed] = await Promise.all([revive(hosts[0], newer), tryClaim(hosts[1], `d-${older}`)]);
      expect([
        ['revived', 'superseded'],
        ['revived', 'gone'],
        ['not revived', 'claimed'],
      ]).toContainEqual([revived === null ? 'not revived' : 'revived', claimed.kind]);
      if (claimed.kind === 'claimed') await finish(hosts[0], claimed.deployment, 'failed');
    }
    await expectInOrder(hosts[0]);
  });

  it('10 ended ones that turn out to be live at once: each goes live after another', async () => {
    const hosts = twoHosts(newDatabase());
    for (let index = 0; index < 10; index += 1) await unsettled(hosts[0], `t-${index}`, 1000);
    const revived = await atOnce(hosts, 10, (store, index) => revive(store, `t-${index}`));
    const orders = revived.map((result) => result?.deployment.liveOrder);
    expect(orders.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
  });

  it('deployments of many endpoints do not wait for each other', async () => {
    const hosts = twoHosts(newDatabase());
    const results = await atOnce(hosts, 20, async (store, index) => {
      await queued(store, `t-${index}`, 1000, { endpointName: `endpoint-${index}` });
      return (await finish(store, await claim(store, `d-t-${index}`), 'deployed')).deployment;
    });
    expect(results.map(({ status, liveOrder }) => [status, liveOrder])).toEqual(results.map(() => ['deployed', 1]));
  });
}
