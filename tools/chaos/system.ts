import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { simulatorAws } from '../dev/environment.ts';
import { redisArguments, redisIsReady, redisProgram } from '../dev/redis-server.ts';
import { redisResponds } from '../dev/readiness.ts';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../dev/ports.ts';
import { machine, serviceEnv, simulatorEnv } from './system-environment.ts';
import { deliveryFile, type PolicyName } from './delivery-policies.ts';
import type { ChaosDatabase, Engine } from './chaos-database.ts';
import { ManagedProcess } from './managed-process.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { processOfPort } from './process-of-port.ts';
import { type Proxy, startRedisProxy } from './redis-proxy.ts';
import { startSageMakerProxy } from './sagemaker-proxy.ts';
import { redisCommand } from './redis-command.ts';
import { ServiceClient } from './service-client.ts';
import { SimulatorClient } from './simulator.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { Breakpoints } from './breakpoints.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workers = ['worker-1', 'worker-2', 'worker-3'];

export interface SystemOptions {
  pollIntervalSeconds?: number;
  /** The endpoints that have a delivery policy. */
  policies?: Readonly<Record<string, PolicyName>>;
}

/**
 * The service as it runs in production, on free ports and in a folder of its own: Redis with its append-only file, the simulator,
 * the API and three workers. The API and each worker reach Redis and the simulator through proxies of their own. Notifications arrive at
 * the receiver.
 */
export class CrashSystem {
  readonly breakpoints = new Breakpoints((condition, names) => this.database.hasDeployment(condition, names));
  /** Runs that clients have removed: the service must not know them any more. */
  readonly removedRuns = new Set<string>();
  readonly receiver = new WebhookReceiver(this.breakpoints.intercept, (port) => processOfPort(port, this.services)?.name ?? '');
  /** Whether it has so many trainings in progress that the change feed watches them (feed-workloads.ts). */
  hasFleet = false;
  readonly folder = mkdtempSync(join(tmpdir(), 'autodeploy-crash-'));
  #processes = new Map<string, ManagedProcess>();
  #proxies: Proxy[] = [];
  #redisPort = 0;
  #database: ChaosDatabase | null = null;
  #client: ServiceClient | null = null;
  #simulator: SimulatorClient | null = null;

