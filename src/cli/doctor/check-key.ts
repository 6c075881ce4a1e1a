import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Api } from '../http/api.ts';
import { type Check, ok, warning } from './check.ts';

/** A deployment of this id does not exist, so that nothing is decided. */
const noDeployment = '00000000-0000-0000-0000-000000000000';

/**
 * The key is taken; what may it do? A refusal names the key and its role. A key that may decide finds that there is nothing of this id to
 * decide about: the request changes nothing.
 */
export async function checkKey(api: Api): Promise<Check[]> {
  const error = await api
    .request('POST', `/deployments/${noDeployment}/approve`, { json: {} })
    .then(() => null)
    .catch((one: unknown) => {
      if (one instanceof CliError && one.exitCode !== exitCodes.interrupted) return one;
      throw one;
    });
  return [roleOf(error, api.keySource), ...overPlainHttp(api)];
}

function roleOf(error: CliError | null, keySource: string | null): Check {
  const [, name, role] = /^The key (\S+) has the role (\w+)/.exec(error?.message ?? '') ?? [];
  if (error?.problem?.code === 'forbidden')
    return ok('key', `${keySource ?? 'the key'} is ${name ?? 'a key'} with the role ${role ?? 'that the service does not name'}`);
  if (keySource === null) return ok('key', 'none, and the service needs none: it takes requests from its own machine only');
  return ok('key', `${keySource} has the role approve, which may do everything`);
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function overPlainHttp({ url, keySource }: Api): Check[] {
  const { protocol, hostname } = new URL(url);
  if (keySource === null || protocol === 'https:' || loopback.test(hostname)) return [];
  return [
    warning('encryption', `the key goes to ${hostname} unencrypted`, {
      todo: 'Use an https:// address in AUTODEPLOY_URL',
      docs: 'docs/command-line.md#where-the-service-is',
    }),
  ];
}
