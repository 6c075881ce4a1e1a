import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/dev/ports.ts';
import { LocalSystem } from '../dev/local-system.ts';
import { root } from './markdown.ts';

/** On a machine whose other tests take all of its time. */
export const startWithinMs = 150_000;

/** A reader who runs `npm start` and types what a document says, in an empty folder. */
export class Reader {
  readonly system: LocalSystem;
  readonly #folder: string;
  readonly #environment: Record<string, string>;

  private constructor(system: LocalSystem, folder: string, environment: Record<string, string>) {
    this.system = system;
    this.#folder = folder;
    this.#environment = environment;
  }

  /** `more`: further variables of `npm start`, whose trainings and endpoints take seconds. */
  static async start(more: Record<string, string> = {}): Promise<Reader> {
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-commands-'));
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    copyFileSync(fileURLToPath(new URL('curl.mjs', import.meta.url)), join(programs, 'curl'));
    chmodSync(join(programs, 'curl'), 0o755);
    // In place of `npm run cli`, which starts more slowly.
    const cli = ['scripts/build-cli.mjs', '--out', join(programs, 'autodeploy')];
    const { status, stderr } = spawnSync(process.execPath, cli, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const environment = { PATH: [programs, dirname(process.execPath), process.env['PATH']].join(':') };
    const system = new LocalSystem({
      AUTODEPLOY_LOCAL_DIR: join(folder, '.local'),
      PORT: String(await freePort()),
      SIMULATOR_PORT: String(await freePort()),
      SIMULATOR_TRAINING_SECONDS: '4',
      SIMULATOR_ENDPOINT_SECONDS: '1',
      POLL_INTERVAL_SECONDS: '0.2',
      ENDPOINT_POLL_SECONDS: '0.2',
      ...more,
    });
    await system.printed('Stop', startWithinMs);
    return new Reader(system, folder, environment);
  }

  /** As a reader types it, but for where the system is. `words` stand for what the document leaves to the reader. */
  async runBlock(block: string, words: Readonly<Record<string, string>> = {}): Promise<string> {
    const [api, redis, simulator] = await Promise.all([
      this.#printedUrl('API'),
      this.#printedUrl('Redis'),
      this.#printedUrl('Simulator'),
    ]);
    const places = {
      'http://127.0.0.1:8006': api.origin,
      'http://127.0.0.1:8007': simulator.origin,
      REDIS_PORT: redis.port,
      ...words,
    };
    const script = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), block);
    const options = { cwd: this.#folder, env: await this.environment(), encoding: 'utf8', timeout: 90_000 } as const;
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', script], options);
    if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Of what the reader starts. */
  async environment(): Promise<Record<string, string>> {
    return { ...this.#environment, AUTODEPLOY_URL: (await this.#printedUrl('API')).origin };
  }

  async stop(): Promise<void> {
    await this.system.program.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The address in a line that the system printed at its start. */
  async #printedUrl(what: string): Promise<URL> {
    const line = new RegExp(`^(?:${what}) +(\\w+://\\S+)`);
    const { program } = this.system;
    const url = await program.until(() => program.output.map((one) => line.exec(one)?.[1]).find(Boolean), what);
    return new URL(url);
  }
}
