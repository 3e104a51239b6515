const SAID_FOR = 2000; // milliseconds

/**
 * The macro `copyable` writes a value that one click selects, so it needs no script. With one, its
 * button copies; where a page may not write to the clipboard (without TLS), it selects.
 */
export function copyOnClick(root: Document): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const value = button.parentElement?.querySelector("code");
    if (value) button.addEventListener("click", () => { void copy(value, button); });
  }
}

async function copy(value: HTMLElement, button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(value.textContent);
    say(button, "Copied");
  } catch {
    getSelection()?.selectAllChildren(value);
    say(button, "Selected");
  }
}

function say(button: HTMLButtonElement, word: string): void {
  const words = button.querySelector("[data-copy-words]");
  if (!words) return;
  words.textContent = word;
  setTimeout(() => { words.textContent = "Copy"; }, SAID_FOR);
}
