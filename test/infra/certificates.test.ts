import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { expect, it } from 'vitest';
import { loadModule } from './terraform.ts';

const bundle = readFileSync('infra/certificates/rds.pem', 'utf8');
const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

it('has certificates of RDS that are valid for years, for the regions that most use', () => {
  const parsed = certificates.map((pem) => new X509Certificate(pem));
  const soon = Date.parse('2030-01-01');
  expect(parsed.filter(({ validTo }) => Date.parse(validTo) < soon).map(({ subject }) => subject)).toEqual([]);
  expect(parsed.filter(({ ca }) => !ca)).toEqual([]);
  const subjects = parsed.map(({ subject }) => subject).join('\n');
  for (const region of ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-1', 'ap-northeast-1', 'sa-east-1'])
    for (const algorithm of ['RSA2048', 'RSA4096', 'ECC384'])
      expect(subjects).toContain(`CN=Amazon RDS ${region} Root CA ${algorithm} G1`);
  // RDS Proxy's are Amazon's own.
  expect(subjects).toContain('CN=Amazon Root CA 1');
  expect(() => createSecureContext({ ca: bundle })).not.toThrow();
});

it('is in the image where the ECS module expects it', async () => {
  const { locals } = await loadModule('modules/ecs');
  expect(locals['database_ca_path']).toBe('/app/certificates/rds.pem');
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^WORKDIR \/app$[\s\S]*^COPY infra\/certificates \.\/certificates$/m);
  expect(readFileSync('.dockerignore', 'utf8')).toMatch(/^!infra\/certificates$/m);
});
