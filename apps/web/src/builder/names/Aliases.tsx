/** Old names that programs may still say: how often they do, when last, and the way to be rid of one. */
import { Button, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AliasesResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { client } from '../../api.ts';
import { useDisplay } from '../../runtime/use-display.ts';
import { useMessages } from '../messages.ts';
import { CardTable } from '../parts/CardTable.tsx';
import { ConfirmModal } from '../parts/ConfirmModal.tsx';
import { Card, Code } from '../parts/small.tsx';

type Alias = AliasesResponse['aliases'][number];
const KEY = ['metadata', 'aliases'] as const;

/** Nothing where nothing was ever renamed. Of an object, the old names of its fields too. */
export function Aliases({ name }: { name: string }) {
  const t = useMessages();
  const display = useDisplay();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<Alias | undefined>();
  const found = useQuery({ queryKey: KEY, queryFn: () => client.aliases() });
  const remove = useMutation({
    mutationFn: (alias: Alias) => client.removeAlias(alias.kind, alias.name),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: KEY });
      setRemoving(undefined);
    },
  });
  const aliases = (found.data?.aliases ?? []).filter(
    (each) => each.current === name || each.current.startsWith(`${name}.`),
  );
  if (aliases.length === 0) return null;
  // Of a field it is said above already.
  const isOfMany = aliases.some((each) => each.current !== name);
  return (
    <Card title={t('aliases.title')}>
      <Text size="sm">{t('aliases.text')}</Text>
      <CardTable>
        <thead>
          <tr>
            <th scope="col">{t('aliases.name')}</th>
            {isOfMany && <th scope="col">{t('aliases.current')}</th>}
            <th scope="col">{t('aliases.uses')}</th>
            <th scope="col">{t('aliases.last')}</th>
            <th>
              <VisuallyHidden>{t('aliases.remove')}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {aliases.map((alias) => (
            <tr key={`${alias.kind}:${alias.name}`}>
              <td>
                <Code>{alias.name}</Code>
              </td>
              {isOfMany && (
                <td>
                  <Code>{alias.current}</Code>
                </td>
              )}
              <td>{alias.uses}</td>
              <td>
                {alias.last_used_at === null
                  ? t('aliases.never')
                  : formatInstant(alias.last_used_at, display)}
              </td>
              <td>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t('aliases.removeOne', { name: alias.name })}
                  onClick={() => setRemoving(alias)}
                >
                  {t('aliases.remove')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </CardTable>
      {removing !== undefined && (
        <ConfirmModal
          title={t('aliases.removeOne', { name: removing.name })}
          text={t('aliases.removeText', { name: removing.name })}
          confirm={t('aliases.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Card>
  );
}
