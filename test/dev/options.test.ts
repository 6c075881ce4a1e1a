import { describe, expect, it } from 'vitest';
import { readOptions } from '../../tools/dev/options.ts';

const errorsOf = (args: string[], env: Record<string, string> = {}): string[] => {
  const options = readOptions(args, env, '/repository');
  return 'errors' in options ? options.errors : [];
};

describe('readOptions', () => {
  it('has deerrors', () => {
    expect(readOptions([], {}, '/repository')).toEqual({
      aws: false,
      folder: '/repository/.local',
      apiPort: 8006,
      simulatorPort: 8007,
    });
  });

  it('reads the environment and --aws', () => {
    const env = { PORT: '8016', SIMULATOR_PORT: '8017', AUTODEPLOY_LOCAL_DIR: 'here' };
    expect(readOptions(['--aws'], env, '/repository')).toEqual({
      aws: true,
      folder: '/repository/here',
      apiPort: 8016,
      simulatorPort: 8017,
    });
  });

  it('refuses wrong values', () => {
    expect(errorsOf(['--AWS'])).toEqual(['--AWS is not an argument of `npm start`. The only one: `npm start -- --aws`']);
    expect(errorsOf([], { PORT: '80o6' })).toEqual(['PORT holds "80o6"; it must be an integer from 0 to 65535']);
    expect(errorsOf([], { SIMULATOR_PORT: '65536' })).toHaveLength(1);
    expect(errorsOf([], { PORT: '8007' })).toEqual(['PORT and SIMULATOR_PORT both hold 8007; each needs a port of its own']);
  });

  it('refuses an --aws that npm keeps for itself', () => {
    expect(errorsOf([], { npm_config_aws: 'true' })).toEqual(['npm kept --aws for itself. To use real AWS: npm start -- --aws']);
  });
});
