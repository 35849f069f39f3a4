/** Records from a file: choose it, say where its columns go, try it, run it, see what came of it. */
import { Button, FileButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { ImportMapping, ImportPreviewResponse } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { type DragEvent, useRef, useState } from 'react';
import { UndoPart } from '../activity/UndoPart.tsx';
import { client, useObject } from '../api.ts';
import { ScanNotice } from '../speed/ScanNotice.tsx';
import { scanProblemOf } from '../speed/scan-problem.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Page } from '../ui/Page.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { DefaultsForm } from './DefaultsForm.tsx';
import { JobView } from './JobView.tsx';
import { isOver } from './job-state.ts';
import { MappingForm } from './MappingForm.tsx';
import {
  columnsOf,
  type Draft,
  draftOf,
  mappingOf,
  recognition,
  type Source,
  sourceOptions,
} from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import { SourceForm } from './SourceForm.tsx';
import classes from './transfer.module.css';
import { UploadProgress } from './UploadProgress.tsx';
import { useImportFile } from './use-import-file.ts';

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

interface Asked {
  readonly file: File;
  /** Given: the file is read like this, and not as it is found. */
  readonly source?: Source;
}

/** What a file shows: one that has arrived, or else the beginning of it. */
function look(
  object: string,
  { file, id }: { readonly file: File; readonly id: string | undefined },
  mapping: ImportMapping,
): Promise<ImportPreviewResponse> {
  const form = new FormData();
  form.set('mapping', JSON.stringify(mapping));
  if (id === undefined) form.set('file', file.slice(0, PREVIEW_BYTES), file.name);
  else form.set('file_id', id);
  return client.previewImport(object, form);
}

/** The table of contents of a workbook stands at its end: it can be looked at when all of it is there. */
function isWorkbook({ name }: File): boolean {
  return /\.xlsx$/i.test(name);
}

/** The header of another sheet is found out anew. */
function askedSource(source: Source): ImportMapping {
  const { header_row: row, ...rest } = sourceOptions(source);
  return row === undefined || row < 0 ? rest : { ...rest, header_row: row };
}

function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function pick({ columns, source }: Draft): Pick<Draft, 'columns' | 'source'> {
  return { columns, source };
}

function ImportScreen({ description }: { description: ObjectDescription }) {
  const t = useMessages();
  const navigate = useNavigate();
  const { job } = route.useSearch();
  const [chosen, setChosen] = useState<Chosen>();
  const [draft, setDraft] = useState<Draft>();
  const objects = description.plural_label;
  const upload = useImportFile(description.name);
  const show = (id: string | undefined) =>
    void navigate({
      to: '/o/$object/import',
      params: { object: description.name },
      search: id === undefined ? {} : { job: id },
      replace: true,
    });
  const preview = useMutation({
    mutationFn: async ({ file, source }: Asked): Promise<Chosen> => {
      const arrival = source === undefined ? upload.send(file) : upload.arrived();
      // Whoever waits for it hears of a fault; the beginning of a text is looked at meanwhile.
      arrival.catch(() => undefined);
      const id = isWorkbook(file) ? await arrival : upload.sent?.file === file ? upload.sent.id : undefined;
      const mapping = source === undefined ? {} : askedSource(source);
      return { file, preview: await look(description.name, { file, id }, mapping) };
    },
    onSuccess: (found, { source }) => {
      setChosen(found);
      const suggested = draftOf(found.preview, description);
      // What is read differently has other columns; what is to be done with its rows stays.
      setDraft(source !== undefined && draft ? { ...draft, ...pick(suggested) } : suggested);
    },
  });
  const columns = draft === undefined ? undefined : columnsOf(draft);
  const understood = useQuery({
    queryKey: [
      'import preview',
      description.name,
      chosen?.file.name,
      chosen?.file.lastModified,
      upload.sent?.id,
      columns,
      draft?.source,
      draft && recognition(draft),
    ],
    queryFn: () =>
      look(
        description.name,
        { file: chosen!.file, id: upload.sent?.id },
        {
          ...recognition(draft!),
          ...sourceOptions(draft!.source),
          columns: columns!,
        },
      ),
    enabled: chosen !== undefined && upload.sent !== undefined && columns !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const run = useMutation({
    mutationFn: async (isTrial: boolean) => {
      const form = new FormData();
      form.set('mapping', JSON.stringify(mappingOf(draft!, isTrial)));
      form.set('file_id', await upload.arrived());
      return client.importFile(description.name, form);
    },
    onSuccess: (started, isTrial) => {
      // What was tried can be changed and run; what runs is left to itself.
      if (!isTrial) setChosen(undefined);
      show(started.id);
    },
  });
  // Its buttons are at the end of a long form: what comes of them stands above it.
  const outcome = useRef<HTMLDivElement>(null);
  const showOutcome = () => {
    if (run.data?.id !== job) return;
    outcome.current?.focus({ preventScroll: true });
    outcome.current?.scrollIntoView({ block: 'start' });
  };
  const scan = scanProblemOf(run.error) ?? scanProblemOf(understood.error);
  const again = () => {
    run.reset();
    void understood.refetch();
  };
  const choose = (file: File | null | undefined) => {
    if (!file) return;
    run.reset();
    if (job !== undefined) show(undefined);
    preview.mutate({ file });
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
            <section
              key={job}
              ref={outcome}
              tabIndex={-1}
              aria-label={t('job.outcome')}
              className={classes.outcome}
            >
              <JobView id={job} onShown={showOutcome}>
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
            </section>
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
          {upload.sent !== undefined && (
            <UploadProgress
              sent={upload.sent}
              onCancel={() => {
                upload.cancel();
                setChosen(undefined);
              }}
              onAgain={() => preview.mutate({ file: upload.sent!.file })}
            />
          )}
          {preview.error !== null && !isCancelled(preview.error) && upload.sent?.error === undefined && (
            <ProblemAlert error={preview.error} />
          )}
          {chosen !== undefined && draft !== undefined && (
            <>
              <SourceForm
                preview={chosen.preview}
                source={draft.source}
                onChange={(source) => preview.mutate({ file: chosen.file, source })}
              />
              <MappingForm
                description={description}
                preview={chosen.preview}
                read={(understood.data?.columns ?? []).map(({ read }) => read)}
                matches={draft.match.length === 0 ? undefined : understood.data?.matches}
                draft={draft}
                onChange={setDraft}
              />
              <DefaultsForm description={description} draft={draft} onChange={setDraft} />
              {scan !== undefined ? (
                <ScanNotice {...scan} onReady={again} />
              ) : (
                run.error !== null && upload.sent?.error === undefined && <ProblemAlert error={run.error} />
              )}
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
