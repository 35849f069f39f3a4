/**
 * News that tabs are told before anybody makes something of it. A page may stand at the sign-in for days while another
 * tab works: what is more than a page would read one by one is kept as one word, that everything is to be read again.
 */
export type News =
  | { readonly record: RecordEvent }
  | { readonly metadata: number }
  | { readonly access: true }
  /** Another tab has changed this person's own views of the object. */
  | { readonly views: string }
  | { readonly reset: true }
  | { readonly isLost: boolean };

export interface RecordEvent {
  readonly object: string;
  readonly id: string;
  readonly version: number;
  readonly action: string;
}

const MOST = 1000;

export class EarlyNews {
  #kept: News[] = [];

  add(news: News): void {
    if (this.#kept.length >= MOST) this.#kept = [{ reset: true }, ...this.#rest()];
    this.#kept.push(news);
  }

  /** All that was told, the oldest first; from here on there is none. */
  take(): readonly News[] {
    return this.#kept.splice(0);
  }

  /** What reading everything again does not tell: whose rights have changed asks for themselves too. */
  #rest(): readonly News[] {
    const last = (of: (news: News) => boolean) => this.#kept.findLast(of) ?? [];
    return [last((news) => 'access' in news), last((news) => 'isLost' in news)].flat();
  }
}
