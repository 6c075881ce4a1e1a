import { z } from '@hono/zod-openapi';

/** An instant as ISO 8601 in UTC. A new schema each time: metadata such as `nullable` belongs to one use. */
export const instant = () => z.string().openapi({ format: 'date-time', example: '2026-11-24T15:02:53.000Z' });
