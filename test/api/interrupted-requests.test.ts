/** Requests that fail halfway: the response is right about what may have been done. */
import { describe, expect, it } from 'vitest';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const unavailable = { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'unavailable', times: 'forever' } as const;
const idempotencyKey = { 'idempotency-key': 'once' };

const names = async (api: Api): Promise<string[]> =>
  (await api.ask<{ items: TrainingRunBody[] }>('GET', '/training-jobs')).body.items.map((run) => run.training_job_name);

describe('POST /bootstrap, with an indeterminate start', () => {
  it.each([
    [
      'without an Idempotency-Key > the training is stopped if it started',
      {},
      /^SageMaker does not say whether the training (\S+) is started\. If it is, a worker stops it/,
    ],
    [
      'with an Idempotency-Key > the run stays',
      idempotencyKey,
      /^SageMaker does not say whether the training (\S+) is started\. The run is recorded.*repeat the Idempotency-Key/,
    ],
  ])(
    '%s',
    async (_, headers, says) => {
      const api = await startApi();
      // It did start it.
      api.simulator.addFault({ ...unavailable, match: { operation: 'CreateTrainingJob' }, afterEffect: true });
      api.simulator.addFault({ ...unavailable, match: { operation: 'DescribeTrainingJob' } });
      const { detail } = expectProblem(await api.ask('POST', '/bootstrap', { headers }), 503, 'sagemaker_unavailable');
      expect(detail).toMatch(says);
      expect(detail).not.toMatch(/nothing was/i);
      const [created] = api.simulator.effects({ kind: 'training_job_created' });
      expect(says.exec(detail)?.[1]).toBe(created?.name);
      expect(await names(api)).toEqual([created?.name]);
    },
    20_000,
  );

  it('returns 503 where the service may not describe the training', async () => {
    const api = await startApi();
    api.simulator.addFault({ ...unavailable, match: { operation: 'CreateTrainingJob' }, afterEffect: true });
    const denied = { ...unavailable, status: 400, code: 'AccessDeniedException', message: 'not authorized to describe' };
    api.simulator.addFault({ ...denied, match: { operation: 'DescribeTrainingJob' } });
    const { detail } = expectProblem(await api.ask('POST', '/bootstrap'), 503, 'sagemaker_unavailable');
    expect(detail).toMatch(/If it is, a worker stops it/);
  }, 20_000);
});

describe('database lost halfway', () => {
  it('POST /bootstrap > says that the run is recorded', async () => {
    const api = await startApi();
    api.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'CreateTrainingJob' } });
    const refused = { kind: 'error', status: 400, code: 'ValidationException', message: 'no such image' } as const;
    api.simulator.addFault({ ...refused, match: { operation: 'CreateTrainingJob' } });
    const response = api.ask('POST', '/bootstrap');
    const [name] = await eventually(
      () => names(api),
      (known) => known.length === 1,
    );
    api.takeDatabaseAway();
    const { detail } = expectProblem(await response, 503, 'database_unavailable');
    expect(detail).toContain(`The run ${name} is recorded`);
    expect(detail).not.toMatch(/nothing was/);
  });

  it('POST /training-jobs/{name}/stop > says that the stop is recorded', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'job' } });
    api.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'StopTrainingJob' } });
    const response = api.ask('POST', '/training-jobs/job/stop');
    await eventually(
      () => api.ctx.store.runs.find('job'),
      (run) => run?.stopRequestedAt !== null,
    );
    api.takeDatabaseAway();
    const { detail } = expectProblem(await response, 503, 'database_unavailable');
    expect(detail).toMatch(/^The database became unavailable half-way\. The stop of job is recorded/);
  });

  it('POST /deploy/{name} > says that it may be recorded and is safe to repeat', async () => {
    const api = await startApi();
    await api.train('foreign-job', 'completed');
    api.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'ListTags' } });
    const response = api.ask('POST', '/deploy/foreign-job');
    // All that is read before has been read.
    await eventually(async () => {
      const control = await fetch(`${api.simulator.url}/_control/faults`);
      const { faults } = (await control.json()) as { faults: { injected: number }[] };
      return faults[0]?.injected === 1;
    });
    api.takeDatabaseAway();
    const { detail } = expectProblem(await response, 503, 'database_unavailable');
    expect(detail).toMatch(/may have been recorded; .* no second one$/);
  });

  it('all of them > say that nothing was changed when it was lost before', async () => {
    const api = await startApi();
    await api.ask('POST', '/bootstrap', { json: { training_job_name: 'job' } });
    api.takeDatabaseAway();
    for (const path of ['/bootstrap', '/deploy/job', '/training-jobs/job/stop']) {
      const { detail } = expectProblem(await api.ask('POST', path), 503, 'database_unavailable');
      expect(detail, path).toBe('The database does not answer; nothing was changed');
    }
    expect(api.simulator.effects()).toHaveLength(1);
  });
});
