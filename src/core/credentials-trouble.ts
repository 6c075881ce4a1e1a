const expired = /expired|TokenRefreshRequired/i;
const missing = /^(Missing|CredentialsProviderError$|TokenProviderError$)/;

/**
 * What is wrong with the service's own AWS credentials, in our words: AWS's are about "the request", and whoever made a request
 * of ours would look for the fault there. @param code of a SagemakerError that is `unauthenticated`.
 */
export function credentialsTrouble(code: string): string {
  const how = missing.test(code) ? 'missing, or could not be got' : expired.test(code) ? 'expired' : 'refused by AWS';
  return `the service's own AWS credentials are ${how} (${code}); the request is not at fault`;
}
