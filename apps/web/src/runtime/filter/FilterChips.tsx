import { IconX } from '@tabler/icons-react';
import { type FilterGroup, type FilterItem, type ObjectDescription, relationsOf } from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDescriptionsFor } from '../list/use-descriptions.ts';
import classes from './Filter.module.css';
import { useConditionText } from './use-condition-text.ts';

interface FilterChipsProps {
  readonly description: ObjectDescription;
  readonly filter: FilterGroup;
  onChange(filter: FilterGroup): void;
  onEdit(): void;
}

/** The conditions in force, each with a way out. */
export function FilterChips({ description, filter, onChange, onEdit }: FilterChipsProps) {
  const { t } = useTranslation();
  const paths = useMemo(() => pathsOf(filter), [filter]);
  const asked = useMemo(() => askedObjects(description, filter), [description, filter]);
  const find = useDescriptionsFor(description, paths, asked);
  const scope = useMemo(
    () => ({ object: description.name, hasPrevious: false, questionsLeft: 0, find, want: () => undefined }),
    [description, find],
  );
  const textOf = useConditionText(scope, filter);
  // "Any of" is one chip: its parts can't be taken out one by one without changing what the others mean.
  const chips = filter.join === 'and' && filter.isNegated !== true ? filter.items : [filter];
  return (
    <div className={classes.chips}>
      {chips.map((item) => (
        <span key={JSON.stringify(item)} className={classes.chip}>
          <button type="button" className={classes.chipText} onClick={onEdit} title={textOf(item)}>
            {textOf(item)}
          </button>
          <button
            type="button"
            className={classes.chipRemove}
            aria-label={t('filter.removeNamed', { filter: textOf(item) })}
            onClick={() =>
              onChange({
                kind: 'group',
                join: filter.join,
                items: item === filter ? [] : filter.items.filter((each) => each !== item),
              })
            }
          >
            <IconX size={12} aria-hidden />
          </button>
        </span>
      ))}
    </div>
  );
}

function pathsOf(item: FilterItem): readonly string[] {
  if (item.kind === 'group') return item.items.flatMap(pathsOf);
  return item.kind === 'condition' ? [item.path] : [];
}

/** The objects whose records a filter asks beside its own. */
function askedObjects(description: ObjectDescription, item: FilterItem): readonly string[] {
  if (item.kind === 'group') return item.items.flatMap((each) => askedObjects(description, each));
  if (item.kind !== 'related') return [];
  return relationsOf(description).flatMap((each) => (each.name === item.path ? [each.object] : []));
}
