/** What a link to an approval is about: one deployment, what it would deploy, and until when. */
export interface ApprovalLink {
  deploymentId: string;
  /** The digest of what would be deployed: a decision is about this content alone. */
  content: string;
  /** In milliseconds since 1970 UTC. */
  expiresAt: number;
}

/** `expired` is a link of this service whose time is over; of any other token nothing is known, and all of them are `invalid`. */
export type VerifiedLink = { kind: 'valid'; link: ApprovalLink } | { kind: 'expired'; link: ApprovalLink } | { kind: 'invalid' };

/** Signs the tokens of approval links, and knows its own again. */
export interface ApprovalLinks {
  /** Text of letters, digits and `._-`, which stands in a path as it is. */
  sign(link: ApprovalLink): Promise<string>;
  /** Never throws, whatever the token is. `now` in milliseconds since 1970 UTC. */
  verify(token: string, now: number): Promise<VerifiedLink>;
}
