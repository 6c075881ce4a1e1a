import { createHash } from 'node:crypto';

/** Of the page itself, since a proxy may strip any prefix, so that the address of a file would be unknown. */
export const approvalStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --ground: #ffffff; --line: #d0d7de; --bad: #b3261e; --good: #1a6b35; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b1; --ground: #0d1117; --line: #3d444d; --bad: #ff8f86; --good: #7ee2a0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 44rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
dl { margin: 0; }
dt { color: var(--soft); font-size: 0.875rem; }
dd { margin: 0 0 0.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.5rem 0.4rem 0; border-top: 1px solid var(--line); }
th { color: var(--soft); font-size: 0.875rem; font-weight: 400; }
td.number { font-variant-numeric: tabular-nums; min-width: 4.5rem; }
thead th, td.verdict { overflow-wrap: normal; white-space: nowrap; }
.passed { color: var(--good); }
.failed, .error { color: var(--bad); }
.error, .outcome { border: 1px solid currentColor; border-radius: 0.4rem; padding: 0.6rem 0.8rem; }
.note { color: var(--soft); }
fieldset { margin: 0; padding: 0.25rem 0.8rem 0.6rem; border: 1px solid var(--line); border-radius: 0.4rem; }
label { display: block; margin: 0.75rem 0 0.25rem; }
fieldset label { margin: 0; padding: 0.4rem 0; }
input:not([type='radio']), textarea { width: 100%; padding: 0.5rem; border: 1px solid var(--soft); border-radius: 0.4rem; background: transparent; color: inherit; font: inherit; }
button { width: 100%; min-height: 2.75rem; border: 0; border-radius: 0.4rem; background: var(--ink); color: var(--ground); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
`;

const styleHash = `'sha256-${createHash('sha256').update(approvalStyle).digest('base64')}'`;

/**
 * The headers of the page, in place of those that every response has. No script, and no style but its own. `same-origin`: with
 * `no-referrer` a browser sends its form with `Origin: null` (Fetch, "append a request Origin header"), as a foreign page's would be; to
 * other origins the address, which holds the token, goes neither way.
 */
export const approvalHeaders = {
  'content-security-policy': `default-src 'none'; style-src ${styleHash}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
} as const;
