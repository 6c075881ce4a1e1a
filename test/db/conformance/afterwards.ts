import { expect, it } from 'vitest';
import type { DeploymentOutcome } from '../../../src/core/deployment/deployment.ts';
import type { TestDatabase } from './test-database.ts';
import { claim, deploy, endpoint, finish, queued, reported } from '../samples.ts';

/** Ended by its time limit, while SageMaker was still at work. */
const outOfTime: DeploymentOutcome = {
  status: 'failed',
  failureReason: 'not settled within 60 s',
  failureKind: 'timeout',
  detail: null,
  unsettled: true,
};

export function afterwardsSuite(newDatabase: () => TestDatabase): void {
  it('continues with one that ended while SageMaker was at work, and records it as live when it is', async () => {
    const store = newDatabase().open();
    await deploy(store, 'former');
    await queued(store, 'a', 2000);
    const { fencingToken } = await claim(store, 'd-a');
    await store.deployments.finish({ deploymentId: 'd-a', fencingToken, outcome: outOfTime, now: 9000 });
    expect(await store.deployments.find('d-a')).toMatchObject({ status: 'failed', failureKind: 'timeout', unsettledSince: 9000 });
    expect((await store.deployments.listUnfinished({ afterSeq: 0, limit: 10 })).map(({ deploymentId }) => deploymentId)).toEqual([
      'd-a',
    ]);
    await queued(store, 'older', 1500);
    expect(await store.deployments.findLive(endpoint)).toMatchObject({ trainingJobName: 'former' });

    const revived = await store.deployments.revive({ deploymentId: 'd-a', inServiceAt: 9500, now: 10_000 });
    const live = { status: 'deployed', failureReason: null, failureKind: null, unsettledSince: null, inServiceAt: 9500 };
    expect(revived).toMatchObject({ deployment: { deploymentId: 'd-a', ...live }, next: null });
    expect(revived?.superseded.map(({ deploymentId }) => deploymentId)).toEqual(['d-older']);
    expect(await store.deployments.findLive(endpoint)).toMatchObject({ trainingJobName: 'a' });
    expect(await store.deployments.find('d-older')).toMatchObject({ status: 'superseded', supersededBy: 'a' });
    expect((await reported(store, 'a')).at(-1)).toMatch(
      /^deployment failed>deployed worker: live all the same; it had been ended: not settled/,
    );
    expect(await store.deployments.revive({ deploymentId: 'd-a', inServiceAt: 9500, now: 10_000 })).toBeNull();
  });

  it('leaves it to the deployment that is in progress, and is done with it when it is settled', async () => {
    const store = newDatabase().open();
    await queued(store, 'a', 2000);
    await store.deployments.finish({
      deploymentId: 'd-a',
      fencingToken: (await claim(store, 'd-a')).fencingToken,
      outcome: outOfTime,
      now: 9000,
    });
    await queued(store, 'b', 3000);
    await claim(store, 'd-b', 9100);
    expect(await store.deployments.revive({ deploymentId: 'd-a', inServiceAt: 9500, now: 10_000 })).toBeNull();
    await store.deployments.recordUnsettled({ deploymentId: 'd-a', since: 9200 });
    expect(await store.deployments.find('d-a')).toMatchObject({ unsettledSince: 9200 });
    await store.deployments.recordUnsettled({ deploymentId: 'd-a', since: null });
    expect(await store.deployments.find('d-a')).toMatchObject({ status: 'failed', unsettledSince: null });
    expect((await store.deployments.listUnfinished({ afterSeq: 0, limit: 10 })).map(({ deploymentId }) => deploymentId)).toEqual([
      'd-b',
    ]);
    // What failed otherwise is over.
    const { deploymentId, fencingToken } = (await store.deployments.findInProgress(endpoint)) ?? {
      deploymentId: '',
      fencingToken: 0,
    };
    await store.deployments.finish({
      deploymentId,
      fencingToken,
      outcome: { status: 'failed', failureReason: 'invalid', detail: null },
      now: 11_000,
    });
    await store.deployments.recordUnsettled({ deploymentId, since: 11_500 });
    expect(await store.deployments.find(deploymentId)).toMatchObject({ unsettledSince: null });
    expect(await store.deployments.revive({ deploymentId, inServiceAt: 9500, now: 12_000 })).toBeNull();
  });

  it('knows who made a configuration or a model, in whatever case, with what it is made of', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    const variant = { variantName: 'blue', modelName: 'd-a-model', instanceType: 'ml.m5.large', instanceCount: 2 };
    await store.deployments.recordProgress({
      deploymentId: 'd-a',
      fencingToken,
      progress: { endpointConfigName: 'Config-1', variant },
      now: 7100,
    });
    const made = { deploymentId: 'd-a', variant };
    expect(
      await store.deployments.findMaker({
        endpointName: endpoint.toUpperCase(),
        resource: { what: 'endpoint_config', name: 'config-1' },
      }),
    ).toMatchObject(made);
    expect(
      await store.deployments.findMaker({ endpointName: endpoint, resource: { what: 'model', name: 'D-A-MODEL' } }),
    ).toMatchObject(made);
    expect(await store.deployments.findMaker({ endpointName: endpoint, resource: { what: 'model', name: 'other' } })).toBeNull();
    expect(
      await store.deployments.findMaker({ endpointName: 'another', resource: { what: 'model', name: 'd-a-model' } }),
    ).toBeNull();
  });

  it('counts what is said of a deployment again and again, and appends what changes it', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const { fencingToken } = await claim(store, 'd-a');
    for (let at = 7100; at < 7110; at += 1) {
      await store.deployments.recordProgress({ deploymentId: 'd-a', fencingToken, progress: {}, detail: 'refused', now: at });
      await store.deployments.recordProgress({ deploymentId: 'd-a', fencingToken, progress: {}, detail: 'waits', now: at });
    }
    const before = await reported(store, 'a');
    expect(before.filter((line) => line.endsWith('refused') || line.endsWith('waits'))).toHaveLength(2);
    await store.deployments.recordProgress({ deploymentId: 'd-a', fencingToken, progress: {}, detail: 'continues', now: 7200 });
    expect(await reported(store, 'a')).toEqual([...before, 'deployment in_progress>in_progress worker: continues']);
  });

  it('says what one that is not its turn yet waits for, until it is', async () => {
    const store = newDatabase().open();
    await queued(store, 'a', 1000);
    const first = await claim(store, 'd-a');
    await queued(store, 'b', 2000);
    await store.deployments.claim({ deploymentId: 'd-b', deadlineAt: 99_000, now: 7500 });
    const waits = { waitsForKind: 'turn', waitsForSince: 7500, waitsForDetail: 'the deployment of a goes first' };
    expect(await store.deployments.find('d-b')).toMatchObject(waits);
    await store.deployments.claim({ deploymentId: 'd-b', deadlineAt: 99_000, now: 7900 });
    expect(await store.deployments.find('d-b')).toMatchObject(waits);
    await finish(store, first, 'deployed');
    expect(await claim(store, 'd-b')).toMatchObject({ waitsForKind: null, waitsForSince: null, waitsForDetail: null });
  });

  it('moves its limits on by a gap in which no worker had claimed it', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const claimed = await claim(store, 'd-a', 7000);
    expect(await store.deployments.reclaim({ deploymentId: 'd-a', now: 22_000, intervalMs: 15_000 })).toMatchObject({
      observedAt: 22_000,
      deadlineAt: claimed.deadlineAt,
    });
    const gapMs = 3_600_000;
    expect(await store.deployments.reclaim({ deploymentId: 'd-a', now: 22_000 + gapMs, intervalMs: 15_000 })).toMatchObject({
      observedAt: 22_000 + gapMs,
      deadlineAt: (claimed.deadlineAt ?? 0) + gapMs,
    });
  });
}
