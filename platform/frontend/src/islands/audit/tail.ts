/** The trail as it grows: asked by the API, hastened by news. */

import { request } from "../../api";

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
  before_label?: string;
  after_label?: string;
}

export interface Entry {
  id: string;
  at: string;
  actor: { label: string };
  sentence: string;
  channel: string;
  reason: string;
  on_behalf_of: string;
  changes: Change[];
}

interface Entries {
  items: Entry[];
}

/** Ids hold microseconds above 12 bits. Of two that commit at once, the later id may come first. */
const OVERLAP = 10_000_000n << 12n;
const AT_ONCE = 100;

/** The id so long before this one that whoever was overtaken lies behind it. */
export function before(id: string): string {
  const earlier = BigInt(id.split("-")[0] ?? "0") - OVERLAP;
  return `${earlier > 0n ? earlier : 0n}-0`;
}

export async function newer(asks: Record<string, string>, after: string): Promise<Entry[]> {
  const query = new URLSearchParams({ ...asks, after, per_page: String(AT_ONCE) });
  return (await request<Entries>(`/api/v1/audit/entries?${query}`)).items;
}

/** Those of `found`, newest first, that were not seen before; and takes note of them. */
export function unseen(found: Entry[], seen: Set<string>): Entry[] {
  const fresh = found.filter(({ id }) => !seen.has(id));
  fresh.forEach(({ id }) => seen.add(id));
  return fresh;
}
