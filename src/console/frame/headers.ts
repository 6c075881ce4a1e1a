/**
 * The headers of every page of the console, in place of those that other responses have: scripts and styles are files of this origin, and
 * nothing is inline. `same-origin`: with `no-referrer` a browser sends a form with `Origin: null` (Fetch, "append a request Origin
 * header"), as a foreign page's would be.
 */
export const consoleHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'same-origin',
} as const;
