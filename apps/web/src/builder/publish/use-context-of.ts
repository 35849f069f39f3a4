/** Says in words what a component is: `Field of Deal`, `App`. */
import { useCallback } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import type { Reference } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';

const NAMED_KINDS = [
  'object',
  'field',
  'record_type',
  'layout',
  'view',
  'app',
  'option_set',
  'rule',
  'role',
  'permission_set',
  'sharing_rule',
] as const;

export function useContextOf(): (reference: Reference) => string {
  const t = useMessages();
  const { catalogue, published } = useBuilder();
  return useCallback(
    ({ kind, name }) => {
      const known = NAMED_KINDS.find((each) => each === kind);
      const word = known === undefined ? kind : t(`kind.${known}`);
      if (!name.includes('.')) return word;
      const object = name.slice(0, name.indexOf('.'));
      const body: unknown = catalogue.find('object', object)?.body ?? published.get(`object:${object}`)?.body;
      const label =
        typeof body === 'object' && body !== null && 'label' in body && typeof body.label === 'string'
          ? body.label
          : object;
      return t('kind.of', { kind: word, object: label });
    },
    [catalogue, published, t],
  );
}
