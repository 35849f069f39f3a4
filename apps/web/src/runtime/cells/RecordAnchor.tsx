import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { basePath } from '../../api.ts';
import { paths } from '../../paths.ts';

interface RecordAnchorProps {
  readonly object: string;
  readonly id: string;
  readonly className?: string | undefined;
  readonly tabIndex?: number;
  readonly children: ReactNode;
}

/** A link to a record, light enough for every cell of a list: the router's own watches the address in each. */
export function RecordAnchor({ object, id, className, tabIndex, children }: RecordAnchorProps) {
  const router = useRouter();
  const open = (event: MouseEvent) => {
    event.stopPropagation();
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    void router.navigate({ to: '/o/$object/$id', params: { object, id } });
  };
  return (
    <a
      href={(basePath === '/' ? '' : basePath) + paths.record(object, id)}
      className={className}
      tabIndex={tabIndex}
      onClick={open}
    >
      {children}
    </a>
  );
}
