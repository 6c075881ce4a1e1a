import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startFaults } from '../../src/sagemaker/start-faults.ts';

const may = "or AWS_ENDPOINT_URL (or the AWS profile's endpoint_url) holds";

function stub(env: Record<string, string>): void {
  for (const [name, value] of Object.entries({ AWS_REGION: 'us-east-1', AWS_CONFIG_FILE: '/dev/null', ...env })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

describe('startFaults', () => {
  it('finds none where all addresses are good, or left to the SDK', async () => {
    stub({
      AWS_ENDPOINT_URL_CLOUDWATCH: 'https://monitoring.internal',
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'http://10.0.0.1:80',
    });
    expect(await startFaults()).toEqual([]);
  });

  it('names the address of each service that is none, and one of all services once', async () => {
    stub({
      AWS_ENDPOINT_URL: 'everywhere',
      AWS_ENDPOINT_URL_CLOUDWATCH: 'ftp://me:secret@host',
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'foo',
    });
    expect(await startFaults()).toEqual([
      `AWS_ENDPOINT_URL_SAGEMAKER ${may} "everywhere"; it may hold http:// or https:// and a host`,
      `AWS_ENDPOINT_URL_CLOUDWATCH ${may} "ftp://host"; it may hold http:// or https:// and a host`,
      `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME ${may} "foo"; it may hold http:// or https:// and a host`,
    ]);
  });
});
