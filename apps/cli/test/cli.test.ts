/** The command line against a real server: a folder out, changed, planned, published, and back byte for byte. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from '../../server/test/start-test-server.ts';
import { readFolder, runProgram, type Terminal } from '../src/index.ts';

const CRM = join(import.meta.dirname, '..', '..', '..', 'metadata', 'crm');
const folders: string[] = [];
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ packages: ['crm'], runsJobs: true });
});
afterAll(async () => {
  await server.stop();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trellis-cli-'));
  folders.push(folder);
  return folder;
}

/** Runs a command line; `answer` is what the person at the terminal types, undefined for nobody there. */
async function run(args: readonly string[], answer?: string) {
  const out: string[] = [];
  const remarks: string[] = [];
  const terminal: Terminal = {
    print: (line = '') => void out.push(line),
    remark: (line) => void remarks.push(line),
    style: (_style, text) => text,
    isInteractive: answer !== undefined,
    ask: async () => answer ?? '',
    askSecret: async () => answer ?? '',
  };
  const environment = {
    TRELLIS_URL: server.url,
    TRELLIS_EMAIL: ADMINISTRATOR.email,
    TRELLIS_PASSWORD: ADMINISTRATOR.password,
  };
  const code = await runProgram(args, { terminal, environment });
  return { code, out: out.join('\n'), remarks: remarks.join('\n') };
}

/** The standard CRM's folder, to be changed. */
function copyOfCrm(): string {
  const folder = newFolder();
  cpSync(CRM, folder, { recursive: true });
  return folder;
}
function change(folder: string, path: string, edit: (body: Record<string, unknown>) => void): void {
  const body = JSON.parse(readFileSync(join(folder, path), 'utf8'));
  edit(body);
  writeFileSync(join(folder, path), `${JSON.stringify(body, undefined, 2)}\n`);
}

