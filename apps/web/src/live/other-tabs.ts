/**
 * What the tabs of one browser tell each other. A tab hears from its very beginning: what is told while the code that makes
 * something of it is fetched, or before, concerns what the tab has read already.
 */
import { workspace } from '../api.ts';
import { EarlyNews, type News } from './early-news.ts';

export const NAME = `trellis-live-${workspace}`;

const channel = new BroadcastChannel(NAME);
const early = new EarlyNews();
channel.onmessage = ({ data }) => early.add(data as News);

export function tellTabs(news: News): void {
  channel.postMessage(news);
}

/** From here on `hear` is given all that is told, and now what was told before. */
export function hearTabs(hear: (news: News) => void): void {
  channel.onmessage = ({ data }) => hear(data as News);
  for (const news of early.take()) hear(news);
}
