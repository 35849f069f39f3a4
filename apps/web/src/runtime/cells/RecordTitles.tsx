import { useTitles } from '../use-titles.ts';
import classes from './FieldValue.module.css';
import { HiddenRecord } from './HiddenRecord.tsx';
import { RecordAnchor } from './RecordAnchor.tsx';

/** The records of a set by their titles, which are asked for together. */
export function RecordTitles({ object, ids }: { object: string | undefined; ids: readonly string[] }) {
  const titles = useTitles(object, ids);
  if (object === undefined) return null;
  return (
    <span className={classes.titles}>
      {ids.map((id) =>
        titles.has(id) && titles.get(id) === undefined ? (
          <HiddenRecord key={id} mayBeDeleted />
        ) : (
          <RecordAnchor key={id} object={object} id={id}>
            {titles.get(id) ?? '…'}
          </RecordAnchor>
        ),
      )}
    </span>
  );
}
