import { describe, expect, it } from 'vitest';
import { formatLogLine, toConsoleLine } from '../../tools/dev/console-line.ts';

const time = '2026-11-24T10:00:00.250Z';
const clock = new Date(time).toTimeString().slice(0, 8);
const reported = (entry: object): string | null => toConsoleLine('worker-1', JSON.stringify({ level: 'info', time, ...entry }));

describe('toConsoleLine', () => {
  it('shows the lines of the auto-deploy component', () => {
    expect(reported({ component: 'auto-deploy', training_job_name: 'run-1', msg: 'training completed' })).toBe(
      `${clock}  worker-1  run-1  training completed`,
    );
  });

  it('leaves out other lines', () => {
    expect(reported({ msg: 'request' })).toBeNull();
    expect(reported({ level: 'debug', component: 'auto-deploy', msg: 'training observed' })).toBeNull();
    expect(toConsoleLine('redis', '1:M * Ready to accept connections')).toBeNull();
    expect(toConsoleLine('api', '{"torn')).toBeNull();
  });

  it('shows warnings and errors of every component, with their reasons', () => {
    expect(reported({ level: 'warn', msg: 'Redis unavailable', err: { message: 'connect ECONNREFUSED' } })).toBe(
      `${clock}  worker-1  warning  Redis unavailable: connect ECONNREFUSED`,
    );
    expect(reported({ level: 'error', training_job_name: 'run-1', msg: 'deployment failed' })).toBe(
      `${clock}  worker-1  run-1  ERROR  deployment failed`,
    );
  });

  it('shortens a long error message, and adds its cause', () => {
    const err = { message: 'q'.repeat(5000), cause: { message: 'table deployments already exists' } };
    expect(reported({ level: 'fatal', msg: 'the worker ends', err })).toMatch(
      /  ERROR  the worker ends: q{200}…: table deployments already exists$/,
    );
  });

  it('prints one line without control characters', () => {
    expect(formatLogLine('api', ['a\nb\u001B[2Jc'], time)).toBe(`${clock}  api       a b [2Jc`);
  });
});
