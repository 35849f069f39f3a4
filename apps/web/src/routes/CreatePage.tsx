import { Button, Group } from '@mantine/core';
import { getRouteApi, Link, useNavigate, useRouter } from '@tanstack/react-router';
import { layoutFor, type ObjectDescription } from '@trellis/forms';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject } from '../api.ts';
import { RecordTypePicker } from '../runtime/record/RecordTypePicker.tsx';
import { UnsavedGuard } from '../runtime/record/UnsavedGuard.tsx';
import { useCreateRecord } from '../runtime/record/use-create-record.ts';
import { useSaveKey } from '../runtime/record/use-record.ts';
import { RecordForm } from '../runtime/record-form.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Page } from '../ui/Page.tsx';
import classes from './CreatePage.module.css';

const route = getRouteApi('/shell/o/$object/new');
const FORM = 'create-record';

/** A new record on a page of its own; the address may prefill fields. */
export function CreatePage() {
  const { object } = route.useParams();
  const description = useObject(object);
  if (!description.rights.create || description.is_system) return <MayNotCreate description={description} />;
  return <CreateScreen key={object} description={description} />;
}

/** Somebody followed an address that is not for them: said calmly, before anything is typed in vain. */
function MayNotCreate({ description }: { description: ObjectDescription }) {
  const { t } = useTranslation();
  const objects = description.plural_label;
  return (
    <EmptyState
      icon="lock"
      title={t('record.mayNotCreate', { objects })}
      actions={
        <Button component={Link} to={`/o/${description.name}`} variant="default">
          {t('record.toList', { objects })}
        </Button>
      }
    >
      {t('record.mayNotCreateText')}
    </EmptyState>
  );
}

function CreateScreen({ description }: { description: ObjectDescription }) {
  const { t } = useTranslation();
  const router = useRouter();
  const navigate = useNavigate();
  const search = route.useSearch();
  const [isDirty, setDirty] = useState(false);
  const given = useMemo(() => prefilled(description, search), [description, search]);
  const { recordType, setRecordType, initial, creation, create } = useCreateRecord(
    description,
    given,
    (record, title, isLeft) => {
      setDirty(false);
      notifyDone({ message: t('record.created', { object: description.label, title }) });
      if (isLeft) return;
      void navigate({
        to: '/o/$object/$id',
        params: { object: description.name, id: record.id },
        replace: true,
        ignoreBlocker: true,
      });
    },
  );
  const submit = () => (document.getElementById(FORM) as HTMLFormElement | null)?.requestSubmit();
  useSaveKey(submit, true);
  const title = t('palette.new', { object: description.label });
  return (
    <Page
      title={title}
      width="text"
      icon={<ObjectIcon icon={description.icon} color={description.color} size={26} />}
      actions={
        <Group gap="sm" className={classes.actions}>
          <Button variant="default" onClick={() => router.history.back()}>
            {t('action.cancel')}
          </Button>
          <Button onClick={submit} loading={creation.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      }
    >
      <RecordTypePicker description={description} value={recordType} onChange={setRecordType} />
      <div className={classes.card}>
        <RecordForm
          key={recordType}
          id={FORM}
          description={description}
          layout={layoutFor(description, recordType)}
          mode="create"
          record={initial}
          recordType={recordType ?? null}
          problem={creation.error}
          onSubmit={create}
          onDirty={setDirty}
        />
      </div>
      <UnsavedGuard isDirty={isDirty && !creation.isSuccess} />
    </Page>
  );
}

/** Search parameters named like fields, as their values. `account=…` is the id of a lookup, `object:id` of several. */
function prefilled(
  description: ObjectDescription,
  search: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, text]): [string, unknown][] => {
      const field = description.fields.find((each) => each.name === name && each.access === 'update');
      if (field === undefined) return [];
      if (field.is_polymorphic) {
        const [object = '', id = ''] = text.split(':');
        return [[name, { object, id }]];
      }
      if (field.value_type === 'number') return Number.isFinite(Number(text)) ? [[name, Number(text)]] : [];
      if (field.value_type === 'boolean') return [[name, text === 'true']];
      if (field.value_type === 'options' || field.value_type === 'ids' || field.value_type === 'texts')
        return [[name, text.split(',')]];
      return [[name, text]];
    }),
  );
}