  static async start(engine: Engine = 'sqlite', options: SystemOptions = {}): Promise<CrashSystem> {
    const system = new CrashSystem();
    try {
      await system.#start(engine, options);
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  async #start(engine: Engine, { pollIntervalSeconds, policies = {} }: SystemOptions): Promise<void> {
    this.#database =
      engine === 'postgres'
        ? await PostgresDatabase.start(this.breakpoints.intercept)
        : new SqliteDatabase(join(this.folder, 'autodeploy.db'));
    this.#redisPort = await freePort();
    const [apiPort, simulatorPort] = [await freePort(), await freePort()];
    const dir = join(this.folder, 'redis');
    mkdirSync(dir);
    const redisArgs = redisArguments({ port: this.#redisPort, dir, appendonly: true });
    const env = {
      ...machine,
      ...simulatorEnv,
      SIMULATOR_PORT: String(simulatorPort),
      SIMULATOR_STATE_FILE: join(this.folder, 'sagemaker.jsonl'),
    };
    await Promise.all([
      this.#add('redis', { program: redisProgram(), args: redisArgs, env: machine, ready: redisIsReady }),
      this.#add('simulator', { ...ownProgram('packages/sagemaker-simulator/src/main.ts'), env, ready: /simulator listens/ }),
    ]);
    this.#simulator = new SimulatorClient(simulatorPort);
    await this.receiver.start();
    const delivery = join(this.folder, 'delivery.json');
    writeFileSync(delivery, JSON.stringify(deliveryFile(policies, this.receiver.url)));

    const service = async (name: string, file: string, ready: RegExp): Promise<void> => {
      const redis = await startRedisProxy(name, this.#redisPort, this.breakpoints.intercept);
      const sagemaker = await startSageMakerProxy(name, simulatorPort, this.breakpoints.intercept);
      this.#proxies.push(redis, sagemaker);
      await this.#add(name, {
        ...ownProgram(file),
        ready,
        env: {
          ...machine,
          ...serviceEnv,
          ...(pollIntervalSeconds !== undefined && { POLL_INTERVAL_SECONDS: String(pollIntervalSeconds) }),
          PORT: String(apiPort),
          DELIVERY_FILE: delivery,
          DATABASE_URL: await this.database.urlFor(name),
          REDIS_URL: `redis://127.0.0.1:${redis.port}`,
          ...simulatorAws(sagemaker.port),
        },
      });
    };
    await Promise.all([
      service('api', 'src/api/main.ts', /"event":"process.listening"|"msg":"listening"/),
      ...workers.map((name) => service(name, 'src/worker/main.ts', /"event":"worker.ready"/)),
    ]);
    this.#client = new ServiceClient(apiPort);
  }

  async #add(name: string, spec: Omit<ManagedProcess['spec'], 'name'>): Promise<void> {
    const managed = new ManagedProcess({ name, ...spec });
    this.#processes.set(name, managed);
    await managed.start();
  }

  get database(): ChaosDatabase {
    if (this.#database === null) throw new Error('the database has not been started');
    return this.#database;
  }

  /** For faults of the server. */
  get postgres(): PostgresDatabase {
    if (!(this.#database instanceof PostgresDatabase)) throw new Error('the system has another database than PostgreSQL');
    return this.#database;
  }

  get client(): ServiceClient {
    if (this.#client === null) throw new Error('the API has not been started');
    return this.#client;
  }

  get simulator(): SimulatorClient {
    if (this.#simulator === null) throw new Error('the simulator has not been started');
    return this.#simulator;
  }

  get workers(): ManagedProcess[] {
    return workers.map((name) => this.process(name));
  }

  /** The API and the workers. */
  get services(): ManagedProcess[] {
    return [this.process('api'), ...this.workers];
  }

  process(name: string): ManagedProcess {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  flushRedis(): Promise<void> {
    return redisCommand(this.#redisPort, 'FLUSHALL');
  }

  /** Redis refuses writes for so long, as after a fail-over that leaves connections open. */
  async demoteRedis(ms: number): Promise<void> {
    await redisCommand(this.#redisPort, 'REPLICAOF 127.0.0.1 1');
    await delay(ms);
    await redisCommand(this.#redisPort, 'REPLICAOF NO ONE');
  }

  /** Redis has no memory for writes for so long. */
  async starveRedis(ms: number): Promise<void> {
    await redisCommand(this.#redisPort, 'CONFIG SET maxmemory 1');
    await delay(ms);
    await redisCommand(this.#redisPort, 'CONFIG SET maxmemory 0');
  }

  /** SIGKILL; Redis restarts with what its append-only file holds. Resolves when it responds again. */
  async killRedis(): Promise<void> {
    const redis = this.process('redis');
    const { starts } = redis;
    redis.kill();
    await eventually(() => redis.starts > starts);
    await eventually(redisResponds(this.#redisPort));
  }

  /** The last output of each process. */
  get output(): string {
    return [...this.#processes.values()].map(({ output }) => output).join('\n');
  }

  async allReady(): Promise<void> {
    await Promise.all(
      [...this.#processes.values()].map((managed) =>
        eventually(() => managed.ready.then(() => true), Boolean, { withinMs: 60_000 }),
      ),
    );
  }

  /** With `keep` the folder stays, with the database, the simulator's state, and the output of every process. */
  async stop({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    const [redis, simulator, ...programs] = [...this.#processes.values()];
    await Promise.all(programs.map((managed) => managed.stop()));
    await Promise.all([redis?.stop(), simulator?.stop()]);
    await Promise.all([this.receiver, ...this.#proxies].map((proxy) => proxy.close()));
    await this.#database?.stop();
    if (keep) for (const { name, log } of this.#processes.values()) writeFileSync(join(this.folder, `${name}.log`), log);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

const ownProgram = (file: string): { program: string; args: string[] } => ({
  program: process.execPath,
  args: [join(root, file)],
});
