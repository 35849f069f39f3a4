/** A small model for tests of the doors: gadgets made by makers, with a field of each sort that the doors care about. */
import type { Component } from '@trellis/metadata';

const field = (name: string, body: object) => ({ kind: 'field', name, body }) as Component;

export const SAMPLE_COMPONENTS: readonly Component[] = [
  { kind: 'object', name: 'maker', body: { label: 'Maker', plural_label: 'Makers', name_field: 'name' } },
  field('maker.name', { label: 'Name', type: 'text', required: true }),
  { kind: 'object', name: 'gadget', body: { label: 'Gadget', plural_label: 'Gadgets', name_field: 'name' } },
  field('gadget.name', { label: 'Name', type: 'text', required: true, searchable: true }),
  field('gadget.code', { label: 'Code', type: 'text', unique: true }),
  field('gadget.amount', { label: 'Amount', type: 'decimal', scale: 2 }),
  field('gadget.ready_on', { label: 'Ready on', type: 'date' }),
  field('gadget.is_hot', { label: 'Hot', type: 'boolean' }),
  field('gadget.stage', {
    label: 'Stage',
    type: 'select',
    options: [
      { value: 'new', label: 'New' },
      { value: 'done', label: 'Done' },
    ],
  }),
  field('gadget.maker', { label: 'Maker', type: 'lookup', to: 'maker', on_delete: 'restrict' }),
];
