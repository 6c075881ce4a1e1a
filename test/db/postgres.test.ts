import { describeStore } from './conformance.ts';
import { newPostgresDatabase } from './postgres-databases.ts';

describeStore('PostgreSQL', newPostgresDatabase);
