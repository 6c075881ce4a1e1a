import type { ClientBase, QueryConfig, QueryResult } from 'pg';

/** A value as PostgreSQL's `text` takes it: it has no U+0000 (docs/reference/postgresql-behavior.md#text-has-no-u0000). */
const storable = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\0', '') : value);

/**
 * What drizzle sends its statements through: one connection, every value of which is text that PostgreSQL takes. SageMaker's words may
 * hold any character; names and keys are checked before they come here.
 */
export class Sender {
  readonly #client: ClientBase;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  query(config: QueryConfig, values: unknown[] = []): Promise<QueryResult> {
    return this.#client.query(config, values.map(storable));
  }
}
