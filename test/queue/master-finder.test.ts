import { describe, expect, it } from 'vitest';
import { createMasterFinder } from '../../src/queue/master-finder.ts';
import { ConfigurationFault, type MasterSource, type MasterView, NoMasterError } from '../../src/queue/master-source.ts';
import { tlsTo } from '../../src/queue/node-access.ts';

const node = (port: number) => ({ host: '127.0.0.1', port });
const view = (port: number, epoch: number, nodes: number[] = []): MasterView => ({
  master: node(port),
  epoch,
  nodes: nodes.map(node),
});

/** Sentinels or nodes that respond, each by its port, with these views. */
function sourceOf(views: Record<number, () => Promise<MasterView>>) {
  const queried: number[] = [];
  const source: MasterSource = {
    addresses: Object.keys(views).map((port) => node(Number(port))),
    place: 'here',
    withoutMaster: 'no master',
    watchEveryMs: 200,
    query({ port }) {
      queried.push(port);
      return views[port]?.() ?? Promise.reject(new Error(`connect ECONNREFUSED ${port}`));
    },
  };
  return { source, queried };
}

async function down(): Promise<never> {
  throw new Error('down');
}
async function wrong(): Promise<never> {
  throw new ConfigurationFault('REDIS_URL: wrong');
}
const never = () => new Promise<never>(() => {});

describe('createMasterFinder', () => {
  it('believes the latest election, however many say otherwise', async () => {
    const { source } = sourceOf({
      1: () => Promise.resolve(view(10, 3)),
      2: () => Promise.resolve(view(20, 4)),
      3: () => Promise.resolve(view(10, 3)),
    });
    expect(await createMasterFinder(source).find()).toEqual({ ...node(20), epoch: 4 });
  });

  it('does not wait for those that hang once another one has responded', async () => {
    const { source } = sourceOf({ 1: never, 2: down, 3: () => Promise.resolve(view(10, 1)) });
    expect(await createMasterFinder(source).find()).toMatchObject({ port: 10 });
  });

  it('searches once for all who call at once', async () => {
    const { source, queried } = sourceOf({ 1: () => Promise.resolve(view(10, 1)) });
    const finder = createMasterFinder(source);
    await Promise.all([finder.find(), finder.find(), finder.find()]);
    expect(queried).toEqual([1]);
    await finder.find();
    expect(queried).toEqual([1, 1]);
  });

  it('queries the nodes that it heard of when the configured ones are gone', async () => {
    let gone = false;
    const { source } = sourceOf({ 1: () => (gone ? Promise.reject(new Error('gone')) : Promise.resolve(view(10, 1, [7]))) });
    const finder = createMasterFinder(source);
    await finder.find();
    gone = true;
    await expect(finder.find()).rejects.toThrow(/^no master: (gone|connect ECONNREFUSED 7)$/);
  });

  it('reports what an operator has to change before what may pass', async () => {
    const { source } = sourceOf({ 1: down, 2: wrong });
    const error = await createMasterFinder(source)
      .find()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoMasterError);
    expect(error).toMatchObject({ fault: 'REDIS_URL: wrong', message: 'no master: REDIS_URL: wrong' });
    const passing = sourceOf({ 1: down }).source;
    await expect(createMasterFinder(passing).find()).rejects.toMatchObject({ fault: null });
  });

  it('reports a later election to those who watch, and an earlier one not', async () => {
    let latest = view(10, 2);
    const { source } = sourceOf({ 1: () => Promise.resolve(latest) });
    const finder = createMasterFinder(source, () => 0);
    const master = await finder.find();
    const changes: number[] = [];
    const unwatch = [
      finder.watch(master, ({ port }) => changes.push(port)),
      finder.watch({ ...master, epoch: 9 }, () => changes.push(0)),
    ];
    latest = view(20, 3);
    await expect.poll(() => changes, { timeout: 10_000 }).toEqual([20]);
    unwatch.forEach((end) => end());
  });
});

describe('tlsTo', () => {
  const certificate = (subjectaltname: string) => ({ subject: {}, subjectaltname }) as never;
  const access = { username: undefined, password: undefined, tlsNames: ['redis.db.internal'] };

  it('accepts a certificate for the address of the node, or for a configured name, and no other', () => {
    const { servername, checkServerIdentity: check } = tlsTo(node(1), access) ?? {};
    expect(servername).toBe('redis.db.internal');
    expect(check?.('', certificate('IP Address:127.0.0.1'))).toBeUndefined();
    expect(check?.('', certificate('DNS:*.db.internal'))).toBeUndefined();
    expect(check?.('', certificate('DNS:other.internal, IP Address:10.0.0.1'))).toBeInstanceOf(Error);
    expect(tlsTo(node(1), { ...access, tlsNames: null })).toBeUndefined();
  });
});
