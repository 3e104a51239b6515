export interface Line {
  key: string;
  sentence: string;
  reach: string;
  /** Why it cannot be chosen; empty where it can. */
  refusal: string;
}

export interface Area {
  title: string;
  lines: Line[];
}

export interface Difference {
  gained: Line[];
  lost: Line[];
}

/** Every word must stand somewhere: in what it allows, its key, or the area's title. */
export function matches(line: Line, area: Area, words: string): boolean {
  const text = `${line.sentence} ${line.key} ${area.title}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export function difference(areas: Area[], before: Set<string>, after: Set<string>): Difference {
  const lines = areas.flatMap((area) => area.lines);
  return {
    gained: lines.filter(({ key }) => after.has(key) && !before.has(key)),
    lost: lines.filter(({ key }) => before.has(key) && !after.has(key)),
  };
}
