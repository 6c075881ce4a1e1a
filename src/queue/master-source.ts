import type { Node } from './node-access.ts';

/** What one node, or sentinel, says. */
export interface MasterView {
  readonly master: Node;
  /** Of the fail-over that made it the master; 0 where it is not known. */
  readonly epoch: number;
  /** Further nodes to query. */
  readonly nodes: readonly Node[];
}

/** Those who know which node is the master. */
export interface MasterSource {
  readonly addresses: readonly Node[];
  /** For people, without a secret. */
  readonly place: string;
  /** What is wrong when none of them knows. */
  readonly withoutMaster: string;
  /** How often connections make sure that their master is not a former one. */
  readonly watchEveryMs: number;
  /** @throws {ConfigurationFault} for what an operator has to change; any other error may pass. */
  query(node: Node, limitMs: number): Promise<MasterView>;
}

/** One line that names a variable, for people to read, without a secret. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault';
}

/** No master is known, or it is another one now. */
export class NoMasterError extends Error {
  override readonly name = 'NoMasterError';
  /** What an operator has to change, where that is the cause. */
  readonly fault: string | null;

  constructor(message: string, fault: string | null = null) {
    super(message);
    this.fault = fault;
  }
}
