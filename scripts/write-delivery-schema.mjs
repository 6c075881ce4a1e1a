/**
 * Writes docs/delivery.schema.json, the JSON Schema of the delivery file, after the shapes of SageMaker were renewed:
 * `npm run write-delivery-schema`. test/core/delivery/delivery-schema.test.ts compares the two.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliverySchema } from '../src/core/delivery/delivery-schema.ts';
import { root } from './setup/root.mjs';

const out = join(root, 'docs/delivery.schema.json');
const text = `${JSON.stringify(deliverySchema(), null, 2)}\n`;
writeFileSync(out, text);
console.log(`${out}: ${text.length} bytes`);
