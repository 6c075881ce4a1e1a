/** What a live endpoint answers to the requests of its policy. */
import type { VerifyRequest } from '../delivery/policy.ts';
import type { ShapeObject } from '../shapes/shapes.ts';

/** A response as far as an expectation is about it. */
export interface ModelResponse {
  body: string;
  /** It was longer than what is kept. */
  isCutOff: boolean;
}

/** Returns why the value is not of the JSON Schema, null where it is. */
export type JsonCheck = (schema: ShapeObject, value: unknown) => string | null;

/** Why the response is not what is expected, in one sentence without any of its content; null where it is. */
export function whyUnexpected(expect: VerifyRequest['expect'], response: ModelResponse, checkJson: JsonCheck): string | null {
  if (expect === null) return null;
  if ('contains' in expect)
    return response.body.includes(expect.contains) ? null : 'the response does not contain what is expected';
  if (response.isCutOff) return 'the response is too long to be compared with its JSON Schema';
  try {
    const why = checkJson(expect.jsonSchema, JSON.parse(response.body));
    return why === null ? null : `the response does not match its JSON Schema: ${why}`;
  } catch {
    return 'the response is no JSON';
  }
}
