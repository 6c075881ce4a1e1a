/**
 * What PostgreSQL, `pg`, drizzle and the network throw, in the store's terms. Nothing here passes on a statement's parameters, which
 * drizzle puts into its message and PostgreSQL into `detail` (docs/reference/postgresql-behavior.md#errors-carry-parameters).
 */
import { StoreUnavailableError } from '../../core/errors.ts';

interface Kind {
  /** SQLSTATE codes, or those of Node. */
  codes: RegExp;
  says: string;
  /** Whether the transaction may be tried again at once: another one was in its way. */
  isConflict?: true;
  /** Whether the connection is of no use any more. */
  isLost?: true;
  /** Whether all connections lead to a server that takes no writes. */
  isReadOnly?: true;
  /** Whether it lasts until an operator repairs it. */
  needsRepair?: true;
}

const kinds: readonly Kind[] = [
  { codes: /^40(001|P01)$/, says: 'other transactions are in the way', isConflict: true },
  { codes: /^(55P03|57014)$/, says: 'another process holds it up' },
  { codes: /^25006$/, says: 'the server takes no writes', isLost: true, isReadOnly: true },
  { codes: /^(25P0[345]|08...|57P0[0-5]|58...|F0...)$/, says: 'the connection was cut', isLost: true },
  { codes: /^53300$/, says: 'the server has too many connections', isLost: true },
  { codes: /^53100$/, says: 'its disk is full' },
  { codes: /^53...$/, says: 'the server lacks resources' },
  { codes: /^28...$/, says: 'the server refuses the user or the password', isLost: true, needsRepair: true },
  { codes: /^3D000$/, says: 'there is no such database on the server', isLost: true, needsRepair: true },
  { codes: /^42501$/, says: 'the user lacks a permission', needsRepair: true },
  { codes: /^(42P01|3F000)$/, says: 'its tables are missing' },
  {
    codes:
      /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|ENOENT|ERR_STREAM|ERR_SSL_|EPROTO)/,
    says: 'the server cannot be reached',
    isLost: true,
  },
  {
    codes: /^(ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH)/,
    says: 'the certificate of the server is not trusted',
    isLost: true,
    needsRepair: true,
  },
];

/** What `pg` throws without a code (docs/reference/postgresql-behavior.md#errors-without-a-code). */
const withoutCode: readonly { words: RegExp; kind: Omit<Kind, 'codes'> }[] = [
  {
    words: /^The server does not support SSL connections/,
    kind: { says: 'the server does not support TLS', isLost: true, needsRepair: true },
  },
  {
    words: /^(Connection terminated|Connection ended|timeout exceeded when trying to connect|timeout expired)/,
    kind: { says: 'the connection was cut', isLost: true },
  },
  {
    words:
      /(has encountered a connection error|was closed|is not queryable|Query read timeout|Cannot use a pool after calling end)/,
    kind: { says: 'the server does not answer', isLost: true },
  },
  {
    words: /(SASL|SCRAM|client password must be a string)/,
    kind: { says: 'the password does not do', isLost: true, needsRepair: true },
  },
  { words: /There was an error establishing an SSL connection/, kind: { says: 'the server cannot be reached', isLost: true } },
];

/** An error of the database in the store's terms. */
export interface StoreProblem extends Omit<Kind, 'codes'> {
  code: string;
  unavailable: StoreUnavailableError;
}

export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** Whether the server has sent the error, and not the network or `pg`. */
export const isFromServer = (error: unknown): boolean => error instanceof Error && 'severity' in error && codeOf(error) !== null;

/** What is inside an error of drizzle, which shows all parameters. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && 'query' in error && 'params' in error ? error.cause : error;

/** What stands behind an error, when it is the database's or the network's; null for any other. */
export function toStoreProblem(thrown: unknown): StoreProblem | null {
  if (thrown instanceof StoreUnavailableError) return { code: '', says: thrown.message, unavailable: thrown };
  for (let cause: unknown = causeOf(thrown); cause instanceof Error; cause = cause.cause) {
    const code = codeOf(cause) ?? (cause instanceof AggregateError ? codeOf(cause.errors[0]) : null);
    const kind = code === null ? undefined : kinds.find(({ codes }) => codes.test(code));
    if (code !== null && kind !== undefined) return problemOf(code, kind);
    const { message } = cause;
    const known = code === null ? withoutCode.find(({ words }) => words.test(message)) : undefined;
    if (known !== undefined) return problemOf(message.replace(/\.$/, ''), known.kind);
  }
  return null;
}

function problemOf(code: string, kind: Omit<Kind, 'codes'>): StoreProblem {
  const { needsRepair } = kind;
  const message = `The database takes nothing now: ${kind.says} (${code}).`;
  return { ...kind, code, unavailable: new StoreUnavailableError(message, { needsRepair }) };
}

/** The name of the unique index that refused a row; null for any other error. */
export function violatedIndex(thrown: unknown): string | null {
  const error = causeOf(thrown);
  if (codeOf(error) !== '23505' || !(error instanceof Error) || !('constraint' in error)) return null;
  return typeof error.constraint === 'string' ? error.constraint : null;
}

/** An error of the database that no waiting repairs: a defect. Its words are PostgreSQL's own but for what it quotes of the data. */
export function withoutParameters(thrown: unknown): unknown {
  const error = causeOf(thrown);
  const code = codeOf(error);
  if (error === thrown && !isFromServer(error)) return thrown;
  if (!(error instanceof Error)) return new Error('PostgreSQL refused a statement.');
  const quotesData = code?.startsWith('22') ?? false;
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? ` of ${error.constraint}` : '';
  const clean = new Error(
    `PostgreSQL refused a statement: ${quotesData ? 'a value is not valid' : error.message}${constraint}${code === null ? '' : ` (${code})`}`,
  );
  return Object.assign(clean, { name: 'PostgresError' }, code === null ? {} : { code });
}
