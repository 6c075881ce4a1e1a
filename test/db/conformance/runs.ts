import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { arnOf, completed, inTraining, newDeployment, newRun, queued, timedOut, reported, trained } from '../samples.ts';

export function runsSuite(newDatabase: () => TestDatabase): void {
  it('keeps all that was asked for', async () => {
    const store = newDatabase().open();
    const requested = newRun('a', { idempotencyKey: 'key', idempotencyHash: 'hash' });
    const inserted = await store.insertRun(requested, 1000);
    expect(inserted).toMatchObject({
      kind: 'inserted',
      run: { ...requested, status: 'requested', createdAt: 1000, startAttempts: 0 },
    });
    expect(await store.findRun('a')).toEqual({ ...inserted.run, deploymentStatus: 'none' });
    expect(await store.findRunStatus('a')).toEqual({
      trainingJobName: 'a',
      endpointName: requested.endpointName,
      status: 'requested',
    });
    expect([await store.findRun('b'), await store.findRunStatus('b')]).toEqual([null, null]);
    expect(await reported(store, 'a')).toEqual(['training >requested api']);
  });

  it('gives one of two requests at once the name, and one the key', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    const names = await Promise.all([one, other].map((store, i) => store.insertRun(newRun('a', { runId: `run-${i}` }), 1000)));
    expect(names.map(({ kind }) => kind).toSorted()).toEqual(['inserted', 'name_taken']);
    const keyed = { idempotencyKey: 'key', idempotencyHash: 'hash' };
    const keys = await Promise.all([one.insertRun(newRun('b', keyed), 1000), other.insertRun(newRun('c', keyed), 1000)]);
    expect(keys.map(({ kind }) => kind).toSorted()).toEqual(['inserted', 'same_key']);
    expect(new Set(keys.map(({ run }) => run.seq)).size).toBe(1);
    // The key goes first, also where the name is another run's.
    expect(await one.insertRun(newRun('a', { ...keyed, runId: 'third' }), 1000)).toMatchObject({
      kind: 'same_key',
      run: { trainingJobName: keys[0]?.run.trainingJobName },
    });
    await expect(one.insertRun(newRun('d', { runId: 'run-a-of-another' }), 1000)).resolves.toMatchObject({ kind: 'inserted' });
    await expect(one.insertRun(newRun('e', { runId: 'run-a-of-another' }), 1000)).rejects.toThrow(/run-a-of-another is taken/);
  });

  it('adopts a training once', async () => {
    const { open } = newDatabase();
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('a');
    const adopted = { ...own, trainingJobArn: arnOf('a'), secondaryStatus: 'Training', createdAt: 400, foundEnded: true };
    const both = await Promise.all([open(), open()].map((store) => store.adoptRun(adopted, 'event', 1000)));
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['adopted', 'known']);
    const store = open();
    const run = await store.findRun('a');
    expect(both).toMatchObject([{ run: { seq: run?.seq } }, { run: { seq: run?.seq } }]);
    const recorded = { status: 'training', request: null, trainingSinceAt: 1000, updatedAt: 1000, trainingCreatedAt: 400 };
    expect(run).toMatchObject({ ...adopted, ...recorded });
    expect(await reported(store, 'a')).toEqual(['training >training event: adopted from SageMaker']);
    expect([await store.trainingOfRunId('run-a'), await store.trainingOfRunId('run-b')]).toEqual(['a', null]);
    // A training job that was cloned in SageMaker's console keeps the other one's tags.
    expect(await store.adoptRun({ ...adopted, trainingJobName: 'clone' }, 'event', 1000)).toEqual({
      kind: 'run_id_taken',
      by: 'a',
    });
    expect(await store.findRun('clone')).toBeNull();
  });

  it('adopts one that was passed over, but for a removed one only when it is asked for again', async () => {
    const store = newDatabase().open();
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('a');
    const adopted = { ...own, trainingJobArn: arnOf('a'), secondaryStatus: null, createdAt: 400, foundEnded: false };
    await store.skip('training_job', 'a', 'denied', 900);
    await store.skip('removed_run', 'a', 'removed', 900);
    expect(await store.adoptRun(adopted, 'reconcile', 1000)).toEqual({ kind: 'removed' });
    expect(await store.skipped()).toHaveLength(1);
    expect(await store.adoptRun(adopted, 'api', 1000, { evenRemoved: true })).toMatchObject({ kind: 'adopted' });
    expect(await store.skipped()).toEqual([]);
    expect(await store.takeUpAgain('removed_run', 'a')).toBe(false);
  });

  it('finds a run by its name in any case, and takes no second one of it', async () => {
    const store = newDatabase().open();
    const { run } = await store.insertRun(newRun('Case-1'), 1000);
    expect(await store.findRunInAnyCase('CASE-1')).toEqual({ ...run, deploymentStatus: 'none' });
    expect(await store.findRunStatus('case-1')).toMatchObject({ trainingJobName: 'Case-1' });
    expect([await store.findRun('CASE-1'), await store.findRunInAnyCase('CASE-2')]).toEqual([null, null]);
    const other = newRun('CASE-1', { runId: 'another' });
    expect(await store.insertRun(other, 1000)).toMatchObject({ kind: 'name_taken', run: { trainingJobName: 'Case-1' } });
    expect(
      await store.insertRun({ ...other, trainingJobName: 'd', idempotencyKey: 'key', idempotencyHash: 'h' }, 1000),
    ).toMatchObject({ kind: 'inserted' });
    expect(await store.insertRun({ ...other, idempotencyKey: 'key', idempotencyHash: 'h' }, 1000)).toMatchObject({
      kind: 'same_key',
      run: { trainingJobName: 'd' },
    });
  });

  it('adopts a training in another case only where it is another one', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'Case-1');
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('CASE-1', { runId: 'another' });
    const job = { ...own, secondaryStatus: null, createdAt: 400, foundEnded: false };
    const same = await store.adoptRun({ ...job, trainingJobArn: arnOf('case-1') }, 'event', 1000);
    expect(same).toMatchObject({ kind: 'known', run: { trainingJobName: 'Case-1' } });
    const different = await store.adoptRun({ ...job, trainingJobArn: arnOf('somewhere-else') }, 'event', 1000);
    expect(different).toMatchObject({ kind: 'adopted', run: { trainingJobName: 'CASE-1' } });
    expect((await store.findRunInAnyCase('CASE-1'))?.trainingJobName).toBe('CASE-1');
    expect((await store.findRunInAnyCase('Case-1'))?.trainingJobName).toBe('Case-1');
    expect((await store.findRunInAnyCase('case-1'))?.trainingJobName).toBe('Case-1');
  });

  it('records each phase once, while the run is in training', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    expect(
      await store.recordSecondaryStatus('a', { secondaryStatus: 'Starting', trainingCreatedAt: 900 }, 'poll', 1500),
    ).toBeNull();
    await inTraining(store, 'b');
    expect(await store.recordSecondaryStatus('b', { secondaryStatus: null, trainingCreatedAt: 800 }, 'poll', 1600)).toMatchObject(
      {
        secondaryStatus: null,
        trainingCreatedAt: 800,
      },
    );
    expect(
      await store.recordSecondaryStatus('b', { secondaryStatus: 'Downloading', trainingCreatedAt: 900 }, 'poll', 2000),
    ).toMatchObject({
      secondaryStatus: 'Downloading',
      trainingCreatedAt: 900,
      updatedAt: 2000,
    });
    expect(
      await store.recordSecondaryStatus('b', { secondaryStatus: 'Downloading', trainingCreatedAt: 900 }, 'event', 3000),
    ).toMatchObject({
      updatedAt: 2000,
    });
    expect((await reported(store, 'b')).slice(2)).toEqual(['training training>training poll: Downloading']);
    await store.finishRun('b', completed, null, 'poll', 4000);
    expect(
      await store.recordSecondaryStatus('b', { secondaryStatus: 'Uploading', trainingCreatedAt: 900 }, 'poll', 5000),
    ).toBeNull();
  });

  it('notes how its limit was found, when it is as it was seen', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    const before = { trainingSinceAt: 1000, overdueSince: null };
    const noted = { trainingSinceAt: 1000, overdueSince: 9000 };
    expect(await store.recordLimit('a', before, noted, 9000)).toMatchObject(noted);
    expect(await store.recordLimit('a', before, { ...noted, overdueSince: 9500 }, 9500)).toBeNull();
    expect(await store.recordLimit('a', noted, { trainingSinceAt: 500, overdueSince: null }, 9600)).toMatchObject({
      trainingSinceAt: 500,
      overdueSince: null,
    });
    expect(await reported(store, 'a')).toHaveLength(2);
    // What was noted of the start is over with it.
    await store.insertRun(newRun('b'), 1000);
    const ofStart = { trainingSinceAt: null, overdueSince: 7000 };
    expect(await store.recordLimit('b', { ...ofStart, overdueSince: null }, ofStart, 7000)).toMatchObject(ofStart);
    expect(await store.markStarted('b', arnOf('b'), 'poll', 'started', 8000)).toMatchObject({ overdueSince: null });
    await trained(store, 'c');
    expect(await store.recordLimit('c', before, noted, 9000)).toBeNull();
  });

  it('records once that a stop was asked for, unless the run is over', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    expect(await store.requestStop('a', 2000)).toMatchObject({ status: 'training', stopRequestedAt: 2000 });
    expect(await store.requestStop('a', 3000)).toMatchObject({ stopRequestedAt: 2000 });
    expect((await reported(store, 'a')).slice(2)).toEqual(['training training>training api: stop requested']);
    await trained(store, 'b');
    expect([await store.requestStop('b', 2000), await store.requestStop('none', 2000)]).toEqual([null, null]);
  });

  it('ends a run once, whoever sees it', async () => {
    const { open } = newDatabase();
    const store = open();
    await inTraining(store, 'a');
    await store.recordSecondaryStatus('a', { secondaryStatus: 'Uploading', trainingCreatedAt: 900 }, 'poll', 2000);
    const both = await Promise.all([
      open().finishRun('a', completed, newDeployment('d1'), 'poll', 6000),
      open().finishRun('a', completed, newDeployment('d2'), 'poll', 6000),
    ]);
    const won = both.filter((one) => one !== null);
    expect(won).toHaveLength(1);
    expect(won[0]?.run).toMatchObject({ ...completed, trainingCreatedAt: 900, finishedAt: 6000, updatedAt: 6000 });
    expect(won[0]?.deployment).toMatchObject({
      status: 'queued',
      attempts: 1,
      trainingCreatedAt: 900,
      fencingToken: 0,
      step: 'model',
    });
    expect((await store.listDeployments({}, { limit: 10, cursor: null })).items).toEqual([won[0]?.deployment]);
    expect((await reported(store, 'a')).slice(3)).toEqual(['training training>completed poll', 'deployment >queued poll']);
    expect((await store.findRun('a'))?.deploymentStatus).toBe('queued');
    expect(await store.finishRun('a', timedOut, null, 'poll', 7000)).toBeNull();
  });

  it('lets a timed-out run end after all, and only then', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    await store.recordSecondaryStatus('a', { secondaryStatus: 'Training', trainingCreatedAt: 900 }, 'poll', 2000);
    const out = await store.finishRun('a', timedOut, null, 'poll', 3000);
    expect(out?.run).toMatchObject({ status: 'timed_out', failureReason: timedOut.failureReason, secondaryStatus: 'Training' });
    expect(await store.finishRun('a', timedOut, null, 'poll', 4000)).toBeNull();
    expect(await store.requestStop('a', 4500)).toMatchObject({ status: 'timed_out', stopRequestedAt: 4500 });
    const finished = await store.finishRun('a', completed, newDeployment('d'), 'event', 5000);
    expect(finished?.run).toMatchObject({ ...completed, trainingCreatedAt: 900, finishedAt: 5000 });
    expect(finished?.deployment?.deploymentId).toBe('d');
    expect((await reported(store, 'a')).slice(3)).toEqual([
      'training training>timed_out poll: not over after 2 days',
      'training timed_out>timed_out api: stop requested',
      'training timed_out>completed event',
      'deployment >queued event',
    ]);
  });

  it('deploys only what was completed', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    await expect(store.finishRun('a', { ...completed, status: 'failed' }, newDeployment('d'), 'poll', 6000)).rejects.toThrow(
      /completed/,
    );
    expect((await store.findRun('a'))?.status).toBe('training');
  });

  it('ends a run that was never started', async () => {
    const store = newDatabase().open();
    await store.insertRun(newRun('a'), 1000);
    const failed = { ...timedOut, status: 'failed', failureReason: 'no such role' } as const;
    expect((await store.finishRun('a', failed, null, 'worker', 2000))?.run).toMatchObject({
      status: 'failed',
      failureReason: 'no such role',
    });
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>failed worker: no such role']);
  });

  it('shows the status of the newest deployment', async () => {
    const store = newDatabase().open();
    const first = await queued(store, 'a');
    await store.claimDeployment(first.deploymentId, 9000, 7000);
    await store.finishDeployment(first.deploymentId, 1, { status: 'failed', failureReason: 'no', detail: null }, 8000);
    expect((await store.findRun('a'))?.deploymentStatus).toBe('failed');
    await store.requestDeployment('a', newDeployment('again'), 9000);
    expect((await store.findRun('a'))?.deploymentStatus).toBe('queued');
  });
}
