import { describe, expect, it } from 'vitest';
import {
  afterPublish,
  applyDraft,
  countChanges,
  discard,
  EMPTY_DRAFT,
  indexPublished,
  type PublishedComponent,
  put,
  rebase,
  remove,
  toChangeSet,
} from './draft.ts';

const components: PublishedComponent[] = [
  { kind: 'object', name: 'deal', body: { label: 'Deal', icon: 'target' }, package: 'crm' },
  { kind: 'field', name: 'deal.name', body: { label: 'Name', type: 'text' }, package: 'crm' },
  { kind: 'view', name: 'deal.all', body: { label: 'All', columns: ['name'] }, package: 'crm' },
];
const published = indexPublished(components);
const rename = (label: string) => ({ kind: 'field', name: 'deal.name', body: { type: 'text', label } });

describe('put', () => {
  it('adds a change, and forgets it when the value goes back to what is published', () => {
    const changed = put(EMPTY_DRAFT, published, [rename('Title')]);
    expect(countChanges(changed)).toBe(1);
    expect(countChanges(put(changed, published, [rename('Name')]))).toBe(0);
  });

  it('keeps the place of a component that is written again', () => {
    const first = put(EMPTY_DRAFT, published, [
      rename('Title'),
      { kind: 'field', name: 'deal.x', body: { label: 'X' } },
    ]);
    const again = put(first, published, [rename('Headline')]);
    expect(again.writes.map((write) => write.name)).toEqual(['deal.name', 'deal.x']);
  });

  it('brings a removed component back', () => {
    const removed = remove(EMPTY_DRAFT, published, { kind: 'field', name: 'deal.name' });
    expect(countChanges(put(removed, published, [rename('Name')]))).toBe(0);
  });
});

describe('remove', () => {
  it('drops a component that was never published', () => {
    const draft = put(EMPTY_DRAFT, published, [{ kind: 'field', name: 'deal.x', body: {} }]);
    expect(countChanges(remove(draft, published, { kind: 'field', name: 'deal.x' }))).toBe(0);
  });

  it('lets an object take its own components with it', () => {
    const draft = put(EMPTY_DRAFT, published, [rename('Title')]);
    const removed = remove(draft, published, { kind: 'object', name: 'deal' });
    expect(removed.writes).toEqual([]);
    expect(removed.deletions).toEqual([{ kind: 'object', name: 'deal' }]);
    expect(applyDraft(removed, components)).toEqual([]);
  });
});

describe('discard', () => {
  it('takes a new object back with everything made for it', () => {
    const draft = put(EMPTY_DRAFT, published, [
      { kind: 'object', name: 'visit', body: {} },
      { kind: 'field', name: 'visit.name', body: {} },
      rename('Title'),
    ]);
    const left = discard(draft, published, { kind: 'object', name: 'visit' });
    expect(left.writes.map((write) => write.name)).toEqual(['deal.name']);
  });

  it('keeps the changes of the fields when a change of a published object is taken back', () => {
    const draft = put(EMPTY_DRAFT, published, [
      { kind: 'object', name: 'deal', body: { label: 'Opportunity' } },
      rename('Title'),
    ]);
    expect(discard(draft, published, { kind: 'object', name: 'deal' }).writes).toHaveLength(1);
  });
});

describe('toChangeSet', () => {
  it('sends bodies without our bookkeeping, and the revision that it began on', () => {
    const draft = { ...put(EMPTY_DRAFT, published, [rename('Title')]), revision: 4 };
    expect(toChangeSet(draft, '  ')).toEqual({
      components: [rename('Title')],
      deletions: [],
      expected_revision: 4,
    });
  });
});

describe('rebase', () => {
  const draft = { ...put(EMPTY_DRAFT, published, [rename('Title')]), revision: 1 };

  it('takes their change of one property and ours of another', () => {
    const theirs = indexPublished([
      { kind: 'field', name: 'deal.name', body: { label: 'Name', type: 'text', help: 'Hi' }, package: 'crm' },
    ]);
    const result = rebase(draft, theirs, 2);
    expect(result.conflicts).toEqual([]);
    expect(result.draft.revision).toBe(2);
    expect(result.draft.writes[0]?.body).toEqual({ label: 'Title', type: 'text', help: 'Hi' });
  });

  it('keeps ours and reports it where both changed the same property', () => {
    const theirs = indexPublished([
      { kind: 'field', name: 'deal.name', body: { label: 'Subject', type: 'text' }, package: 'crm' },
    ]);
    const result = rebase(draft, theirs, 2);
    expect(result.conflicts).toEqual([
      { kind: 'field', name: 'deal.name', property: 'label', ours: 'Title', theirs: 'Subject' },
    ]);
    expect(result.draft.writes[0]?.body).toMatchObject({ label: 'Title' });
  });

  it('drops what they published too, and deletions of what is gone', () => {
    const theirs = indexPublished([
      { kind: 'field', name: 'deal.name', body: { label: 'Title', type: 'text' }, package: 'crm' },
    ]);
    const withDeletion = remove(draft, published, { kind: 'view', name: 'deal.all' });
    expect(countChanges(rebase(withDeletion, theirs, 2).draft)).toBe(0);
  });
});

describe('afterPublish', () => {
  const view = { kind: 'view', name: 'deal.mine', body: { label: 'Mine', columns: ['name'] } };
  const sent = remove(put(EMPTY_DRAFT, published, [rename('Title'), view]), published, {
    kind: 'view',
    name: 'deal.all',
  });
  // As the server has written it: with what it adds by itself.
  const fresh = indexPublished([
    components[0]!,
    { kind: 'field', name: 'deal.name', body: { label: 'Title', type: 'text', order: 1 }, package: 'crm' },
    { ...view, package: null },
  ]);

  it('leaves nothing of what was sent', () => {
    expect(afterPublish(sent, sent, fresh, 2)).toEqual({ revision: 2, writes: [], deletions: [] });
  });

  it('keeps what was changed while it was on its way, and it alone', () => {
    let draft = put(sent, published, [
      { kind: 'field', name: 'deal.name', body: { label: 'Headline', type: 'text' } },
      { kind: 'view', name: 'deal.mine', body: { label: 'Mine' } },
    ]);
    draft = remove(draft, published, { kind: 'object', name: 'deal' });
    expect(afterPublish(draft, sent, fresh, 2).deletions).toEqual([{ kind: 'object', name: 'deal' }]);
    draft = put(sent, published, [
      { kind: 'field', name: 'deal.name', body: { label: 'Headline', type: 'text' } },
      { kind: 'view', name: 'deal.mine', body: { label: 'Mine' } },
    ]);
    const left = afterPublish(draft, sent, fresh, 2);
    expect(left.revision).toBe(2);
    expect(left.deletions).toEqual([]);
    expect(left.writes.map(({ name, body }) => [name, body])).toEqual([
      ['deal.name', { label: 'Headline', type: 'text', order: 1 }],
      // A property that was taken away is away.
      ['deal.mine', { label: 'Mine' }],
    ]);
  });
});
