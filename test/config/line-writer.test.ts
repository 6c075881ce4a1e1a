import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type LogLine, startProgram } from '../../tools/testkit/processes.ts';
import { Pipe, startInto } from '../../tools/testkit/unread.ts';

const program = ['test/config/log-program.ts'];
const logged = (line: string): boolean => line === 'logged';
const numbers = (lines: readonly LogLine[]): unknown[] => lines.flatMap((line) => ('number' in line ? [line['number']] : []));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('a pipe without a reader', () => {
  it('blocks nothing, and gets every line once it has a reader', async () => {
    const pipe = new Pipe();
    const writer = startInto(pipe.path, program, { LINES: '2000' });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    const lines = await eventually(
      () => pipe.readLog(),
      ({ length }) => length === 2000,
    );
    expect(numbers(lines)).toEqual(upTo(2000));
    expect(await writer.stop()).toEqual({ code: 0, signal: null });
    expect(
      pipe
        .readLog()
        .slice(2000)
        .map(({ msg }) => msg),
    ).toEqual(['stopping', 'stopped']);
  });

  it('does not keep the process from ending at a signal', async () => {
    const pipe = new Pipe();
    const writer = startInto(pipe.path, program, { LINES: '2000' });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    const startedAt = performance.now();
    expect(await writer.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    // Whole lines, from the first on.
    const lines = pipe.readLog();
    expect(numbers(lines)).toEqual(upTo(lines.length));
  });

  it('takes a bounded amount of memory: further lines are lost, counted, and reported later', async () => {
    const pipe = new Pipe();
    const count = 20_000;
    const writer = startInto(pipe.path, program, { LINES: String(count) });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    const lines = await eventually(
      () => pipe.readLog(),
      (read) => 'lost_lines' in (read.at(-1) ?? {}),
    );
    const written = numbers(lines);
    expect(written).toEqual(upTo(written.length));
    expect(lines.at(-1)).toMatchObject({
      level: 'warn',
      event: 'log.lines_lost',
      lost_lines: count - written.length,
      msg: 'log lines lost',
    });
    expect(written.length * 200).toBeLessThan(3 * 1024 * 1024);
    expect(await writer.stop()).toEqual({ code: 0, signal: null });
    expect(pipe.readLog().filter((line) => 'lost_lines' in line)).toHaveLength(1);
  });

  it('that is read in the end has the line of a crash', async () => {
    const pipe = new Pipe();
    const writer = startInto(pipe.path, program, { LINES: '1000', THEN: 'throw' });
    const lines = await eventually(
      () => pipe.readLog(),
      (read) => read.some(({ level }) => level === 'fatal'),
    );
    expect(numbers(lines)).toEqual(upTo(1000));
    expect(lines.at(-1)).toMatchObject({ msg: 'uncaught error; the process ends', err: { message: 'thrown' } });
    expect(await writer.exited).toMatchObject({ code: 1 });
  });

  it('gets lines that are longer than it is in one piece', async () => {
    const pipe = new Pipe();
    const writer = startInto(pipe.path, program, { LINES: '3', LENGTH: '100000' });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    const lines = await eventually(
      () => pipe.readLog(),
      ({ length }) => length === 3,
    );
    expect(numbers(lines)).toEqual([0, 1, 2]);
  });
});

it("Node's own warnings are lines of the log", async () => {
  const writer = startProgram(program, { THEN: 'warn' });
  expect(await writer.logged(({ level }) => level === 'warn')).toMatchObject({
    msg: 'Node.js warning',
    err: { type: 'Warning', message: 'warned' },
  });
});

describe('an output that fails', () => {
  it('because its reader has gone, ends nothing', async () => {
    const pipe = new Pipe();
    const writer = startInto(pipe.path, program, { LINES: '2000' });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    pipe.leave();
    expect(await writer.stop()).toEqual({ code: 0, signal: null });
    expect(writer.output).toEqual(['logged']);
  });

  it('because the disk is full, ends nothing', async () => {
    const writer = startInto('/dev/full', program, { LINES: '10' });
    await writer.until(() => writer.output.find(logged), 'end of the lines');
    expect(await writer.stop()).toEqual({ code: 0, signal: null });
    expect(writer.output).toEqual(['logged']);
  });
});

it('a file gets every line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  const writer = startInto(file, program, { LINES: '20000' });
  await writer.until(() => writer.output.find(logged), 'end of the lines');
  await writer.stop();
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(20_000 + 2 + 1);
});

it('a socket that is read gets every line', async () => {
  const writer = startProgram(program, { LINES: '5000' });
  await eventually(() => numbers(writer.log).length === 5000);
  expect(await writer.stop()).toEqual({ code: 0, signal: null });
  expect(writer.log.at(-1)).toMatchObject({ msg: 'stopped' });
});
