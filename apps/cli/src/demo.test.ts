import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DemoDescriptionError,
  type DemoProgress,
  type DemoReport,
  formatDemoReport,
  loadDemo,
  showDemoProgress,
  writeDemoRejects,
} from './demo.ts';
import { createFakeServer, type FakeServer } from './demo-fake-server.test-support.ts';

const CRM = join(import.meta.dirname, '../../../metadata/crm');
const PACKAGES = [join(CRM, '../system'), CRM];
const TODAY = '2026-11-18';

describe('the demo of the standard CRM', () => {
  let server: FakeServer;
  let report: DemoReport;
  const progress: DemoProgress[] = [];

  beforeAll(async () => {
    server = createFakeServer(PACKAGES, TODAY);
    report = await loadDemo({
      client: server,
      folder: join(CRM, 'demo'),
      today: TODAY,
      onProgress: (each) => progress.push(each),
    });
  });

  it('is accepted whole by a server that checks fields, options, lookups and rules', () => {
    expect(report.rejects.slice(0, 5)).toEqual([]);
    expect(report.steps.filter((step) => step.skipped !== undefined)).toEqual([]);
    expect(report.steps.every((step) => step.read > 0 && step.created === step.read)).toBe(true);
  });

  it('fills every object of the package', () => {
    const objects = readdirSync(join(CRM, 'objects'));
    expect(objects.filter((object) => server.records(object).length === 0)).toEqual([]);
    expect(server.records('deal')).toHaveLength(830);
    expect(server.records('account')).toHaveLength(503 + 91 + 29 + 6);
    expect(server.records('user')).toHaveLength(9);
  });

  it('fills almost every field', () => {
    expect(server.neverFilled()).toMatchInlineSnapshot(`
      [
        "account.annual_revenue",
        "account.employees",
        "account.logo",
        "account.vat_number",
        "account_contact.end_date",
        "call.recording",
        "campaign.description",
        "campaign.landing_page",
        "campaign_member.cost",
        "campaign_member.note",
        "case.attachments",
        "case.parent_case",
        "case.reply_email",
        "contact.assistant_name",
        "contact.assistant_phone",
        "contact.birthday",
        "contact.description",
        "contact.lead_source",
        "contact.linkedin",
        "contact.mobile",
        "contact.other_emails",
        "contact.photo",
        "contact.reports_to",
        "contact.salutation",
        "contact.second_email",
        "contact.status",
        "contact.time_zone",
        "event.all_day",
        "event.meeting_url",
        "event.participants",
        "event.reminder_minutes",
        "lead.annual_revenue",
        "lead.description",
        "lead.do_not_call",
        "lead.do_not_email",
        "lead.employees",
        "lead.mobile",
        "lead.website",
        "note.attachments",
        "note.source_url",
        "note.task",
        "price_book.valid_until",
        "price_book_entry.valid_until",
        "product.available_from",
        "product.available_until",
        "product.barcode",
        "product.manufacturer",
        "product.pictures",
        "product.product_page",
        "product.weight",
        "quote.discount",
        "quote.document",
        "quote.tax",
        "quote_line.is_optional",
        "task.reminder_at",
        "task.start_date",
      ]
    `);
  });

  it('uses every option of a pipeline, and keeps the figures of the source', () => {
    const deals = server.records('deal');
    expect(new Set(deals.map((deal) => deal.stage)).size).toBe(11);
    const quoted = server
      .records('quote_line')
      .reduce(
        (sum, line) =>
          sum + Number(line.quantity) * Number(line.unit_price) * (1 - Number(line.discount) / 100),
        0,
      );
    expect(deals.reduce((sum, deal) => sum + Number(deal.amount), 0)).toBeCloseTo(1_265_793.04, 0);
    expect(quoted).toBeGreaterThan(1_200_000);
    const open = deals.filter((deal) => !String(deal.stage).startsWith('closed'));
    expect(open.length).toBeGreaterThan(40);
    expect(open.length).toBeLessThan(120);
  });

  it('changes nothing when it runs again', async () => {
    const before = server.writes;
    const again = await loadDemo({ client: server, folder: join(CRM, 'demo'), today: TODAY });
    expect(server.writes).toBe(before);
    expect(again.steps.every((step) => step.existing === step.read && step.created === 0)).toBe(true);
    const later = await loadDemo({ client: server, folder: join(CRM, 'demo'), today: '2027-02-02' });
    expect(later.steps.filter((step) => step.created > 0)).toEqual([]);
  });

  it('makes the same records on another machine', async () => {
    const other = createFakeServer(PACKAGES, TODAY);
    await loadDemo({ client: other, folder: join(CRM, 'demo'), today: TODAY });
    expect(other.records('case').map((each) => each.subject)).toEqual(
      server.records('case').map((each) => each.subject),
    );
  });

  it('goes on without owners where users may not be made', async () => {
    const other = createFakeServer(PACKAGES, TODAY, { refuses: ['/users'] });
    const result = await loadDemo({ client: other, folder: join(CRM, 'demo'), today: TODAY });
    expect(result.steps[0]?.skipped).toContain('403');
    expect(result.rejects).toEqual([]);
    expect(other.records('deal').some((deal) => 'owner_id' in deal)).toBe(false);
  });

  it('tells how far it is', () => {
    expect(progress.at(-1)).toMatchObject({ step: report.steps.length, rejected: 0 });
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
  });
});

