import { join } from 'node:path';
import { machineEnvironment } from './environment.ts';
import { isHttpReady, hasFreshHeartbeat, redisResponds } from './readiness.ts';
import { redisArguments, redisProgram } from './redis-server.ts';
import { Service, type ServiceSpec, type Watcher } from './service.ts';

export interface SystemSettings {
  /** The repository's top folder. */
  root: string;
  /** The folder in which the processes run and keep their files. */
  folder: string;
  /** Null for the operator's own Redis, which is not started. */
  redisPort: number | null;
  /** Whether the operator has given the database. */
  ownDatabase: boolean;
  apiUrl: string;
  /** Null for none. */
  simulatorUrl: string | null;
  env: NodeJS.ProcessEnv;
  simulatorEnv: NodeJS.ProcessEnv;
}

const workers = ['worker-1', 'worker-2'];
/** A program has 10 s to finish or to release its jobs. */
const programStopMs = 10_500;
const restStopMs = 3000;
/** For the whole system; the processes that are left then are killed. */
const stopWithinMs = 14_000;

/** Redis, the simulator, the API and two workers, as one. */
export class System {
  /** In the order of their start; they stop in reverse order. */
  readonly #stages: Service[][];

  constructor(settings: SystemSettings, watcher: Watcher) {
    const { root, folder, env, simulatorUrl } = settings;
    const service = (spec: ServiceSpec): Service => new Service(spec, watcher);
    const program = (name: string, file: string, rest: Pick<ServiceSpec, 'env' | 'isReady' | 'stopWithinMs'>): Service =>
      service({ name, program: process.execPath, args: [join(root, file)], cwd: folder, ...rest });

    const redis = (port: number): Service =>
      service({
        name: 'redis',
        program: redisProgram(),
        // It runs in its own folder: older servers accept no spaces in a path.
        args: redisArguments({ port, dir: '.', appendonly: true }),
        env: machineEnvironment(env),
        cwd: join(folder, 'redis'),
        isReady: redisResponds(port),
        stopWithinMs: restStopMs,
      });
    const simulator = (url: string): Service =>
      program('simulator', 'packages/sagemaker-simulator/src/main.ts', {
        env: settings.simulatorEnv,
        isReady: isHttpReady(`${url}/_control/health`),
        stopWithinMs: restStopMs,
      });
    const api = program('api', 'src/api/main.ts', {
      env,
      isReady: isHttpReady(`${settings.apiUrl}/health/ready`),
      stopWithinMs: programStopMs,
    });
    const worker = (name: string): Service => {
      const heartbeat = `${name}.heartbeat`;
      return program(name, 'src/worker/main.ts', {
        env: { ...env, HEARTBEAT_FILE: heartbeat },
        isReady: hasFreshHeartbeat(join(folder, heartbeat), Date.now()),
        stopWithinMs: programStopMs,
      });
    };
    const { redisPort } = settings;
    this.#stages = [
      redisPort === null ? [] : [redis(redisPort)],
      simulatorUrl === null ? [] : [simulator(simulatorUrl)],
      [api],
      workers.map(worker),
    ];
  }

  /** Resolves when every process is ready; throws StartError when one does not become ready. `stop` ends those that run then. */
  async start(): Promise<void> {
    const [redis = [], simulator = [], ...programs] = this.#stages;
    for (const stage of [redis, simulator, programs.flat()]) await Promise.all(stage.map((service) => service.start()));
  }

  /** Stops workers, API, simulator and Redis, each when those before it have ended. @returns the names of those that were killed. */
  async stop(): Promise<string[]> {
    const deadline = performance.now() + stopWithinMs;
    const killed: string[] = [];
    for (const stage of this.#stages.toReversed()) {
      await Promise.all(
        stage.map(async (service) => {
          const withinMs = Math.max(0, Math.min(service.spec.stopWithinMs, deadline - performance.now()));
          if (await service.stop(withinMs)) killed.push(service.spec.name);
        }),
      );
    }
    return killed;
  }

  kill(): void {
    for (const service of this.#stages.flat()) service.kill();
  }
}
