import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiError, ApiRecord } from '@trellis/api';
import { findRecordType, initialValues, type ObjectDescription, titleOf } from '@trellis/forms';
import { useMemo, useRef, useState } from 'react';
import { client } from '../../api.ts';
import { useIsShown } from '../../ui/use-is-shown.ts';
import { confirmed } from '../confirm-warnings.ts';
import { useConditionContext } from '../use-display.ts';

/** The state of a new record: its type, what it begins with, and the attempt to save it, one at a time. */
export function useCreateRecord(
  description: ObjectDescription,
  given: Readonly<Record<string, unknown>>,
  /** `isLeft`: whoever made it has gone elsewhere meanwhile. */
  onCreated: (record: ApiRecord, title: string, isLeft: boolean) => void,
) {
  const cache = useQueryClient();
  const context = useConditionContext();
  const [chosen, setChosen] = useState<string | undefined>(
    typeof given.record_type === 'string' ? given.record_type : findRecordType(description)?.name,
  );
  const recordType = chosen ?? description.record_types[0]?.name;
  const initial = useMemo(
    () => ({ ...initialValues(description, { ...context, recordType: recordType ?? null }), ...given }),
    [description, context, recordType, given],
  );
  const isShown = useIsShown();
  const isOnItsWay = useRef(false);
  const creation = useMutation<ApiRecord, ApiError, Record<string, unknown>>({
    mutationFn: (values) =>
      confirmed((warnings) =>
        client.create(
          description.name,
          recordType === undefined ? values : { record_type: recordType, ...values },
          { warnings },
        ),
      ),
    onSuccess: (record) => {
      void cache.invalidateQueries({ queryKey: ['records'] });
      onCreated(record, titleOf(record[description.name_field]) || record.id, !isShown());
    },
    onSettled: () => {
      isOnItsWay.current = false;
    },
  });
  // Enter is easily pressed twice, before anything on the screen says that the first was heard.
  const create = (values: Record<string, unknown>) => {
    if (isOnItsWay.current) return;
    isOnItsWay.current = true;
    creation.mutate(values);
  };
  return { recordType, setRecordType: setChosen, initial, creation, create };
}
