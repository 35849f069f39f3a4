/**
 * axe on what a page shows now. It runs in the page itself, is handed over once per document, and describes nothing but
 * what violates its rules: with a page of its own for each run, and all that passes told too, that took a third of the time.
 */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2 at levels A and AA. */
export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What violates axe's rules, each as its name and the elements, in no page that is as it should be. Rules are those
 * with one of `tags`, or all; `within` is a selector, otherwise the whole page is looked at.
 */
export async function accessibilityFaults(
  page: Page,
  { tags, within }: { readonly tags?: readonly string[]; readonly within?: string | undefined } = {},
): Promise<string[]> {
  // A frame would need its own axe: there is none in the product, and none goes unseen.
  if (page.frames().length > 1) throw new Error(`${page.url()} has frames, which are not looked at.`);
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  // Colours on their way, after another scheme or a click, are no colours that anybody reads.
  await page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() =>
    document.getAnimations().forEach((each) => each instanceof CSSTransition && each.finish()))`);
  const options = { resultTypes: ['violations'], ...(tags && { runOnly: { type: 'tag', values: tags } }) };
  const violations = await page.evaluate<axe.Result[]>(
    `axe.run(${within === undefined ? 'document' : JSON.stringify({ include: [within] })}, ${JSON.stringify(options)})
      .then(({ violations }) => violations)`,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(', ')}`,
  );
}
