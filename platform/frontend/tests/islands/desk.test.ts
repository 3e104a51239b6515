import { createApp, type App } from "vue";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import Desk from "../../src/islands/desk/Desk.vue";
import { json, serve, settled, type Answer, type Asked } from "../server";

const ADA = { id: "p1", barcode: "P1", name: "Ada Lovelace" };
const BOB = { id: "p2", barcode: "P2", name: "Bob Byron" };
const DUE = "2026-04-11T21:59:59Z"; // 23:59:59 in Zurich, one day later in Auckland

let app: App | undefined;

function library(refusals: Record<string, Answer> = {}): Answer {
  return (asked) => {
    const body = asked.body as { item_barcode?: string } | undefined;
    const special = refusals[body?.item_barcode ?? ""];
    if (special) return special(asked);
    if (asked.path.startsWith("/api/v1/patrons")) {
      return json({ items: [ADA, BOB].filter((one) => asked.path.endsWith(`=${one.barcode}`)) });
    }
    if (asked.path.startsWith("/api/v1/loans?")) return json({ items: [{ id: "l7", title: "Ulysses" }] });
    if (asked.path === "/api/v1/returns") return json({ next_action: "hold_shelf", title: "Ulysses" });
    return json({ id: "l7", due_at: DUE, title: "Ulysses" }, 201);
  };
}

function open(answer: Answer, props: Record<string, unknown> = {}): Asked[] {
  const log = serve(answer);
  app = createApp(Desk, { timeZone: "Europe/Zurich", canOverride: true, ...props });
  app.mount("#desk");
  return log;
}

const input = (): HTMLInputElement => document.querySelector<HTMLInputElement>("#desk-input") as HTMLInputElement;
const lines = (): string[] =>
  [...document.querySelectorAll(".desk-line")].map((line) => line.textContent.replace(/\s+/g, " "));
const loans = (log: Asked[]): Asked[] => log.filter((asked) => asked.path === "/api/v1/loans");

function scan(...barcodes: string[]): void {
  for (const barcode of barcodes) {
    input().value = barcode;
    input().dispatchEvent(new Event("input"));
    input().closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  }
}

function press(init: KeyboardEventInit): void {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
}

function click(words: string): void {
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.includes(words));
  if (!button) throw new Error(`No button "${words}"`);
  button.click();
}

function writeReason(text: string): void {
  const field = document.querySelector<HTMLInputElement>(".desk-override input") as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  field.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
}

beforeEach(() => {
  document.head.innerHTML = '<meta name="csrf-token" content="token-1">';
  document.body.innerHTML = '<div id="desk"></div>';
});

afterEach(() => {
  app?.unmount();
});

describe("check-out", () => {
  test("a patron's card, then items, and each loan says its title and due date", async () => {
    const log = open(library());
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("Ulysses lent to Ada Lovelace, due Saturday"); });
    expect(lines()[0]).toContain("11 April 2026");
    expect(loans(log)[0]?.body).toEqual({ item_barcode: "I1", patron_barcode: "P1" });
  });

  test("what the desk should know of the patron stands beside the loan", async () => {
    const notices = [{ code: "PATRON_NOTE", message: "Reads with a magnifier." }];
    open(library({ I1: () => json({ id: "l7", due_at: DUE, title: "Ulysses", notices }, 201) }));
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("11 April 2026. Reads with a magnifier."); });
  });

  test("the due date is the library's day, wherever the computer stands", async () => {
    open(library(), { timeZone: "Pacific/Auckland" });
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("12 April 2026"); });
  });

  test("changes carry the CSRF token and a key of their own", async () => {
    const log = open(library());
    scan("P1", "I1", "I2");
    await settled(() => { expect(loans(log)).toHaveLength(2); });
    const [first, second] = loans(log).map((asked) => asked.headers);
    expect(first?.get("X-CSRF-Token")).toBe("token-1");
    expect(first?.get("Idempotency-Key")).toBeTruthy();
    expect(first?.get("Idempotency-Key")).not.toBe(second?.get("Idempotency-Key"));
  });

  test("an unknown card is refused in words, and the next scan is still a card", async () => {
    open(library());
    scan("X9");
    await settled(() => { expect(document.body.textContent).toContain("No patron has the card X9"); });
    expect(document.querySelector("label")?.textContent).toBe("Scan a patron’s card");
  });
});

