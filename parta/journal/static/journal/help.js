// @ts-check
// The map of keys: a short one in the bar below the grid, the whole one on «?».

import { absenceCodes, data } from "./model.js";
import { box, closePop, openPop, popIsOpen } from "./pop.js";

/** @param {...string} keys */
const kbd = (...keys) => keys.flatMap((key, n) => (n ? [" ", box("kbd", "", key)] : [box("kbd", "", key)]));

const mine = absenceCodes.filter((code) => code.mine);
/** @type {string[]} */
const marks = data.marks;
/** @type {string[]} symbols of a mark, of a lesson or of the period */
const symbols = marks.length ? marks : data.finals;

/** @returns {Node[]} */
function markKeys() {
  const marks = symbols;
  const digits = marks.length > 2 && marks.every((symbol) => /^\d$/.test(symbol));
  if (!digits) return /** @type {Node[]} */ (kbd(...marks.slice(0, 6)));
  const sorted = [...marks].sort();
  return [box("kbd", "", sorted[0]), document.createTextNode("–"), box("kbd", "", sorted[sorted.length - 1])];
}

/** Fill the bar; it is empty without a script, for without one no key does anything. */
export function fillBar() {
  const bar = document.getElementById("keys");
  if (!bar) return;
  if (symbols.length) bar.append(box("span", "", ...markKeys(), " отметка"));
  if (marks.length && data.double) {
    const two = [marks[0], marks[1] ?? marks[0]];
    bar.append(box("span", "", ...kbd(two[0], "/", two[1]), " двойная"));
  }
  if (mine.length && !data.year) bar.append(box("span", "", ...kbd(...mine.slice(0, 5).map((code) => code.symbol)), " явка"));
  bar.append(box("span", "", ...kbd("Enter"), " вниз"));
  const help = document.createElement("button");
  help.type = "button";
  help.className = "help";
  help.append(...kbd("?"), " все");
  help.addEventListener("click", toggleHelp);
  bar.append(help);
  bar.hidden = false;
}

export function toggleHelp() {
  if (popIsOpen() && document.querySelector(".pop--help")) return closePop();
  /** @type {[(Node | string)[], string][]} */
  const lines = [];
  if (symbols.length) lines.push([markKeys(), "отметка; Enter ведёт вниз"]);
  if (marks.length && data.double) lines.push([kbd(marks[0], "/", marks[1] ?? marks[0]), "двойная отметка"]);
  for (const code of mine) lines.push([kbd(code.symbol), `${code.title}; раскладку можно не менять`]);
  lines.push(
    [kbd("Del"), "снять отметку или пропуск: в журнале изменений это останется"],
    [kbd("Ctrl", "Z"), "вернуть как было"],
    [kbd("Ctrl", "V"), "вставить столбец из таблицы, с просмотром"],
    [kbd("Shift", "F2"), "заметка и история клетки"],
    [kbd("←", "↑", "→", "↓"), "по клеткам"],
    [kbd("PgUp", "PgDn"), "на десять строк"],
    [kbd("Home", "End"), "первый урок, последний урок"],
    [kbd("Ctrl", "Home"), "сегодняшний столбец"],
    [kbd("F6"), "левая страница, правая страница"],
    [kbd("F8"), "показ классу, без отметок"],
    [kbd("Tab"), "выйти из таблицы"],
    [kbd("Esc"), "закрыть"],
  );
  const map = document.createElement("dl");
  map.className = "keymap";
  for (const [keys, words] of lines) map.append(box("dt", "", ...keys), box("dd", "", words));
  openPop(null, { kind: "pop--help", title: "Клавиши журнала", body: [map] });
}
