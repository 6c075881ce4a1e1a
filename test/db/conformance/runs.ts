import { expect, it } from 'vitest';
import type { TestDatabase } from './test-database.ts';
import { arnOf, completed, inTraining, newDeployment, newRun, present, queued, timedOut, reported, trained } from '../samples.ts';

export function runsSuite(newDatabase: () => TestDatabase): void {
  it('keeps the whole request', async () => {
    const store = newDatabase().open();
    const requested = newRun('a', { idempotencyKey: 'key', idempotencyHash: 'hash' });
    const inserted = await store.runs.insert({ run: requested, now: 1000 });
    expect(inserted).toMatchObject({
      kind: 'inserted',
      run: { ...requested, status: 'requested', createdAt: 1000, startAttempts: 0 },
    });
    expect(await store.runs.find('a')).toEqual({ ...inserted.run, deploymentStatus: 'none' });
    expect(await store.runs.findStatus('a')).toEqual({
      trainingJobName: 'a',
      endpointName: requested.endpointName,
      status: 'requested',
    });
    expect([await store.runs.find('b'), await store.runs.findStatus('b')]).toEqual([null, null]);
    expect(await reported(store, 'a')).toEqual(['training >requested api']);
  });

  it('finds the progress of many runs, in whatever case their names are written', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'Case-1');
    await store.runs.insert({ run: newRun('b'), now: 2000 });
    expect(await store.runs.findProgress(['none'])).toEqual([]);
    const found = await store.runs.findProgress(['none', 'case-1', 'B']);
    const byName = Object.fromEntries(found.map((one) => [one.trainingJobName, one]));
    const run = present(await store.runs.find('Case-1'));
    expect(byName).toEqual({
      'Case-1': {
        seq: run.seq,
        trainingJobName: 'Case-1',
        trainingJobArn: arnOf('Case-1'),
        endpointName: run.endpointName,
        status: 'training',
        secondaryStatus: null,
        stopRequestedAt: null,
        overdueSince: null,
        trainingSinceAt: run.trainingSinceAt,
        trainingCreatedAt: null,
        createdAt: run.createdAt,
        isAdopted: false,
      },
      b: expect.objectContaining({ status: 'requested', isAdopted: false }),
    });
    const many = Array.from({ length: 100 }, (_, number) => `job-${number}`);
    expect(await store.runs.findProgress([...many.slice(1), 'CASE-1'])).toHaveLength(1);
  });

  it('gives one of two requests at once the name, and one the key', async () => {
    const { open } = newDatabase();
    const [one, other] = [open(), open()];
    const names = await Promise.all(
      [one, other].map((store, i) => store.runs.insert({ run: newRun('a', { runId: `run-${i}` }), now: 1000 })),
    );
    expect(names.map(({ kind }) => kind).toSorted()).toEqual(['inserted', 'name_taken']);
    const keyed = { idempotencyKey: 'key', idempotencyHash: 'hash' };
    const keys = await Promise.all([
      one.runs.insert({ run: newRun('b', keyed), now: 1000 }),
      other.runs.insert({ run: newRun('c', keyed), now: 1000 }),
    ]);
    expect(keys.map(({ kind }) => kind).toSorted()).toEqual(['inserted', 'same_key']);
    expect(new Set(keys.map(({ run }) => run.seq)).size).toBe(1);
    // The key goes first, also where the name is another run's.
    expect(await one.runs.insert({ run: newRun('a', { ...keyed, runId: 'third' }), now: 1000 })).toMatchObject({
      kind: 'same_key',
      run: { trainingJobName: keys[0]?.run.trainingJobName },
    });
    await expect(one.runs.insert({ run: newRun('d', { runId: 'run-a-of-another' }), now: 1000 })).resolves.toMatchObject({
      kind: 'inserted',
    });
    await expect(one.runs.insert({ run: newRun('e', { runId: 'run-a-of-another' }), now: 1000 })).rejects.toThrow(
      /run-a-of-another is taken/,
    );
  });

  it('adopts a training once', async () => {
    const { open } = newDatabase();
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('a');
    const adopted = { ...own, trainingJobArn: arnOf('a'), secondaryStatus: 'Training', createdAt: 400, foundEnded: true };
    const both = await Promise.all(
      [open(), open()].map((store) => store.runs.adopt({ run: adopted, actor: 'event', now: 1000 })),
    );
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['adopted', 'known']);
    const store = open();
    const run = await store.runs.find('a');
    expect(both).toMatchObject([{ run: { seq: run?.seq } }, { run: { seq: run?.seq } }]);
    const recorded = { status: 'training', request: null, trainingSinceAt: 1000, updatedAt: 1000, trainingCreatedAt: 400 };
    expect(run).toMatchObject({ ...adopted, ...recorded });
    expect(await reported(store, 'a')).toEqual(['training >training event: adopted from SageMaker']);
    expect([await store.runs.findNameByRunId('run-a'), await store.runs.findNameByRunId('run-b')]).toEqual(['a', null]);
    await store.runs.insert({ run: newRun('keyed', { idempotencyKey: 'k' }), now: 1000 });
    expect((await store.runs.findByIdempotencyKey('k'))?.trainingJobName).toBe('keyed');
    expect(await store.runs.findByIdempotencyKey('none')).toBeNull();
    // A training job that was cloned in SageMaker's console keeps the other one's tags.
    expect(await store.runs.adopt({ run: { ...adopted, trainingJobName: 'clone' }, actor: 'event', now: 1000 })).toEqual({
      kind: 'run_id_taken',
      by: 'a',
    });
    expect(await store.runs.find('clone')).toBeNull();
  });

  it('adopts a skipped training; a removed one only when it is requested again', async () => {
    const store = newDatabase().open();
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('a');
    const adopted = { ...own, trainingJobArn: arnOf('a'), secondaryStatus: null, createdAt: 400, foundEnded: false };
    await store.skipped.record({ kind: 'training_job', name: 'a', reason: 'denied', now: 900 });
    await store.skipped.record({ kind: 'removed_run', name: 'a', reason: 'removed', now: 900 });
    expect(await store.runs.adopt({ run: adopted, actor: 'reconcile', now: 1000 })).toEqual({ kind: 'removed' });
    expect(await store.skipped.list()).toHaveLength(1);
    expect(await store.runs.adopt({ run: adopted, actor: 'api', now: 1000, evenRemoved: true })).toMatchObject({
      kind: 'adopted',
    });
    expect(await store.skipped.list()).toEqual([]);
    expect(await store.skipped.resolve({ kind: 'removed_run', name: 'a' })).toBe(false);
  });

  it('finds a run by its name in any case, and takes no second one of it', async () => {
    const store = newDatabase().open();
    const { run } = await store.runs.insert({ run: newRun('Case-1'), now: 1000 });
    expect(await store.runs.findInAnyCase('CASE-1')).toEqual({ ...run, deploymentStatus: 'none' });
    expect(await store.runs.findStatus('case-1')).toMatchObject({ trainingJobName: 'Case-1' });
    expect([await store.runs.find('CASE-1'), await store.runs.findInAnyCase('CASE-2')]).toEqual([null, null]);
    const other = newRun('CASE-1', { runId: 'another' });
    expect(await store.runs.insert({ run: other, now: 1000 })).toMatchObject({
      kind: 'name_taken',
      run: { trainingJobName: 'Case-1' },
    });
    expect(
      await store.runs.insert({
        run: { ...other, trainingJobName: 'd', idempotencyKey: 'key', idempotencyHash: 'h' },
        now: 1000,
      }),
    ).toMatchObject({ kind: 'inserted' });
    expect(await store.runs.insert({ run: { ...other, idempotencyKey: 'key', idempotencyHash: 'h' }, now: 1000 })).toMatchObject({
      kind: 'same_key',
      run: { trainingJobName: 'd' },
    });
  });

  it('adopts a training in another case only where it is another one', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'Case-1');
    const { request: _r, idempotencyKey: _k, idempotencyHash: _h, ...own } = newRun('CASE-1', { runId: 'another' });
    const job = { ...own, secondaryStatus: null, createdAt: 400, foundEnded: false };
    const same = await store.runs.adopt({ run: { ...job, trainingJobArn: arnOf('case-1') }, actor: 'event', now: 1000 });
    expect(same).toMatchObject({ kind: 'known', run: { trainingJobName: 'Case-1' } });
    const different = await store.runs.adopt({
      run: { ...job, trainingJobArn: arnOf('somewhere-else') },
      actor: 'event',
      now: 1000,
    });
    expect(different).toMatchObject({ kind: 'adopted', run: { trainingJobName: 'CASE-1' } });
    expect((await store.runs.findInAnyCase('CASE-1'))?.trainingJobName).toBe('CASE-1');
    expect((await store.runs.findInAnyCase('Case-1'))?.trainingJobName).toBe('Case-1');
    expect((await store.runs.findInAnyCase('case-1'))?.trainingJobName).toBe('Case-1');
  });

  it('records each phase once, while the run is in training', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    expect(
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'a',
        secondaryStatus: 'Starting',
        trainingCreatedAt: 900,
        actor: 'poll',
        now: 1500,
      }),
    ).toBeNull();
    await inTraining(store, 'b');
    expect(
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'b',
        secondaryStatus: null,
        trainingCreatedAt: 800,
        actor: 'poll',
        now: 1600,
      }),
    ).toMatchObject({
      secondaryStatus: null,
      trainingCreatedAt: 800,
    });
    expect(
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'b',
        secondaryStatus: 'Downloading',
        trainingCreatedAt: 900,
        actor: 'poll',
        now: 2000,
      }),
    ).toMatchObject({
      secondaryStatus: 'Downloading',
      trainingCreatedAt: 900,
      updatedAt: 2000,
    });
    expect(
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'b',
        secondaryStatus: 'Downloading',
        trainingCreatedAt: 900,
        actor: 'event',
        now: 3000,
      }),
    ).toMatchObject({
      updatedAt: 2000,
    });
    expect((await reported(store, 'b')).slice(2)).toEqual(['training training>training poll: Downloading']);
    await store.runs.finish({ trainingJobName: 'b', outcome: completed, deployment: null, actor: 'poll', now: 4000 });
    expect(
      await store.runs.recordSecondaryStatus({
        trainingJobName: 'b',
        secondaryStatus: 'Uploading',
        trainingCreatedAt: 900,
        actor: 'poll',
        now: 5000,
      }),
    ).toBeNull();
  });

  it('notes how its limit was found, when it is as it was seen', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    const before = { trainingSinceAt: 1000, overdueSince: null };
    const noted = { trainingSinceAt: 1000, overdueSince: 9000 };
    expect(await store.runs.recordTimeLimit({ trainingJobName: 'a', before, after: noted, now: 9000 })).toMatchObject(noted);
    expect(
      await store.runs.recordTimeLimit({ trainingJobName: 'a', before, after: { ...noted, overdueSince: 9500 }, now: 9500 }),
    ).toBeNull();
    expect(
      await store.runs.recordTimeLimit({
        trainingJobName: 'a',
        before: noted,
        after: { trainingSinceAt: 500, overdueSince: null },
        now: 9600,
      }),
    ).toMatchObject({
      trainingSinceAt: 500,
      overdueSince: null,
    });
    expect(await reported(store, 'a')).toHaveLength(2);
    // What was noted of the start is over with it.
    await store.runs.insert({ run: newRun('b'), now: 1000 });
    const ofStart = { trainingSinceAt: null, overdueSince: 7000 };
    expect(
      await store.runs.recordTimeLimit({
        trainingJobName: 'b',
        before: { ...ofStart, overdueSince: null },
        after: ofStart,
        now: 7000,
      }),
    ).toMatchObject(ofStart);
    expect(
      await store.runs.markStarted({
        trainingJobName: 'b',
        trainingJobArn: arnOf('b'),
        actor: 'poll',
        detail: 'started',
        now: 8000,
      }),
    ).toMatchObject({ overdueSince: null });
    await trained(store, 'c');
    expect(await store.runs.recordTimeLimit({ trainingJobName: 'c', before, after: noted, now: 9000 })).toBeNull();
  });

  it('records once that a stop was requested, unless the run is over', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    expect(await store.runs.requestStop({ trainingJobName: 'a', now: 2000 })).toMatchObject({
      status: 'training',
      stopRequestedAt: 2000,
    });
    expect(await store.runs.requestStop({ trainingJobName: 'a', now: 3000 })).toMatchObject({ stopRequestedAt: 2000 });
    expect((await reported(store, 'a')).slice(2)).toEqual(['training training>training api: stop requested']);
    await trained(store, 'b');
    expect([
      await store.runs.requestStop({ trainingJobName: 'b', now: 2000 }),
      await store.runs.requestStop({ trainingJobName: 'none', now: 2000 }),
    ]).toEqual([null, null]);
  });

  it('ends a run once, whichever process sees it', async () => {
    const { open } = newDatabase();
    const store = open();
    await inTraining(store, 'a');
    await store.runs.recordSecondaryStatus({
      trainingJobName: 'a',
      secondaryStatus: 'Uploading',
      trainingCreatedAt: 900,
      actor: 'poll',
      now: 2000,
    });
    const both = await Promise.all([
      open().runs.finish({ trainingJobName: 'a', outcome: completed, deployment: newDeployment('d1'), actor: 'poll', now: 6000 }),
      open().runs.finish({ trainingJobName: 'a', outcome: completed, deployment: newDeployment('d2'), actor: 'poll', now: 6000 }),
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
    expect((await store.deployments.list({ filter: {}, page: { limit: 10, cursor: null } })).items).toEqual([won[0]?.deployment]);
    expect((await reported(store, 'a')).slice(3)).toEqual(['training training>completed poll', 'deployment >queued poll']);
    expect((await store.runs.find('a'))?.deploymentStatus).toBe('queued');
    expect(
      await store.runs.finish({ trainingJobName: 'a', outcome: timedOut, deployment: null, actor: 'poll', now: 7000 }),
    ).toBeNull();
  });

  it('lets a timed-out run end after all, and only then', async () => {
    const store = newDatabase().open();
    await inTraining(store, 'a');
    await store.runs.recordSecondaryStatus({
      trainingJobName: 'a',
      secondaryStatus: 'Training',
      trainingCreatedAt: 900,
      actor: 'poll',
      now: 2000,
    });
    const out = await store.runs.finish({ trainingJobName: 'a', outcome: timedOut, deployment: null, actor: 'poll', now: 3000 });
    expect(out?.run).toMatchObject({ status: 'timed_out', failureReason: timedOut.failureReason, secondaryStatus: 'Training' });
    expect(
      await store.runs.finish({ trainingJobName: 'a', outcome: timedOut, deployment: null, actor: 'poll', now: 4000 }),
    ).toBeNull();
    expect(await store.runs.requestStop({ trainingJobName: 'a', now: 4500 })).toMatchObject({
      status: 'timed_out',
      stopRequestedAt: 4500,
    });
    const finished = await store.runs.finish({
      trainingJobName: 'a',
      outcome: completed,
      deployment: newDeployment('d'),
      actor: 'event',
      now: 5000,
    });
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
    await expect(
      store.runs.finish({
        trainingJobName: 'a',
        outcome: { ...completed, status: 'failed' },
        deployment: newDeployment('d'),
        actor: 'poll',
        now: 6000,
      }),
    ).rejects.toThrow(/completed/);
    expect((await store.runs.find('a'))?.status).toBe('training');
  });

  it('ends a run that was never started', async () => {
    const store = newDatabase().open();
    await store.runs.insert({ run: newRun('a'), now: 1000 });
    const failed = { ...timedOut, status: 'failed', failureReason: 'no such role' } as const;
    expect(
      (await store.runs.finish({ trainingJobName: 'a', outcome: failed, deployment: null, actor: 'worker', now: 2000 }))?.run,
    ).toMatchObject({
      status: 'failed',
      failureReason: 'no such role',
    });
    expect(await reported(store, 'a')).toEqual(['training >requested api', 'training requested>failed worker: no such role']);
  });

  it('shows the status of the newest deployment', async () => {
    const store = newDatabase().open();
    const first = await queued(store, 'a');
    await store.deployments.claim({ deploymentId: first.deploymentId, deadlineAt: 9000, now: 7000 });
    await store.deployments.finish({
      deploymentId: first.deploymentId,
      fencingToken: 1,
      outcome: { status: 'failed', failureReason: 'no', detail: null },
      now: 8000,
    });
    expect((await store.runs.find('a'))?.deploymentStatus).toBe('failed');
    await store.deployments.request({ trainingJobName: 'a', deployment: newDeployment('repeated'), now: 9000 });
    expect((await store.runs.find('a'))?.deploymentStatus).toBe('queued');
  });
}
