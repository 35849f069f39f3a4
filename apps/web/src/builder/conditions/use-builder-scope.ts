/** The fields that a condition of the metadata may ask about, from the draft; nothing has to be asked of the server. */
import type { ObjectDescription } from '@trellis/forms';
import { FIELD_TYPES } from '@trellis/model';
import { useMemo } from 'react';
import { type ConditionScope, MOST_QUESTIONS } from '../../runtime/filter/condition-fields.ts';
import { describeFromModel, useDraftModel } from '../metadata/compiled.ts';

export function useConditionScope(
  object: string,
  hasPrevious: boolean,
  asksRelated: boolean,
  formula?: ConditionScope['formula'],
): ConditionScope {
  const model = useDraftModel();
  return useMemo(() => {
    const known = new Map<string, ObjectDescription | undefined>();
    return {
      object,
      hasPrevious,
      questionsLeft: asksRelated ? MOST_QUESTIONS : 0,
      find: (name) => {
        if (!known.has(name)) known.set(name, model && describeFromModel(model, name));
        return known.get(name);
      },
      want: () => undefined,
      iconOf: (type) => FIELD_TYPES.get(type as Parameters<typeof FIELD_TYPES.get>[0])?.icon,
      ...(formula === undefined ? {} : { formula }),
    };
  }, [model, object, hasPrevious, asksRelated, formula]);
}
