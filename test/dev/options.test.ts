import { describe, expect, it } from 'vitest';
import { readOptions } from '../../tools/dev/options.ts';

const toFieldIssues = (args: string[], env: Record<string, string> = {}): string[] => {
  const options = readOptions(args, env, '/repository');
  return 'faults' in options ? options.faults : [];
};

describe('the options of npm start', () => {
  it('have defaults', () => {
    expect(readOptions([], {}, '/repository')).toEqual({
      aws: false,
      folder: '/repository/.local',
      apiPort: 8006,
      simulatorPort: 8007,
    });
  });

  it('may be set', () => {
    const env = { PORT: '8016', SIMULATOR_PORT: '8017', AUTODEPLOY_LOCAL_DIR: 'here' };
    expect(readOptions(['--aws'], env, '/repository')).toEqual({
      aws: true,
      folder: '/repository/here',
      apiPort: 8016,
      simulatorPort: 8017,
    });
  });

  it('are refused when they are wrong', () => {
    expect(toFieldIssues(['--AWS'])).toEqual(['--AWS is no argument of `npm start`. There is one: `npm start -- --aws`']);
    expect(toFieldIssues([], { PORT: '80o6' })).toEqual(['PORT holds "80o6"; it may hold a whole number from 0 to 65535']);
    expect(toFieldIssues([], { SIMULATOR_PORT: '65536' })).toHaveLength(1);
    expect(toFieldIssues([], { PORT: '8007' })).toEqual(['PORT and SIMULATOR_PORT both hold 8007; each needs a port of its own']);
  });

  it('don’t take --aws from npm, which keeps it for itself', () => {
    expect(toFieldIssues([], { npm_config_aws: 'true' })).toEqual([
      'npm kept --aws for itself. To use real AWS: npm start -- --aws',
    ]);
  });
});
