/**
 * `npm run audit`: asks the registry which production dependencies have known vulnerabilities. In: the lockfile. Out: a
 * sentence per vulnerability, and an exit code: 0 there is none of severity high or critical, 1 there is, 2 the registry
 * could not be asked (offline, or a mirror that does not answer such questions), which is no answer and no all-clear.
 *
 * Options are handed on to pnpm: `npm run audit -- --registry https://registry.example.com/`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SEVERE = ['high', 'critical'];

interface Advisory {
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
  readonly vulnerable_versions: string;
  readonly patched_versions: string;
  readonly findings: readonly { readonly version: string; readonly paths: readonly string[] }[];
}

/** What pnpm answered, as sentences, worst first; undefined: it is no answer. */
export function readAudit(
  output: string,
): { readonly severe: readonly string[]; readonly others: readonly string[] } | undefined {
  let advisories: readonly Advisory[];
  try {
    advisories = Object.values((JSON.parse(output) as { advisories: Record<string, Advisory> }).advisories);
  } catch {
    return undefined;
  }
  const say = (each: Advisory) => {
    const versions = each.findings.map(({ version }) => version).join(', ');
    const path = each.findings[0]?.paths[0] ?? each.module_name;
    return `${each.severity}: ${each.module_name} ${versions}: ${each.title} (mended in ${each.patched_versions}; by ${path}) ${each.url}`;
  };
  const isSevere = ({ severity }: Advisory) => SEVERE.includes(severity);
  return {
    severe: advisories.filter(isSevere).map(say),
    others: advisories.filter((each) => !isSevere(each)).map(say),
  };
}

/** The pnpm that set-up uses too. */
function pinnedPnpm(): string {
  const setup = readFileSync(join(ROOT, 'scripts', 'setup.mjs'), 'utf8');
  return /'(pnpm@[\d.]+)'/.exec(setup)![1]!;
}

function main(options: readonly string[]): number {
  const { stdout, stderr } = spawnSync(
    'npx',
    ['--yes', pinnedPnpm(), 'audit', '--prod', '--json', ...options],
    { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 },
  );
  const found = readAudit(stdout);
  if (!found) {
    console.error(`The registry could not be asked, so nothing is known.\n${(stderr || stdout).trim()}`);
    return 2;
  }
  for (const line of [...found.severe, ...found.others]) console.log(line);
  if (found.severe.length > 0) return 1;
  console.log('No production dependency has a known vulnerability of severity high or critical.');
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
