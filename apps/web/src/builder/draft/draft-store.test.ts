import { describe, expect, it } from 'vitest';
import { indexPublished, put } from './draft.ts';
import { createDraftStore } from './draft-store.ts';

function fakeStorage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    clear: () => values.clear(),
    key: () => null,
    get length() {
      return values.size;
    },
  };
}

const published = indexPublished([
  { kind: 'app', name: 'sales', body: { label: 'Sales', items: [] }, package: null },
]);
const sales = (label: string) => ({ kind: 'app', name: 'sales', body: { label, items: [] } });

describe('draft store', () => {
  it('survives a reload, and keeps the revision that it began on', () => {
    const storage = fakeStorage();
    const store = createDraftStore('main', storage);
    store.change((draft) => put(draft, published, [sales('Selling')]), 7);
    store.change((draft) => put(draft, published, [sales('Selling more')]), 8);
    const reloaded = createDraftStore('main', storage).get().draft;
    expect(reloaded.revision).toBe(7);
    expect(reloaded.writes[0]?.body).toEqual({ label: 'Selling more', items: [] });
    expect(createDraftStore('other', storage).get().draft.writes).toEqual([]);
  });

  it('leaves nothing behind when everything is taken back', () => {
    const storage = fakeStorage();
    const store = createDraftStore('main', storage);
    store.change((draft) => put(draft, published, [sales('Selling')]), 7);
    store.change((draft) => put(draft, published, [sales('Sales')]), 7);
    expect(storage.length).toBe(0);
    expect(store.get().draft.revision).toBeNull();
  });

  it('undoes and redoes one component', () => {
    const store = createDraftStore('main', fakeStorage());
    store.remember({ kind: 'app', name: 'sales' }, sales('Sales').body);
    store.change((draft) => put(draft, published, [sales('Selling')]), 7);
    store.undo({ kind: 'app', name: 'sales' }, sales('Selling').body, published);
    expect(store.get().draft.writes).toEqual([]);
    store.redo({ kind: 'app', name: 'sales' }, sales('Sales').body, published);
    expect(store.get().draft.writes[0]?.body).toEqual(sales('Selling').body);
  });

  it('starts afresh on what is no draft', () => {
    const storage = fakeStorage();
    storage.setItem('trellis-draft:main', '{"writes":3}');
    expect(createDraftStore('main', storage).get().draft.writes).toEqual([]);
  });
});
