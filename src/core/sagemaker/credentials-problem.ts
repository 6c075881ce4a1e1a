const expired = /expired|TokenRefreshRequired/i;
const missing = /^(Missing|CredentialsProviderError$|TokenProviderError$)/;

/** What is wrong with the service's own AWS credentials, in a few words. @param code of a SageMakerError that is `unauthenticated`. */
export function credentialsProblem(code: string): string {
  const how = missing.test(code) ? 'missing, or could not be got' : expired.test(code) ? 'expired' : 'refused by AWS';
  return `the service's own AWS credentials are ${how} (${code})`;
}

/** The same for the caller: AWS speaks of "the request", and the caller would search for the fault in its own. */
export const credentialsProblemForCaller = (code: string): string => `${credentialsProblem(code)}; the request is not at fault`;
