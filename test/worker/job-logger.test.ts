import { describe, expect, test } from 'vitest';
import { createJobLogger } from '../../src/worker/job-logger.ts';
import { keptLog } from '../queue/harness.ts';

function openJobLog() {
  const { log, lines } = keptLog();
  const rows: string[] = [];
  // The instant stands first.
  const report = (row: string): void => void rows.push(row.replace(/^\S+ /, ''));
  return { log: createJobLogger(log, { training_job_name: 'job-1' }, report), lines, rows };
}

describe('createJobLogger', () => {
  test('writes each line to the log with its bound fields, and to the job without them', () => {
    const { log, lines, rows } = openJobLog();
    log.info({ secondary_status: 'Training' }, 'training observed');
    log.error({ err: new Error('no such role') }, 'training cannot be observed');
    log.debug({}, 'nothing new');
    expect(lines.map(({ level, message, training_job_name }) => [level, message, training_job_name])).toEqual([
      ['info', 'training observed', 'job-1'],
      ['error', 'training cannot be observed', 'job-1'],
      ['debug', 'nothing new', 'job-1'],
    ]);
    expect(rows).toEqual([
      'training observed (secondary_status: Training)',
      'ERROR training cannot be observed (error: no such role)',
    ]);
  });

  test('a child adds its fields to the log, and reports to the same job', () => {
    const { log, lines, rows } = openJobLog();
    log
      .child({ deployment_id: 'd-1' })
      .child({ endpoint_name: 'live' })
      .warn({ deployment_id: 'd-1', endpoint_name: 'other', attempt: 2 }, 'retrying');
    expect(lines).toEqual([
      {
        training_job_name: 'job-1',
        deployment_id: 'd-1',
        endpoint_name: 'other',
        attempt: 2,
        level: 'warn',
        message: 'retrying',
      },
    ]);
    // A name that is not the job's own is said.
    expect(rows).toEqual(['WARN retrying (endpoint_name: other, attempt: 2)']);
  });
});
