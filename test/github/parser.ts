import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Parser from '@actions/workflow-parser';
import { build } from 'esbuild';
import { root } from '../docs/markdown.ts';

/** GitHub's own parser of workflows. It imports JSON as bundlers do, and not as Node does: so it is bundled first. */
export async function loadParser(): Promise<typeof Parser> {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-parser-'));
  try {
    const outfile = join(folder, 'parser.cjs');
    const contents = "export * from '@actions/workflow-parser'";
    await build({ stdin: { contents, resolveDir: root }, bundle: true, platform: 'node', format: 'cjs', outfile });
    return createRequire(import.meta.url)(outfile) as typeof Parser;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
