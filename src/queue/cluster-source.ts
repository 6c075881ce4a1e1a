/** Which node of a cluster holds the queue (docs/reference/redis-behavior.md#one-node-of-a-cluster-holds-a-queue). */
import { z } from 'zod';
import { slotOf } from '../core/hash-slot.ts';
import { ConfigurationFault, type MasterSource, type MasterView } from './master-source.ts';
import { type Access, keyOf, type Node } from './node-access.ts';
import { queryNode } from './query-node.ts';
import { refusalOf } from './refusal.ts';

/** `[host, port, id, further]`; a host that the node does not know is empty, and `?` one that has no name. */
const nodeSchema = z.tuple([z.string().nullable(), z.number(), z.string()], z.array(z.string()));
const rangeSchema = z.tuple([z.number(), z.number()], nodeSchema);

/** A master that is cut off from the others refuses writes by itself. A frozen one is left so. */
const watchEveryMs = 5000;

interface ClusterOptions {
  addresses: readonly Node[];
  access: Access;
  /** All keys of the queue are in the slot of this one. */
  queuePrefix: string;
}

export function clusterSource({ addresses, access, queuePrefix }: ClusterOptions): MasterSource {
  const slot = slotOf(queuePrefix);
  return {
    addresses,
    place: `cluster ${addresses.map(keyOf).join(',')}`,
    withoutMaster: 'no node of the cluster says which of them holds the queue',
    watchEveryMs,
    async query(node, limitMs): Promise<MasterView> {
      const commands = [['CLUSTER', 'SLOTS'] as const, ['CLUSTER', 'NODES'] as const];
      const [ranges, nodes] = await queryNode(node, access, commands, limitMs).catch((error: unknown) => {
        throw faultOf(error, node, access) ?? error;
      });
      if (ranges instanceof Error) throw faultOf(ranges, node, access) ?? ranges;
      const read = z.array(rangeSchema).parse(ranges);
      const [, , holder] = read.find(([from, to]) => from <= slot && slot <= to) ?? [];
      if (holder === undefined) throw new Error(`the cluster has no node for the slot ${slot}`);
      return {
        master: toNode(holder, node),
        epoch: epochOf(holder[2], nodes),
        nodes: read.flatMap(([, , ...all]) => all.map((one) => toNode(one, node))),
      };
    },
  };
}

function toNode([host, port, , ...further]: z.infer<typeof nodeSchema>, queried: Node): Node {
  if (host !== null && host !== '' && host !== '?') return { host, port };
  const [name, value] = further.flat();
  return { host: host === '?' && name === 'ip' && value !== undefined ? value : queried.host, port };
}

/** Nodes may disagree after a partition: the larger epoch is the later view. 0 where the node does not say. */
function epochOf(id: string, nodes: unknown): number {
  if (typeof nodes !== 'string') return 0;
  const [, , , , , , epoch] =
    nodes
      .split('\n')
      .find((line) => line.startsWith(id))
      ?.split(' ') ?? [];
  return Number(epoch) || 0;
}

function faultOf(error: unknown, node: Node, { username }: Access): ConfigurationFault | null {
  const refusal = refusalOf(error);
  const where = `REDIS_URL: Redis at ${keyOf(node)}`;
  if (refusal === null || !(error instanceof Error)) return null;
  if (/cluster support disabled/i.test(error.message)) {
    return new ConfigurationFault(`${where} is not a node of a cluster (${error.message}); REDIS_MODE may be single`);
  }
  if (refusal.kind === 'rights') {
    const user = username ?? 'default';
    return new ConfigurationFault(
      `${where} does not let the user "${user}" run CLUSTER SLOTS, which finds the queue's node; grant it with ACL SETUSER ${user} +cluster|slots +cluster|nodes`,
    );
  }
  return refusal.kind === 'credentials' || refusal.kind === 'set_up'
    ? new ConfigurationFault(`${where} can't be used: ${refusal.reason}`)
    : null;
}
