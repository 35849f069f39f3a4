import { IconFile } from '@tabler/icons-react';
import { type FileValue, filesIn, type JsonValue } from '@trellis/model';
import { client } from '../../api.ts';
import type { CellProps } from '../cells/FieldValue.tsx';
import { useDisplay } from '../use-display.ts';
import classes from './Files.module.css';
import { fileSize } from './file-size.ts';

/** Pictures that every browser draws; the server shows no others within a page. */
const DRAWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

export function isDrawn(file: FileValue): boolean {
  return DRAWN.has(file.type ?? '');
}

/** A small picture of a file: itself where it is one, else a sheet of paper. */
export function FileThumb({ file }: { readonly file: FileValue }) {
  if (!isDrawn(file)) return <IconFile className={classes.icon} size={18} stroke={1.5} aria-hidden />;
  return <img className={classes.thumb} src={client.fileAddress(file.id)} alt="" loading="lazy" />;
}

/** One or several files by name; each opens or is downloaded. */
export function FileCell({ value, shape }: CellProps) {
  const { locale } = useDisplay();
  const files = filesIn(value as JsonValue);
  if (shape === 'line') {
    return (
      <span className={classes.line}>
        {files.slice(0, 3).map((file) => (
          <FileLink key={file.id} file={file} />
        ))}
        {files.length > 3 && <span className={classes.size}>+{files.length - 3}</span>}
      </span>
    );
  }
  return (
    <ul className={classes.list}>
      {files.map((file) => (
        <li key={file.id} className={classes.row}>
          <FileLink file={file} />
          {file.size !== undefined && <span className={classes.size}>{fileSize(file.size, locale)}</span>}
        </li>
      ))}
    </ul>
  );
}

function FileLink({ file }: { readonly file: FileValue }) {
  return (
    <a
      className={classes.link}
      href={client.fileAddress(file.id, isDrawn(file) ? 'inline' : 'download')}
      target="_blank"
      rel="noreferrer"
      onClick={(event) => event.stopPropagation()}
    >
      <FileThumb file={file} />
      <span className={classes.name}>{file.name ?? file.id}</span>
    </a>
  );
}

/** A picture: small in a list, as large as the column on the record. */
export function ImageCell({ field, value, shape }: CellProps) {
  const [file] = filesIn(value as JsonValue);
  if (!file) return null;
  if (!isDrawn(file)) return <FileThumb file={file} />;
  if (shape === 'line')
    return (
      <img
        className={classes.thumb}
        src={client.fileAddress(file.id)}
        alt={file.name ?? field.label}
        loading="lazy"
      />
    );
  return (
    <a className={classes.imageLink} href={client.fileAddress(file.id)} target="_blank" rel="noreferrer">
      <img
        className={classes.image}
        src={client.fileAddress(file.id)}
        alt={file.name ?? field.label}
        loading="lazy"
      />
    </a>
  );
}
