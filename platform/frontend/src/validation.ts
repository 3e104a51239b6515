import { fault, type Constraints } from "./rules";

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const CONTROLS = "input[id], textarea[id], select[id]";

function number(control: Control, attribute: string): number | undefined {
  const text = control.getAttribute(attribute);
  return text ? Number(text) : undefined;
}

/** The constraints that the form macros wrote out of the page's schema. */
export function constraintsOf(control: Control): Constraints {
  const found = {
    label: control.dataset["label"] ?? "This field",
    required: control.required,
    minLength: number(control, "minlength"),
    maxLength: number(control, "maxlength"),
    min: control.type === "number" ? number(control, "min") : undefined,
    max: control.type === "number" ? number(control, "max") : undefined,
    pattern: control.dataset["pattern"],
    patternHelp: control.dataset["patternHelp"],
    kind: control.dataset["validate"] ?? control.type,
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as unknown as Constraints;
}

function valueOf(control: Control): string {
  const ticked = control instanceof HTMLInputElement && control.type === "checkbox";
  return ticked ? (control.checked ? "on" : "") : control.value;
}

/** Write the message beside the field; true when there is none. */
export function check(control: Control): boolean {
  const message = control.disabled ? "" : fault(valueOf(control), constraintsOf(control));
  const place = document.getElementById(`${control.id}-error`);
  if (place) place.textContent = message;
  control.classList.toggle("is-invalid", message !== "");
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  return message === "";
}

function wire(form: HTMLFormElement): void {
  // From here on our messages replace the browser's bubbles; without JavaScript they stay.
  form.noValidate = true;
  const controls = (): Control[] => [...form.querySelectorAll<Control>(CONTROLS)];

  form.addEventListener("focusout", (event) => {
    const control = event.target as Control;
    // On the way to a button: a message would move the button away from under the click, and the
    // form would not be sent. Sending checks every field anyway.
    if (event.relatedTarget instanceof HTMLButtonElement) return;
    // A field left empty on the way through is no fault yet.
    if (control.matches(CONTROLS) && valueOf(control) !== "") check(control);
  });
  form.addEventListener("input", (event) => {
    const control = event.target as Control;
    if (control.getAttribute("aria-invalid") === "true") check(control);
  });
  form.addEventListener("submit", (event) => {
    const wrong = controls().filter((control) => !check(control));
    if (wrong.length === 0) return;
    event.preventDefault();
    wrong[0]?.focus();
  });
}

export function validateForms(root: ParentNode): void {
  root.querySelectorAll<HTMLFormElement>("form[data-validated]").forEach(wire);
}
