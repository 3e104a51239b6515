import { computed, reactive, ref, type ComputedRef, type Ref } from "vue";

import { Refusal, type Reason } from "../../api";
import { checkIn, checkOut, findPatron, renew, type DateText, type Override, type Patron } from "./library";
import type { Tone } from "./sound";

export type Mode = "check_out" | "check_in" | "renew";

/** One scan and what became of it. */
export interface Line {
  id: number;
  at: Date;
  mode: Mode;
  barcode: string;
  state: "waiting" | Tone;
  text: string;
  reasons: Reason[];
  /** Sent again with a second try, so that a lost answer never lends twice. */
  key: string;
  /** Set once the scan was taken as an item for this patron. */
  patron?: Patron;
}

export interface Desk {
  mode: Ref<Mode>;
  patron: Ref<Patron | undefined>;
  lines: Line[];
  waiting: ComputedRef<number>;
  scan: (text: string) => void;
  clearPatron: () => void;
  retry: (line: Line) => void;
  override: (line: Line, reason: string) => void;
}

const KEPT_LINES = 200;

// Not crypto.randomUUID, which is missing on a plain http address of a local network.
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("-");

export const overridable = (line: Line): boolean =>
  line.state === "refused" && line.reasons.length > 0 && line.reasons.every((r) => r.overridable === true);

/** One after the other and in the order of scanning, however fast they come. */
function serial(): (task: () => Promise<void> | void) => void {
  let last: Promise<void> = Promise.resolve();
  return (task) => {
    last = last.then(task);
  };
}

export function useDesk(date: DateText, play: (tone: Tone) => void): Desk {
  const mode = ref<Mode>("check_out");
  const patron = ref<Patron>();
  const lines = reactive<Line[]>([]);
  const enqueue = serial();

  async function lend(line: Line, override?: Override): Promise<string> {
    const borrower = line.patron ?? patron.value;
    if (borrower) {
      line.patron = borrower;
      return checkOut(line.barcode, borrower, date, line.key, override);
    }
    patron.value = await findPatron(line.barcode);
    return `${patron.value.name}: scan the items`;
  }

  function act(line: Line, override?: Override): Promise<string> {
    if (line.mode === "check_in") return checkIn(line.barcode, line.key);
    return line.mode === "renew" ? renew(line.barcode, date, line.key, override) : lend(line, override);
  }

  async function settle(line: Line, override?: Override): Promise<void> {
    try {
      line.text = await act(line, override);
      line.state = "done";
    } catch (error) {
      line.state = error instanceof Refusal ? "refused" : "failed";
      line.reasons = error instanceof Refusal ? error.reasons : [];
      line.text = error instanceof Error ? error.message : String(error);
    }
    play(line.state);
  }

  function again(line: Line, override?: Override): void {
    line.state = "waiting";
    line.reasons = [];
    enqueue(() => settle(line, override));
  }

  function scan(text: string): void {
    const barcode = text.trim();
    if (!barcode) return;
    const id = (lines[0]?.id ?? 0) + 1;
    lines.unshift({
      id, barcode, at: new Date(), mode: mode.value, state: "waiting", text: "", reasons: [], key: newKey(),
    });
    lines.splice(KEPT_LINES);
    const line = lines[0];
    if (line) enqueue(() => settle(line));
  }

  function override(line: Line, reason: string): void {
    const codes = line.reasons.map((given) => given.code);
    line.key = newKey(); // another request than the refused one
    again(line, { codes, reason });
  }

  // In the queue like a scan: items scanned before Escape still belong to the patron.
  const clearPatron = (): void => { enqueue(() => { patron.value = undefined; }); };
  const waiting = computed(() => lines.filter((line) => line.state === "waiting").length);

  return { mode, patron, lines, waiting, scan, clearPatron, retry: again, override };
}
