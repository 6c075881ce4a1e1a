import type { ClientBase, QueryConfig, QueryResult } from 'pg';
import { storable } from '../storable.ts';

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
    return this.#client.query(
      config,
      values.map((value) => storable(value)),
    );
  }
}
