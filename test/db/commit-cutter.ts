import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** `before`: the server never gets the commit. `after`: it commits, and its response is lost. */
export type Cut = 'before' | 'after';

export interface CommitCutter {
  url: string;
  /** Cuts the connection of the next commit, and refuses new connections for so long. */
  cutNext(cut: Cut, unreachableMs?: number): void;
  /** How many commits it has cut. */
  cuts: () => number;
}

/** As `pg` sends it: a simple query. */
const isCommit = (data: Buffer): boolean => data[0] === 0x51 && data.subarray(5).toString() === 'commit\0';

/** Leads to a PostgreSQL server, and loses a commit, or its response, on the way. */
export async function startCommitCutter(serverUrl: string): Promise<CommitCutter> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let next: Cut | null = null;
  let unreachableMs = 0;
  let unreachableUntil = 0;
  let cuts = 0;
  const server = createServer((client) => {
    if (performance.now() < unreachableUntil) return void client.destroy();
    const upstream = connect(Number(target.port), '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    let isCut = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (data) => {
      if (next === null || !isCommit(data)) return void upstream.write(data);
      if (next === 'before') end();
      else upstream.write(data);
      isCut = true;
      next = null;
      cuts += 1;
      unreachableUntil = performance.now() + unreachableMs;
    });
    upstream.on('data', (data) => {
      if (isCut) end();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const url = Object.assign(new URL(serverUrl), { port: String((server.address() as AddressInfo).port) }).href;
  return {
    url,
    cutNext(cut, ms = 0) {
      next = cut;
      unreachableMs = ms;
    },
    cuts: () => cuts,
  };
}
