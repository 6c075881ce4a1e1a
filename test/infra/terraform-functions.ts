import { readFileSync } from 'node:fs';

const list = (value: unknown): unknown[] => Object.values(value as object);
const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`);
  return value;
};
const flat = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flat) : [value]);

/** Go's `(?P<name>…)` is JavaScript's `(?<name>…)`. */
const pattern = (source: unknown, flags = ''): RegExp => new RegExp(text(source).replaceAll('(?P<', '(?<'), flags);

/** As Terraform's functions of these names, as far as infra/terraform uses them: https://developer.hashicorp.com/terraform/language/functions */
export const functions: Record<string, ((...values: never[]) => unknown) | undefined> = {
  alltrue: (values: unknown) => list(values).every((one) => one === true),
  coalesce: (...values: unknown[]) => values.find((one) => one !== null && one !== ''),
  concat: (...lists: unknown[]) => lists.flatMap(list),
  contains: (values: unknown, value: unknown) => list(values).includes(value),
  distinct: (values: unknown) => [...new Set(list(values))],
  file: (path: unknown) => readFileSync(text(path), 'utf8'),
  flatten: (values: unknown) => flat(values),
  floor: (value: number) => Math.floor(value),
  format: (shape: string, ...values: unknown[]) =>
    values.reduce<string>(
      (done, value) => done.replace(/%(0(\d))?[sd]/, (_, __, width) => String(value).padStart(Number(width ?? 0), '0')),
      shape,
    ),
  join: (separator: string, values: unknown) => list(values).join(separator),
  jsondecode: (json: unknown) => JSON.parse(text(json)) as unknown,
  jsonencode: (value: unknown) => JSON.stringify(value),
  keys: (value: object) => Object.keys(value).toSorted(),
  length: (value: string | object) => (typeof value === 'string' ? value.length : Object.keys(value).length),
  lower: (value: unknown) => text(value).toLowerCase(),
  merge: (...values: object[]) => Object.assign({}, ...values) as unknown,
  range: (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index),
  regex: (source: unknown, value: unknown) => {
    const found = pattern(source).exec(text(value));
    if (found === null) throw new Error(`no match: ${text(source)}`);
    return found.groups ?? found[1] ?? found[0];
  },
  regexall: (source: unknown, value: unknown) =>
    [...text(value).matchAll(pattern(source, 'g'))].map((found) => found.groups ?? found[1] ?? found[0]),
  replace: (value: unknown, old: unknown, by: unknown) => text(value).replaceAll(text(old), () => text(by)),
  setintersection: (left: unknown, right: unknown) => list(left).filter((one) => list(right).includes(one)),
  split: (separator: string, value: unknown) => text(value).split(separator),
  startswith: (value: unknown, start: string) => text(value).startsWith(start),
  toset: (values: unknown) => [...new Set(list(values))],
  tostring: (value: string | number | boolean | null) => (value === null ? null : String(value)),
};
