import { type Relation, relationsOf } from '@trellis/forms';
import { useMemo } from 'react';
import { type ConditionScope, hopOf, useConditionScope } from './condition-fields.ts';

export interface RelationChoice extends Relation {
  /** `contacts`, or `account.contacts` behind a lookup. */
  readonly path: string;
  /** The label of the lookup that is passed. */
  readonly through: string | undefined;
}

/** Whose related records a condition may ask about: the record's own, and those of what its lookups point to. */
export function relationChoices(scope: ConditionScope): readonly RelationChoice[] {
  const description = scope.find(scope.object);
  if (description === undefined) return [];
  const own = relationsOf(description).map((each) => ({ ...each, path: each.name, through: undefined }));
  const behind = description.fields.flatMap((field) => {
    const hop = hopOf(field);
    const target = hop?.target === undefined ? undefined : scope.find(hop.target);
    if (hop === undefined || target === undefined) return [];
    return relationsOf(target).map((each) => ({
      ...each,
      path: `${hop.segment}.${each.name}`,
      through: field.label,
    }));
  });
  return [...own, ...behind];
}

export function useRelations(): readonly RelationChoice[] {
  const scope = useConditionScope();
  return useMemo(() => relationChoices(scope), [scope]);
}
