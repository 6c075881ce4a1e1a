import { packages } from './packages.mjs';
import { pinnedNode } from './pinned-node.mjs';
import { postgresServer } from './postgres-server.mjs';
import { python } from './python.mjs';
import { redisServer } from './redis-server.mjs';

/** What this folder or machine lacks, in the order of installation: `{ what, how, install }`. */
export async function findMissing({ forTests }) {
  const missing = [];
  const parts = [packages, pinnedNode, redisServer, ...(forTests ? [postgresServer, python] : [])];
  for (const part of parts) if (!(await part.isThere())) missing.push(part);
  return missing;
}
