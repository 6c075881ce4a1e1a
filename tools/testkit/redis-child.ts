import { tmpdir } from 'node:os';
import { redisArguments, redisIsReady, redisProgram } from '../dev/redis-server.ts';
import { Child } from './child.ts';
import { freePort } from '../dev/ports.ts';

export interface RedisOptions {
  /** Any free one by default. */
  port?: number;
  /** Needed only with `appendonly`: without it the server writes no file. */
  dir?: string;
  /** Whether written data survives a restart in the same folder. */
  appendonly?: boolean;
}

/** A Redis server that responds, and its process. */
export class RedisServer {
  readonly port: number;
  readonly dir: string;
  readonly child: Child;

  constructor(port: number, dir: string, child: Child) {
    this.port = port;
    this.dir = dir;
    this.child = child;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Sends SIGTERM; with an append-only file the server writes everything to disk. */
  async stop(): Promise<void> {
    await this.child.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.child.kill();
  }
}

/** Starts a server that ends with this process. @throws where the machine has no Redis. */
export async function launchRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? tmpdir();
  const child = new Child(redisProgram(), redisArguments({ port, dir, appendonly: options.appendonly ?? false }), process.env);
  await child.until(() => child.output.find((line) => redisIsReady.test(line)), 'Redis that is ready');
  return new RedisServer(port, dir, child);
}
