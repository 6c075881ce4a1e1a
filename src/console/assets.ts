import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { themeStyle } from './theme/theme-style.ts';

/** A file that pages refer to. Its name changes with its content, so that browsers may keep it for ever. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface Assets {
  readonly style: Asset;
  readonly htmx: Asset;
  /** Modules, each after those that it imports: the last one is the page's. */
  readonly scripts: readonly Asset[];
  readonly icon: Asset;
}

const iconContent =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M10 1.5 17.5 5.8v8.4L10 18.5 2.5 14.2V5.8z" fill="#1f6feb"/><path d="m6.5 10 2.5 2.5 4.5-5" fill="none" stroke="#fff" stroke-width="2"/></svg>';

/** Each after those that it imports. */
const scriptNames = ['page', 'times', 'dialogs', 'live', 'keys', 'console'] as const;

/** Reads the files of the console, and htmx's from its package. */
export function readAssets(): Assets {
  const read = (path: string): string => readFileSync(path, 'utf8');
  const own = (name: string): string => read(fileURLToPath(new URL(`assets/${name}`, import.meta.url)));
  return {
    style: asset('console', 'css', 'text/css', `${themeStyle}${own('console.css')}${own('runs.css')}`),
    htmx: asset('htmx', 'js', 'text/javascript', read(fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')))),
    scripts: readScripts(own),
    icon: asset('icon', 'svg', 'image/svg+xml', iconContent),
  };
}

function asset(name: string, extension: string, type: string, content: string): Asset {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { name: `${name}-${digest}.${extension}`, type: `${type}; charset=utf-8`, content };
}

/** A module imports the others by the names that change with their content. */
function readScripts(own: (name: string) => string): Asset[] {
  const scripts: Asset[] = [];
  for (const name of scriptNames) {
    const content = scripts.reduce(
      (text, { name: current }, at) => text.replaceAll(`'./${scriptNames[at] ?? ''}.js'`, `'./${current}'`),
      own(`${name}.js`),
    );
    scripts.push(asset(name, 'js', 'text/javascript', content));
  }
  return scripts;
}
