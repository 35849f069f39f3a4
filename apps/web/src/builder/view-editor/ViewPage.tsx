/** A list view: its columns, its filter, its order, and the records that it shows right now. */
import { Button, Group, Input, Select, SimpleGrid, Stack, Switch } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { FIELD_TYPES } from '@trellis/model';
import { paths as appPaths } from '../../paths.ts';
import { IconPicker } from '../../ui/IconPicker.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { ConditionBuilder } from '../conditions/ConditionBuilder.tsx';
import { useMessages } from '../messages.ts';
import { pathChoices } from '../metadata/system-fields.ts';
import { hrefInApp, useLink } from '../navigation.tsx';
import { EditorPage, LabelInput } from '../parts/EditorPage.tsx';
import { Pointed } from '../parts/Fault.tsx';
import { Labelled } from '../parts/Labelled.tsx';
import { PathList } from '../parts/PathList.tsx';
import { Card } from '../parts/small.tsx';
import { problemsAt } from '../publish/problem-places.ts';
import { useComponent, withProperty } from '../useComponent.ts';
import { SortEditor } from './SortEditor.tsx';
import classes from './ViewPage.module.css';
import { ViewPreview } from './ViewPreview.tsx';

export function ViewPage({ object, name }: { object: string; name: string }) {
  const t = useMessages();
  const link = useLink();
  const { catalogue, problems, put, published } = useBuilder();
  const edited = useComponent('view', name);
  if (edited === undefined) return null;
  const { body, set, change, entry } = edited;
  const choices = pathChoices(catalogue, object);
  const sortable = choices.filter((choice) => FIELD_TYPES.get(choice.field.type)?.isSortable === true);
  const siblings = catalogue.of('view', object);
  const faultOf = (list: 'columns' | 'sort') => (index: number) =>
    problemsAt(problems, entry, `/${list}/${index}`)[0]?.message;

  const boards = choices.filter(
    ({ path, field }) => !path.includes('.') && ['select', 'status'].includes(field.type),
  );
  /** A board has a column for each option of the field; without one the view is a table. */
  const setBoard = (path: string | undefined) =>
    change((now) =>
      withProperty(withProperty(now, 'mode', path === undefined ? undefined : 'kanban'), 'group_by', path),
    );

  /** One view opens first: the one that did hands it over. */
  const setDefault = (isDefault: boolean) =>
    put([
      { kind: 'view', name, body: withProperty(body, 'is_default', isDefault || undefined) },
      ...siblings
        .filter((each) => each.name !== name && each.body.is_default && isDefault)
        .map((each) => ({
          kind: 'view',
          name: each.name,
          body: withProperty(each.body, 'is_default', undefined),
        })),
    ]);

  return (
    <EditorPage
      entry={entry}
      actions={
        published.has(`view:${name}`) && (
          <Button
            component="a"
            variant="default"
            leftSection={<IconExternalLink size={14} aria-hidden />}
            {...link(hrefInApp(appPaths.list(object, { view: entry.short })))}
          >
            {t('object.openList')}
          </Button>
        )
      }
    >
      <div className={classes.page}>
        <Stack gap="lg">
          <Card title={t('field.basics')}>
            <Stack gap="md">
              <SimpleGrid cols={1}>
                <LabelInput edited={edited} />
              </SimpleGrid>
              <Group gap="lg" align="flex-end">
                <Labelled label={t('newObject.icon')}>
                  <IconPicker
                    value={body.icon ?? 'list'}
                    onChange={(icon) => set('icon', icon)}
                    label={t('newObject.icon')}
                  />
                </Labelled>
                <Select
                  label={t('view.mode')}
                  allowDeselect={false}
                  disabled={boards.length === 0}
                  data={[
                    { value: 'grid', label: t('view.grid') },
                    { value: 'kanban', label: t('view.kanban') },
                  ]}
                  value={body.mode === 'kanban' ? 'kanban' : 'grid'}
                  onChange={(mode) => setBoard(mode === 'kanban' ? boards[0]?.path : undefined)}
                />
                {body.mode === 'kanban' && (
                  <Select
                    label={t('view.groupBy')}
                    allowDeselect={false}
                    data={boards.map(({ path, label }) => ({ value: path, label }))}
                    value={body.group_by ?? null}
                    onChange={(path) => setBoard(path ?? undefined)}
                  />
                )}
                <Switch
                  label={t('view.default')}
                  description={t('view.defaultHelp')}
                  checked={body.is_default ?? false}
                  onChange={(event) => setDefault(event.currentTarget.checked)}
                />
              </Group>
            </Stack>
          </Card>
          <Card title={t('view.columns')}>
            <Pointed at="/columns">
              {(fault) => (
                <>
                  <PathList
                    paths={body.columns}
                    choices={choices}
                    addText={t('view.addColumn')}
                    max={100}
                    min={1}
                    faultOf={faultOf('columns')}
                    onChange={(columns) => set('columns', columns)}
                  />
                  {fault !== undefined && <Input.Error size="xs">{fault}</Input.Error>}
                </>
              )}
            </Pointed>
          </Card>
          <Card title={t('view.sort')}>
            <Pointed at="/sort">
              {(fault) => (
                <>
                  {(body.sort ?? []).length === 0 && <p className={classes.note}>{t('view.noSort')}</p>}
                  <SortEditor
                    sort={body.sort ?? []}
                    choices={sortable}
                    max={6}
                    faultOf={faultOf('sort')}
                    onChange={(sort) => set('sort', sort.length === 0 ? undefined : sort)}
                  />
                  {fault !== undefined && <Input.Error size="xs">{fault}</Input.Error>}
                </>
              )}
            </Pointed>
          </Card>
        </Stack>
        <Stack gap="lg">
          <Card title={t('view.filter')}>
            <Pointed at="/filter" deep>
              {(fault) => (
                <ConditionBuilder
                  object={object}
                  label={t('view.filterLabel')}
                  emptyText={t('view.noFilter')}
                  condition={body.filter}
                  error={fault}
                  onChange={(filter) => set('filter', filter)}
                />
              )}
            </Pointed>
          </Card>
          <Card title={t('view.preview')} isFlush>
            <ViewPreview object={object} columns={body.columns} filter={body.filter} sort={body.sort ?? []} />
          </Card>
        </Stack>
      </div>
    </EditorPage>
  );
}
