import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** An event stream of GET /history. */
interface Reader {
  request: ClientRequest;
  entries: number;
}

export interface Readers {
  /** How many entries all of them have got. */
  entries(): number;
  /** When entries came that end a run: by the run's name, of one of them. */
  endedAt: ReadonlyMap<string, number>;
  close(): void;
}

const end = /"training_job_name":"([^"]+)".*"to":"(?:deployed|failed)"/;

/** Opens so many streams, one after the other. One of them reads what it gets; the others count. */
export async function openReaders(url: string, count: number): Promise<Readers> {
  const endedAt = new Map<string, number>();
  const readers: Reader[] = [];
  for (let index = 0; index < count; index += 1) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = { accept: 'text/event-stream' };
    const request = get(`${url}/history?after=latest`, { agent: false, headers }, resolve).on('error', reject);
    const response = await promise;
    if (response.statusCode !== 200) throw new Error(`a stream was refused with ${response.statusCode}`);
    const reader: Reader = { request, entries: 0 };
    response.setEncoding('utf8').on('data', (text: string) => {
      const entries = text.split('\ndata: ').slice(1);
      reader.entries += entries.length;
      if (index > 0) return;
      for (const entry of entries) {
        const name = end.exec(entry)?.[1];
        if (name !== undefined) endedAt.set(name, performance.now());
      }
    });
    response.on('error', () => {});
    readers.push(reader);
  }
  // The handlers of the last ones.
  await delay(200);
  return {
    entries: () => readers.reduce((sum, reader) => sum + reader.entries, 0),
    endedAt,
    close: () => readers.forEach(({ request }) => request.destroy()),
  };
}
