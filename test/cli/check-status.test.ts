import { expect, it } from 'vitest';
import type { StatusBody } from '../../src/api/schemas/status.ts';
import { checkStatus } from '../../src/cli/doctor/check-status.ts';

const at = '2026-11-27T03:17:29.000Z';
const processOf = (name: string, problem: string | null = null) => ({
  name,
  version: '1.2.3',
  started_at: at,
  last_seen_at: at,
  problem,
});
const status: StatusBody = {
  version: '1.2.3',
  database: { status: 'ok', reason: null },
  redis: { status: 'ok', reason: null, version: null, eviction_policy: null },
  workers: [processOf('worker-1')],
  api_processes: [processOf('api-1')],
  oldest_waiting_job: null,
  last_event_at: at,
  sagemaker_calls: null,
  skipped: null,
  change_feed: null,
  warnings: [],
};
const failures = (one: StatusBody) =>
  checkStatus(one, Date.parse(at)).flatMap(({ status: is, name, detail }) => (is === 'failed' ? [`${name}: ${detail}`] : []));

it('checkStatus > names what an API process lacks apart from what workers lack', () => {
  expect(failures(status)).toEqual([]);
  expect(failures({ ...status, api_processes: [processOf('api-1', 'no Redis')] })).toEqual(['API processes: api-1: no Redis']);
  expect(failures({ ...status, workers: [processOf('worker-1', 'no Redis')] })).toEqual(['workers: worker-1: no Redis']);
  expect(failures({ ...status, workers: [] })).toEqual(['workers: none runs: no training is observed, and nothing is deployed']);
});
