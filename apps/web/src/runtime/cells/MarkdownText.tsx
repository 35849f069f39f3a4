import { Marked } from 'marked';
import { useMemo } from 'react';
import { SafeHtml } from './SafeHtml.tsx';

// HTML inside of Markdown is shown as the text that it is.
const marked = new Marked({ gfm: true, breaks: true, renderer: { html: ({ text }) => escapeHtml(text) } });

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Markdown as its author meant it; links that lead nowhere safe lose their address when the result is cleaned. */
export function MarkdownText({ text }: { text: string }) {
  const html = useMemo(() => marked.parse(text, { async: false }), [text]);
  return <SafeHtml html={html} />;
}
