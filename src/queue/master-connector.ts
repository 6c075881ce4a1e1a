import { connect as connectTcp, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { Master, MasterFinder } from './master-finder.ts';
import { NoMasterError } from './master-source.ts';
import { type Access, keyOf, tlsTo } from './node-access.ts';

type Report = (event: string, error: Error) => void;

/**
 * How ioredis connects where the address of Redis has to be found: before each attempt it searches for the master. All
 * else is as with one address: a search that fails is a connection that failed, and is repeated by the same rules.
 */
export const masterConnector = (finder: MasterFinder, access: Access): NonNullable<RedisOptions['Connector']> =>
  class MasterConnector extends AbstractConnector {
    readonly #options: RedisOptions;
    #report: Report = () => {};
    #aborted = Promise.withResolvers<null>();

    constructor(options: unknown) {
      const own = options as RedisOptions;
      super(own.disconnectTimeout ?? 2000);
      this.#options = own;
    }

    async connect(report: Report): Promise<Socket> {
      this.connecting = true;
      this.#report = report;
      this.#aborted = Promise.withResolvers();
      let failure: Error | undefined;
      const master = await Promise.race([finder.find(), this.#aborted.promise]).catch((error: Error) => {
        failure = error;
        return null;
      });
      if (master !== null && this.connecting) return this.#open(master);
      // A rejection would end the connection for good; a stream that is closed already makes ioredis try again, unless it is to end.
      this.firstError = failure;
      return new Socket().destroy();
    }

    /** A node that has just been demoted or restarted, while the others do not know yet. */
    override check({ role }: { role?: string }): boolean {
      if (role === undefined || role === 'master') return true;
      this.#report('error', new NoMasterError(`${this.#options.host}:${this.#options.port} is not the master, or not any more`));
      return false;
    }

    override disconnect(): void {
      this.#aborted.resolve(null);
      super.disconnect();
    }

    #open(master: Master): Socket {
      const { host, port } = master;
      // For those who log where the connection leads.
      Object.assign(this.#options, { host, port });
      const tls = tlsTo(master, access);
      const stream = tls === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...tls });
      this.stream = stream;
      stream.once('error', (error) => (this.firstError = error));
      const unwatch = finder.watch(master, (to) => stream.destroy(new NoMasterError(`the master is ${keyOf(to)} now`)));
      stream.once('close', unwatch);
      return stream;
    }
  };
