import { html } from 'hono/html';
import { meanings } from '../problems/meanings.ts';
import { problemCodes, problems } from '../problems/table.ts';

/** Where the `type` of each problem leads: what it is, at an anchor of its code. Without a script, and for itself alone. */
export const problemsPage = () =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>sagemaker-autodeploy: the problems</title>
        <style>
          body {
            margin: 0 auto;
            padding: 1rem;
            max-width: 44rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
            overflow-wrap: anywhere;
          }
          section {
            padding: 0 0.8rem;
          }
          :target {
            outline: 2px solid;
          }
          h2 {
            font-size: 1.1rem;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>Problems</h1>
          <p>
            Each error of the API is a problem as RFC 9457 describes it. Its <code>type</code> leads here, and its
            <code>code</code> is for programs. The log has the request under its <code>request_id</code>.
          </p>
          ${problemCodes.map(
            (code) =>
              html`<section id="${code}">
                <h2><code>${code}</code>: ${problems[code].title}</h2>
                <p>Status ${problems[code].status}: ${inCode(meanings[code])}.</p>
              </section>`,
          )}
        </main>
      </body>
    </html>`;

/** What stands between backticks, as code. */
const inCode = (text: string) => text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
