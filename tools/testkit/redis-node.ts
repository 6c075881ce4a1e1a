import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { redisArguments, redisIsReady, redisProgram } from '../dev/redis-server.ts';
import { Child } from './child.ts';

/** The certificate that the servers show to each other and to clients: for `localhost` alone, and its own issuer. */
export const tlsFiles = {
  certificate: fileURLToPath(new URL('../../test/fixtures/tls/redis.pem', import.meta.url)),
  key: fileURLToPath(new URL('../../test/fixtures/tls/redis-key.pem', import.meta.url)),
};

export interface NodeOptions {
  port: number;
  /** Further settings, as in `{ 'cluster-enabled': 'yes' }`. */
  settings?: Readonly<Record<string, string>>;
  tls?: boolean;
  /** For the administrator. */
  password?: string;
}

/** A server of a set, in a folder of its own, and an administrator's connection to it. */
export class RedisNode {
  readonly port: number;
  readonly child: Child;
  readonly admin: Redis;
  readonly #folder: string;

  private constructor({ port, tls, password }: NodeOptions, folder: string, child: Child) {
    this.port = port;
    this.child = child;
    this.#folder = folder;
    // The certificate is of the tests; the servers are on the loopback address.
    const tlsOptions = tls ? { rejectUnauthorized: false } : undefined;
    this.admin = new Redis({ host: '127.0.0.1', port, password, lazyConnect: true, tls: tlsOptions });
    this.admin.on('error', () => {});
  }

  static async launch(options: NodeOptions): Promise<RedisNode> {
    const { port, settings = {}, tls = false } = options;
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-redis-node-'));
    const all = { ...settings, ...(tls ? tlsSettings(port) : {}) };
    const args = [
      ...redisArguments({ port: tls ? 0 : port, dir: folder, appendonly: false }),
      ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    ];
    const child = new Child(redisProgram(), args, process.env);
    await child.until(() => child.output.find((line) => redisIsReady.test(line)), 'Redis that is ready');
    return new RedisNode(options, folder, child);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async info(field: string): Promise<string | undefined> {
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await this.admin.info())?.[1];
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.admin.disconnect();
    // Frozen as it may be.
    this.child.signal('SIGCONT');
    await this.child.kill();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const tlsSettings = (port: number): Record<string, string> => ({
  'tls-port': String(port),
  'tls-cert-file': tlsFiles.certificate,
  'tls-key-file': tlsFiles.key,
  'tls-ca-cert-file': tlsFiles.certificate,
  'tls-auth-clients': 'no',
  'tls-cluster': 'yes',
  'tls-replication': 'yes',
});
