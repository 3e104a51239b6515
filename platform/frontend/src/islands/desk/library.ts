/** The calls of the desk to the API, each answering what the log is to say. */
import { Refusal, request } from "../../api";

export interface Patron {
  id: string;
  barcode: string;
  name: string;
  category?: string;
  status?: string;
  expires_on?: string;
}

interface Loan {
  id: string;
  due_at: string;
  title?: string;
  patron_name?: string;
  notices?: Note[];
}

interface Note {
  message: string;
}

interface Returned {
  next_action: string;
  title?: string;
  patron_name?: string;
  send_to?: string;
  in_house_use?: boolean;
  alerts?: Note[];
}

interface List<T> {
  items: T[];
}

export interface Override {
  codes: string[];
  reason: string;
}

/** Formats an RFC 3339 time as a date in the library's time zone, not in the computer's. */
export type DateText = (time: string) => string;

const NEXT: Record<string, string> = {
  shelve: "put it back on the shelf",
  hold_shelf: "put it on the hold shelf",
  staff_attention: "needs a look: put it aside",
};

const told = (notes: Note[] = []): string => notes.map((note) => ` ${note.message}`).join("");

function refusal(code: string, message: string): Refusal {
  return new Refusal({ status: 404, code, title: message });
}

export async function findPatron(barcode: string): Promise<Patron> {
  const found = await request<List<Patron>>(`/api/v1/patrons?barcode=${encodeURIComponent(barcode)}`);
  const [patron] = found.items;
  if (patron) return patron;
  throw refusal("patron_unknown", `No patron has the card ${barcode}. Scan a patron's card first.`);
}

export async function checkOut(
  barcode: string, patron: Patron, date: DateText, key: string, override?: Override,
): Promise<string> {
  const body = { item_barcode: barcode, patron_barcode: patron.barcode, ...(override && { override }) };
  const loan = await request<Loan>("/api/v1/loans", { method: "POST", body, key });
  return `${loan.title ?? barcode} lent to ${patron.name}, due ${date(loan.due_at)}.${told(loan.notices)}`;
}

export async function checkIn(barcode: string, key: string): Promise<string> {
  const body = { item_barcode: barcode };
  const done = await request<Returned>("/api/v1/returns", { method: "POST", body, key });
  const next = done.send_to ? `send it to ${done.send_to}` : (NEXT[done.next_action] ?? done.next_action);
  const how = done.in_house_use ? "was not on loan, so a use in the library is counted" : "returned";
  return `${done.title ?? barcode} ${how}: ${next}.${told(done.alerts)}`;
}

export async function renew(
  barcode: string, date: DateText, key: string, override?: Override,
): Promise<string> {
  const query = new URLSearchParams({ item_barcode: barcode, status: "open" });
  const found = await request<List<Loan>>(`/api/v1/loans?${query}`);
  const [open] = found.items;
  if (!open) throw refusal("not_on_loan", `${barcode} is not on loan, so it cannot be renewed.`);
  const loan = await request<Loan>(`/api/v1/loans/${open.id}/renewals`, {
    method: "POST", body: { ...(override && { override }) }, key,
  });
  return `${loan.title ?? open.title ?? barcode} renewed, due ${date(loan.due_at)}.${told(loan.notices)}`;
}
