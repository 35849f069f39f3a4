import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCamera, IconUpload, IconX } from '@tabler/icons-react';
import type { FileResponse } from '@trellis/api';
import { type FileValue, filesIn, type JsonValue } from '@trellis/model';
import { type ChangeEvent, type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from 'react';
import { type InputProps, inputAttributes } from '../inputs/input-props.ts';
import { useDisplay } from '../use-display.ts';
import { FileThumb } from './FileCells.tsx';
import classes from './Files.module.css';
import { fileSize } from './file-size.ts';
import { useMessages } from './messages.ts';
import { refusalOf, type Upload, UploadRefused, uploadFile } from './upload-file.ts';

interface Underway {
  readonly key: number;
  readonly name: string;
  readonly share: number;
  readonly upload: Upload;
}

let lastKey = 0;

/** Files by button, drag and drop, or paste. What is sent belongs to nobody until the record is saved. */
export function FileInput(props: InputProps) {
  const t = useMessages();
  const { locale } = useDisplay();
  const { field, onChange } = props;
  const isList = field.widget === 'files';
  const files = filesIn(props.value as JsonValue | undefined);
  const [underway, setUnderway] = useState<readonly Underway[]>([]);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [isOver, setIsOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  // Several uploads may end one after the other: each adds to what is there by then.
  const current = useRef(files);
  current.current = files;
  const running = useRef(underway);
  running.current = underway;
  useEffect(
    () => () => {
      for (const { upload } of running.current) upload.cancel();
    },
    [],
  );
  const {
    error: hasError,
    disabled,
    autoFocus,
    placeholder: _,
    ...attributes
  } = {
    placeholder: undefined,
    ...inputAttributes(props),
  };

  const put = (next: readonly FileValue[]) => {
    current.current = next;
    if (isList) onChange(next.length === 0 ? null : next);
    else onChange(next.at(-1) ?? null);
  };
  const take = (given: readonly File[]) => {
    const chosen = isList ? given : given.slice(0, 1);
    setProblems(chosen.flatMap((file) => refusalOf(file, field) ?? []));
    for (const file of chosen) if (refusalOf(file, field) === undefined) begin(file);
  };
  const begin = (file: File) => {
    const key = ++lastKey;
    const upload = uploadFile(file, (share) =>
      setUnderway((all) => all.map((each) => (each.key === key ? { ...each, share } : each))),
    );
    setUnderway((all) => [...all, { key, name: file.name, share: 0, upload }]);
    upload.done
      .then((sent: FileResponse) => put(isList ? [...current.current, sent] : [sent]))
      .catch((error: unknown) => {
        if (error instanceof UploadRefused) setProblems((all) => [...all, `${file.name}: ${error.message}`]);
      })
      .finally(() => setUnderway((all) => all.filter((each) => each.key !== key)));
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    take([...(event.currentTarget.files ?? [])]);
    // So that the same file can be chosen again after it was removed.
    event.currentTarget.value = '';
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    if (!disabled) take([...event.dataTransfer.files]);
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (disabled || pasted.length === 0) return;
    event.preventDefault();
    take(pasted);
  };
  const move = (index: number, by: number) => {
    const next = [...files];
    next.splice(index + by, 0, ...next.splice(index, 1));
    put(next);
  };

  const accept = field.accept?.join(',');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard.
    <div
      className={classes.zone}
      data-over={isOver || undefined}
      data-error={hasError || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
      onPaste={paste}
    >
      {files.length > 0 && (
        <ul className={classes.list}>
          {files.map((file, index) => (
            <li key={file.id} className={classes.row}>
              <span className={classes.link}>
                <FileThumb file={file} />
                <span className={classes.name}>{file.name ?? file.id}</span>
              </span>
              {file.size !== undefined && <span className={classes.size}>{fileSize(file.size, locale)}</span>}
              {isList && files.length > 1 && (
                <>
                  <ActionIcon
                    variant="subtle"
                    aria-label={t('up', { name: file.name ?? file.id })}
                    disabled={disabled || index === 0}
                    onClick={() => move(index, -1)}
                  >
                    <IconArrowUp size={15} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    aria-label={t('down', { name: file.name ?? file.id })}
                    disabled={disabled || index === files.length - 1}
                    onClick={() => move(index, 1)}
                  >
                    <IconArrowDown size={15} />
                  </ActionIcon>
                </>
              )}
              <ActionIcon
                variant="subtle"
                aria-label={t('remove', { name: file.name ?? file.id })}
                disabled={disabled}
                onClick={() => put(files.filter((each) => each.id !== file.id))}
              >
                <IconX size={15} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {underway.map(({ key, name, share, upload }) => (
        <div key={key} className={classes.row}>
          <span className={classes.name}>{name}</span>
          <Progress className={classes.progress} value={share * 100} aria-label={t('sending', { name })} />
          <ActionIcon variant="subtle" aria-label={t('cancel', { name })} onClick={() => upload.cancel()}>
            <IconX size={15} />
          </ActionIcon>
        </div>
      ))}
      <div className={classes.actions}>
        <Button
          {...attributes}
          data-autofocus={autoFocus || undefined}
          autoFocus={autoFocus}
          variant="default"
          size="xs"
          disabled={disabled}
          leftSection={<IconUpload size={15} />}
          onClick={() => chooser.current?.click()}
        >
          {t(isList ? 'add' : files.length > 0 ? 'replace' : 'choose')}
        </Button>
        {field.widget === 'image' && (
          <Button
            className={classes.camera}
            variant="default"
            size="xs"
            disabled={disabled}
            leftSection={<IconCamera size={15} />}
            onClick={() => camera.current?.click()}
          >
            {t('photo')}
          </Button>
        )}
        <span className={classes.hint}>{t('hint')}</span>
      </div>
      <div role="status">
        {problems.map((problem) => (
          <p key={problem} className={classes.problem}>
            {problem}
          </p>
        ))}
      </div>
      <input
        ref={chooser}
        type="file"
        hidden
        tabIndex={-1}
        aria-label={field.label}
        multiple={isList}
        {...(accept === undefined ? {} : { accept })}
        onChange={choose}
      />
      {field.widget === 'image' && (
        <input
          ref={camera}
          type="file"
          hidden
          tabIndex={-1}
          aria-label={field.label}
          accept="image/*"
          capture="environment"
          onChange={choose}
        />
      )}
    </div>
  );
}