describe("the queue", () => {
  test("scans typed during a request are all done, one by one and in order", async () => {
    const gates: (() => void)[] = [];
    const slow: Answer = async (asked) => {
      await new Promise<void>((resolve) => { gates.push(resolve); });
      return library()(asked);
    };
    const log = open(slow);
    scan("P1", "I1", "I2", "I3");
    for (let sent = 1; sent <= 4; sent += 1) {
      await settled(() => { expect(gates).toHaveLength(sent); });
      expect(log).toHaveLength(sent);
      gates[sent - 1]?.();
    }
    await settled(() => { expect(lines().filter((line) => line.startsWith("Done"))).toHaveLength(4); });
    expect(loans(log).map((asked) => (asked.body as { item_barcode: string }).item_barcode))
      .toEqual(["I1", "I2", "I3"]);
  });

  test("Escape waits its turn: what was scanned before it belongs to the patron before it", async () => {
    const log = open(library());
    scan("P1", "I1");
    press({ key: "Escape" });
    scan("P2", "I2");
    await settled(() => { expect(loans(log)).toHaveLength(2); });
    expect(loans(log).map((asked) => (asked.body as { patron_barcode: string }).patron_barcode))
      .toEqual(["P1", "P2"]);
  });

  test("a scan keeps the mode in which it was scanned", async () => {
    const log = open(library());
    scan("P1", "I1");
    press({ key: "F2" });
    scan("I1");
    await settled(() => { expect(lines()).toHaveLength(3); expect(lines()[0]).toContain("hold shelf"); });
    expect(log.map((asked) => asked.path)).toEqual([
      "/api/v1/patrons?barcode=P1", "/api/v1/loans", "/api/v1/returns",
    ]);
  });
});

describe("refusals", () => {
  const reasons = [
    { code: "limit_reached", message: "Ada has 10 of 10 loans.", overridable: true },
    { code: "patron_expired", message: "The card expired.", overridable: true },
  ];
  const refuse: Answer = (asked) =>
    (asked.body as object).hasOwnProperty.call(asked.body, "override")
      ? json({ id: "l7", due_at: DUE, title: "Ulysses" }, 201)
      : json({ status: 409, code: "refused", title: "Refused", reasons }, 409);

  async function refused(props = {}): Promise<Asked[]> {
    const log = open(library({ I1: refuse }), props);
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("Refused"); });
    return log;
  }

  test("all reasons are shown at once, with their codes", async () => {
    await refused();
    for (const { code, message } of reasons) {
      expect(lines()[0]).toContain(message);
      expect(lines()[0]).toContain(code);
    }
  });

  test("an override names every reason and says why", async () => {
    const log = await refused();
    click("Override…");
    await settled(() => { expect(document.querySelector(".desk-override")).not.toBeNull(); });
    writeReason("Teacher preparing a class");
    await settled(() => { expect(lines()[0]).toContain("lent to Ada Lovelace"); });
    expect(loans(log)[1]?.body).toMatchObject({
      patron_barcode: "P1",
      override: { codes: ["limit_reached", "patron_expired"], reason: "Teacher preparing a class" },
    });
    expect(document.activeElement).toBe(input());
  });

  test("a barcode scanned into the reason becomes a scan, not a reason", async () => {
    const log = await refused();
    click("Override…");
    await settled(() => { expect(document.querySelector(".desk-override")).not.toBeNull(); });
    writeReason("I2");
    await settled(() => { expect(loans(log)).toHaveLength(2); });
    expect(loans(log)[1]?.body).toEqual({ item_barcode: "I2", patron_barcode: "P1" });
  });

  test("without the permission nobody is offered an override", async () => {
    await refused({ canOverride: false });
    expect(document.body.textContent).not.toContain("Override…");
  });

  test("one reason that nobody may override is enough to offer none", async () => {
    const hard = [...reasons, { code: "item_on_loan", message: "On loan to another patron.", overridable: false }];
    open(library({ I1: () => json({ status: 409, code: "refused", title: "Refused", reasons: hard }, 409) }));
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("On loan to another patron."); });
    expect(document.body.textContent).not.toContain("Override…");
  });
});

