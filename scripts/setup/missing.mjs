import { packages } from './packages.mjs';
import { pinnedNode } from './pinned-node.mjs';
import { redisServer } from './redis-server.mjs';

/** What this folder or machine lacks, in the order of installation: `{ what, how, install }`. */
export async function findMissing() {
  const missing = [];
  for (const part of [packages, pinnedNode, redisServer]) if (!(await part.isThere())) missing.push(part);
  return missing;
}
