/** docs/safe-delivery.md's "Try it", typed as a reader does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { blocks, found, read, section } from './markdown.ts';
import { Reader, startWithinMs } from './reader.ts';

interface Deployment {
  deployment_id: string;
  training_job_name: string;
  status: string;
  trigger: string;
}

const [start = '', ...commands] = blocks(section(read('docs/safe-delivery.md'), 'Try it'), 'sh');
/** The start of a training ends so, in this order. */
const ends = ['deployed', 'deployed', 'rejected', 'awaiting_approval'];

let reader: Reader;

beforeAll(async () => {
  const [, file = ''] = /^DELIVERY_FILE=(\S+) npm start\n$/.exec(start) ?? [];
  reader = await Reader.start({ DELIVERY_FILE: file, SIMULATOR_TRAINING_SECONDS: '1', SIMULATOR_WAIT_SCALE: '0.002' });
}, startWithinMs);

afterAll(() => reader.stop());

const newestOf = async (name: string): Promise<Deployment | undefined> =>
  (await reader.system.get<{ items: Deployment[] }>(`/deployments?training_job_name=${name}`)).items[0];

const over = ['deployed', 'rejected', 'awaiting_approval', 'failed', 'rolled_back', 'superseded'];

const endOf = (name: string): Promise<Deployment | undefined> =>
  eventually(
    () => newestOf(name),
    (one) => over.includes(one?.status ?? ''),
    { withinMs: 60_000, everyMs: 200, what: `the end of ${name}` },
  );

it('docs/safe-delivery.md is tried as it says', { timeout: 240_000 }, async () => {
  const seen: Deployment[] = [];
  for (const block of commands) {
    const output = await reader.runBlock(block, { DEPLOYMENT_ID: seen.at(-1)?.deployment_id ?? '' });
    const last = seen.at(-1);
    if (block.includes('/approve'))
      await eventually(
        () => newestOf(last?.training_job_name ?? ''),
        (one) => one?.status === 'deployed',
        { withinMs: 60_000, what: 'approved and live' },
      );
    const [started] = block.includes('/bootstrap') ? found(output, /"training_job_name":"([^"]+)"/g) : [];
    const deployment = started === undefined ? undefined : await endOf(started);
    if (deployment !== undefined) seen.push(deployment);
  }
  expect(seen.map(({ status }) => status)).toEqual(ends);
  // The rollback of its last block.
  const live = await eventually(
    () => reader.system.get<{ live: Deployment | null; held: object | null }>('/endpoints/ml-sentiment-endpoint'),
    ({ live: serves }) => serves?.trigger === 'rollback',
    { withinMs: 60_000, everyMs: 200, what: 'the rollback is live' },
  );
  expect(live.live?.training_job_name).toBe(seen[1]?.training_job_name);
});
