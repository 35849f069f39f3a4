import type { LayoutBody } from '@trellis/metadata';
import { describe, expect, it } from 'vitest';
import {
  addTab,
  itemFor,
  moveItem,
  moveSection,
  placeBeside,
  placedItems,
  placeField,
  removeTab,
  setColumnCount,
  subjectOf,
  withoutField,
  withoutRelatedColumn,
} from './layout-body.ts';

const field = (name: string) => ({ type: 'field', field: name }) as const;
const layout: LayoutBody = {
  label: 'Deal',
  highlights: ['stage', 'amount'],
  tabs: [
    {
      label: 'Details',
      sections: [
        { label: 'One', columns: [{ items: [field('name'), field('stage')] }, { items: [field('amount')] }] },
        { label: 'Two', columns: [{ items: [] }] },
      ],
    },
    {
      label: 'Related',
      sections: [{ columns: [{ items: [{ type: 'related_list', lookup: 'quote.deal' }] }] }],
    },
  ],
};
const places = (body: LayoutBody) =>
  placedItems(body).map(
    ({ key, place }) => `${key}@${place.tab}.${place.section}.${place.column}.${place.index}`,
  );

describe('items', () => {
  it('have keys that tell twins apart', () => {
    const twice = placeField(layout, 'name');
    expect(placedItems(twice).map((each) => each.key)).toContain('field:name~2');
  });

  it('come back from their subject', () => {
    for (const { item } of placedItems(layout)) expect(itemFor(subjectOf(item))).toEqual(item);
  });

  it('move within a column, across columns and across tabs', () => {
    const within = moveItem(
      layout,
      { tab: 0, section: 0, column: 0, index: 0 },
      { tab: 0, section: 0, column: 0, index: 1 },
    );
    expect(places(within).slice(0, 2)).toEqual(['field:stage@0.0.0.0', 'field:name@0.0.0.1']);
    const across = moveItem(
      layout,
      { tab: 0, section: 0, column: 0, index: 1 },
      { tab: 1, section: 0, column: 0, index: 0 },
    );
    expect(places(across)).toContain('field:stage@1.0.0.0');
  });
});

describe('placeBeside', () => {
  const at = { tab: 0, section: 0, column: 0, index: 1 };
  it('goes within the column, to the next column and to the next section', () => {
    expect(placeBeside(layout, at, 'up')).toEqual({ ...at, index: 0 });
    expect(placeBeside(layout, at, 'right')).toEqual({ ...at, column: 1, index: 1 });
    expect(placeBeside(layout, at, 'down')).toEqual({ tab: 0, section: 1, column: 0, index: 0 });
    expect(placeBeside(layout, { ...at, section: 1, index: 0 }, 'up')).toEqual({ ...at, index: 2 });
    expect(placeBeside(layout, at, 'left')).toBeUndefined();
  });
});

describe('sections and tabs', () => {
  it('keep the items of a column that goes', () => {
    expect(places(setColumnCount(layout, 0, 0, 1))).toContain('field:amount@0.0.0.2');
    expect(setColumnCount(layout, 0, 0, 3).tabs[0]?.sections[0]?.columns).toHaveLength(3);
  });

  it('move', () => {
    const moved = moveSection(layout, { tab: 0, section: 1 }, { tab: 0, section: 0 });
    expect(moved.tabs[0]?.sections.map((section) => section.label)).toEqual(['Two', 'One']);
  });

  it('never lose the last tab', () => {
    expect(removeTab(removeTab(layout, 0), 0).tabs).toHaveLength(1);
    expect(addTab(layout, 'More').tabs).toHaveLength(3);
  });
});

describe('fields', () => {
  it('a new one goes to the shorter column of the first section of fields', () => {
    expect(places(placeField(layout, 'note'))).toContain('field:note@0.0.1.1');
  });

  it('a deleted one leaves columns and highlights', () => {
    const left = withoutField(layout, 'amount');
    expect(places(left)).not.toContain('field:amount@0.0.1.0');
    expect(left.highlights).toEqual(['stage']);
  });

  it('a deleted one leaves the related lists of other layouts', () => {
    const item = {
      type: 'related_list',
      lookup: 'quote.deal',
      columns: ['name', 'total'],
      sort: ['-total'],
    } as const;
    const related: LayoutBody = {
      label: 'Deal',
      tabs: [
        {
          label: 'Related',
          sections: [
            { columns: [{ items: [{ ...item, columns: [...item.columns], sort: [...item.sort] }] }] },
          ],
        },
      ],
    };
    expect(placedItems(withoutRelatedColumn(related, 'quote', 'total'))[0]?.item).toEqual({
      type: 'related_list',
      lookup: 'quote.deal',
      columns: ['name'],
    });
    expect(placedItems(withoutRelatedColumn(related, 'quote', 'deal'))).toEqual([]);
  });
});
