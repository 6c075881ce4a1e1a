import { describe, expect, it } from 'vitest';
import { autoDeployLogger, createLogger, logContext } from '../../src/observability/logger.ts';

const secrets = ['a-long-api-key', 'quo"ted', 'k1'];

function capture() {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'info', secrets }, 'worker', { write: (line: string) => lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a line', () => {
  it('is one JSON object with the level as a word and the time in ISO 8601', () => {
    const { log, lines, last } = capture();
    log.info({ training_job_name: 'job-1' }, 'two\nlines');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'worker',
      pid: process.pid,
      training_job_name: 'job-1',
      msg: 'two\nlines',
    });
  });

  it('carries the component of monitoring and deploying', () => {
    const { log, last } = capture();
    autoDeployLogger(log).info({}, 'polled');
    expect(last()).toMatchObject({ component: 'auto-deploy' });
  });

  it('carries the fields of the request that it was written in', async () => {
    const { log, last } = capture();
    await logContext.run({ request_id: 'r-1' }, async () => {
      await Promise.resolve();
      log.info({ first: true }, 'inside');
      log.info({}, 'inside again');
    });
    expect(last()).toMatchObject({ request_id: 'r-1', msg: 'inside again' });
    expect(last()).not.toHaveProperty('first');
    log.info({}, 'outside');
    expect(last()).not.toHaveProperty('request_id');
  });

  it('tells an error with its type, message, stack, code and cause', () => {
    const { log, last } = capture();
    log.warn({ err: Object.assign(new RangeError('too far', { cause: new Error('inner') }), { code: 'E_FAR' }) }, 'failed');
    expect(last()['err']).toEqual({
      type: 'RangeError',
      message: 'too far',
      stack: expect.stringContaining('logger.test.ts'),
      code: 'E_FAR',
      cause: { type: 'Error', message: 'inner', stack: expect.any(String) },
    });
  });
});

describe('no secret reaches a line', () => {
  it('as a field or header', () => {
    const { log, lines } = capture();
    log.info(
      { authorization: 'hunter2', headers: { 'x-api-key': 'hunter2' }, request: { headers: { authorization: 'hunter2' } } },
      'in',
    );
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('as a configured key or password inside of any text', () => {
    const { log, lines, last } = capture();
    log.info({ nested: { text: 'Bearer a-long-api-key' } }, 'it was quo"ted');
    expect(last()).toMatchObject({ nested: { text: 'Bearer [hidden]' }, msg: 'it was [hidden]' });
    expect(lines.join('')).not.toContain('a-long-api-key');
  });

  it('as the credentials of an address', () => {
    const { log, last } = capture();
    log.info({}, 'cannot reach redis://:hunter2@redis:6379/0 now');
    expect(last()).toMatchObject({ msg: 'cannot reach redis://[hidden]@redis:6379/0 now' });
  });

  it("through an error's own fields: Redis errors hold the arguments of AUTH", () => {
    const { log, lines } = capture();
    log.error({ err: Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } }) }, 'failed');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('and the line stays whole with a key too short to be replaced', () => {
    const { log, last } = capture();
    log.info({ k1: 1 }, 'k1');
    expect(last()).toMatchObject({ k1: 1, msg: 'k1' });
  });
});
