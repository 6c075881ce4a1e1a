import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/db/postgres/schema.ts',
    './src/db/postgres/schema-history.ts',
    './src/db/postgres/schema-operations.ts',
    './src/db/postgres/schema-delivery.ts',
  ],
  out: './drizzle/postgres',
});
