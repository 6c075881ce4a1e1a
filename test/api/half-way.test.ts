/** Answers to requests that went wrong half-way: what they say of what may have been done is true. */
import { describe, expect, it } from 'vitest';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const away = { kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', times: 'forever' } as const;
const idempotencyKey = { 'idempotency-key': 'once' };

const names = async (api: Api): Promise<string[]> =>
  (await api.ask<{ items: TrainingRunBody[] }>('GET', '/training-jobs')).body.items.map((run) => run.training_job_name);

describe('a bootstrap of which SageMaker does not say whether it started the training', () => {
  it.each([
    [
      'without a key: the training is stopped if it is started',
      {},
      /^SageMaker does not say whether the training (\S+) is started\. If it is, a worker stops it/,
    ],
    [
      'with a key: the run stays',
      idempotencyKey,
      /^SageMaker does not say whether the training (\S+) is started\. The run is recorded.*repeat the Idempotency-Key/,
    ],
  ])(
    '%s',
    async (_, headers, says) => {
      const api = await startApi();
      // It did start it.
      api.simulator.addFault({ ...away, match: { operation: 'CreateTrainingJob' }, afterEffect: true });
      api.simulator.addFault({ ...away, match: { operation: 'DescribeTrainingJob' } });
      const { detail } = expectProblem(await api.ask('POST', '/bootstrap', { headers }), 503, 'sagemaker_unavailable');
      expect(detail).toMatch(says);
      expect(detail).not.toMatch(/nothing was/i);
      const [created] = api.simulator.effects({ kind: 'training_job_created' });
      expect(says.exec(detail)?.[1]).toBe(created?.name);
      expect(await names(api)).toEqual([created?.name]);
    },
    20_000,
  );

  it('because it may not look: that is no refusal either', async () => {
    const api = await startApi();
    api.simulator.addFault({ ...away, match: { operation: 'CreateTrainingJob' }, afterEffect: true });
    const denied = { ...away, status: 400, code: 'AccessDeniedException', message: 'not authorized to describe' };
    api.simulator.addFault({ ...denied, match: { operation: 'DescribeTrainingJob' } });
    const { detail } = expectProblem(await api.ask('POST', '/bootstrap'), 503, 'sagemaker_unavailable');
    expect(detail).toMatch(/If it is, a worker stops it/);
  }, 20_000);
});

describe('the database, gone half-way', () => {
  it('through a bootstrap: the run is recorded, and that is said', async () => {
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

  it('through a stop: the stop is recorded, and that is said', async () => {
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
    expect(detail).toMatch(/^The database stopped answering half-way\. The stop of job is recorded/);
  });

  it('through a deploy: it may be recorded, and asking again is safe', async () => {
    const api = await startApi();
    await api.train('theirs', 'completed');
    api.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'ListTags' } });
    const response = api.ask('POST', '/deploy/theirs');
    // All that is read before has been read.
    await eventually(async () => {
      const control = await fetch(`${api.simulator.url}/_control/faults`);
      const { faults } = (await control.json()) as { faults: { injected: number }[] };
      return faults[0]?.injected === 1;
    });
    api.takeDatabaseAway();
    const { detail } = expectProblem(await response, 503, 'database_unavailable');
    expect(detail).toMatch(/may have been recorded; to ask again makes no second one$/);
  });

  it('before anything: nothing was changed', async () => {
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
