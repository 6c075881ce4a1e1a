import { z } from '@hono/zod-openapi';

/**
 * What a name of its own describes, or null. zod's `nullable` of such a schema is described as one that null does not fit, or makes null fit
 * wherever the name stands.
 */
export const orNull = <T extends z.ZodType>(schema: T, description: string) =>
  z.union([schema, z.null()]).openapi({ description });
