import { execFileSync, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { unzipSync } from 'fflate';
import { afterAll, onTestFinished } from 'vitest';
import type { Invocation, Invoked } from './runtime.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-lambda-'));
  folders.push(folder);
  return folder;
}

/** What `npm run build:lambda` makes, in a folder of its own; `file` is what the zip holds, as Lambda unpacks it. */
export function buildLambda(env: NodeJS.ProcessEnv = {}): { zip: Buffer; names: string[]; file: string } {
  const out = newFolder();
  execFileSync(process.execPath, ['scripts/build-lambda.mjs', '--out', out], { env: { ...process.env, ...env } });
  const zip = readFileSync(join(out, 'auto_deploy.zip'));
  const entries = unzipSync(zip);
  const file = join(newFolder(), 'auto_deploy.mjs');
  writeFileSync(file, entries['auto_deploy.mjs'] ?? '');
  return { zip, names: Object.keys(entries), file };
}

export interface LambdaFunction {
  /** Processor time that loading the file took: the part of a cold start that is ours, however busy the machine. */
  initCpuMs: number;
  invoke: (event: unknown, timeoutMs?: number) => Promise<{ result: unknown } | { error: string }>;
  /** What the function has logged: one JSON object a line, or this throws. */
  logged: () => Record<string, unknown>[];
  /** Forgets what was logged. */
  clear: () => void;
}

export const awsRequestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';

/** Has something closed at the end: of the test by default. */
export type AtEnd = (close: () => Promise<void>) => void;

/** The function, loaded by a process that has nothing but `env`. */
export async function startLambda(
  file: string,
  env: Record<string, string>,
  atEnd: AtEnd = onTestFinished,
): Promise<LambdaFunction> {
  const child = fork(new URL('./runtime.ts', import.meta.url), [file], { env, silent: true });
  const exited = once(child, 'exit');
  atEnd(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const lines: string[] = [];
  const ends = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith('END RequestId: ')) ends.emit('end');
      else lines.push(line);
    });
  }
  const orExit = <T>(promise: Promise<T>): Promise<T> => {
    const failed = exited.then(() => Promise.reject(new Error(`the function's process ended\n${lines.join('\n')}`)));
    return Promise.race([promise, failed]);
  };
  const reported = async (): Promise<Invoked> => ((await orExit(once(child, 'message'))) as [Invoked])[0];

  const ready = await reported();
  if (!('initCpuMs' in ready)) throw new Error('the runtime reported something else than that it is ready');
  return {
    initCpuMs: ready.initCpuMs,
    invoke: async (event, timeoutMs = 30_000) => {
      const ended = orExit(once(ends, 'end'));
      const response = reported();
      child.send({ event, awsRequestId, timeoutMs } satisfies Invocation);
      const [message] = await Promise.all([response, ended]);
      if ('initCpuMs' in message) throw new Error('the runtime started twice');
      return message;
    },
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    clear: () => lines.splice(0),
  };
}

/** An event of test/fixtures/events. */
export const fixture = (name: string): { 'detail-type': string; source: string; detail: Record<string, unknown> } =>
  JSON.parse(readFileSync(new URL(`../fixtures/events/${name}.json`, import.meta.url), 'utf8'));
