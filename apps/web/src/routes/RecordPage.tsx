import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { titleOf } from '@trellis/forms';
import { useObject } from '../api.ts';
import { RecordView } from '../runtime/record/RecordView.tsx';
import { useRecord } from '../runtime/record/use-record.ts';
import { useDocumentTitle } from '../ui/Page.tsx';

const route = getRouteApi('/shell/o/$object/$id');

/** One record on a page of its own; the open tab and edit mode are in the address. */
export function RecordPage() {
  const { object, id } = route.useParams();
  const { tab, edit } = route.useSearch();
  const description = useObject(object);
  const navigate = useNavigate();
  const record = useRecord(description, id);
  useDocumentTitle(
    record.data === undefined ? description.label : titleOf(record.data.record[description.name_field]),
  );
  const go = (search: { tab?: string; edit?: string }) =>
    void navigate({ to: '/o/$object/$id', params: { object, id }, search, replace: true });
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
      onGone={() => void navigate({ to: '/o/$object', params: { object } })}
    />
  );
}
