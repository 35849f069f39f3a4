/** Values that a change of type left behind: each with its record, until that has a value in the field. */
import { Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FIELD_TYPES } from '@trellis/model';
import { useState } from 'react';
import { basePath, client, workspace } from '../../api.ts';
import { paths } from '../../paths.ts';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { useLink } from '../navigation.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import { ConfirmModal } from '../parts/ConfirmModal.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';

const KEY = ['metadata', 'conversions'] as const;

/** Nothing where the field has never changed its type, or somebody has taken the change off the list. */
export function KeptValues({ object, field }: { object: string; field: string }) {
  const t = useMessages();
  const conversions = useQuery({
    queryKey: KEY,
    queryFn: () => client.conversions(),
    refetchInterval: (query) =>
      query.state.data?.conversions.some((each) => each.state === 'running') ? 2000 : false,
  });
  const found = conversions.data?.conversions.filter(
    (each) => each.object === object && each.field === field,
  );
  return (found ?? []).map((each) => {
    if (each.kept === 0 && each.state === 'done') return null;
    const count = each.exact + each.lossy + each.kept;
    return (
      <Card key={each.id} title={t('kept.title')}>
        {each.state === 'running' ? (
          <Text size="sm" role="status">
            {t('kept.running', { count })}
          </Text>
        ) : (
          <KeptList id={each.id} object={object} open={each.open} to={each.to} />
        )}
      </Card>
    );
  });
}

function KeptList(props: { id: number; object: string; open: number; to: string | null }) {
  const { id, object, open, to } = props;
  const t = useMessages();
  const link = useLink();
  const queries = useQueryClient();
  const values = useInfiniteQuery({
    queryKey: [...KEY, id, 'values'],
    queryFn: ({ pageParam }) => client.keptValues(id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const dismiss = useMutation({
    mutationFn: () => client.dismissConversion(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const [isPurging, setPurging] = useState(false);
  const purge = useMutation({
    mutationFn: () => client.purgeConversion(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const download = useMutation({ mutationFn: () => saveFile(id) });
  const rows = values.data?.pages.flatMap((page) => page.values) ?? [];
  const type = FIELD_TYPES.get(to as never)?.label ?? to ?? '';
  const prefix = basePath === '/' ? '' : basePath;
  return (
    <>
      <Text size="sm">{open === 0 ? t('kept.all') : t('kept.text', { count: open, type })}</Text>
      {values.error !== null && <ProblemAlert error={values.error} onRetry={() => void values.refetch()} />}
      {rows.length > 0 && (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('kept.value')}</th>
              <th scope="col">{t('plan.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.record}>
                <td>
                  {row.is_deleted ? (
                    <>
                      {row.text} <span className={classes.dim}>{t('kept.bin')}</span>
                    </>
                  ) : (
                    <a className={classes.link} {...link(`${prefix}${paths.record(object, row.record)}`)}>
                      {row.text}
                    </a>
                  )}
                </td>
                <td>{row.reason}</td>
              </tr>
            ))}
          </tbody>
        </CardTable>
      )}
      <Group gap="xs" mt="sm">
        {values.hasNextPage && (
          <Button
            size="xs"
            variant="default"
            loading={values.isFetchingNextPage}
            onClick={() => void values.fetchNextPage()}
          >
            {t('kept.more')}
          </Button>
        )}
        {open > 0 && (
          <Button size="xs" variant="default" loading={download.isPending} onClick={() => download.mutate()}>
            {t('kept.download')}
          </Button>
        )}
        <Button size="xs" variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
          {t('kept.dismiss')}
        </Button>
        <Button size="xs" color="red.9" variant="light" onClick={() => setPurging(true)}>
          {t('kept.purge')}
        </Button>
      </Group>
      {isPurging && (
        <ConfirmModal
          title={t('kept.purgeTitle')}
          text={t('kept.purgeText')}
          pledge={t('kept.purgePledge')}
          confirm={t('kept.purge')}
          isBusy={purge.isPending}
          error={purge.error}
          onConfirm={() => purge.mutate()}
          onClose={() => setPurging(false)}
        />
      )}
      {dismiss.error !== null && <ProblemAlert error={dismiss.error} />}
      {download.error !== null && <ProblemAlert error={download.error} />}
    </>
  );
}

/** By a request of its own, since a link could not say which workspace is meant. */
async function saveFile(id: number): Promise<void> {
  const response = await fetch(`/api/v1/metadata/conversions/${id}/values?format=csv`, {
    headers: { 'x-workspace': workspace },
  });
  if (!response.ok) throw new Error(response.statusText);
  const address = URL.createObjectURL(await response.blob());
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `kept-values-${id}.csv`;
  anchor.click();
  URL.revokeObjectURL(address);
}
