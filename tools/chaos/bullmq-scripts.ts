import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const folder = fileURLToPath(new URL('../../node_modules/bullmq/dist/esm/scripts', import.meta.url));
const scripts = readdirSync(folder).filter((file) => /^\w+-\d+\.js$/.test(file));

/** The names of BullMQ's Lua scripts, such as `moveToDelayed`, by the digest with which EVALSHA calls them. */
const byDigest = new Map(
  await Promise.all(
    scripts.map(async (file) => {
      const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<string, { content: string; name: string }>;
      const script = Object.values(module)[0];
      if (script === undefined) throw new Error(`no script in ${file}`);
      return [createHash('sha1').update(script.content).digest('hex'), script.name] as const;
    }),
  ),
);

/** The queue and the script or command: `deploy/moveToDelayed`, `check-training/BZPOPMIN`, `-/HELLO`. */
export function nameOf(words: readonly string[]): string {
  const [command = '', first = ''] = words;
  const verb = command.toUpperCase();
  const digest = verb === 'EVALSHA' ? first : verb === 'EVAL' ? createHash('sha1').update(first, 'latin1').digest('hex') : null;
  const queue = words.find((word) => /^\{[^}]*\}:(check-training|deploy):/.test(word))?.split(':')[1] ?? '-';
  return `${queue}/${digest === null ? verb : (byDigest.get(digest) ?? digest)}`;
}
