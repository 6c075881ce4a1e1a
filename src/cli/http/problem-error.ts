import type { ProblemBody } from '../../api/schemas/problem.ts';
import { CliError } from '../cli-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type FlagNames, flagOf } from './flag-names.ts';

type Code = ProblemBody['code'];

/** What to try, for each problem of the service where there is something. A command may know better. */
const hints: Partial<Record<Code, string>> = {
  forbidden: 'Use a key with that role',
  foreign_host: 'Without API_KEYS the service takes only requests to a loopback address',
  self_approval: 'Another person has to approve it, with a key of their own',
  not_found: '`autodeploy runs` and `autodeploy endpoints` list what there is',
  idempotency_conflict: 'Leave out --idempotency-key, or use another one',
  training_job_exists: 'Choose another NAME, or leave it out',
  training_not_completed: '`autodeploy run NAME` shows where it stands',
  rejected: '--force with a --reason deploys it all the same',
  superseded: '--force deploys it all the same',
  already_decided: '`autodeploy history NAME` shows who decided, and why',
  not_awaiting_approval: '`autodeploy endpoint ENDPOINT` shows what waits',
  nothing_to_roll_back_to: '`autodeploy endpoint ENDPOINT` lists what can be gone back to',
  artifact_missing: '`autodeploy endpoint ENDPOINT` lists others, for --to',
  deployment_in_progress: '`autodeploy abort ID --reason R` ends a deployment',
  quota_exceeded: 'Request a higher quota at AWS; `autodeploy doctor --aws` shows the quotas',
  too_many_wrong_keys: 'Correct the key, and wait a minute',
  sagemaker_unavailable: '`autodeploy doctor` says what the service lacks',
  database_unavailable: '`autodeploy doctor` says what the service lacks',
  redis_unavailable: '`autodeploy doctor` says what the service lacks',
  not_ready: '`autodeploy doctor` says what the service lacks',
  internal_error: "The service's log has more under the request id",
};

const exitCodeByCode: Partial<Record<Code, ExitCode>> = {
  unauthorized: exitCodes.unauthorized,
  forbidden: exitCodes.unauthorized,
  too_many_wrong_keys: exitCodes.unauthorized,
  invalid_request: exitCodes.usage,
};

/** `file`: where the body of the request was read from. */
export interface ProblemContext {
  flags?: FlagNames;
  file?: string | null;
  /** The variable or file of the key that was sent; null where none was. */
  keySource: string | null;
}

/** The service's problem as an error of the program: its detail, each issue with the flag's name, the request id, and what to try. */
export function problemError(problem: ProblemBody, { flags = {}, file = null, keySource }: ProblemContext): CliError {
  const { code, detail, errors = [], request_id: requestId } = problem;
  return new CliError(code === 'invalid_request' && errors.length > 0 ? 'The service refuses the request' : detail, {
    exitCode: exitCodeByCode[code] ?? exitCodes.error,
    issues: errors.map((one) => `${flagOf(one.field, flags, file)} ${one.detail}`),
    hint: code === 'unauthorized' ? keyHint(keySource) : (hints[code] ?? null),
    requestId,
    problem,
  });
}

const keyHint = (keySource: string | null): string =>
  keySource === null
    ? 'Set AUTODEPLOY_API_KEY, or AUTODEPLOY_API_KEY_FILE, to one of the keys of the service'
    : `The key of ${keySource} is none of the service's`;

export const isProblem = (body: unknown): body is ProblemBody =>
  typeof body === 'object' &&
  body !== null &&
  typeof Reflect.get(body, 'code') === 'string' &&
  typeof Reflect.get(body, 'detail') === 'string';
