import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isHttpReady, hasFreshHeartbeat } from '../dev/readiness.ts';
import { machineEnvironment } from '../dev/environment.ts';
import { freePort } from '../dev/ports.ts';
import { Child } from '../testkit/child.ts';
import { eventually } from '../testkit/eventually.ts';
import { launchRedis, type RedisServer } from '../testkit/redis-child.ts';
import { image, outputS3Uri, project, roleArn } from './direct-sdk.ts';
import type { Cleanup } from './cleanup.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Running {
  pid: number;
  url: string;
  stop(): Promise<void>;
  /** The number of warnings and errors in its log. */
  complaints(): number;
  /** The lines of its log that match. */
  lines(pattern: RegExp): string[];
}

interface Program {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  url?: string;
  isReady: () => Promise<boolean>;
}

/**
 * The processes of one bench, each on a port of its own, with one temporary folder. They log at their usual level into files, so that no
 * reader slows them down. They end with this process, however that ends.
 */
export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), 'autodeploy-bench-'));
  readonly #cleanup: Cleanup;
  readonly #profile: string | null;
  #redisUrl: string | null = null;
  #simulatorUrl = '';

  constructor(cleanup: Cleanup, profile: string | null) {
    this.#cleanup = cleanup;
    this.#profile = profile;
    cleanup.add(() => rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 }));
  }

  get databaseUrl(): string {
    return `file:${join(this.folder, 'autodeploy.db')}`;
  }

  /** Starts Redis with an append-only file, as in production. */
  async redis(): Promise<RedisServer> {
    const redis = await launchRedis({ dir: this.folder, appendonly: true });
    this.useRedis(redis.url);
    this.#cleanup.add(() => redis.stop());
    return redis;
  }

  /** For one that was started elsewhere. */
  useRedis(redisUrl: string): void {
    this.#redisUrl = redisUrl;
  }

  /** Starts the simulator with its state in memory: the bench must not measure the simulator. */
  async simulator(env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const port = await freePort();
    this.#simulatorUrl = `http://127.0.0.1:${port}`;
    return this.#start('simulator', {
      args: [join(root, 'packages/sagemaker-simulator/src/main.ts')],
      env: { SIMULATOR_PORT: String(port), ...env },
      url: this.#simulatorUrl,
      isReady: isHttpReady(`${this.#simulatorUrl}/_control/health`),
    });
  }

  async api(env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    return this.#start('api', {
      args: [...this.#profiled('api'), join(root, 'src/api/main.ts')],
      env: { ...this.#serviceEnv(), PORT: String(port), ...env },
      url,
      isReady: isHttpReady(`${url}/health/ready`),
    });
  }

  worker(env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const heartbeat = join(this.folder, 'worker.heartbeat');
    return this.#start('worker', {
      args: [...this.#profiled('worker'), join(root, 'src/worker/main.ts')],
      env: { ...this.#serviceEnv(), HEARTBEAT_FILE: heartbeat, ...env },
      isReady: hasFreshHeartbeat(heartbeat, Date.now()),
    });
  }

  /** Starts a program of the bench. */
  baseline(name: string, file: string, args: readonly string[]): Promise<Running> {
    return this.#start(name, { args: [file, ...args], env: {}, isReady: () => Promise.resolve(true) });
  }

  #profiled(name: string): string[] {
    return this.#profile === null
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${this.#profile}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
  }

  #serviceEnv(): NodeJS.ProcessEnv {
    if (this.#redisUrl === null) throw new Error('start Redis first');
    return {
      REDIS_URL: this.#redisUrl,
      DATABASE_URL: this.databaseUrl,
      PROJECT_NAME: project,
      EXECUTION_ROLE_ARN: roleArn,
      TRAINING_IMAGE: image,
      MODEL_OUTPUT_S3_URI: outputS3Uri,
      AWS_ENDPOINT_URL: this.#simulatorUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  async #start(name: string, { args, env, url = '', isReady }: Program): Promise<Running> {
    const log = join(this.folder, `${name}.log`);
    const child = new Child('/bin/sh', ['-c', 'exec "$@" >>"$BENCH_LOG" 2>&1', 'sh', process.execPath, ...args], {
      ...machineEnvironment(process.env),
      ...env,
      BENCH_LOG: log,
    });
    const stop = async (): Promise<void> => void (await child.stop());
    this.#cleanup.add(stop);
    await eventually(async () => child.exit !== null || (await isReady()), Boolean, { withinMs: 20_000, what: `${name} ready` });
    if (child.exit !== null) throw new Error(`${name} ended while it started:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    const lines = (pattern: RegExp): string[] =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line));
    const complaints = (): number => lines(/^\{"level":"(warn|error|fatal)"/).length;
    return { pid: child.pid, url, stop, complaints, lines };
  }
}
