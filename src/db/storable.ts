/** A value as PostgreSQL's `text` takes it: it has no U+0000 (docs/reference/postgresql-behavior.md#text-has-no-u0000). */
export const storable = <T>(value: T): T => (typeof value === 'string' ? (value.replaceAll('\0', '') as T) : value);
