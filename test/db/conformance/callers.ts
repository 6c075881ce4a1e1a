import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import { arnOf, inTraining, newDeployment, newRun, trained } from '../samples.ts';
import type { TestDatabase } from './test-database.ts';

/** Status, caller and reason of each entry. */
const said = async (store: Store, trainingJobName: string) =>
  (await store.history.list({ trainingJobName })).map(({ to, by, reason }) => [to, by, reason]);

export function callersSuite(newDatabase: () => TestDatabase): void {
  it('are in the history of what they request, with the reason, and on the row', async () => {
    const store = newDatabase().open();
    const traceParent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const requested = { requestedBy: 'anna', reason: 'nightly', traceParent };
    await trained(store, 'a', 1000, requested);
    expect(await store.runs.find('a')).toMatchObject(requested);
    const wish = { requestedBy: 'bert', reason: 'try it' };
    await store.deployments.request({ trainingJobName: 'a', deployment: newDeployment('d', wish), now: 7000 });
    expect(await store.deployments.find('d')).toMatchObject(wish);
    await store.deployments.withdraw({ deploymentId: 'd', failureReason: 'not wanted', by: 'cleo', now: 8000 });
    expect(await said(store, 'a')).toEqual([
      ['requested', 'anna', 'nightly'],
      ['training', null, null],
      ['completed', null, null],
      ['queued', 'bert', 'try it'],
      ['failed', 'cleo', null],
    ]);
  });

  it('who pass over gate and approval are seen in the history', async () => {
    const store = newDatabase().open();
    await trained(store, 'a');
    const wish = { requestedBy: 'anna', reason: 'it is on fire', forced: true, overrides: true };
    await store.deployments.request({ trainingJobName: 'a', deployment: newDeployment('d', wish), now: 7000 });
    expect(await store.deployments.find('d')).toMatchObject(wish);
    expect((await store.history.list({ trainingJobName: 'a' })).at(-1)).toMatchObject({
      by: 'anna',
      reason: 'it is on fire',
      detail: 'override: passes over gate and approval',
    });
  });

  it('are the first of those who request a stop', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    for (const by of ['anna', 'bert']) await store.runs.requestStop({ trainingJobName: 'a', by, now: 2000 });
    expect((await said(store, 'a')).slice(2)).toEqual([['training', 'anna', null]]);
  });

  it('are those of an adoption that they request, and nothing of one by the service', async () => {
    const store = newDatabase().open();
    for (const [name, by] of [
      ['a', 'anna'],
      ['b', undefined],
    ] as const) {
      const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun(name);
      const adopted = { ...own, trainingJobArn: arnOf(name), secondaryStatus: null, createdAt: 400, foundEnded: false };
      await store.runs.adopt({ run: adopted, actor: 'api', by, now: 1000 });
      expect(await said(store, name)).toEqual([['training', by ?? null, null]]);
    }
  });
}
