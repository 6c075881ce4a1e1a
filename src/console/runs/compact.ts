import type { HtmlEscapedString } from 'hono/utils/html';
import { type Html, raw } from '../html.ts';

/** Rows of a table as one line each: of a long table the line breaks and indents of its template are a fifth. For no text whose line breaks matter. */
export const compact = (rows: readonly Html[]): Html =>
  raw(rows.map((row) => String(row as HtmlEscapedString).replaceAll(/\s*\n\s*/g, ' ')).join('\n'));
