/** Which node the sentinels name as the master (docs/reference/redis-behavior.md#sentinels-name-the-master). */
import type { SentinelAccess } from '../core/redis-place.ts';
import { ConfigurationFault, type MasterSource, type MasterView } from './master-source.ts';
import { type Access, keyOf, type Node } from './node-access.ts';
import { queryNode } from './query-node.ts';
import { refusalOf } from './refusal.ts';

/** A master that is cut off from the sentinels takes writes that will be lost. */
const watchEveryMs = 2000;

interface SentinelOptions {
  /** Of the sentinels. */
  addresses: readonly Node[];
  /** Of Redis; the sentinels' own where `sentinel` has none. */
  access: Access;
  sentinel: SentinelAccess;
}

export function sentinelSource({ addresses, access, sentinel }: SentinelOptions): MasterSource {
  const { masterName, username, password } = sentinel;
  const own: Access = { tlsNames: access.tlsNames, username: username ?? undefined, password: password ?? undefined };
  const commands = [['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName] as const, ['SENTINEL', 'MASTER', masterName] as const];
  const query = async (node: Node, limitMs: number): Promise<unknown[]> => {
    const replies = await queryNode(node, own, commands, limitMs);
    // Many installations protect both by one password.
    const needsPassword = replies[0] instanceof Error && replies[0].message.startsWith('NOAUTH');
    return needsPassword && password === null && access.password !== undefined
      ? queryNode(node, access, commands, limitMs)
      : replies;
  };
  return {
    addresses,
    place: `sentinel ${masterName} ${addresses.map(keyOf).join(',')}`,
    withoutMaster: `no sentinel says where the master ${masterName} is`,
    watchEveryMs,
    async query(node, limitMs): Promise<MasterView> {
      const [address, details] = await query(node, limitMs).catch((error: unknown) => {
        throw faultOf(error, node) ?? error;
      });
      if (address instanceof Error) throw faultOf(address, node) ?? address;
      if (!Array.isArray(address)) {
        throw new ConfigurationFault(
          `REDIS_SENTINEL_NAME holds "${masterName}"; the sentinel at ${keyOf(node)} knows no master of that name`,
        );
      }
      const [host, port] = address.map(String);
      return { master: { host: host ?? '', port: Number(port) }, epoch: epochOf(details), nodes: [] };
    },
  };
}

/** Of sentinels that disagree the one with the larger epoch saw the later fail-over. 0 where it does not say. */
function epochOf(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  return Number(details[details.indexOf('config-epoch') + 1]) || 0;
}

function faultOf(error: unknown, node: Node): ConfigurationFault | null {
  const refusal = refusalOf(error);
  const where = `the sentinel at ${keyOf(node)}`;
  if (refusal === null || !(error instanceof Error)) return null;
  if (/unknown command/i.test(error.message)) {
    return new ConfigurationFault(`REDIS_URL: ${keyOf(node)} is not a sentinel, and REDIS_MODE is sentinel (${refusal.reason})`);
  }
  switch (refusal.kind) {
    case 'credentials':
      return new ConfigurationFault(`REDIS_SENTINEL_PASSWORD: ${where} needs another one, or none (${error.message})`);
    case 'rights':
      return new ConfigurationFault(
        `REDIS_SENTINEL_USERNAME: ${where} does not let the user run SENTINEL; grant it with ACL SETUSER … +sentinel (${error.message})`,
      );
    case 'set_up':
      return new ConfigurationFault(`REDIS_URL: ${where} can't be used: ${refusal.reason}`);
    case 'wrong_node':
    case 'not_now':
    case 'unknown':
      return null;
  }
}
