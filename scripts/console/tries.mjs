/** What `npm run console-check` tries on the pages, as a person does it. */
import { keys } from './fill.mjs';

/** @param expect takes what has to be so, and whether it is. */
export function triesOf(url, expect) {
  return { tryKeys, tryLive, tryStill, tryRollback, tryReader };

  async function tryKeys(page) {
    await page.goto(`${url}/console`);
    await page.keyboard.press('/');
    expect('/ leads to the search', await page.evaluate(() => document.activeElement.id === 'search'));
    await page.keyboard.press('Escape');
    await page.locator('h1').first().click();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const row = await page.evaluate(() => document.activeElement.closest('[data-row]')?.id);
    expect('j leads to the second row', (await page.locator('[data-row]').nth(1).getAttribute('id')) === row);
    const before = await page.locator('time').first().textContent();
    await page.keyboard.press('t');
    const after = await page.locator('time').first().textContent();
    expect('t changes how times are', before !== after && /\d{4}, \d\d:\d\d:\d\d (CET|GMT\+1)/.test(after));
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL(/\/approvals$/);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(/\/runs$/);
  }

  async function tryLive(page, endpoint) {
    await page.goto(`${url}/console/endpoints/${endpoint}`);
    await page.locator('#live-state[data-state=live]').waitFor();
    await page.locator('details.raw').first().locator('summary').click();
    // A mark on an element would go with what is put in its place.
    await page.evaluate(() => (globalThis.isSamePage = true));
    const response = await fetch(`${url}/endpoints/${endpoint}/hold`, {
      method: 'POST',
      headers: { 'x-api-key': keys.otto, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'seen live' }),
    });
    expect('the endpoint can be held', response.ok);
    await page.getByText('seen live').first().waitFor();
    expect(
      'what was opened stays open',
      await page
        .locator('details.raw')
        .first()
        .evaluate(({ open }) => open),
    );
    expect('the page was not loaded again', await page.evaluate(() => globalThis.isSamePage === true));
  }

  /** A page of which nothing follows what happens, as that of an error, stays as it is. */
  async function tryStill(page, endpoint) {
    await page.goto(`${url}/console/endpoints/no-such-endpoint`);
    await page.locator('#live-state[data-state=live]').waitFor();
    await page
      .locator('h1')
      .first()
      .evaluate((element) => (element.dataset.same = 'yes'));
    let requests = 0;
    page.on('request', () => (requests += 1));
    const response = await fetch(`${url}/endpoints/${endpoint}/hold`, {
      method: 'DELETE',
      headers: { 'x-api-key': keys.otto },
    });
    expect('the hold can be ended', response.ok);
    await page.waitForTimeout(1500);
    expect('the page is the same', (await page.locator('h1').first().getAttribute('data-same')) === 'yes' && requests === 0);
  }

  async function tryRollback(page, endpoint) {
    await page.goto(`${url}/console/endpoints/${endpoint}`);
    await page.getByRole('link', { name: 'Roll back' }).first().click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('What changes').waitFor();
    const button = dialog.getByRole('button', { name: 'Roll back' });
    expect('the button waits for the name', await button.isDisabled());
    await dialog.locator('textarea').fill('the new model calls everything positive');
    await dialog.locator('[name=confirm]').fill(endpoint);
    expect('the button can be pressed then', await button.isEnabled());
    await button.click();
    await page.waitForURL(new RegExp(`/endpoints/${endpoint}$`));
    await page.getByText('rolled back by otto').first().waitFor();
  }

  async function tryReader(page, endpoint) {
    await page.goto(`${url}/console/endpoints/${endpoint}`);
    expect('there is no act', (await page.locator('[data-act]').count()) === 0);
    const refused = await page
      .evaluate(async (href) => {
        const response = await fetch(href, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'reason=r',
        });
        return response.status;
      }, `${url}/console/endpoints/${endpoint}/release`)
      .catch(() => 403);
    expect('an act is refused', refused === 403);
  }
}
