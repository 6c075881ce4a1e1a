import { slotOf } from '../../src/core/hash-slot.ts';
import { freePort } from '../dev/ports.ts';
import { eventually } from './eventually.ts';
import { RedisNode } from './redis-node.ts';

export interface ClusterOptions {
  /** The master of these keys gets the replica. */
  queuePrefix: string;
  tls?: boolean;
  password?: string;
  /** How long a node may be silent before the others elect its replica. */
  nodeTimeoutMs?: number;
}

/** Three masters, a third of the slots each, and a replica of the one that holds the queue. */
export interface RedisCluster {
  /** Of the two other masters. */
  readonly redisUrl: string;
  readonly holder: RedisNode;
  readonly replica: RedisNode;
  readonly others: readonly RedisNode[];
  /** Resolves when all masters that answer know the node as the master of the queue. */
  becomesHolder(node: RedisNode): Promise<void>;
  stop(): Promise<void>;
}

const slots = 16_384;
const masters = 3;
const startMs = { withinMs: 30_000 };

/** Starts the servers on free ports of the loopback address; they end with this process. */
export async function launchRedisCluster({
  queuePrefix,
  tls,
  password,
  nodeTimeoutMs = 2000,
}: ClusterOptions): Promise<RedisCluster> {
  const nodes: RedisNode[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    const buses: number[] = [];
    for (let count = 0; count <= masters; count += 1) {
      const [port, bus] = [await freePort(), await freePort()];
      const settings = {
        'cluster-enabled': 'yes',
        'cluster-port': String(bus),
        'cluster-node-timeout': String(nodeTimeoutMs),
        'cluster-replica-validity-factor': '0',
        'cluster-allow-replica-migration': 'no',
        'repl-ping-replica-period': '1',
        ...(password === undefined ? {} : { requirepass: password, masterauth: password }),
      };
      nodes.push(await RedisNode.launch({ port, settings, tls, password }));
      buses.push(bus);
    }
    const all = nodes.slice(0, masters);
    const replica = nodes[masters] as RedisNode;
    const holder = all[Math.floor((slotOf(queuePrefix) * masters) / slots)] as RedisNode;
    await Promise.all(all.map((node, index) => node.admin.call('CLUSTER', 'ADDSLOTSRANGE', ...rangeOf(index))));
    // An epoch of its own spares each node a conflict with the others.
    await Promise.all(nodes.map((node, index) => node.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
    for (const [index, node] of nodes.entries()) {
      if (node !== replica) await replica.admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, buses[index] as number);
    }
    const holderId = String(await holder.admin.call('CLUSTER', 'MYID'));
    await eventually(() => replica.admin.call('CLUSTER', 'REPLICATE', holderId).then(() => true), Boolean, startMs);
    await eventually(
      () => Promise.all(nodes.map((node) => isComplete(node))),
      (complete) => complete.every(Boolean),
      { ...startMs, what: 'a complete cluster' },
    );
    await eventually(
      () => replica.info('master_link_status'),
      (status) => status === 'up',
      startMs,
    );
    const others = all.filter((node) => node !== holder);
    const access = `${tls ? 'rediss' : 'redis'}://${password === undefined ? '' : `:${password}@`}`;
    return {
      redisUrl: others.map(({ port }) => `${access}localhost:${port}`).join(','),
      holder,
      replica,
      others,
      async becomesHolder(node) {
        const id = String(await node.admin.call('CLUSTER', 'MYID'));
        await eventually(
          () => Promise.all([...others, node].map(async (one) => masterIn(String(await one.admin.call('CLUSTER', 'NODES')), id))),
          (known) => known.every(Boolean),
          { withinMs: 60_000, what: `${node.address} as the master of the queue` },
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const rangeOf = (index: number): [from: number, to: number] => [
  Math.ceil((index * slots) / masters),
  Math.ceil(((index + 1) * slots) / masters) - 1,
];

/** It knows all others, all slots are served, and no handshake is left. */
async function isComplete(node: RedisNode): Promise<boolean> {
  const lines = String(await node.admin.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  const info = String(await node.admin.call('CLUSTER', 'INFO'));
  return (
    lines.length === masters + 1 &&
    lines.filter((line) => / slave | myself,slave /.test(line)).length === 1 &&
    !/handshake|fail/.test(lines.join()) &&
    info.includes('cluster_state:ok')
  );
}

const masterIn = (nodes: string, id: string): boolean =>
  nodes.split('\n').some((line) => line.startsWith(id) && /\bmaster\b/.test(line.split(' ')[2] ?? '') && / \d+-\d+$/.test(line));