describe('trellis validate', () => {
  it('passes the standard CRM', async () => {
    const { code, out } = await run(['validate', CRM]);
    expect({ code, out: out.split('\n').at(-1) }).toEqual({
      code: 0,
      out: expect.stringMatching(/^crm 1\.0\.0: \d+ components, all in order\.$/),
    });
  });

  it('tells every fault with its place, and ends with 3', async () => {
    const folder = copyOfCrm();
    change(folder, 'objects/deal/fields/amount.json', (body) => (body.type = 'curency'));
    change(folder, 'objects/deal/object.json', (body) => (body.colour = 'red'));
    const { code, out } = await run(['validate', folder]);
    expect(code).toBe(3);
    expect(out).toContain('objects/deal/fields/amount.json#/type');
    expect(out).toContain('Did you mean');
    expect(out).toContain('objects/deal/object.json#/colour');
    const asJson = await run(['validate', folder, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({
      valid: false,
      problems: expect.arrayContaining([expect.objectContaining({ code: 'unknown_property' })]),
    });
  });

  it('tells what does not fit together, and ends with 1 for no folder', async () => {
    const folder = copyOfCrm();
    change(folder, 'objects/deal/fields/account.json', (body) => (body.to = 'acount'));
    const { code, out } = await run(['validate', folder]);
    expect(code).toBe(3);
    expect(out).toContain('account');
    expect((await run(['validate', join(folder, 'none')])).code).toBe(1);
  });
});

describe('trellis pull', () => {
  it('gives the standard CRM back byte for byte', async () => {
    const folder = copyOfCrm();
    const { code, out } = await run(['pull', folder, '--package', 'crm']);
    expect({ code, out }).toEqual({ code: 0, out: 'Nothing has changed.' });
    expect(readFolder(folder)).toEqual(readFolder(CRM));
    const empty = newFolder();
    await run(['pull', empty, '--package', 'crm']);
    const components = (files: Map<string, string>) =>
      [...files].filter(([path]) => !path.startsWith('demo/') && path !== 'trellis.json');
    expect(components(readFolder(empty))).toEqual(components(readFolder(CRM)));
  });

  it('can leave the packages out', async () => {
    await server.client.publish({
      components: [
        {
          kind: 'object',
          name: 'vendor_certification',
          body: { label: 'Vendor certification', plural_label: 'Vendor certifications', name_field: 'name' },
        },
        { kind: 'field', name: 'vendor_certification.name', body: { label: 'Name', type: 'text' } },
      ],
    });
    const folder = newFolder();
    expect((await run(['pull', folder, '--own'])).code).toBe(0);
    expect([...readFolder(folder).keys()].sort()).toEqual([
      'objects/vendor_certification/fields/name.json',
      'objects/vendor_certification/object.json',
      'trellis.json',
    ]);
    expect((await run(['pull', folder, '--own'])).out).toBe('Nothing has changed.');
    expect((await run(['pull', folder, '--own', '--package', 'crm'])).code).toBe(2);
    expect((await run(['pull', folder, '--package', 'ghost'])).code).toBe(1);
  });
});

describe('trellis plan and publish', () => {
  it('find nothing to do for an unchanged folder', async () => {
    expect(await run(['plan', CRM])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to do'),
    });
    expect(await run(['publish', CRM, '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to do'),
    });
  });

  it('show a change, publish it once agreed to, and pull it', async () => {
    const folder = copyOfCrm();
    change(folder, 'objects/deal/fields/amount.json', (body) => (body.label = 'Deal value'));
    writeFileSync(
      join(folder, 'objects/deal/fields/risk.json'),
      '{\n  "label": "Risk",\n  "type": "percent"\n}\n',
    );
    const planned = await run(['plan', folder]);
    expect(planned.code).toBe(0);
    expect(planned.out).toContain('~ field deal.amount');
    expect(planned.out).toContain('"Amount" → "Deal value"');
    expect(planned.out).toContain('+ field deal.risk');
    expect(planned.out).toContain('1 to add, 1 to change');
    expect(await run(['publish', folder], 'n')).toMatchObject({ code: 4 });
    expect(await run(['publish', folder])).toMatchObject({
      code: 4,
      remarks: expect.stringContaining('--yes'),
    });
    expect(await run(['publish', folder], 'y')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Published as revision \d+\.$/),
    });
    expect(JSON.stringify(await server.client.describeObject('deal'))).toContain('"Deal value"');
    const { revisions } = await server.client.revisions();
    expect(revisions[0]).toMatchObject({ message: 'Standard CRM 1.0.0', author: { name: 'Ada' } });
    rmSync(join(folder, 'objects/deal/fields/risk.json'));
    expect((await run(['pull', folder])).out).toContain('wrote objects/deal/fields/risk.json');
    expect(await run(['plan', folder, '--json'])).toMatchObject({ code: 0 });
  });

  it('remove what the folder no longer has only when told to', async () => {
    const folder = newFolder();
    await run(['pull', folder, '--package', 'crm']);
    rmSync(join(folder, 'objects/task/views'), { recursive: true });
    expect((await run(['plan', folder])).out).toContain('Nothing to do');
    const pruned = await run(['plan', folder, '--prune']);
    expect(pruned.out).toMatch(/- view task\./);
  });

  it('refuse what can’t be published, with 3', async () => {
    const folder = copyOfCrm();
    change(folder, 'objects/deal/fields/account.json', (body) => (body.to = 'acount'));
    const { code, out } = await run(['publish', folder, '--yes']);
    expect(code).toBe(3);
    expect(out).toContain('error');
  });
});

describe('the command line', () => {
  it('ends with 2 when it is wrong, and with 1 when the server refuses or is not there', async () => {
    expect((await run(['explode'])).code).toBe(2);
    expect((await run(['plan'])).code).toBe(2);
    expect((await run(['plan', CRM, '--nonsense'])).code).toBe(2);
    expect(await run(['plan', CRM, '--url', 'http://127.0.0.1:2'])).toMatchObject({
      code: 1,
      remarks: expect.stringContaining('No server answers'),
    });
    expect(await run(['plan', CRM, '--url', 'http://127.0.0.1:4190'])).toMatchObject({
      code: 1,
      remarks: expect.stringContaining('refuse the port'),
    });
    expect(await run(['plan', CRM, '--workspace', 'ghost'])).toMatchObject({
      code: 1,
      remarks: expect.stringContaining('unknown_workspace'),
    });
    expect(await run(['plan', CRM, '--email', 'nobody@example.com'])).toMatchObject({
      code: 1,
      remarks: expect.stringContaining('invalid_credentials'),
    });
    expect((await run(['--help'])).code).toBe(0);
  });
});

