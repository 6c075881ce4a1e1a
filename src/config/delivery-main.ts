/**
 * `npm run delivery -- check FILE`: checks a delivery file as the programs do at their start, and prints in YAML what of it is in force by
 * default and for each endpoint. Environment variables, hyperparameters and the like are not shown. Exit code 78 with a line for each
 * fault on stderr, 2 for wrong arguments.
 */
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { deliveryInForce } from '../core/delivery/delivery-in-force.ts';
import { readDeliveryFile } from './delivery-file.ts';
import { exitWithFaults } from './errors.ts';

const read = readDeliveryFile(fileOrExit());
if ('faults' in read) exitWithFaults(read.faults);
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
