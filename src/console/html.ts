/** hono's templates: what is put into one is escaped, and attributes are written in quotes. */
import { html, raw } from 'hono/html';

export { html, raw };
export type Html = ReturnType<typeof html>;
