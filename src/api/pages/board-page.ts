import { createHash } from 'node:crypto';
import { relativeBase } from './browser-path.ts';

/** Bull Board's router and API client read the attribute as it is written, and need it absolute: only the browser knows the prefix. */
const boardBaseScript = "{const b=document.querySelector('base');b.setAttribute('href',new URL(b.href).pathname)}";
export const boardBaseScriptHash = `'sha256-${createHash('sha256').update(boardBaseScript).digest('base64')}'`;

/** Bull Board's page with a base that is right behind any prefix, and without Google's fonts. */
export const boardPage = (html: string, pathname: string, folder: string): string =>
  html
    .replace(/<base href="[^"]*"\s*\/?>/, `<base href="${relativeBase(pathname, folder)}"><script>${boardBaseScript}</script>`)
    .replace(/<link href="https:\/\/fonts\.googleapis\.com[^>]*>/, '');
