import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';
import { testEnvironment } from '../../tools/testkit/app-context.ts';

const parsed = (env: Record<string, string>) => parseConfig({ ...testEnvironment(), ...env });

function refusalsOf(env: Record<string, string>): readonly string[] {
  try {
    parsed(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const headers = 'OTEL_EXPORTER_OTLP_HEADERS';

describe('the variables of tracing', () => {
  it('are off without an address, and hold what the collector needs with one', () => {
    expect(parsed({ [headers]: 'a=b' }).tracing).toBeNull();
    const { tracing, secrets } = parsed({
      [endpoint]: 'https://otlp.example.com/otlp/',
      [headers]: 'Authorization=Basic%20abc==',
    });
    expect(tracing).toEqual({
      url: 'https://otlp.example.com/otlp/v1/traces',
      headers: { Authorization: 'Basic abc==' },
      protocol: 'http/protobuf',
      resource: { 'service.name': 'sagemaker-autodeploy' },
    });
    expect(secrets).toContain('Basic abc==');
  });

  it.each([
    [endpoint, 'collector:4318'],
    [endpoint, 'http://user:password@collector:4318'],
    [endpoint, 'grpc://collector:4317'],
    [headers, 'no pair'],
    [headers, 'a=b%zz'],
    [headers, 'host=evil'],
    [headers, 'a=b%0d%0ainjected: yes'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=x'],
  ])('refuse %s=%s', (name, value) => {
    const [fault, ...others] = refusalsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(fault).toMatch(new RegExp(`^${name} holds .*; it may hold `));
    if (name === headers) expect(fault).not.toContain(value);
  });
});
