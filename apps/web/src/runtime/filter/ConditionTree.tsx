/**
 * The condition builder: one for the filters of lists, and for every condition of the metadata. What is edited is
 * JSON Logic; the tree in between is kept by react-querybuilder, drawn with our own controls.
 */
import { type FilterGroup, toJsonLogic } from '@trellis/forms';
import { useState } from 'react';
import { type FullCombinator, type FullField, type FullOperator, QueryBuilder } from 'react-querybuilder';
import { ConditionGroup } from './ConditionGroup.tsx';
import { ConditionRow } from './ConditionRow.tsx';
import { ConditionScopeContext } from './condition-fields.ts';
import { type ConditionQuery, toFilter, toQuery } from './condition-query.ts';
import { type ConditionTreeProps, NestedTree } from './RelatedRow.tsx';

const CONTROLS = { ruleGroup: ConditionGroup, rule: ConditionRow };

export function ConditionTree({ scope, filter, onChange }: ConditionTreeProps) {
  const [query, setQuery] = useState(() => toQuery(filter));
  // A filter that came from elsewhere (undo, another editor) takes the place of what was being typed.
  const shown = isSameFilter(toFilter(query), filter) ? query : toQuery(filter);
  if (shown !== query) setQuery(shown);
  return (
    <ConditionScopeContext value={scope}>
      <NestedTree value={ConditionTree}>
        <QueryBuilder<ConditionQuery, FullField, FullOperator, FullCombinator>
          query={shown}
          onQueryChange={(next) => {
            setQuery(next);
            onChange(toFilter(next));
          }}
          controlElements={CONTROLS}
          resetOnFieldChange={false}
          resetOnOperatorChange={false}
          suppressStandardClassnames
          enableDragAndDrop={false}
          // Nothing has changed yet: a tree within a tree would be told before the outer one is there.
          enableMountQueryChange={false}
        />
      </NestedTree>
    </ConditionScopeContext>
  );
}

/** Unfinished conditions are none yet: whoever keeps JSON Logic hands the filter back without them. */
function isSameFilter(left: FilterGroup, right: FilterGroup): boolean {
  return JSON.stringify(toJsonLogic(left) ?? null) === JSON.stringify(toJsonLogic(right) ?? null);
}
