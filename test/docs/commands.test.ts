import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { blocks, found, read, section } from './markdown.ts';
import { Reader, startWithinMs } from './reader.ts';

interface Run {
  deployment_status: string;
}

const documents = {
  'README.md': section(read('README.md'), 'Quick start'),
  'docs/getting-started.md': read('docs/getting-started.md'),
};
/** test/dev/start.test.ts starts the system; within `npm test` there is no other one. */
const notHere = ['npm start', 'npm test'];

let reader: Reader;

beforeAll(async () => {
  reader = await Reader.start();
}, startWithinMs);

afterAll(() => reader.stop());

const commandsOf = (text: string): string[] =>
  blocks(text, 'sh').filter((block) => !notHere.some((command) => block.startsWith(command)));

const isOver = ({ deployment_status: status }: Run): boolean => !['none', 'queued', 'in_progress'].includes(status);

describe('the commands that a reader copies', () => {
  it('work in order, and each training ends as the text says', { timeout: 240_000 }, async () => {
    const ends: string[] = [];
    for (const block of Object.values(documents).flatMap(commandsOf)) {
      const output = await reader.runBlock(block);
      const [started] = block.includes('/bootstrap') ? found(output, /"training_job_name":"([^"]+)"/g) : [];
      if (started === undefined) continue;
      const { deployment_status: end } = await eventually(() => reader.system.get<Run>(`/training-jobs/${started}`), isOver, {
        withinMs: 60_000,
        everyMs: 200,
        what: `the end of ${started}`,
      });
      // The first one is slow enough for each of its phases to be seen.
      if (ends.push(end) === 1) await reader.system.changeSimulator({ trainingSeconds: 1 });
    }
    expect(ends.length).toBeGreaterThan(4);
    expect(ends.at(-1)).toBe('rolled_back');
    expect(new Set(ends.slice(0, -1))).toEqual(new Set(['deployed']));
  });

  it.each(Object.entries(documents))('show in %s what the terminal shows', (_, text) => {
    const shown = blocks(text, '').flatMap((block) => found(block, /^\d\d:\d\d:\d\d {2}[\w-]+ +\S+ {2}(.+)$/gm));
    expect(shown.length).toBeGreaterThan(4);
    const { output } = reader.system.program;
    expect(shown.filter((message) => !output.some((line) => line.endsWith(`  ${message}`)))).toEqual([]);
  });
});
