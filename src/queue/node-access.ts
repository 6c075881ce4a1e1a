import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';

export interface Node {
  readonly host: string;
  readonly port: number;
}

/** With what a node lets us in. */
export interface Access {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The host names that the operator gave, where TLS is wanted; null without TLS. */
  readonly tlsNames: readonly string[] | null;
}

export const keyOf = ({ host, port }: Node): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/**
 * Nodes and sentinels name each other by IP address, for which few certificates are made: a certificate for a name that the operator
 * gave is as good. Undefined without TLS.
 */
export function tlsTo({ host }: Node, { tlsNames }: Access): ConnectionOptions | undefined {
  if (tlsNames === null) return undefined;
  const names = [host, ...tlsNames];
  const servername = names.find((name) => isIP(name) === 0);
  return {
    servername,
    checkServerIdentity(_name, certificate) {
      const problems = names.map((name) => checkServerIdentity(name, certificate));
      return problems.includes(undefined) ? undefined : problems[0];
    },
  };
}
