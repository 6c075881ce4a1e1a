/** What no honest client sends. */
import fc from 'fast-check';

const nul = String.fromCodePoint(0);
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

export const hostileTexts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    nul,
    `name${nul}.json`,
    '../../etc/passwd',
    '..',
    '.',
    '\r\nX-Injected: yes',
    "' OR 1=1 --",
    '"; DROP TABLE training_runs; --',
    '${7*7}{{7*7}}',
    '<script>alert(1)</script>',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    'NaN',
    '-0',
    '1e400',
    '9007199254740993',
    '٣',
    'İstanbul',
    '\u202Egnirts',
    '\uD800',
    '\uFEFF',
    '👩‍🚀'.repeat(20),
    'a'.repeat(3000),
    `a://${':'.repeat(2500)}`,
    'a-'.repeat(1500),
    '-'.repeat(3000),
    ':'.repeat(3000),
    's3://',
    'Zm9v',
    'MA',
    'LTE',
    'MWU5OTk',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);

const hostileNumbers = fc.oneof(
  fc.constantFrom(-1, 0, -0, 0.5, 2 ** 31, 2 ** 53, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileTexts,
  hostileNumbers,
  fc.constantFrom<unknown>(null, true, false, [], {}, [[[]]], [null], { toString: 1 }, { length: -1 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key${index}`, 'value']))),
);

/** Bodies that `JSON.stringify` can't make. */
export const hostileBodies = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '{"a":',
    '[]{}',
    'null',
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"hyperparameters":{"__proto__":"x"}}',
    '{"environment":{"constructor":"x"}}',
    '{"tags":{"a":"1","a":"2"}}',
    '{"training_job_name":"one","training_job_name":"two\\u0000"}',
    '{"instance_count":1e400}',
    `{"instance_count":${'9'.repeat(400)}}`,
    '{"hyperparameters":{"lr":1e999}}',
    '{"hyperparameters":{"lr":NaN}}',
    '{"training_job_name":"\\ud800"}',
    `{"training_job_name":"${'a-'.repeat(60_000)}"}`,
    `{"endpoint_name":"${'-'.repeat(120_000)}a"}`,
    `{"input_s3_uri":"s3://${'a/'.repeat(60_000)} "}`,
    `{"training_image":"${'x'.repeat(120_000)}"}`,
    `{"hyperparameters":${deep('{"a":', '}', 10_000).replace(':}', ':1}')}}`,
    deep('[', ']', 120_000),

    `{"source":"aws.sagemaker","detail":${deep('[', ']', 50_000)}}`,
    `\uFEFF{}`,
    `${nul}{}`,
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json({ maxDepth: 4 }),
);

export const hugeBody = '{}'.padEnd(300_000, ' ');

/** Some of a valid value's fields (or the value itself) replaced, removed, or joined by unknown ones. */
export function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({ pick: fc.nat(), value: hostileJson, how: fc.constantFrom('replace', 'add', 'remove') });
  return fc.tuple(values, fc.array(change, { minLength: 1, maxLength: 3 }), hostileTexts).map(([value, changes, name]) => {
    if (typeof value !== 'object' || value === null) return changes[0]?.value;
    const copy = new Map(Object.entries(value));
    for (const { pick, value: hostile, how } of changes) {
      const names = [...copy.keys()];
      const existing = names[pick % Math.max(names.length, 1)];
      if (how === 'add' || existing === undefined) copy.set(name, hostile);
      else if (how === 'remove') copy.delete(existing);
      else copy.set(existing, hostile);
    }
    return Object.fromEntries(copy);
  });
}
