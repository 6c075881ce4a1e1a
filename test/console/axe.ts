import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { expect } from 'vitest';

/** These need a layout, which jsdom has not: `npm run console-check` has them tried in a browser. */
const needLayout = ['color-contrast', 'target-size', 'scrollable-region-focusable'];

/** Expects that axe finds nothing on the page, WCAG 2.2 AA and its best practices. */
export async function expectAccessible(text: string): Promise<void> {
  const { window } = new JSDOM(text, { runScripts: 'outside-only', url: 'http://localhost/console' });
  window.eval(axe.source);
  const inPage = window['axe'] as typeof axe;
  const rules = Object.fromEntries(needLayout.map((rule) => [rule, { enabled: false }]));
  const { violations } = await inPage.run(window.document, { rules });
  window.close();
  expect(violations.map(({ id, help, nodes }) => [id, help, nodes.map(({ html }) => html)])).toEqual([]);
}
