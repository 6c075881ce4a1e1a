import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/db/sqlite/schema.ts',
    './src/db/sqlite/schema-history.ts',
    './src/db/sqlite/schema-operations.ts',
    './src/db/sqlite/schema-delivery.ts',
  ],
  out: './drizzle/sqlite',
});
