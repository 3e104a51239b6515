/**
 * The field `data-narrow` of a list of ticks, hidden where there is no script, shows those whose
 * words hold all that is typed. What is ticked stays to be seen: nobody gives away by oversight.
 */
export function narrowLists(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLInputElement>("[data-narrow]")) {
    const list = field.closest("fieldset");
    if (!list) continue;
    field.hidden = false;
    field.addEventListener("input", () => { narrow(list, words(field.value)); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it searches, and sends no form
    });
  }
}

function narrow(list: HTMLElement, wanted: string[]): void {
  for (const each of list.querySelectorAll<HTMLElement>(".form-check")) {
    const text = each.textContent.toLowerCase();
    const ticked = each.querySelector("input")?.checked ?? false;
    each.hidden = !ticked && !wanted.every((word) => text.includes(word));
  }
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}
