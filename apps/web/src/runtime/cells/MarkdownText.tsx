import { Marked } from 'marked';
import { useMemo } from 'react';
import { SafeHtml } from './SafeHtml.tsx';

const marked = new Marked({ gfm: true, breaks: true });

/** Markdown as its author meant it. What it holds of HTML is cleaned like any other. */
export function MarkdownText({ text }: { text: string }) {
  const html = useMemo(() => marked.parse(text, { async: false }), [text]);
  return <SafeHtml html={html} />;
}
