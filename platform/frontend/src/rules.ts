/** What can be wrong with a value, told before the server tells it. Each rule answers a message or "". */

export interface Constraints {
  label: string;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  min?: number;
  max?: number;
  pattern?: string;
  patternHelp?: string;
  kind?: string;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

function isbn10(digits: string): boolean {
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + (10 - i) * (digit === "X" ? 10 : Number(digit)), 0);
  return sum % 11 === 0;
}

function isbn13(digits: string): boolean {
  if (!/^97[89]\d{10}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + (i % 2 ? 3 : 1) * Number(digit), 0);
  return sum % 10 === 0;
}

/** ISBN-10 or ISBN-13 with a right check digit; hyphens and spaces do not matter. */
export function isIsbn(text: string): boolean {
  const digits = text.replace(/[\s-]/g, "").toUpperCase();
  return isbn10(digits) || isbn13(digits);
}

const kinds: Record<string, [(value: string) => boolean, string]> = {
  email: [(value) => EMAIL.test(value), "is not an e-mail address. Write it like name@example.org."],
  isbn: [isIsbn, "is not an ISBN: check the digits, one of them is probably mistyped."],
  slug: [
    (value) => SLUG.test(value),
    "may hold only lower-case letters, digits and single hyphens between them.",
  ],
};

function length(value: string, { minLength, maxLength }: Constraints): string {
  // Characters as the server counts them, not UTF-16 units.
  const count = [...value].length;
  if (minLength !== undefined && count < minLength) return `needs at least ${minLength} characters.`;
  if (maxLength === undefined || count <= maxLength) return "";
  return `may have at most ${maxLength} characters; these are ${count}.`;
}

function range(value: string, { min, max }: Constraints): string {
  if (min === undefined && max === undefined) return "";
  const number = Number(value);
  if (Number.isNaN(number)) return "must be a number.";
  if (min !== undefined && number < min) return `must be ${min} or more.`;
  return max !== undefined && number > max ? `must be ${max} or less.` : "";
}

function shape(value: string, { pattern, patternHelp, kind }: Constraints): string {
  // Unanchored, as in JSON Schema, where the pattern comes from.
  if (pattern && !new RegExp(pattern, "u").test(value)) return patternHelp ?? "has not the right form.";
  const [fits, message] = kinds[kind ?? ""] ?? [() => true, ""];
  return fits(value) ? "" : message;
}

export function fault(value: string, constraints: Constraints): string {
  const text = value.trim();
  if (text === "") return constraints.required ? `${constraints.label} is required.` : "";
  const found = length(text, constraints) || range(text, constraints) || shape(text, constraints);
  return found && `${constraints.label} ${found}`;
}
