import { type Html, html } from '../html.ts';
import { icon } from '../parts/icon.ts';
import { addressOf, type Frame } from './frame.ts';

const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

/** How pages are to be: a form that works without a script, and comes back to the page. */
export function settingsMenu(frame: Frame): Html {
  const { theme, zone, times, keys, live } = frame.preferences;
  const option = (value: string, word: string, chosen: string): Html =>
    html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${word}</option>`;
  return html`<details class="menu" id="settings">
    <summary title="Display">${icon('settings')}<span class="unseen">Display</span></summary>
    <div class="panel">
      <form method="post" action="${addressOf(frame, 'preferences')}">
        <input type="hidden" name="to" value="${frame.here}" />
        <label for="set-theme">Theme</label>
        <select id="set-theme" name="theme">
          ${option('system', 'As the system', theme)} ${option('light', 'Light', theme)} ${option('dark', 'Dark', theme)}
        </select>
        <label for="set-times">Times</label>
        <select id="set-times" name="times">
          ${option('relative', 'Relative: 3 min ago', times)} ${option('absolute', 'Absolute', times)}
        </select>
        <label for="set-zone">Time zone <span class="note">(local, UTC or a name)</span></label>
        <input
          id="set-zone"
          name="zone"
          value="${zone}"
          list="zones"
          autocomplete="off"
          spellcheck="false"
          data-zones="${addressOf(frame, 'zones')}"
        />
        <label for="set-keys">Keyboard shortcuts</label>
        <select id="set-keys" name="keys">
          ${option('on', 'On', keys ? 'on' : 'off')} ${option('off', 'Off', keys ? 'on' : 'off')}
        </select>
        <label for="set-live">Live updates</label>
        <select id="set-live" name="live">
          ${option('on', 'On', live ? 'on' : 'off')} ${option('off', 'Off', live ? 'on' : 'off')}
        </select>
        <p><button>Apply</button></p>
      </form>
    </div>
  </details>`;
}

/** The options of the field for a zone, which the browser fetches when the field is used: they weigh more than most pages. */
export const zoneOptions = (): Html => html`${zones.map((name) => html`<option value="${name}"></option>`)}`;
