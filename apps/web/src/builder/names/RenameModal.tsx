/**
 * Gives a published object or field another API name. A rename is a publish of its own, beside no draft: whatever is
 * being edited would mention the old name (docs/decisions/0019-a-rename-is-published-by-itself.md).
 */
import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ChangeSetBody } from '@trellis/api';
import { NAME_MAX_LENGTH, OBJECT_NAME_MAX_LENGTH } from '@trellis/metadata';
import { RESERVED_FIELD_NAMES } from '@trellis/model';
import { useState } from 'react';
import { client } from '../../api.ts';
import { notifyDone } from '../../ui/notify.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { countChanges } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import { findNameFault, type NameRules } from '../metadata/naming.ts';
import { useGo } from '../navigation.tsx';
import { EditorModal } from '../parts/EditorModal.tsx';
import { nameFaultText } from '../parts/LabelAndName.tsx';
import classes from '../parts/parts.module.css';
import { type BuilderPage, pageOfComponent } from '../paths.ts';
import { PlanSkeleton, PlanView } from '../publish/PlanView.tsx';

const PAUSE_MS = 450;

interface RenameModalProps {
  readonly kind: 'object' | 'field';
  /** Full name: `deal` or `deal.amount`. */
  readonly name: string;
  readonly onClose: () => void;
}

export function RenameModal({ kind, name, onClose }: RenameModalProps) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, draft, revision, settle } = useBuilder();
  const before = name.slice(0, name.indexOf('.') + 1);
  const old = name.slice(before.length);
  const [typed, setTyped] = useState(old);
  const to = before + typed;
  const rules: NameRules = {
    limit: kind === 'object' ? OBJECT_NAME_MAX_LENGTH : NAME_MAX_LENGTH,
    isReserved: (short) => kind === 'field' && RESERVED_FIELD_NAMES.has(short),
    isTaken: (short) => short !== old && catalogue.find(kind, before + short) !== undefined,
  };
  const isSame = typed === old;
  const isReady = !isSame && findNameFault(typed, rules) === undefined;
  const [settled] = useDebouncedValue(to, PAUSE_MS);
  const changeSet = (target: string): ChangeSetBody => ({ renames: [{ kind, from: name, to: target }] });
  const plan = useQuery({
    queryKey: ['metadata', 'plan', revision, 'rename', kind, name, settled],
    queryFn: () => client.plan(changeSet(settled)),
    enabled: isReady && settled === to,
    retry: false,
  });
  const problems = settled === to ? (plan.data?.problems ?? []) : [];
  const errors = problems.filter((problem) => problem.severity !== 'warning');
  const publish = useMutation({
    mutationFn: () => client.publish({ ...changeSet(to), expected_revision: revision }),
    onSuccess: async () => {
      await settle();
      onClose();
      notifyDone({ message: t('rename.done', { from: old, to: typed }) });
      const page: BuilderPage | undefined = pageOfComponent({ kind, name: to });
      if (page !== undefined) go(page, { replace: true });
    },
  });

  if (countChanges(draft) > 0) {
    return (
      <EditorModal
        title={t('rename.title', { name: old })}
        isDirty={false}
        onClose={onClose}
        onSubmit={onClose}
        footer={<Button type="submit">{t('action.close')}</Button>}
      >
        <Text size="sm">{t('rename.draft')}</Text>
      </EditorModal>
    );
  }
  const fault = isSame ? undefined : nameFaultText(t, typed, rules);
  const isPlanned = plan.data !== undefined && settled === to;
  return (
    <EditorModal
      title={t('rename.title', { name: old })}
      isDirty={!isSame}
      onClose={onClose}
      onSubmit={() => isReady && isPlanned && errors.length === 0 && publish.mutate()}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            type="submit"
            loading={publish.isPending}
            disabled={!isReady || !isPlanned || errors.length > 0}
          >
            {t('rename.confirm')}
          </Button>
        </>
      }
    >
      <TextInput
        label={t('rename.to')}
        required
        data-autofocus
        spellCheck={false}
        autoComplete="off"
        value={typed}
        error={fault ?? errors[0]?.message}
        onChange={(event) => setTyped(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <ul className={classes.points}>
        <li>{t('rename.alias', { name: old })}</li>
        <li>{t('rename.mentions')}</li>
        <li>{t('rename.values')}</li>
      </ul>
      {plan.error !== null && <ProblemAlert error={plan.error} />}
      {publish.error !== null && <ProblemAlert error={publish.error} />}
      {isReady && !isPlanned && plan.error === null && <PlanSkeleton />}
      {isReady && isPlanned && errors.length === 0 && <PlanView plan={plan.data.plan} onNavigate={onClose} />}
    </EditorModal>
  );
}
