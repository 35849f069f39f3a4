import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { titleOf } from '@trellis/forms';
import { Suspense } from 'react';
import { useObject } from '../api.ts';
import { RecordView } from '../runtime/record/RecordView.tsx';
import { useRecord } from '../runtime/record/use-record.ts';
import { lazy } from '../ui/lazy.tsx';
import { useDocumentTitle } from '../ui/Page.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';

const RecordAsOf = lazy(async () => ({ default: (await import('../history/RecordAsOf.tsx')).RecordAsOf }));

const route = getRouteApi('/shell/o/$object/$id');

/** One record on a page of its own; the open tab and edit mode are in the address. */
export function RecordPage() {
  const { object, id } = route.useParams();
  const { tab, edit, as_of: asOf } = route.useSearch();
  const description = useObject(object);
  const navigate = useNavigate();
  const record = useRecord(description, id);
  useDocumentTitle(
    record.data === undefined ? description.label : titleOf(record.data.record[description.name_field]),
  );
  const go = (search: { tab?: string; edit?: string; as_of?: string }) =>
    void navigate({ to: '/o/$object/$id', params: { object, id }, search, replace: true });
  if (asOf !== undefined) {
    const withTab = tab === undefined ? {} : { tab };
    return (
      <Suspense fallback={<PageSkeleton />}>
        <RecordAsOf
          description={description}
          id={id}
          at={asOf}
          tab={tab}
          canRevert={
            description.rights.update &&
            !description.is_system &&
            record.data?.rights.includes('update') === true
          }
          onTab={(next) => go({ as_of: asOf, ...(next === undefined ? {} : { tab: next }) })}
          onChange={(at) => go({ ...withTab, ...(at === undefined ? {} : { as_of: at }) })}
        />
      </Suspense>
    );
  }
  return (
    <RecordView
      key={`${object}/${id}`}
      description={description}
      id={id}
      variant="page"
      tab={tab}
      onTab={(next) => go(next === undefined ? {} : { tab: next })}
      isEditing={edit === 'true'}
      onEditing={(isEditing) =>
        go({ ...(tab === undefined ? {} : { tab }), ...(isEditing ? { edit: 'true' } : {}) })
      }
      onAsOf={() => go({ as_of: new Date().toISOString() })}
      onGone={() => void navigate({ to: '/o/$object', params: { object } })}
    />
  );
}