describe('a load with faults', () => {
  const folderOf = (steps: unknown[], tables: Record<string, unknown> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'demo-'));
    writeFileSync(
      join(folder, 'people.csv'),
      'id,name,country\n1,Ann,UK\n2,,UK\n3,Cem,Atlantis\n4,Dee,UK\n4,Eve,UK\n',
    );
    const maps = { countries: { UK: 'GB' } };
    const description = { maps, tables: { people: { csv: 'people.csv' }, ...tables }, steps };
    writeFileSync(join(folder, 'demo.json'), JSON.stringify(description));
    return folder;
  };
  const step = {
    name: 'people',
    label: 'People',
    object: 'contact',
    table: 'people',
    key: 'external_id',
    fields: { external_id: '$id', name: '$name', mailing_country: { map: '$country', to: 'countries' } },
  };

  it('reports rows that can’t be made and rows that the server refuses, and loads the rest', async () => {
    const server = createFakeServer(PACKAGES, TODAY);
    const folder = folderOf([step]);
    const report = await loadDemo({ client: server, folder, today: TODAY });
    expect(report.steps).toMatchObject([{ read: 5, created: 2, rejected: 3 }]);
    expect(report.rejects.map((reject) => [reject.row, reject.reasons[0]])).toEqual([
      [3, 'mailing_country: `Atlantis` is not in the table of known values.'],
      [5, 'Another row has the same key.'],
      [2, '/name: name is required.'],
    ]);
    expect(formatDemoReport(report)).toContain('contact     5        2              0         3');
    expect(formatDemoReport(report)).toContain('Rejected: people, row 2 (2): /name: name is required.');
    writeDemoRejects(report, join(folder, 'rejects.ndjson'));
    expect(readFileSync(join(folder, 'rejects.ndjson'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('stops with the place of a fault in the description', async () => {
    const server = createFakeServer(PACKAGES, TODAY);
    const load = (steps: unknown[], tables?: Record<string, unknown>) =>
      loadDemo({ client: server, folder: folderOf(steps, tables), today: TODAY });
    const withName = (name: unknown) => [{ ...step, fields: { ...step.fields, name } }];
    await expect(load(withName('$nmae'))).rejects.toThrow('Step people, name: There is no column `nmae`.');
    await expect(load(withName({ uper: '$name' }))).rejects.toThrow('There is no operator `uper`.');
    await expect(load(withName({ lookup: 'other', key: '1' }))).rejects.toThrow('no earlier step `other`');
    await expect(load([step, step])).rejects.toThrow('Step people is given twice.');
    await expect(load([{ ...step, table: 'nobody' }])).rejects.toThrow('there is no table `nobody`');
    await expect(load([{ ...step, table: 'loop' }], { loop: { from: 'loop' } })).rejects.toThrow(
      'derived from itself',
    );
    await expect(load([{ ...step, key: 'code' }])).rejects.toThrow(DemoDescriptionError);
    expect(server.writes).toBe(0);
  });

  it('throws when the server refuses a step that is not optional', async () => {
    const server = createFakeServer(PACKAGES, TODAY, { refuses: ['/records/contact/query'] });
    await expect(loadDemo({ client: server, folder: folderOf([step]), today: TODAY })).rejects.toThrow(
      'The server would not look for records of contact (403)',
    );
  });
});

describe('progress', () => {
  const states: DemoProgress[] = [
    { step: 1, steps: 2, label: 'Users', done: 0, total: 4, rejected: 0 },
    { step: 1, steps: 2, label: 'Users', done: 4, total: 4, rejected: 1 },
    { step: 2, steps: 2, label: 'Deals', done: 8, total: 8, rejected: 0 },
  ];
  const shown = (isTTY: boolean) => {
    let text = '';
    const listener = showDemoProgress({ isTTY, write: (part) => (text += part) });
    for (const state of states) listener(state);
    return text;
  };

  it('is a line per finished step in a log', () => {
    expect(shown(false)).toBe('1/2 Users: 4, 1 rejected\n2/2 Deals: 8\n');
  });

  it('is one bar, drawn over, on a terminal', () => {
    expect(shown(true)).not.toContain('\n');
    expect(shown(true)).toContain('█ 1/2 Users: 4 of 4, 1 rejected');
  });
});
