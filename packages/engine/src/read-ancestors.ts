/** The path from the top of a tree down to a record, as far up as the caller sees it. */

import { ancestorsOf } from './check-trees.ts';
import type { Ancestors } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { getRecord } from './read-records.ts';

export async function readAncestors(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: string; readonly id: string; readonly field: string },
): Promise<Ancestors> {
  const object = pinned.requireObject(request.object, 'read');
  const field = object.fields.get(request.field);
  if (!field || !pinned.isReadable(field) || field.body.tree !== true) {
    const message = `${object.label} has no tree \`${request.field}\`.`;
    throw new EngineError('invalid_query', message, {
      errors: [{ code: 'unknown_field', pointer: '/field', message }],
    });
  }
  const { id } = await getRecord(parts, pinned, { object: object.name, id: request.id, fields: ['id'] });
  const self = String(id);
  const tree = { object, field, from: [self], below: [] };
  const { parents } = await parts.storage.records.readTree(pinned.snapshot, tree);
  const above = ancestorsOf(parents, self).slice(1);
  const seen = await parts.storage.records.findTargets(pinned.snapshot, {
    object,
    ids: above,
    visible: pinned.visible(object),
    context: pinned.expressionContext,
  });
  // What stands above a record that one can't see is that record's affair.
  const hidden = above.findIndex((each) => !seen.has(each));
  const shown = hidden < 0 ? above : above.slice(0, hidden);
  const canName = pinned.isReadable(object.nameField);
  return {
    records: shown
      .map((each) => ({ id: each, name: canName ? (seen.get(each) ?? null) : null }))
      .toReversed(),
    isWhole: hidden < 0,
  };
}
