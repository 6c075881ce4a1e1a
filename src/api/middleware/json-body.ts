import { z } from 'zod';
import type { ApiContext } from '../env.ts';
import { ApiError, type FieldIssue } from '../problems/api-error.ts';
import { toFieldIssues } from '../problems/validation-issues.ts';
import { type BodyRule, type JsonBody, ruleOf } from '../schemas/json-body.ts';
import { strictJsonIssues } from './strict-json.ts';

const noBody: BodyRule = {
  schema: z.strictObject({}, 'must be empty: this route takes query parameters only'),
  required: null,
  anyValues: false,
  numbersAsText: null,
};

/**
 * Checks the JSON body by the route's rule, or that it is empty where the route takes none: a body would be ignored without a word. Keeps
 * the result for `checkedBody`. Refuses what the caller cannot have meant, and never guesses: bytes that are no UTF-8, keys that are given
 * twice, numbers that lose digits.
 *
 * @throws {ApiError} `unsupported_media_type` for a body that is not declared as JSON in UTF-8.
 */
export async function bodyIssues(c: ApiContext, rule: BodyRule | null): Promise<FieldIssue[]> {
  const bytes = c.get('body');
  if (bytes === undefined || rule?.isForm) return [];
  const { schema, required, ...values } = rule ?? noBody;
  const isEmpty = /^[ \t\r\n]*$/.test(bytes.toString('latin1'));
  if (isEmpty && required !== null) return [bodyIssue(`must not be empty; it must be ${required}`)];
  if (!isEmpty) requireJson(c);
  const read: Read = isEmpty ? { value: {}, issues: [] } : parse(bytes, values);
  if (!('value' in read)) return read.issues;
  const result = await schema.safeParseAsync(read.value);
  if (result.success) {
    c.set('checkedBody', { schema, value: result.data });
    return read.issues;
  }
  const reported = new Set(read.issues.map(({ field }) => field));
  return [...read.issues, ...toFieldIssues(result.error, 'body').filter(({ field }) => !reported.has(field))];
}

/** The body of the request as the schema of `body` returned it, which is the body that the handler's route declares. */
export function checkedBody<T extends z.ZodType>(c: ApiContext, body: JsonBody<T>): z.infer<T> {
  const checked = c.get('checkedBody');
  if (checked === undefined || checked.schema !== ruleOf(body)?.schema) throw new Error('the route declares another body');
  return checked.value as z.infer<T>;
}

const jsonContentType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

function requireJson(c: ApiContext): void {
  const type = c.req.header('content-type') ?? '';
  const [, encoding = 'utf-8'] = charset.exec(type) ?? [];
  const contentEncoding = c.req.header('content-encoding') ?? 'identity';
  if (jsonContentType.test(type) && /^(utf-?8|us-ascii)$/i.test(encoding) && contentEncoding === 'identity') return;
  throw new ApiError(
    'unsupported_media_type',
    'Send the body as JSON in UTF-8, with Content-Type: application/json and without Content-Encoding',
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

type Read = { value: unknown; issues: FieldIssue[] } | { issues: FieldIssue[] };

function parse(bytes: Buffer, { anyValues, numbersAsText }: Pick<BodyRule, 'anyValues' | 'numbersAsText'>): Read {
  try {
    const text = utf8.decode(bytes);
    const takesText = (field: string): boolean => numbersAsText?.test(field) ?? false;
    return { value: JSON.parse(text), issues: strictJsonIssues(text, { onlyKeys: anyValues, takesText }) };
  } catch (error) {
    if (error instanceof TypeError) return { issues: [bodyIssue('is not valid UTF-8')] };
    if (error instanceof SyntaxError) return { issues: [bodyIssue(`is not JSON: ${withoutExcerpt(error.message)}`)] };
    throw error;
  }
}

/** V8 quotes what is around the fault, which may be a secret: `Unexpected token 'h', ..."TOKEN":hunter2" is not valid JSON`. */
const withoutExcerpt = (message: string): string => message.replace(/^(Unexpected token '.*?'), .*/s, '$1');

const bodyIssue = (detail: string): FieldIssue => ({ field: 'body', detail });
