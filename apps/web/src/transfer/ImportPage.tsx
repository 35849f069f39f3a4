/** Records from a file: choose it, say where its columns go, try it, run it, see what came of it. */
import { Button, FileButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ImportPreviewResponse } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { type DragEvent, useState } from 'react';
import { UndoPart } from '../activity/UndoPart.tsx';
import { client, useObject } from '../api.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Page } from '../ui/Page.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { isOver, JobView } from './JobView.tsx';
import { MappingForm } from './MappingForm.tsx';
import { type Draft, draftOf, mappingOf } from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

const route = getRouteApi('/shell/o/$object/import');
const PREVIEW_BYTES = 256 * 1024;

export function ImportPage() {
  const { object } = route.useParams();
  const description = useObject(object);
  return <ImportScreen key={object} description={description} />;
}

interface Chosen {
  readonly file: File;
  readonly preview: ImportPreviewResponse;
}

function ImportScreen({ description }: { description: ObjectDescription }) {
  const t = useMessages();
  const navigate = useNavigate();
  const { job } = route.useSearch();
  const [chosen, setChosen] = useState<Chosen>();
  const [draft, setDraft] = useState<Draft>();
  const objects = description.plural_label;
  const show = (id: string | undefined) =>
    void navigate({
      to: '/o/$object/import',
      params: { object: description.name },
      search: id === undefined ? {} : { job: id },
      replace: true,
    });
  const preview = useMutation({
    mutationFn: async (file: File): Promise<Chosen> => {
      const form = new FormData();
      // The table of contents of a workbook stands at its end.
      const part = /\.xlsx$/i.test(file.name) ? file : file.slice(0, PREVIEW_BYTES);
      form.set('file', part, file.name);
      return { file, preview: await client.previewImport(description.name, form) };
    },
    onSuccess: (found) => {
      setChosen(found);
      setDraft(draftOf(found.preview, description));
    },
  });
  const run = useMutation({
    mutationFn: (isTrial: boolean) => {
      const form = new FormData();
      form.set('mapping', JSON.stringify(mappingOf(draft!, isTrial)));
      form.set('file', chosen!.file, chosen!.file.name);
      return client.importFile(description.name, form);
    },
    onSuccess: (started, isTrial) => {
      // What was tried can be changed and run; what runs is left to itself.
      if (!isTrial) setChosen(undefined);
      show(started.id);
    },
  });
  const choose = (file: File | null | undefined) => {
    if (!file) return;
    run.reset();
    if (job !== undefined) show(undefined);
    preview.mutate(file);
  };
  const takeDrop = (event: DragEvent) => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  };
  return (
    <Page
      title={t('import.title', { objects })}
      icon={<ObjectIcon icon={description.icon} color={description.color} size={26} />}
      width="text"
      actions={
        <Button
          variant="default"
          component={Link}
          to="/o/$object"
          params={{ object: description.name } as never}
        >
          {t('import.back', { objects })}
        </Button>
      }
    >
      {!description.rights.import || description.is_system ? (
        <EmptyState icon="lock" title={t('import.noRight', { objects })}>
          {t('import.noRightText')}
        </EmptyState>
      ) : (
        <div className={classes.stack}>
          {job !== undefined && (
            <JobView key={job} id={job}>
              {(state) =>
                chosen === undefined && (
                  <div className={classes.buttons}>
                    <UndoPart job={state} />
                    {isOver(state) ? (
                      <Button variant="default" onClick={() => show(undefined)}>
                        {t('import.again')}
                      </Button>
                    ) : (
                      <p className={classes.dim}>{t('import.leave')}</p>
                    )}
                  </div>
                )
              }
            </JobView>
          )}
          {(job === undefined || chosen !== undefined) && (
            // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the button within.
            <div
              className={classes.drop}
              data-chosen={chosen !== undefined || undefined}
              onDragOver={(event) => event.preventDefault()}
              onDrop={takeDrop}
            >
              {chosen !== undefined && <strong className={classes.file}>{chosen.file.name}</strong>}
              <FileButton
                onChange={choose}
                accept=".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl,text/csv"
                key={chosen?.file.name ?? ''}
              >
                {(props) => (
                  <Button
                    {...props}
                    variant={chosen === undefined ? 'filled' : 'default'}
                    leftSection={<IconUpload size={15} />}
                    loading={preview.isPending}
                  >
                    {chosen === undefined ? t('import.choose') : t('import.chooseAnother')}
                  </Button>
                )}
              </FileButton>
              {chosen === undefined && (
                <>
                  <span className={classes.dim}>{t('import.drop')}</span>
                  <p className={classes.dim}>{t('import.kinds')}</p>
                </>
              )}
            </div>
          )}
          {preview.error !== null && <ProblemAlert error={preview.error} />}
          {chosen !== undefined && draft !== undefined && (
            <>
              <MappingForm
                description={description}
                preview={chosen.preview}
                draft={draft}
                onChange={setDraft}
              />
              {run.error !== null && <ProblemAlert error={run.error} />}
              <div className={classes.buttons}>
                <Button
                  variant="default"
                  onClick={() => run.mutate(true)}
                  loading={run.isPending && run.variables}
                  disabled={run.isPending}
                >
                  {t('import.try')}
                </Button>
                <Button
                  onClick={() => run.mutate(false)}
                  loading={run.isPending && !run.variables}
                  disabled={run.isPending}
                >
                  {t('import.run')}
                </Button>
                <span className={classes.dim}>{t('import.tryHint')}</span>
              </div>
            </>
          )}
        </div>
      )}
    </Page>
  );
}
