import { expect, it } from 'vitest';
import { createFailureLog } from '../../src/api/problems/failure-log.ts';
import { ApiError } from '../../src/api/problems/api-error.ts';
import { createLogger } from '../../src/observability/logger.ts';

const request = { method: 'POST', path: '/events' };

it('createFailureLog > logs a repeated failure once in 30 s, with a count and without a stack', () => {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'info', secrets: [] }, 'api', { write: (line: string) => lines.push(line) });
  let now = 1_000_000;
  const logFailure = createFailureLog(log, () => now);
  const refused = new ApiError('redis_unavailable', 'Redis refuses writes', { cause: new Error('READONLY You cannot write') });
  for (let count = 0; count < 50; count += 1) logFailure(refused, refused, request);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      level: 'warn',
      msg: 'request failed',
      ...request,
      code: 'redis_unavailable',
      repeats: 0,
      err: { message: 'READONLY You cannot write' },
    },
  ]);
  expect(lines.join()).not.toContain('failure-log.test.ts');
  now += 30_000;
  logFailure(refused, refused, request);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ repeats: 49 });
  // Another failure is logged at once, and an internal error each time, with its stack.
  logFailure(new ApiError('database_unavailable', 'locked'), null, request);
  const fault = new ApiError('internal_error', 'unexpected', { cause: new Error('a bug') });
  for (let count = 0; count < 2; count += 1) logFailure(fault, fault, request);
  logFailure(new ApiError('not_found', 'no such run'), null, request);
  expect(lines).toHaveLength(5);
  expect(lines.filter((line) => line.includes('failure-log.test.ts'))).toHaveLength(2);
});
