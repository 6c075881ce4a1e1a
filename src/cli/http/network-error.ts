import { errorMessage } from '../../core/errors.ts';

/** Why there was no response, for people, and whether that may pass by itself. */
export interface NetworkFailure {
  reason: string;
  hint: string;
  passes: boolean;
  /** Whether the request was sent, as far as is known. */
  wasSent: boolean;
}

const codeOf = (error: unknown): string => {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/;

/** `error`: what `fetch` threw. `url`: the service's. */
export function networkFailureOf(error: unknown, url: string): NetworkFailure {
  const code = codeOf(error);
  const { host, hostname } = new URL(url);
  const whereItIs = 'AUTODEPLOY_URL says where the service is';
  if (code === 'ECONNREFUSED')
    return {
      reason: `no program listens at ${host}`,
      hint: `Is the service running? ${whereItIs}`,
      passes: true,
      wasSent: false,
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { reason: `the name ${hostname} has no address`, hint: whereItIs, passes: true, wasSent: false };
  if (certificateCodes.test(code))
    return {
      reason: `the certificate of ${host} is not trusted (${code})`,
      hint: 'NODE_EXTRA_CA_CERTS names a file with the certificate of your own authority',
      passes: false,
      wasSent: false,
    };
  if (error instanceof Error && error.name === 'TimeoutError')
    return { reason: `no response from ${host} in time`, hint: '`autodeploy doctor` says more', passes: true, wasSent: true };
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return {
    reason: `${errorMessage(cause)}${code === '' || errorMessage(cause).includes(code) ? '' : ` (${code})`}`,
    hint: whereItIs,
    passes: true,
    wasSent: true,
  };
}
