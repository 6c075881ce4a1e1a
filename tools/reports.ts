import { fileURLToPath } from 'node:url';

/** Where the reports of the programs in tools/ are, from the repository's top folder. */
export const reports = {
  benchmarks: 'docs/reports/benchmarks.md',
  crashMatrix: 'docs/reports/crash-matrix.md',
  crashMatrixPostgres: 'docs/reports/crash-matrix-postgres.md',
  soak: 'docs/reports/soak.md',
} as const;

export const reportPath = (report: keyof typeof reports): string =>
  fileURLToPath(new URL(`../${reports[report]}`, import.meta.url));
