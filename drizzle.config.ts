import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/db/sqlite/schema.ts', './src/db/sqlite/schema-operations.ts'],
  out: './drizzle/sqlite',
});