describe("trouble", () => {
  test("a lost network says what to do, and a second try has the same key and patron", async () => {
    let tries = 0;
    const flaky: Answer = () => {
      tries += 1;
      if (tries === 1) throw new TypeError("Failed to fetch");
      return json({ id: "l7", due_at: DUE, title: "Ulysses" }, 201);
    };
    const log = open(library({ I1: flaky }));
    scan("P1", "I1");
    await settled(() => { expect(lines()[0]).toContain("Check the network, then try again."); });
    press({ key: "Escape" });
    click("Try again");
    await settled(() => { expect(lines()[0]).toContain("lent to Ada Lovelace"); });
    const keys = loans(log).map((asked) => asked.headers.get("Idempotency-Key"));
    expect(keys[0]).toBe(keys[1]);
  });

  test.each([
    [401, "Sign in again"],
    [429, "Wait a minute"],
    [500, "The server failed (500)"],
  ])("an answer %i says: %s", async (status, words) => {
    open(() => json({ status, code: "x", title: "x" }, status));
    scan("P1");
    await settled(() => { expect(lines()[0]).toContain(words); });
  });
});

describe("check-in", () => {
  test("an item that was not on loan is told as a use in the library", async () => {
    open(() => json({ next_action: "shelve", title: "Ulysses", in_house_use: true }));
    press({ key: "F2" });
    scan("I1");
    await settled(() => { expect(lines()[0]).toContain("Ulysses was not on loan"); });
    expect(lines()[0]).toContain("put it back on the shelf");
  });
});

describe("renewal", () => {
  test("finds the open loan of the item and renews it", async () => {
    const log = open(library());
    press({ code: "Digit3", altKey: true });
    scan("I 1");
    await settled(() => { expect(lines()[0]).toContain("Ulysses renewed, due Saturday"); });
    expect(log.map((asked) => `${asked.method} ${asked.path}`)).toEqual([
      "GET /api/v1/loans?item_barcode=I+1&status=open", "POST /api/v1/loans/l7/renewals",
    ]);
  });

  test("a refused renewal is overridden with its reason", async () => {
    const reasons = [{ code: "PATRON_EXPIRED", message: "The card expired.", overridable: true }];
    const log = open((asked) => {
      if (asked.method === "GET") return json({ items: [{ id: "l7", title: "Ulysses" }] });
      const overridden = "override" in (asked.body as object);
      if (!overridden) return json({ status: 409, code: "loan_refused", title: "Refused", reasons }, 409);
      return json({ id: "l7", due_at: DUE, title: "Ulysses" }, 201);
    });
    press({ key: "F3" });
    scan("I1");
    await settled(() => { expect(lines()[0]).toContain("The card expired."); });
    click("Override…");
    await settled(() => { expect(document.querySelector(".desk-override")).not.toBeNull(); });
    writeReason("Renews the card tomorrow");
    await settled(() => { expect(lines()[0]).toContain("Ulysses renewed"); });
    expect(log.at(-1)?.body).toEqual({
      override: { codes: ["PATRON_EXPIRED"], reason: "Renews the card tomorrow" },
    });
  });

  test("an item that is not on loan is refused in words", async () => {
    open(() => json({ items: [] }));
    press({ key: "F3" });
    scan("I1");
    await settled(() => { expect(lines()[0]).toContain("I1 is not on loan"); });
  });
});

describe("focus", () => {
  test("the input has it from the start and after a change of mode", () => {
    open(library());
    expect(document.activeElement).toBe(input());
    click("Check in");
    expect(document.activeElement).toBe(input());
  });

  test("a scan that begins elsewhere lands in the input", () => {
    open(library());
    input().blur();
    press({ key: "9" });
    expect(document.activeElement).toBe(input());
  });

  test("Tab is left alone, so that the keyboard reaches every button", () => {
    open(library());
    input().blur();
    press({ key: "Tab" });
    expect(document.activeElement).not.toBe(input());
  });
});

test("muting is remembered", async () => {
  open(library());
  click("Mute");
  await settled(() => { expect(document.querySelector("[aria-pressed=true] use")).not.toBeNull(); });
  expect(localStorage.getItem("stackroom-desk-muted")).toBe("yes");
});
