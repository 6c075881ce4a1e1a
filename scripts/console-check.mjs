/**
 * `npm run console-check`: starts a system of its own with runs of each kind, opens each page of the console in a real browser, in both
 * themes and at two widths, and fails on what axe finds, on every message of the browser's console, on requests that leave the host, on
 * pages wider than the screen, and on pages or scripts that weigh too much. Then it tries what needs a script: the sign-in, keys, a live
 * update, and a rollback in its dialog; and the sign-in and a page without one. `-- --pictures` only renews the console's pictures in
 * docs/images. Needs Chromium (CHROMIUM, by default /usr/bin/chromium), which is why it is no part of `npm test`.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { fill, keys, longName, variables } from './console/fill.mjs';
import { triesOf } from './console/tries.mjs';
import { startLocalSystem } from './screenshots/local-system.mjs';
import { root } from './setup/root.mjs';

const keepsPictures = process.argv.includes('--pictures');
const images = join(root, 'docs/images');
const mostHtml = 60_000;
const mostScript = 60_000;
const faults = [];
const counts = { pages: 0, axe: 0, messages: 0, foreign: 0, heaviestPage: 0, heaviestScripts: 0 };
const say = (text) => process.stdout.write(`${text}\n`);

const system = await startLocalSystem(variables());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const { sentiment, ranking, fraud } = await fill(system);
  const { deployments } = await (
    await fetch(`${system.url}/training-jobs/fraud-2026-47`, { headers: { 'x-api-key': keys.anna } })
  ).json();
  const pages = [
    { path: '', picture: 'endpoints', height: 860 },
    { path: `endpoints/${sentiment}`, picture: 'endpoint', height: 980 },
    { path: `endpoints/${ranking}/rollback`, picture: 'rollback', height: 900 },
    { path: `deployments/${deployments[0].deployment_id}` },
    { path: 'runs', picture: 'runs', height: 860 },
    { path: 'runs/sentiment-nightly-42', picture: 'run', height: 1100 },
    { path: 'runs/churn-trial-3' },
    { path: `runs/${longName}` },
    { path: 'approvals', picture: 'approvals', height: 640 },
    { path: 'system', picture: 'system', height: 900 },
    { path: 'no-such-page', status: 404 },
  ];
  for (const theme of ['light', 'dark']) {
    for (const width of keepsPictures ? [1280] : [1280, 360])
      await step(`every page, ${theme}, ${width} px`, () => openAll(pages, theme, width));
  }
  if (!keepsPictures) await tryAll({ sentiment, fraud });
} finally {
  await browser.close();
  await system.stop();
}
say(
  `${counts.pages} pages: axe ${counts.axe}, console ${counts.messages}, requests to other hosts ${counts.foreign}; the heaviest page ${counts.heaviestPage} bytes, scripts ${counts.heaviestScripts} bytes`,
);
for (const fault of faults) process.stderr.write(`${fault}\n`);
say(faults.length === 0 ? 'The console works' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function tryAll({ sentiment, fraud }) {
  const { tryKeys, tryLive, tryStill, tryRollback, tryReader } = triesOf(system.url, expect);
  await step('works without a script', withoutScript);
  await step('keys move between pages, rows and times', () => withPage('anna', (page) => tryKeys(page)));
  await step('a page follows what happens, and keeps what is read', () => withPage('rita', (page) => tryLive(page, fraud)));
  await step('an error stays as it is', () => withPage('rita', (page) => tryStill(page, fraud), ['status of 404']));
  await step('a rollback needs a reason and the typed name', () => withPage('otto', (page) => tryRollback(page, sentiment)));
  await step('a key that may only look is shown no act', () =>
    withPage('rita', (page) => tryReader(page, sentiment), ['status of 403']),
  );
}

async function step(what, act) {
  try {
    await act();
    say(`ok  ${what}`);
  } catch (error) {
    faults.push(`${what}: ${error.message.split('\n')[0]}`);
  }
}

/** A page of a new browser context; what it reports and requests is a fault. */
async function newPage(name, options) {
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const expected = new Set();
  page.on('console', (message) => {
    if ([...expected].some((text) => message.text().includes(text))) return;
    counts.messages += 1;
    faults.push(`${name}: the console says: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('request', (request) => {
    if (request.url().startsWith(system.url) || request.url().startsWith('data:')) return;
    counts.foreign += 1;
    faults.push(`${name}: requests ${request.url()}`);
  });
  return { page, context, expected };
}

async function signIn(page, who) {
  await page.goto(`${system.url}/console`);
  await page.fill('#key', keys[who]);
  await page.locator('main button').click();
  await page.locator('.top nav').waitFor();
}

/** `messages`: what the browser's console may say. */
async function withPage(who, use, messages = []) {
  const { page, context, expected } = await newPage(who, { viewport: { width: 1280, height: 800 } });
  for (const text of messages) expected.add(text);
  await signIn(page, who);
  await use(page).finally(() => context.close());
}

async function openAll(pages, theme, width) {
  const { page, context, expected } = await newPage(`${theme}, ${width} px`, {
    viewport: { width, height: 800 },
    colorScheme: theme,
  });
  await page.goto(`${system.url}/console`);
  if (!keepsPictures) await inspect(page, { path: 'session', theme, width });
  await signIn(page, 'anna');
  for (const { path, picture, height, status = 200 } of pages) {
    if (keepsPictures && picture === undefined) continue;
    expected.clear();
    if (status !== 200) expected.add(`status of ${status}`);
    const response = await page.goto(`${system.url}/console/${path}`);
    if (response.status() !== status) faults.push(`${path}: ${response.status()}`);
    weigh(path, (await response.body()).length);
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(400);
    if (!keepsPictures) await inspect(page, { path, theme, width });
    else if (picture !== undefined) await shoot(page, `console-${picture}-${theme}.png`, height);
  }
  await context.close();
}

function weigh(path, bytes) {
  counts.heaviestPage = Math.max(counts.heaviestPage, bytes);
  if (bytes > mostHtml) faults.push(`${path}: ${bytes} bytes of HTML`);
}

/** axe, the width, and the weight of the scripts. axe is evaluated from outside, so that the page's own policy holds for the page. */
async function inspect(page, { path, theme, width }) {
  counts.pages += 1;
  say(`    /${path}, ${theme}, ${width} px`);
  const where = `/${path} (${theme}, ${width} px)`;
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  counts.axe += violations.length;
  for (const { id, help, nodes } of violations) faults.push(`${where}: axe ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  const { wider, scripts } = await page.evaluate(() => ({
    wider: document.documentElement.scrollWidth - innerWidth,
    scripts: performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ decodedBodySize }) => decodedBodySize)
      .reduce((sum, size) => sum + size, 0),
  }));
  if (wider > 0) faults.push(`${where}: is ${wider} px wider than the screen`);
  counts.heaviestScripts = Math.max(counts.heaviestScripts, scripts);
  if (scripts > mostScript) faults.push(`${where}: ${scripts} bytes of scripts`);
}

/** Pictures name neither the machine nor its ports. */
async function shoot(page, image, height) {
  await page.setViewportSize({ width: 1280, height });
  await page.evaluate(
    ([from, to]) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
        text.textContent = text.textContent.replaceAll(from, to);
    },
    [`${hostname()}-`, 'host-'],
  );
  await page.screenshot({ path: join(images, image) });
  await page.setViewportSize({ width: 1280, height: 800 });
}

function expect(what, isSo) {
  if (!isSo) throw new Error(`${what}: no`);
}

async function withoutScript() {
  const { page, context } = await newPage('without a script', { javaScriptEnabled: false });
  await signIn(page, 'otto');
  await page.goto(`${system.url}/console/endpoints/ml-sentiment-endpoint/hold`);
  await page.fill('textarea', 'tried without a script');
  await page.locator('main button').click();
  expect('the endpoint is held', (await page.locator('h1').first().textContent()).includes('ml-sentiment-endpoint'));
  await page.getByText('Held').first().waitFor();
  await page.goto(`${system.url}/console/endpoints/ml-sentiment-endpoint/release`);
  await page.locator('main button').click();
  await page.getByRole('link', { name: 'Hold' }).waitFor();
  await context.close();
}
