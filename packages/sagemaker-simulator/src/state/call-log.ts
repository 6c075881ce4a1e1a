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
  /** What the client sent, secrets included: JSON's value, or the text where it is none. Only where the filter requests it. */
  input?: unknown;
}

export interface CallFilter {
  operation?: string;
  name?: string;
  code?: string;
  afterSeq?: number;
  limit?: number;
  /** Whether the calls come with their inputs. */
  withInput?: boolean;
}

const kept = 200_000;
/** Of the bodies the newest are kept up to this length in all. */
const keptBodies = 16 * 1024 * 1024;

/** The log of requests, in memory: the newest 200,000 since the start of the process. Counts cover all of them. */
export class CallLog {
  #calls: LoggedCall[] = [];
  #seq = 0;
  readonly #bodies = new Map<number, string>();
  #bodiesLength = 0;
  #counts: Record<string, Record<string, number>> = {};

  /** A number for a call that has just arrived. */
  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  add(call: LoggedCall, body: string): void {
    this.#keepBody(call.seq, body);
    if (this.#calls.length >= 2 * kept) this.#calls = this.#calls.slice(-kept);
    this.#calls.push(call);
    const codes = (this.#counts[call.operation] ??= {});
    codes[call.code] = (codes[call.code] ?? 0) + 1;
  }

  /** The calls that match, in the order in which they ended. */
  list({ operation, name, code, afterSeq = 0, limit = Infinity, withInput = false }: CallFilter = {}): LoggedCall[] {
    const matching = this.#calls.filter(
      (call) =>
        call.seq > afterSeq &&
        (operation === undefined || call.operation === operation) &&
        (name === undefined || call.name === name) &&
        (code === undefined || call.code === code),
    );
    const listed = matching.slice(0, limit);
    return withInput ? listed.map((call) => ({ ...call, input: toInput(this.#bodies.get(call.seq)) })) : listed;
  }

  /** How often each operation ended with each code. */
  counts(): Record<string, Record<string, number>> {
    return this.#counts;
  }

  clear(): void {
    this.#calls = [];
    this.#counts = {};
    this.#bodies.clear();
    this.#bodiesLength = 0;
  }

  #keepBody(seq: number, body: string): void {
    this.#bodies.set(seq, body);
    this.#bodiesLength += body.length;
    for (const [oldest, { length }] of this.#bodies) {
      if (this.#bodiesLength <= keptBodies) return;
      this.#bodies.delete(oldest);
      this.#bodiesLength -= length;
    }
  }
}

/** null for a body that is no longer kept. */
function toInput(body: string | undefined): unknown {
  if (body === undefined) return null;
  try {
    const input: unknown = JSON.parse(body);
    return input;
  } catch {
    return body;
  }
}
