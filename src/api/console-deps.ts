import type { ConsoleDeps, Problem } from '../console/deps.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiContext } from './env.ts';
import type { FindKey } from './middleware/auth.ts';
import { shownPath } from './middleware/request-log.ts';
import type { createFailureLog } from './problems/failure-log.ts';
import { problems } from './problems/table.ts';
import { toApiError } from './problems/to-api-error.ts';
import type { HistoryStreams } from './streams/history-stream.ts';

interface ConsoleParts {
  prefixes: readonly string[];
  findKey: FindKey;
  afterWrongKey: (address: string) => Promise<void>;
  logFailure: ReturnType<typeof createFailureLog>;
  historyStreams: HistoryStreams;
}

/** What the console needs of the API: its keys, its errors, and the state of the service. */
export function consoleDeps(
  { ctx, apiKeys, version, publicUrl = null, consoleSessions, readStatus, queueDepths }: ApiDeps,
  { prefixes, findKey, afterWrongKey, logFailure, historyStreams }: ConsoleParts,
): ConsoleDeps {
  const signIn: ConsoleDeps['signIn'] = async (candidate, address) => {
    const key = findKey(candidate);
    if (key !== null) return { token: await consoleSessions.sign(key, ctx.now()) };
    await afterWrongKey(address);
    return null;
  };
  return {
    ctx,
    version,
    prefixes,
    publicUrl: publicUrl?.replace(/\/$/, '') ?? null,
    signIn: apiKeys.length === 0 ? null : signIn,
    readStatus,
    queueDepths,
    follow: (c, place) => historyStreams.respond(c as ApiContext, place),
    toProblem(error, { method, path }): Problem {
      const problem = toApiError(error);
      logFailure(problem, error, { method, path: shownPath(path) });
      const { status, code, message: detail, retryAfterSeconds } = problem;
      return { status, title: problems[code].title, detail, code, retryAfterSeconds };
    },
  };
}
