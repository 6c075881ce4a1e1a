import { expect, test } from 'vitest';
import { startSimulator, training } from './harness.ts';

test('the log of calls has what the clients sent, when it is requested', async () => {
  const { sagemaker, simulator } = await startSimulator();
  const request = training('job', { Environment: { TOKEN: 'secret' } });
  await sagemaker.createTrainingJob(request);
  await sagemaker.describeTrainingJob({ TrainingJobName: 'none' }).catch(() => {});
  expect(simulator.calls().map((call) => 'input' in call)).toEqual([false, false]);
  expect(simulator.calls({ withInput: true }).map(({ input }) => input)).toEqual([request, { TrainingJobName: 'none' }]);

  const read = async (query: string): Promise<unknown> => {
    const { calls } = (await (await fetch(`${simulator.url}/_control/calls?${query}`)).json()) as {
      calls: { input?: unknown }[];
    };
    return calls.map(({ input }) => input);
  };
  expect(await read('operation=CreateTrainingJob&withInput=true')).toEqual([request]);
  expect(await read('operation=CreateTrainingJob')).toEqual([undefined]);
  expect((await fetch(`${simulator.url}/_control/calls?withInput=yes`)).status).toBe(422);
});

test('a body that is no JSON is in the log as it came, and the oldest bodies go first', async () => {
  const { simulator } = await startSimulator();
  const send = (body: string): Promise<Response> => fetch(simulator.url, { method: 'POST', body });
  await send('{');
  expect(simulator.calls({ withInput: true })).toMatchObject([{ input: '{' }]);
  for (let count = 0; count < 5; count += 1) await send(`"${'x'.repeat(4_000_000)}"`);
  const kept = simulator.calls({ withInput: true }).map(({ input }) => (typeof input === 'string' ? input.length : input));
  expect(kept).toEqual([null, null, 4_000_000, 4_000_000, 4_000_000, 4_000_000]);
});
