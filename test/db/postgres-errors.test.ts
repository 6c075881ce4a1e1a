import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { toStoreProblem, violatedIndex, withoutParameters } from '../../src/db/postgres/errors.ts';

const secret = 'environment-secret-4711';

const ofServer = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`words of ${code}`), { code, severity: 'ERROR', detail: `Key (idempotency_key)=(${secret})`, ...more });

/** As drizzle throws them. */
const ofQuery = (cause: Error): Error =>
  Object.assign(new Error(`Failed query: insert …\nparams: ${secret}`, { cause }), { query: 'insert …', params: [secret] });

describe('toStoreProblem', () => {
  it.each([
    ['40001', { isConflict: true }],
    ['40P01', { isConflict: true }],
    ['55P03', {}],
    ['57014', {}],
    ['25006', { isLost: true, isReadOnly: true }],
    ['25P03', { isLost: true }],
    ['57P01', { isLost: true }],
    ['57P02', { isLost: true }],
    ['57P03', { isLost: true }],
    ['08006', { isLost: true }],
    ['58030', { isLost: true }],
    ['53300', { isLost: true }],
    ['53100', {}],
    ['28P01', { isLost: true, needsRepair: true }],
    ['28000', { isLost: true, needsRepair: true }],
    ['3D000', { isLost: true, needsRepair: true }],
    ['42501', { needsRepair: true }],
    ['42P01', {}],
    ['ECONNREFUSED', { isLost: true }],
    ['ECONNRESET', { isLost: true }],
    ['EPIPE', { isLost: true }],
    ['ETIMEDOUT', { isLost: true }],
    ['ENOTFOUND', { isLost: true }],
    ['EAI_AGAIN', { isLost: true }],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', { isLost: true, needsRepair: true }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { isLost: true, needsRepair: true }],
  ])('takes %s for an unavailable database', (code, expected) => {
    const problem = toStoreProblem(ofQuery(ofServer(code)));
    const { isConflict, isLost, isReadOnly, needsRepair } = problem ?? {};
    expect({ isConflict, isLost, isReadOnly, needsRepair }).toEqual({
      isConflict: undefined,
      isLost: undefined,
      isReadOnly: undefined,
      needsRepair: undefined,
      ...expected,
    });
    expect(problem?.unavailable).toBeInstanceOf(StoreUnavailableError);
    expect(problem?.unavailable.message).toMatch(new RegExp(`^The database takes nothing now: .+ \\(${code}\\)\\.$`));
    expect(problem?.unavailable.needsRepair).toBe('needsRepair' in expected);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Connection terminated',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'Client was closed and is not queryable',
  ])('takes "%s", which has no code, for a lost connection', (message) => {
    expect(toStoreProblem(ofQuery(new Error(message)))).toMatchObject({ isLost: true });
  });

  it('finds the code of a name with several addresses', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' });
    expect(toStoreProblem(new AggregateError([refused], ''))?.code).toBe('ECONNREFUSED');
  });

  it.each([ofServer('23505'), ofServer('42601'), new Error('a defect')])('leaves %s alone', (error) => {
    expect(toStoreProblem(error)).toBeNull();
  });

  it('shows no parameter', () => {
    const { unavailable } = toStoreProblem(ofQuery(ofServer('57P01')))!;
    expect(`${unavailable.stack} ${JSON.stringify(unavailable)} ${String(unavailable.cause)}`).not.toContain(secret);
  });
});

describe('withoutParameters', () => {
  it.each([ofServer('23505', { constraint: 'runs_key' }), ofServer('42601'), new Error('without a code')])(
    'keeps what %s says, and no parameter',
    (cause) => {
      const clean = withoutParameters(ofQuery(cause)) as Error;
      expect(clean.message).toContain(cause.message);
      expect(`${clean.stack} ${JSON.stringify(clean)} ${String(clean.cause)}`).not.toContain(secret);
    },
  );

  it('leaves out the words that quote a value', () => {
    const clean = withoutParameters(ofQuery(ofServer('22P02', { message: `invalid input syntax: "${secret}"` }))) as Error;
    expect(clean.message).toBe('PostgreSQL refused a statement: a value is not valid (22P02)');
    expect(clean.stack).not.toContain(secret);
  });

  it('leaves other errors as they are', () => {
    const error = new Error('Only a completed training can be deployed.');
    expect(withoutParameters(error)).toBe(error);
  });
});

describe('violatedIndex', () => {
  it('names the index of a row that is there already', () => {
    const constraint = 'deployments_one_active_per_run';
    expect(violatedIndex(ofQuery(ofServer('23505', { constraint })))).toBe(constraint);
    expect(violatedIndex(ofQuery(ofServer('23503', { constraint })))).toBeNull();
    expect(violatedIndex(new Error('23505'))).toBeNull();
  });
});
