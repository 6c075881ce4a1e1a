import { describe, expect, it } from 'vitest';
import { formatLogLine, report } from '../../tools/dev/console-line.ts';

const time = '2026-11-24T10:00:00.250Z';
const clock = new Date(time).toTimeString().slice(0, 8);
const reported = (entry: object): string | null => report('worker-1', JSON.stringify({ level: 'info', time, ...entry }));

describe('the story on the terminal', () => {
  it('is what the auto-deploy component says', () => {
    expect(reported({ component: 'auto-deploy', training_job_name: 'run-1', msg: 'training completed' })).toBe(
      `${clock}  worker-1  run-1  training completed`,
    );
  });

  it('leaves out the rest', () => {
    expect(reported({ msg: 'request' })).toBeNull();
    expect(reported({ level: 'debug', component: 'auto-deploy', msg: 'looked' })).toBeNull();
    expect(report('redis', '1:M * Ready to accept connections')).toBeNull();
    expect(report('api', '{"torn')).toBeNull();
  });

  it('has warnings and errors of all, with their reasons', () => {
    expect(reported({ level: 'warn', msg: 'Redis is away', err: { message: 'connect ECONNREFUSED' } })).toBe(
      `${clock}  worker-1  warning  Redis is away: connect ECONNREFUSED`,
    );
    expect(reported({ level: 'error', training_job_name: 'run-1', msg: 'gave up' })).toBe(
      `${clock}  worker-1  run-1  ERROR  gave up`,
    );
  });

  it('shortens what would fill the screen, and tells what it came from', () => {
    const err = { message: 'q'.repeat(5000), cause: { message: 'table deployments already exists' } };
    expect(reported({ level: 'fatal', msg: 'the worker ends', err })).toMatch(
      /  ERROR  the worker ends: q{200}…: table deployments already exists$/,
    );
  });

  it('keeps to one line, and out of the terminal’s controls', () => {
    expect(formatLogLine('api', ['a\nb\u001B[2Jc'], time)).toBe(`${clock}  api       a b [2Jc`);
  });
});
