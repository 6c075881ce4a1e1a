import { addressOf, type Frame } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';

/** Where a reader gives a key. `to`: the page, below `/console`, that comes then. */
export const signInPage = (frame: Frame, { to, error }: { to: string; error?: string }): Html =>
  page(frame, {
    title: 'Sign in',
    section: null,
    content: html`<div class="card narrow">
      <h1>Sign in</h1>
      <form method="post" action="${addressOf(frame, 'session')}" class="action">
        ${error === undefined ? '' : html`<p class="alert bad" role="alert" id="key-error">${error}</p>`}
        <input type="hidden" name="to" value="${to}" />
        <input type="text" name="user" value="console" autocomplete="username" hidden />
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          required
          maxlength="600"
          autocomplete="current-password"
          spellcheck="false"
          autofocus
          ${error === undefined ? '' : html`aria-invalid="true" aria-describedby="key-error"`}
        />
        <p><button class="primary">Sign in</button></p>
      </form>
      <p class="note">One of the keys of API_KEYS. The session ends after 12 hours, or when its key is removed.</p>
    </div>`,
  });
