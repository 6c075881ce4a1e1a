/** What one member of a policy may hold, as the delivery file writes it. `about` is for people: editors show it. */
export type PolicyShape = { readonly about?: string } & (
  | ObjectShape
  | { readonly type: 'list'; readonly of: PolicyShape; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly values: readonly string[] }
  | TextShape
  | PolicyNumber
  | { readonly type: 'flag' }
  /** Any JSON object. */
  | { readonly type: 'json' }
);

export interface ObjectShape {
  readonly type: 'object';
  readonly members: Readonly<Record<string, PolicyShape>>;
  /** Of an object in a list, which no layer completes. */
  readonly required?: readonly string[];
}

/** Bounds in characters. `must` says the pattern in words. */
export interface TextShape {
  readonly type: 'text';
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
  readonly must?: string;
}

/** `above` and `below` are no part of the range, `min` and `max` are. */
export interface PolicyNumber {
  readonly type: 'number' | 'integer';
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}
