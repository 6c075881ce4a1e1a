const expired = /expired|TokenRefreshRequired/i;
const missing = /^(Missing|CredentialsProviderError$|TokenProviderError$)/;

/** Returns what is wrong with the service's own AWS credentials. @param code of a SageMakerError that is `unauthenticated`. */
export function credentialsProblem(code: string): string {
  const how = missing.test(code) ? 'missing, or could not be got' : expired.test(code) ? 'expired' : 'refused by AWS';
  return `the service's own AWS credentials are ${how} (${code})`;
}

/** The same for a caller, who would take AWS's "the request" for the caller's own. */
export const credentialsProblemForCaller = (code: string): string => `${credentialsProblem(code)}; the request is not at fault`;
