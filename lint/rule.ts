/** The part of oxlint's plugin interface (ESLint's) that our rules use. */
export interface Node {
  readonly type: string;
}

export interface Context {
  readonly filename: string;
  readonly cwd: string;
  report(problem: { node: Node; message: string }): void;
}

export interface Rule {
  create(context: Context): Record<string, (node: never) => void>;
}
