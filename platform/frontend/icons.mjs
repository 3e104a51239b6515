// Writes src/icons.svg, the sprite of the icons named in icons.json. Run: npm run icons
import { readFileSync, writeFileSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const names = JSON.parse(readFileSync(here("icons.json"), "utf8"));

function symbol(name) {
  const svg = readFileSync(here(`node_modules/bootstrap-icons/icons/${name}.svg`), "utf8");
  const drawing = svg.replace(/^[^>]*>|<\/svg>\s*$/g, "").trim();
  return `<symbol id="${name}" viewBox="0 0 16 16">${drawing}</symbol>`;
}

const licence = "<!-- Bootstrap Icons, MIT License, (c) The Bootstrap Authors -->";
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${licence}\n${names.map(symbol).join("\n")}\n</svg>\n`;
writeFileSync(here("src/icons.svg"), sprite);
console.log(`${names.length} icons written to src/icons.svg`);
