import type { Problem } from '../deps.ts';
import { addressOf, type Frame } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';

const advice: Readonly<Record<string, string>> = {
  database_unavailable:
    'The pages come back with the database: this one tries again by itself. What runs at SageMaker continues.',
  redis_unavailable: 'The page tries again by itself. What runs at SageMaker continues.',
  forbidden: 'An operator of the service gives out keys with a greater role.',
  not_found: 'A run may have been removed, and a name may be misspelt.',
};

const reloadAfterSeconds = 5;

/** What a reader sees in place of a page. */
export function errorPage(frame: Frame, { status, title, detail, code }: Problem, requestId: string): Html {
  return page(frame, {
    title,
    section: null,
    reloadAfterSeconds: status === 503 ? reloadAfterSeconds : undefined,
    content: html`<div class="card narrow stack">
      <p class="label">${status}</p>
      <h1>${title}</h1>
      <p>${detail}</p>
      ${advice[code] === undefined ? '' : html`<p class="soft">${advice[code]}</p>`}
      <p><a class="button" href="${addressOf(frame, '')}">Go to the endpoints</a></p>
      <p class="note">Request <span class="name">${requestId}</span></p>
    </div>`,
  });
}
