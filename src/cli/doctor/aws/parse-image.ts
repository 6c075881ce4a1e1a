/** An image in Amazon ECR. */
export interface EcrImage {
  account: string;
  region: string;
  repository: string;
  /** `imageTag=latest` or `imageDigest=sha256:…`, as `aws ecr` takes it. */
  id: string;
}

/** null for an address that is none of ECR's private registries. */
export function parseImage(uri: string): EcrImage | null {
  const [, account, region, rest] = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(.+)$/.exec(uri) ?? [];
  if (account === undefined || region === undefined || rest === undefined) return null;
  const [, repository = rest, tag, digest] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(rest) ?? [];
  return { account, region, repository, id: digest === undefined ? `imageTag=${tag ?? 'latest'}` : `imageDigest=${digest}` };
}
