import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/db/postgres/schema.ts', './src/db/postgres/schema-operations.ts'],
  out: './drizzle/postgres',
});
