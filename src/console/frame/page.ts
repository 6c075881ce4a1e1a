import { type Html, html } from '../html.ts';
import type { Asset } from '../assets.ts';
import { iconSprite } from '../parts/icon.ts';
import { addressOf, type Frame, pathTo } from './frame.ts';
import { settingsMenu } from './settings-menu.ts';

export type Section = 'endpoints' | 'runs' | 'approvals' | 'system';

export interface Page {
  /** Of the window: the page's own name. */
  title: string;
  /** Which entry of the navigation the page belongs to; null for none. */
  section: Section | null;
  /** What a reader sees. What follows the feed is within an element with `data-live` (assets/console.js). */
  content: Html;
  /** Set on a page that a program reloads after so many seconds, as while the database is unavailable. */
  reloadAfterSeconds?: number;
}

const sections: readonly { section: Section; word: string; path: string; key: string }[] = [
  { section: 'endpoints', word: 'Endpoints', path: pathTo.endpoints(), key: 'g e' },
  { section: 'runs', word: 'Runs', path: pathTo.runs(), key: 'g r' },
  { section: 'approvals', word: 'Approvals', path: pathTo.approvals(), key: 'g a' },
  { section: 'system', word: 'System', path: pathTo.system(), key: 'g s' },
];

/** A whole page of the console. It works without a script; with one it follows what happens. */
export function page(frame: Frame, { title, section, content, reloadAfterSeconds }: Page): Html {
  const { preferences, root, assets } = frame;
  const file = ({ name }: Asset): string => addressOf(frame, `assets/${name}`);
  const { theme, zone, times, keys, live } = preferences;
  return html`<!doctype html>
    <html
      lang="en"
      data-theme="${theme}"
      data-zone="${zone}"
      data-times="${times}"
      data-keys="${keys ? 'on' : 'off'}"
      data-live="${live && frame.caller !== null ? 'on' : 'off'}"
      data-root="${root}"
      ${reloadAfterSeconds === undefined ? '' : html`data-reload="${reloadAfterSeconds}"`}
    >
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme === 'system' ? 'light dark' : theme}" />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content="${htmxConfig}" />
        <title>${title} · ${frame.projectName}</title>
        <link rel="icon" href="${file(assets.icon)}" type="image/svg+xml" />
        <link rel="stylesheet" href="${file(assets.style)}" />
        <script src="${file(assets.htmx)}" defer></script>
        ${assets.scripts.slice(0, -1).map((one) => html`<link rel="modulepreload" href="${file(one)}" />`)}
        ${assets.scripts.slice(-1).map((one) => html`<script src="${file(one)}" type="module"></script>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${iconSprite} ${header(frame, section)}
        <main id="main" tabindex="-1">${content}</main>
        <p id="announcer" class="unseen" role="status" aria-live="polite"></p>
        ${footer(frame)}
      </body>
    </html>`;
}

/** No indicator styles, which would be inline; what a reader has opened stays open. */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  morphIgnore: ['data-htmx-powered', 'open', 'hidden'],
});

const header = (frame: Frame, current: Section | null): Html =>
  html`<header class="top">
    <a class="brand" href="${addressOf(frame, pathTo.endpoints())}">
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 1.5 17.5 5.8v8.4L10 18.5 2.5 14.2V5.8z" fill="currentColor" />
        <path d="m6.5 10 2.5 2.5 4.5-5" fill="none" class="tick" stroke-width="2" />
      </svg>
      <span class="name">${frame.projectName}</span>
    </a>
    ${frame.caller === null ? '' : navigation(frame, current)}
    <div class="tools">
      ${
        frame.caller === null
          ? ''
          : html`<span class="live" id="live-state" hidden><span class="dot"></span><span class="word">Live</span></span>`
      }
      ${settingsMenu(frame)} ${account(frame)}
    </div>
  </header>`;

const navigation = (frame: Frame, current: Section | null): Html =>
  html`<nav aria-label="Console">
    <ul>
      ${sections.map(
        ({ section, word, path, key }) =>
          html`<li>
            <a
              href="${addressOf(frame, path)}"
              ${section === current ? html`aria-current="page"` : ''}
              data-go="${key}"
              title="${word} (${key})"
              >${word}${section === 'approvals' ? badge(frame.pendingApprovals) : ''}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`;

const badge = (count: number | null): Html =>
  html`<span id="pending" class="badge" ${count === null || count === 0 ? html`hidden` : ''}
    >${count ?? 0}<span class="unseen"> waiting</span></span
  >`;

function account(frame: Frame): Html | '' {
  if (!frame.hasKeys || frame.caller === null) return '';
  const { name, role } = frame.caller;
  return html`<details class="menu">
    <summary><span class="who">${name}</span></summary>
    <div class="panel">
      <p>Signed in with the key <strong class="name">${name}</strong>, which may <strong>${role}</strong>.</p>
      <form method="post" action="${addressOf(frame, 'sign-out')}"><button>Sign out</button></form>
    </div>
  </details>`;
}

const footer = ({ version, preferences: { zone, times } }: Frame): Html =>
  html`<footer>
    <p>
      sagemaker-autodeploy ${version} ·
      <span id="zone-note"
        >${times === 'relative' ? 'Relative times; their titles are in' : 'Times are in'}
        <span class="zone">${zone === 'local' ? 'UTC' : zone}</span></span
      >
      · <a href="#keys" data-shortcut-help hidden>Keys (?)</a>
    </p>
  </footer>`;
