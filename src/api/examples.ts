import type { Routes } from './env.ts';
import examples from './examples.json' with { type: 'json' };

type Document = ReturnType<Routes['getOpenAPI31Document']>;
type PathItem = NonNullable<Document['paths']>[string];
type Operation = NonNullable<PathItem['get']>;

/** By operation: what a running system has returned. Lists, histories and metrics have a few entries. */
const byOperation: Readonly<Record<string, unknown>> = examples;

/** An operation with the example of its main success: what it does, where 200 says that nothing was left to do. */
export function withExample(operation: Operation): Operation {
  const { operationId = '', responses = {} } = operation;
  const example = byOperation[operationId];
  const status = '202' in responses ? '202' : '200';
  const main = responses[status];
  if (example === undefined || main === undefined || !('content' in main)) return operation;
  const content = Object.fromEntries(
    Object.entries<object>(main.content ?? {}).map(([type, media]) => [
      type,
      type === 'text/event-stream' ? media : { ...media, example },
    ]),
  );
  return { ...operation, responses: { ...responses, [status]: { ...main, content } } };
}
