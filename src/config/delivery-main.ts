/**
 * `npm run delivery -- check FILE`: checks a delivery file as the programs do at their start, and prints in YAML what of it is in force by
 * default and for each endpoint, policies included. Environment variables, hyperparameters and the like are not shown, nor what may be
 * secret of an address. Exit code 78 with a line for each fault on stderr, 2 for wrong arguments. A secret that is not set is a fault for
 * the programs, and a note on stderr here, where it may well be missing.
 */
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { deliveryInForce } from '../core/delivery/delivery-in-force.ts';
import { loadDeliveryFile } from './config.ts';
import { exitWithFaults } from './errors.ts';

const read = loadDeliveryFile(fileOrExit());
if ('faults' in read) exitWithFaults(read.faults);
for (const note of read.notes) process.stderr.write(`note: ${note}\n`);
process.stdout.write(stringify(deliveryInForce(read.delivery), { aliasDuplicateObjects: false, lineWidth: 0 }));

function fileOrExit(): string {
  try {
    const { positionals } = parseArgs({ allowPositionals: true });
    const [command, file] = positionals;
    if (command === 'check' && file !== undefined && positionals.length === 2) return file;
  } catch {
    // An unknown option; the line below has what is known.
  }
  process.stderr.write('usage: npm run delivery -- check FILE\n');
  process.exit(2);
}
