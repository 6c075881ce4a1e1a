/** One request and its outcome. */
export interface LoggedCall {
  seq: number;
  at: number;
  /** As the client sent it, known or not. */
  operation: string;
  /** The resource that the call names. */
  name: string | null;
  /** `OK`, an error's code, or `LOST` or `HANGS` for a response that was withheld. */
  code: string;
  /** 0 when there was no response. */
  status: number;
  requestId: string;
  /** The ids of the faults that were injected. */
  faults: string[];
}

export interface CallFilter {
  operation?: string;
  name?: string;
  code?: string;
  afterSeq?: number;
  limit?: number;
}

const kept = 200_000;

/** The log of requests, in memory: the newest 200,000 since the start of the process. Counts cover all of them. */
export class CallLog {
  #calls: LoggedCall[] = [];
  #seq = 0;
  #counts: Record<string, Record<string, number>> = {};

  /** A number for a call that has just arrived. */
  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  add(call: LoggedCall): void {
    if (this.#calls.length >= 2 * kept) this.#calls = this.#calls.slice(-kept);
    this.#calls.push(call);
    const codes = (this.#counts[call.operation] ??= {});
    codes[call.code] = (codes[call.code] ?? 0) + 1;
  }

  /** The calls that match, in the order in which they ended. */
  list({ operation, name, code, afterSeq = 0, limit = Infinity }: CallFilter = {}): LoggedCall[] {
    const matching = this.#calls.filter(
      (call) =>
        call.seq > afterSeq &&
        (operation === undefined || call.operation === operation) &&
        (name === undefined || call.name === name) &&
        (code === undefined || call.code === code),
    );
    return matching.slice(0, limit);
  }

  /** How often each operation ended with each code. */
  counts(): Record<string, Record<string, number>> {
    return this.#counts;
  }

  clear(): void {
    this.#calls = [];
    this.#counts = {};
  }
}
