import { describe, expect, test } from "vitest";

import { fault, isIsbn } from "../src/rules";

const say = (value: string, rules: object): string => fault(value, { label: "It", ...rules });

describe("fault", () => {
  test.each([
    ["", { required: true }, "It is required."],
    ["   ", { required: true }, "It is required."],
    ["", { minLength: 3, pattern: "x", kind: "email" }, ""],
    ["ab", { minLength: 3 }, "It needs at least 3 characters."],
    ["abcd", { maxLength: 3 }, "It may have at most 3 characters; these are 4."],
    ["𝄞𝄞𝄞", { maxLength: 3 }, ""],
    ["9", { min: 10 }, "It must be 10 or more."],
    ["11", { max: 10 }, "It must be 10 or less."],
    ["ten", { max: 10 }, "It must be a number."],
    ["10", { min: 10, max: 10 }, ""],
    ["Ab", { pattern: "^[a-z-]+$" }, "It has not the right form."],
    ["Ab", { pattern: "^[a-z-]+$", patternHelp: "takes small letters." }, "It takes small letters."],
    ["anna@example", { kind: "email" }, "It is not an e-mail address. Write it like name@example.org."],
    ["anna@example.org", { kind: "email" }, ""],
    ["north-county-2", { kind: "slug" }, ""],
    ["north--county", { kind: "slug" }, "It may hold only lower-case letters, digits and single hyphens between them."],
    ["-north", { kind: "slug" }, "It may hold only lower-case letters, digits and single hyphens between them."],
  ])("%j under %j says %j", (value, rules, message) => {
    expect(say(value, rules)).toBe(message);
  });
});

describe("isIsbn", () => {
  test.each(["978-3-15-009900-1", "9783150099001", "0-8044-2957-X", "080442957x"])("%s is one", (isbn) => {
    expect(isIsbn(isbn)).toBe(true);
  });

  test.each(["9783150099002", "0804429570", "1234567890123", "978315009900", "X804429570"])("%s is none", (isbn) => {
    expect(isIsbn(isbn)).toBe(false);
  });
});
