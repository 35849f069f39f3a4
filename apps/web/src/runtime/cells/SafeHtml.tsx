/** HTML of a record, cleaned once more in the browser that shows it: values may be older than the server's rules. */
import DOMPurify from 'dompurify';
import { useMemo } from 'react';
import classes from './SafeHtml.module.css';

const TAGS = [
  ...[
    'a',
    'b',
    'blockquote',
    'br',
    'code',
    'del',
    'em',
    'h1',
    'h2',
    'h3',
    'h4',
    'hr',
    'i',
    'li',
    'mark',
    'ol',
  ],
  ...[
    'p',
    'pre',
    's',
    'span',
    'strong',
    'sub',
    'sup',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'u',
    'ul',
  ],
];

export function SafeHtml({ html }: { html: string }) {
  const safe = useMemo(() => cleanHtml(html), [html]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: cleaned on the line above.
  return <div className={classes.prose} dangerouslySetInnerHTML={{ __html: safe }} />;
}

/** Links open elsewhere and tell nothing of where they were; whatever can run or load is gone. */
export function cleanHtml(html: string): string {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href', 'title', 'colspan', 'rowspan', 'start'],
    ALLOWED_URI_REGEXP: /^(https?|mailto|tel):/i,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  const box = document.createElement('div');
  box.append(fragment);
  return box.innerHTML;
}
