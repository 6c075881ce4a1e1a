/**
 * Writes test/infra/provider-schema.json: the arguments, blocks and attributes of the Terraform providers' types that infra/terraform
 * uses, as the npm packages of their CDKTF bindings have them. `npm run extract-provider-schema`, after a type was added; it downloads
 * the packages (the AWS provider's has 37 MB), which is why they are no dependencies.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/root.mjs';

/** The last versions that HashiCorp published. */
const bindings = [
  { provider: 'aws', package: '@cdktf/provider-aws', version: '21.22.1' },
  { provider: 'random', package: '@cdktf/provider-random', version: '12.0.1' },
];

const folder = mkdtempSync(join(tmpdir(), 'provider-schema-'));
try {
  const types = usedTypes();
  const providers = {};
  const schemas = {};
  for (const binding of bindings) {
    const mine = types.filter(({ type }) => type.startsWith(`${binding.provider}_`));
    const lib = download(binding, mine);
    providers[binding.provider] = { version: providerVersion(lib), bindings: `${binding.package}@${binding.version}` };
    for (const { address, path } of mine) schemas[address] = schemaOf(lib, path);
  }
  const out = join(root, 'test/infra/provider-schema.json');
  writeFileSync(out, `${JSON.stringify({ providers, types: schemas }, null, 2)}\n`);
  execFileSync(join(root, 'node_modules/.bin/oxfmt'), [out], { stdio: 'inherit' });
  console.log(`${out}: ${Object.keys(schemas).length} types of ${JSON.stringify(providers)}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The types in infra/terraform, with their folder in the bindings: `aws_lb` is lib/lb, its data source lib/data-aws-lb. */
function usedTypes() {
  const text = globSync('infra/terraform/**/*.tf', { cwd: root })
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const addresses = new Set(
    [...text.matchAll(/^(resource|data) "(\w+)"/gm)].map(([, kind, type]) => `${kind === 'data' ? 'data.' : ''}${type}`),
  );
  return [...addresses].toSorted().map((address) => {
    const type = address.replace('data.', '');
    const kebab = (name) => name.replaceAll('_', '-');
    return { address, type, path: address.startsWith('data.') ? `data-${kebab(type)}` : kebab(type.replace(/^[a-z]+_/, '')) };
  });
}

function download({ package: name, version }, types) {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, `${name}@${version}`], { encoding: 'utf8' }),
  );
  const paths = types.flatMap(({ path }) => ['index.js', 'index.d.ts'].map((file) => `package/lib/${path}/${file}`));
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder, 'package/README.md', ...paths]);
  return join(folder, 'package');
}

function providerVersion(lib) {
  const [, version] = /provider version (\d+\.\d+\.\d+)/.exec(readFileSync(join(lib, 'README.md'), 'utf8')) ?? [];
  if (version === undefined) throw new Error(`${lib}: which provider version is this?`);
  return version;
}

function schemaOf(lib, path) {
  const code = readFileSync(join(lib, 'lib', path, 'index.js'), 'utf8');
  const declarations = readFileSync(join(lib, 'lib', path, 'index.d.ts'), 'utf8');
  const [, config] = /export interface (\w+Config) extends cdktf\.TerraformMetaArguments/.exec(declarations) ?? [];
  const resource = code.slice(code.search(/^class \w+ extends cdktf\.Terraform(Resource|DataSource)/m));
  const [, body] = /synthesizeHclAttributes\(\) \{\s+const attrs = \{\n([\s\S]*?)\n {8}\};/.exec(resource) ?? [];
  if (config === undefined) throw new Error(`${path}: the bindings look otherwise than expected`);
  const schema = body === undefined ? {} : members(body, config, { code, declarations });
  for (const [, kind, name] of resource.matchAll(/this\.get(\w+)Attribute\('(\w+)'\)/g))
    schema[name] ??= `computed ${kind[0].toLowerCase()}${kind.slice(1)}`;
  for (const [, name] of resource.matchAll(/new \w+\(this, "(\w+)"/g)) schema[name] ??= 'computed';
  return schema;
}

/** Each argument as `required string` or `optional number`; a block as an object of its own, with what is allowed in it. */
function members(body, owner, source) {
  const required = requiredOf(owner, source.declarations);
  const entry = /^\s+(\w+): \{\s+value: (.+),\s+isBlock: (true|false),\s+type: "(\w+)",\s+storageClassType: "(\w+)",\s+\}/gm;
  return Object.fromEntries(
    [...body.matchAll(entry)].map(([, name, value, isBlock, kind, storage]) => {
      const presence = required.has(name) ? 'required' : 'optional';
      const nested = /([a-z]\w+)ToHclTerraform\b/.exec(value)?.[1];
      if (isBlock === 'false' || nested === undefined)
        return [name, `${presence} ${kind === 'simple' ? storage : `${kind} of ${storage.replace(/(List|Map)$/, '')}`}`];
      return [
        name,
        {
          presence,
          nesting: kind,
          repeats: value.startsWith('cdktf.listMapperHcl('),
          members: members(functionBody(nested, source.code), `${nested[0].toUpperCase()}${nested.slice(1)}`, source),
        },
      ];
    }),
  );
}

function functionBody(name, code) {
  const [, body] =
    new RegExp(`^function ${name}ToHclTerraform\\(struct\\) \\{[\\s\\S]*?const attrs = \\{\\n([\\s\\S]*?)\\n {4}\\};`, 'm').exec(
      code,
    ) ?? [];
  if (body === undefined) throw new Error(`no function ${name}ToHclTerraform`);
  return body;
}

/** The members of an interface without a question mark, by the names in their documentation's links. */
function requiredOf(name, declarations) {
  const [, body] =
    new RegExp(`^export interface ${name}(?: extends [\\w.]+)? \\{\\n([\\s\\S]*?)\\n\\}`, 'm').exec(declarations) ?? [];
  if (body === undefined) throw new Error(`no interface ${name}`);
  const documented = [...body.matchAll(/#(\w+) \w+#\w+\}[\s\S]*?readonly \w+(\??):/g)];
  return new Set(documented.filter(([, , mark]) => mark === '').map(([, member]) => member));
}
