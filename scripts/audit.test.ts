/** `npm run audit` and the real pnpm against a registry that knows of a vulnerability, of none, and that does not answer. */
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

let registry: Server | undefined;
afterEach(() => {
  registry?.closeAllConnections();
  registry?.close();
});

async function audit(answer: { readonly status: number; readonly body: object }) {
  const asked: string[] = [];
  registry = createServer((request, response) => {
    asked.push(request.url!);
    request.resume();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => registry!.listen(0, '127.0.0.1', resolve));
  const { port } = registry.address() as AddressInfo;
  const script = join(import.meta.dirname, 'audit.ts');
  const child = spawn(process.execPath, [script, '--registry', `http://127.0.0.1:${port}/`]);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, output, asked };
}

const advisory = (severity: string) => ({
  fastify: [
    {
      id: 1,
      url: 'https://github.com/advisories/GHSA-0000',
      title: 'Something bad',
      severity,
      vulnerable_versions: '<99.0.0',
      cwe: ['CWE-1'],
      cvss: { score: 8, vectorString: 'x' },
    },
  ],
});

it('fails on a severe vulnerability of a production dependency, and names it', async () => {
  const { code, output } = await audit({ status: 200, body: advisory('high') });
  expect(code).toBe(1);
  expect(output).toMatch(/^high: fastify \d+\.\d+\.\d+: Something bad/m);
}, 60_000);

it('tells lesser ones, and passes', async () => {
  const { code, output, asked } = await audit({ status: 200, body: advisory('moderate') });
  expect(code).toBe(0);
  expect(output).toContain('moderate: fastify');
  expect(asked.length).toBeGreaterThan(0);
}, 60_000);

it('takes no answer for no all-clear', async () => {
  const { code, output } = await audit({ status: 405, body: {} });
  expect(code).toBe(2);
  expect(output).toContain('nothing is known');
}, 60_000);