describe('trellis audit export', () => {
  it('writes what a search in the log finds, and the log tells of it', async () => {
    const file = join(newFolder(), 'audit.ndjson');
    const { code, remarks } = await run(['audit', 'export', file, '--action', 'sign_in']);
    expect({ code, remarks }).toEqual({ code: 0, remarks: expect.stringContaining('Written') });
    const actions = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { action: string }).action);
    expect([...new Set(actions)]).toEqual(['sign_in']);
    const csv = join(newFolder(), 'audit.csv');
    expect((await run(['audit', 'export', csv, '--action', 'audit_exported'])).code).toBe(0);
    expect(readFileSync(csv, 'utf8')).toMatch(/^number,at,actor,.*\r\n.*audit_exported/);
    expect((await run(['audit', 'export', csv, '--outcome', 'maybe'])).code).toBe(1);
    expect((await run(['audit', 'export', 'log.xlsx'])).code).toBe(2);
  });
});

describe('trellis bulk', () => {
  it('tries, changes and deletes what a filter finds, and never everything by oversight', async () => {
    const records = ['Bulk A', 'Bulk B', 'Single'].map((name) => ({ name, description: 'old' }));
    await server.client.batch('account', { operation: 'create', records });
    const filter = ['--filter', '{"starts_with": [{"var": "name"}, "Bulk"]}'];
    const set = ['--set', '{"description": "new"}'];
    expect((await run(['bulk', 'update', 'account', ...set])).code).toBe(2);
    expect((await run(['bulk', 'update', 'account', '--all', ...filter, ...set])).code).toBe(2);
    expect((await run(['bulk', 'update', 'account', ...filter, '--set', '{'])).code).toBe(2);
    const trial = await run(['bulk', 'update', 'account', ...filter, ...set, '--dry-run']);
    expect(trial).toMatchObject({ code: 0, out: '2 would be changed.', remarks: '' });
    const changed = await run(['bulk', 'update', 'account', ...filter, ...set]);
    expect(changed).toMatchObject({ code: 0, out: '2 changed.' });
    expect(changed.remarks).toMatch(/^Taken back by: trellis undo [0-9a-f-]{36}$/);
    expect((await run(['bulk', 'delete', 'account', ...filter])).out).toBe('2 deleted.');
    expect((await run(['bulk', 'restore', 'account', ...filter])).out).toBe('2 restored.');
    const { records: left } = await server.client.list('account', {
      fields: 'name,description',
      sort: 'name',
    });
    expect(left.map(({ name, description }) => `${name} ${description}`)).toEqual(
      expect.arrayContaining(['Bulk A new', 'Bulk B new', 'Single old']),
    );
    expect((await run(['bulk', 'delete', 'account', '--all'])).code).toBe(0);
  });
});

describe('trellis import and export', () => {
  it('bring records in, give refused rows back, and bring records out', async () => {
    const folder = newFolder();
    const file = join(folder, 'accounts.csv');
    const rejects = join(folder, 'rejects.csv');
    writeFileSync(file, 'name,employees\nAcme,5\nBolt,many\n');
    const { code, out } = await run(['import', 'account', file, '--rejects', rejects]);
    expect({ code, first: out.split('\n')[0] }).toEqual({
      code: 1,
      first: '1 created, 0 changed, 0 unchanged, 1 refused.',
    });
    expect(readFileSync(rejects, 'utf8')).toMatch(/^error,name,employees\r\n.*,Bolt,many\r\n$/);
    const exported = join(folder, 'out.ndjson');
    expect((await run(['export', 'account', exported, '--fields', 'name'])).code).toBe(0);
    expect(readFileSync(exported, 'utf8')).toContain('"Acme"');
    expect((await run(['import', 'account', join(folder, 'none.csv')])).code).toBe(2);
  });
});
