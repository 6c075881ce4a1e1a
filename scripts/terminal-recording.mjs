/**
 * `npm run terminal-recording [-- URL]`: runs the whole system, or takes the one at a URL, and on a pseudo-terminal
 * `autodeploy start --watch`, and renews `docs/images/terminal.svg`, which plays what the terminal showed, in the reader's theme. It is
 * real output; only the time is shortened, and the port is that of `npm start`. Needs a machine that is not busy.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Screen } from '../tools/testkit/screen.ts';
import { startOnTerminal } from '../tools/testkit/terminal.ts';
import { startLocalSystem } from './screenshots/local-system.mjs';
import { root } from './setup/root.mjs';
import { toSvg } from './terminal-recording/to-svg.mjs';

const columns = 96;
const rows = 12;
const args = ['start', 'nightly-43', '-H', 'epochs=3', '--watch'];
const typingMs = 40;
const frameMs = 250;
const lastFrameMs = 5000;
/** What took two seconds is shown in one. */
const speed = 2;

const chosenUrl = process.argv[2];
const system = chosenUrl === undefined ? await startLocalSystem() : { url: chosenUrl, stop: async () => {} };
const run = (...words) =>
  startOnTerminal([process.execPath, join(root, 'src/cli/main.ts'), ...words], {
    env: { AUTODEPLOY_URL: system.url },
    columns,
    rows,
  });
try {
  // A former training says how long the next one takes.
  await succeed(run('start', 'nightly-42', '--watch'));
  const terminal = run(...args);
  await succeed(terminal);
  const file = join(root, 'docs/images/terminal.svg');
  const svg = toSvg(framesOf(terminal.pieces), {
    columns,
    rows,
    title: `The terminal while \`autodeploy ${args.join(' ')}\` runs`,
  });
  writeFileSync(file, svg);
  process.stdout.write(`${file}: ${svg.length} bytes\n`);
} finally {
  await system.stop();
}

async function succeed(terminal) {
  const code = await terminal.exited;
  if (code !== 0) throw new Error(`it ended with ${code}:\n${terminal.screen.text}`);
}

/** What is on the screen, and for how long: first the command as it is typed. */
function framesOf(pieces) {
  const screen = new Screen(columns, rows);
  const frames = [];
  const keep = (forMs) => frames.push({ rows: screen.cells.slice(-rows), forMs });
  screen.write('$ ');
  keep(500);
  for (const character of `autodeploy ${args.join(' ')}`) {
    screen.write(character);
    keep(typingMs);
  }
  screen.write('\r\n');
  let shownMs = 0;
  const url = new RegExp(system.url.replaceAll('.', String.raw`\.`), 'g');
  for (const { afterMs, text } of pieces) {
    const atMs = afterMs / speed;
    if (atMs - shownMs >= frameMs) {
      keep(atMs - shownMs);
      shownMs = atMs;
    }
    screen.write(text.replaceAll(url, 'http://127.0.0.1:8006'));
  }
  keep(lastFrameMs);
  return frames;
}
