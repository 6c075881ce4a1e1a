/**
 * What an error reply of Redis means: the one table. Codes are the first word of a reply (redis.io/docs, "RESP protocol: simple
 * errors"; the texts are those of Redis 6 to 8 and Valkey).
 */
export type RefusalKind =
  /** The connection leads to a node that takes no writes, while another may: reconnecting finds out. */
  | 'wrong_node'
  /** It takes no writes, or no commands, until its own problem is over. */
  | 'not_now'
  /** The user or the password is wrong. */
  | 'credentials'
  /** The user may not do it. */
  | 'rights'
  /** The server is not set up for it, or is one that the queue can't work with. */
  | 'set_up'
  | 'unknown';

/** Emitted by our connections when a command was refused, with the Refusal. */
export const refusedEvent = 'refused';

export interface Refusal {
  kind: RefusalKind;
  /** For people; holds no secret. */
  reason: string;
}

const table: Readonly<Record<string, { kind: RefusalKind; means: string }>> = {
  READONLY: { kind: 'wrong_node', means: 'the node is a read-only replica' },
  UNBLOCKED: { kind: 'wrong_node', means: 'the node has become a replica' },
  MASTERDOWN: { kind: 'wrong_node', means: 'the node is a replica that has lost its master' },
  NOREPLICAS: { kind: 'wrong_node', means: 'the node has too few replicas to take writes' },
  CLUSTERDOWN: { kind: 'wrong_node', means: "the node's cluster is down" },
  TRYAGAIN: { kind: 'not_now', means: 'the cluster moves its data' },
  LOADING: { kind: 'not_now', means: 'Redis loads its data' },
  OOM: { kind: 'not_now', means: 'its memory is full' },
  MISCONF: { kind: 'not_now', means: "it can't write to its disk" },
  BUSY: { kind: 'not_now', means: 'a script keeps it busy' },
  NOAUTH: { kind: 'credentials', means: 'it asks for a password, and REDIS_URL has none' },
  WRONGPASS: { kind: 'credentials', means: 'the user or the password in REDIS_URL is wrong, or the user is off' },
  NOPERM: { kind: 'rights', means: 'the user lacks a right' },
  DENIED: { kind: 'set_up', means: 'it is in protected mode' },
  MOVED: { kind: 'wrong_node', means: 'another node of the cluster holds the queue' },
  // Only while a slot moves, and only for a part of its keys: a script of several gets TRYAGAIN from either node.
  ASK: { kind: 'not_now', means: 'the cluster moves its data' },
  CROSSSLOT: { kind: 'set_up', means: 'it is a cluster, and QUEUE_PREFIX has no {braces}' },
};

/** The texts of replies that begin with ERR. Scripts of Redis 6 wrap the error of the command in them. */
const inWords: readonly { pattern: RegExp; kind: RefusalKind; means: string }[] = [
  {
    pattern: /can't (run this command|access at least one of the keys)|no permissions? to/i,
    kind: 'rights',
    means: 'the user lacks a right',
  },
  { pattern: /max(imum)? number of clients/, kind: 'not_now', means: 'it has too many clients' },
  { pattern: /unknown (Redis )?command/i, kind: 'set_up', means: 'it does not know the command' },
  { pattern: /invalid DB index|DB index is out of range/, kind: 'set_up', means: 'it has no database of that number' },
  { pattern: /AUTH.*without any password/, kind: 'credentials', means: 'REDIS_URL has a password, and it asks for none' },
  { pattern: /invalid password/, kind: 'credentials', means: 'the password in REDIS_URL is wrong' },
];

/** What Redis refused, and why; null for an error that is no reply of Redis. A script that it does not have yet is sent in whole. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError' || error.message.startsWith('NOSCRIPT')) return null;
  const row = findRow(error.message);
  return { kind: row?.kind ?? 'unknown', reason: `${row?.means ?? 'Redis refuses'} (${firstSentence(error.message)})` };
}

function findRow(message: string): { kind: RefusalKind; means: string } | undefined {
  const code = /^[A-Z]+/.exec(message)?.[0] ?? '';
  const wrapped = /-([A-Z]{3,})\b/.exec(message)?.[1] ?? '';
  return table[code] ?? (code === 'ERR' ? table[wrapped] : undefined) ?? inWords.find(({ pattern }) => pattern.test(message));
}

/** Without the digest and the line of a script, which say nothing to people. */
const firstSentence = (message: string): string =>
  message
    .replace(/^ERR Error running script.*? -(?=[A-Z]{3,})/s, '')
    .replace(/\.? script: .*$/s, '')
    .replace(/\.$/, '')
    .slice(0, 200);
