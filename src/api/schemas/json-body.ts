import { z } from '@hono/zod-openapi';

/** How a route's body is checked (middleware/check-request.ts). */
export interface BodyRule<T extends z.ZodType = z.ZodType> {
  schema: T;
  /** Null where the body may be left out, which stands for `{}`; otherwise what it has to hold. */
  required: string | null;
  /** Numbers and texts may be anything: of a sender that has no better ones. */
  anyValues: boolean;
  /** The fields that take a number also as a string, by their path. */
  numbersAsText: RegExp | null;
  /** The body of an HTML form, which the route reads by itself: a person sees a page and no problem. */
  isForm?: boolean;
}

const rule = Symbol('the rule of this body');

export interface JsonBody<T extends z.ZodType> {
  required: boolean;
  content: { 'application/json': { schema: { $ref: string }; example: object } };
  [rule]: BodyRule<T>;
}

/**
 * A JSON body for `request` of a route. zod-openapi sees a reference to a schema of this name and leaves the body alone: it returns
 * 400 for an empty body that is declared as JSON, and takes one of any other type for none.
 *
 * @param example can be sent as it is: a page that tries the API would otherwise invent one from the patterns.
 */
export const jsonBody = <T extends z.ZodType>(
  name: string,
  schema: T,
  { example, required = null, anyValues = false, numbersAsText = null }: { example: object } & Partial<Omit<BodyRule, 'schema'>>,
): JsonBody<T> => ({
  required: required !== null,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` }, example } },
  [rule]: { schema, required, anyValues, numbersAsText },
});

/** The rule of a body that `jsonBody` made; null for none. */
export const ruleOf = (body: object | undefined): BodyRule | null =>
  body !== undefined && rule in body ? (body as JsonBody<z.ZodType>)[rule] : null;

/** The body of an HTML form for `request` of a route; a reference for the same reason. */
export const formBody = (name: string, { example }: { example: object }) => ({
  required: true,
  content: { 'application/x-www-form-urlencoded': { schema: { $ref: `#/components/schemas/${name}` }, example } },
  [rule]: { schema: z.unknown(), required: null, anyValues: true, numbersAsText: null, isForm: true } satisfies BodyRule,
});
