import { describe, expect, it } from 'vitest';
import { unavailable } from '../../src/queue/redis-error.ts';
import { refusalOf, type RefusalKind } from '../../src/queue/refusal.ts';
import { QueueUnavailableError } from '../../src/core/errors.ts';

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

/** As servers of several versions reply. */
const replies: [kind: RefusalKind, message: string][] = [
  ['wrong_node', "READONLY You can't write against a read only replica."],
  ['wrong_node', "READONLY You can't write against a read only replica. script: 62749f3c, on @user_script:1."],
  [
    'wrong_node',
    "ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write against a read only replica.",
  ],
  ['wrong_node', 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)'],
  ['wrong_node', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."],
  ['wrong_node', 'NOREPLICAS Not enough good replicas to write.'],
  ['wrong_node', 'CLUSTERDOWN The cluster is down'],
  ['not_now', "OOM command not allowed when used memory > 'maxmemory'. script: 72fad490, on @user_script:1."],
  [
    'not_now',
    "ERR Error running script (call to f_1): @user_script: 1: -OOM command not allowed when used memory > 'maxmemory'.",
  ],
  ['not_now', 'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.'],
  ['not_now', 'LOADING Redis is loading the dataset in memory'],
  ['not_now', 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'],
  ['not_now', 'TRYAGAIN Multiple keys request during rehashing of slot'],
  ['not_now', 'ERR max number of clients reached'],
  ['credentials', 'NOAUTH Authentication required.'],
  ['credentials', 'WRONGPASS invalid username-password pair or user is disabled.'],
  ['credentials', 'ERR invalid password'],
  ['rights', "NOPERM this user has no permissions to run the 'info' command"],
  ['rights', "NOPERM User app has no permissions to run the 'evalsha' command"],
  ['rights', "ERR The user executing the script can't run this command or subcommand script: 9c67, on @user_script:1."],
  ['rights', "ERR ACL failure in script: User app has no permissions to run the 'zadd' command"],
  ['set_up', 'DENIED Redis is running in protected mode because protected mode is enabled'],
  ['wrong_node', 'MOVED 3999 127.0.0.1:6381'],
  ['not_now', 'ASK 3999 127.0.0.1:6381'],
  ['set_up', "CROSSSLOT Keys in request don't hash to the same slot"],
  ['set_up', 'ERR DB index is out of range'],
  ['set_up', "ERR unknown command 'EVALSHA', with args beginning with: "],
  ['set_up', 'ERR Unknown Redis command called from script'],
  ['unknown', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  ['unknown', 'SOMETHING of a later version'],
];

describe('what Redis refuses', () => {
  it.each(replies)('is %s: %s', (kind, message) => {
    expect(refusalOf(reply(message))).toMatchObject({ kind });
    const error = unavailable(reply(message));
    expect(error).toBeInstanceOf(QueueUnavailableError);
    expect(String(error)).toMatch(/\([A-Z]{3,} /);
    expect(String(error)).not.toMatch(/script: |user_script/);
  });

  it('is nothing when it only lacks the script, which is sent next', () => {
    expect(refusalOf(reply('NOSCRIPT No matching script. Please use EVAL.'))).toBeNull();
  });
});

describe('an error of the queue', () => {
  it.each([
    ['Connection is closed.', {}],
    ["Stream isn't writeable and enableOfflineQueue options is false", {}],
    ['Command aborted due to connection close', { name: 'AbortError' }],
    ['Reached the max retries per request limit (which is 1).', { name: 'MaxRetriesPerRequestError' }],
    ['read ECONNRESET', { code: 'ECONNRESET' }],
    ['certificate has expired', { code: 'CERT_HAS_EXPIRED' }],
    ['wrong version number', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }],
  ])('%s means that Redis is unavailable', (message, more) => {
    expect(unavailable(Object.assign(new Error(message), more))).toBeInstanceOf(QueueUnavailableError);
  });

  it('of our own making stays what it is', () => {
    const error = new TypeError('x is not a function');
    expect(unavailable(error)).toBe(error);
  });
});
