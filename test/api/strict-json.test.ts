import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strictJsonIssues } from '../../src/api/middleware/strict-json.ts';
import { startApi } from './harness.ts';
import { expectProblem } from './request.ts';

const fieldsOf = (text: string): string[] => strictJsonIssues(text).map(({ field }) => field);

describe('strictJsonIssues', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"a":{"b":[0,{"c":1,"c":1}]}}', ['a.b[1].c']],
    ['[{"a":1,"a":1},{"a":1}]', ['[0].a']],
    ['{"a":[{"b":1},{"b":1}],"b":{"a":1}}', []],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', []],
    ['{"__proto__":1}', ['__proto__']],
    ['{"a":{"__pr\\u006fto__":1}}', ['a.__proto__']],
    ['{"a":"\\ud800"}', ['a']],
    ['{"a":"\\ud83d\\ude00","\\ude00":1}', ['\ude00']],
    ['9007199254740993', ['body']],
  ])('finds those of %s', (text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
  });

  it.each([
    '0.1',
    '1.0',
    '1e3',
    '1E+3',
    '-0',
    '0.000',
    '100',
    '0.30000000000000004',
    '9007199254740992',
    '5e-324',
    '1.50',
    '1e21',
  ])('accepts the number %s', (literal) => expect(fieldsOf(literal)).toEqual([]));

  it.each(['9007199254740993', '0.12345678901234567891', '1e400', '-1e400', '1e-400', '12345678901234567890'])(
    'refuses the number %s, which would lose digits',
    (literal) => expect(fieldsOf(literal)).toEqual(['body']),
  );

  it('finds none in other JSON, and takes time in proportion to the text', () => {
    fc.assert(
      fc.property(
        fc.json({ noUnicodeString: false }),
        (text) => /\\u0000/.test(text) || fieldsOf(text).filter((one) => !/__proto__/.test(one)).length === 0,
      ),
    );
    const startedAt = performance.now();
    strictJsonIssues(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    strictJsonIssues(`{"a":"${'\\\\'.repeat(100_000)}"}`);
    expect(strictJsonIssues(`{${'"a":1,'.repeat(30_000)}"a":1}`).length).toBeLessThanOrEqual(20);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});

describe('JSON body', () => {
  const json = { 'content-type': 'application/json' };

  it('with a duplicate key > starts nothing, and names the key with its path', async () => {
    const { ask, simulator } = await startApi();
    const raw = '{"hyperparameters":{"epochs":1,"epochs":9},"instance_count":1,"instance_count":2}';
    const { errors } = expectProblem(await ask('POST', '/bootstrap', { headers: json, raw }), 422, 'invalid_request');
    expect(errors).toEqual([
      { field: 'hyperparameters.epochs', detail: 'is given twice' },
      { field: 'instance_count', detail: 'is given twice' },
    ]);
    expect(simulator.effects()).toEqual([]);
  });

  it.each([
    ['invalid UTF-8', Buffer.from('{"hyperparameters":{"name":"caf\xe9"}}', 'latin1'), 'body'],
    ['a cut UTF-8 character', Buffer.from('{"a":"\xc3', 'latin1'), 'body'],
    ['an overlong UTF-8 character', Buffer.from('{"a":"\xc0\xaf"}', 'latin1'), 'body'],
    ['half of a surrogate pair', Buffer.from('{"hyperparameters":{"name":"\\ud83d"}}'), 'hyperparameters.name'],
    ['the character U+0000', Buffer.from('{"training_image":"image\\u0000"}'), 'training_image'],
    ['it in a nested value', Buffer.from('{"hyperparameters":{"name":"a\\u0000b"}}'), 'hyperparameters.name'],
    ['it in a name', Buffer.from('{"environment":{"A\\u0000":"b"}}'), 'environment.A\0'],
    ['a number that loses digits', Buffer.from('{"hyperparameters":{"seed":9007199254740993}}'), 'hyperparameters.seed'],
  ])('with %s > starts nothing, and names the field', async (_, bytes, field) => {
    const { ask, simulator } = await startApi();
    const response = await ask('POST', '/bootstrap', { headers: json, raw: new Blob([bytes]).stream() });
    expect(expectProblem(response, 422, 'invalid_request').errors).toMatchObject([{ field }]);
    expect(simulator.effects()).toEqual([]);
  });

  it('compressed or in another character set > is refused', async () => {
    const { ask } = await startApi();
    for (const headers of [
      { 'content-type': 'application/json; charset=iso-8859-1' },
      { 'content-type': 'application/json;charset="utf-16"' },
      { ...json, 'content-encoding': 'gzip' },
    ])
      expectProblem(await ask('POST', '/bootstrap', { headers, raw: '{}' }), 415, 'unsupported_media_type');
  });

  it('of an event > may hold any numbers and texts, and no duplicate keys', async () => {
    const { ask } = await startApi();
    const event = (more: string): string =>
      `{"source":"aws.sagemaker","detail-type":"SageMaker Training Job State Change","detail":{"TrainingJobName":"foreign-job","TrainingJobStatus":"Failed"${more}}}`;
    const send = (raw: string) => ask('POST', '/events', { headers: json, raw });
    expect(
      (
        await send(
          event(
            ',"FailureReason":"\\u0000 cut \\ud83d","Tags":{"team":"a\\u0000"},"FinalMetricDataList":[{"Value":0.12345678901234567891}]',
          ),
        )
      ).status,
    ).toBe(202);
    const { errors } = expectProblem(await send(event(',"TrainingJobStatus":"Completed"')), 422, 'invalid_request');
    expect(errors).toEqual([{ field: 'detail.TrainingJobStatus', detail: 'is given twice' }]);
    const zero = expectProblem(await send(event(',"Tags":{"a\\u0000":"team"}')), 422, 'invalid_request');
    expect(zero.errors).toEqual([{ field: 'detail.Tags.a\0', detail: 'holds the character U+0000, which cannot be stored' }]);
  });

  it('with a number that loses digits > says what the field takes in its place', async () => {
    const { ask } = await startApi();
    const raw = '{"max_runtime_seconds":3600.00000000000000001,"hyperparameters":{"rate":0.12345678901234567891}}';
    const { errors } = expectProblem(await ask('POST', '/bootstrap', { headers: json, raw }), 422, 'invalid_request');
    expect(errors).toEqual([
      {
        field: 'max_runtime_seconds',
        detail: 'has more digits than a number keeps exactly; write at most 15 digits',
      },
      { field: 'hyperparameters.rate', detail: 'has more digits than a number keeps exactly; send it as a string' },
    ]);
    const text = { max_runtime_seconds: 3600, hyperparameters: { rate: '0.12345678901234567891' } };
    expect((await ask('POST', '/bootstrap', { json: text })).status).toBe(202);
  });
});
