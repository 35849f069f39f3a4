/** Writes `docs/configuration.md` from the table of settings: `node apps/server/src/settings-page.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from './settings.ts';
import { renderProviderSettings } from './sso-settings.ts';

export const SETTINGS_PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'configuration.md');

/** The page as text. */
export function renderSettingsPage(): string {
  const rows = Object.values(SETTINGS).map(
    ({ variable, defaultText, description }) => `| \`${variable}\` | ${defaultText} | ${description} |`,
  );
  return `# Configuration

<!-- Generated from apps/server/src/settings.ts by \`node apps/server/src/settings-page.ts\`; a test compares. -->

All settings are environment variables, read once at start. Faults are reported together and the server does not
start. A variable that begins with \`TRELLIS_\` and is none of these is named in a warning.

| variable | unless given | meaning |
| --- | --- | --- |
${rows.join('\n')}

${renderProviderSettings()}
## The command line

\`npm run demo\` and the program \`trellis\` (\`node apps/cli/src/main.ts --help\`) read \`TRELLIS_URL\`
(\`http://localhost:3000\` unless given), \`TRELLIS_API_KEY\`, or \`TRELLIS_EMAIL\`, \`TRELLIS_PASSWORD\` and \`TRELLIS_WORKSPACE\`, and ask for
what is missing. \`npm run dev\` serves the web on \`TRELLIS_DEV_PORT\` (5173 unless given).

## Behind a proxy

The server speaks plain HTTP; let a proxy speak TLS. Set \`TRELLIS_PUBLIC_URL\` to the address that people see, and
\`TRELLIS_TRUST_PROXY\` to the proxy's own address (\`loopback\` for one on the same machine), or else all callers share
it in throttling and logs. \`HOST=127.0.0.1\` keeps others from going round the proxy.

## Before it is reachable by others

Until there is an administrator, whoever visits first becomes it. Set \`TRELLIS_ADMIN_EMAIL\` and
\`TRELLIS_ADMIN_PASSWORD\`, or \`HOST=127.0.0.1\` until you have been there.

## Several servers on one database

Servers with the same \`DATABASE_URL\` are a cluster: each serves everything, a publish on one is seen by all at once,
a sign-out within ten seconds. \`/api/v1/health\` says that the process lives, \`/api/v1/ready\` that it can serve
(not while it stops, nor without its database), \`/api/v1/metrics\` has figures for Prometheus.
`;
}

if (import.meta.main) writeFileSync(SETTINGS_PAGE, renderSettingsPage());
