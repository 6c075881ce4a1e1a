/** Opens the store of DATABASE_URL, uses it, and logs which CommonJS files that has loaded. */
import { createRequire } from 'node:module';
import { openStore } from '../../src/db/open-store.ts';
import { createLogger } from '../../src/observability/logger.ts';

const log = createLogger({ logLevel: 'info', secrets: [] }, 'worker');
const login = { passwordFile: null, iam: false };
const store = await openStore(process.env['DATABASE_URL'] ?? '', { waitMs: 20_000, log, applicationName: 'test', login });
await store.runs.find('any');
log.info({ event: 'test.loaded', files: Object.keys(createRequire(import.meta.url).cache) }, 'loaded');
await store.close();
