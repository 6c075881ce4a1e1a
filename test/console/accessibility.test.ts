import { describe, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { startWithKeys, userOf, keys, signIn } from './console.ts';

describe('axe', () => {
  it('finds nothing on the pages without a run, and on the sign-in', async () => {
    const api = await startWithKeys();
    await expectAccessible((await userOf(api).get('/session')).text);
    const anna = userOf(api, await signIn(api, keys.approve));
    for (const path of ['', '/runs', '/no-such-page']) await expectAccessible((await anna.get(path)).text);
  });
});
