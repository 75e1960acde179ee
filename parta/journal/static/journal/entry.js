// @ts-check
// Typing into a cell. Keys are read by what they write and by where they lie, so the layout need not be changed.
// A key that is a whole symbol is written at once; one that may go on («1» of «10», «4» of «4/3») waits a moment.

import { absenceCodes, columnOf, data, isFinal, standing } from "./model.js";
import { paint } from "./paint.js";
import { repaint, write } from "./write.js";

const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё";
const CODES = {
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Backquote: "`",
};
const PAUSE = 650;

/** @type {{td: HTMLTableCellElement, text: string} | null} */
let typed = null;
/** @type {number | undefined} */
let timer;

/** Letters a key may stand for: what it writes, and what lies on it in the two layouts. @param {KeyboardEvent} event */
function readings(event) {
  const { code } = event;
  const latin = /^Key[A-Z]$/.test(code)
    ? code[3].toLowerCase()
    : (CODES[/** @type {keyof typeof CODES} */ (code)] ?? "");
  const russian = latin && LATIN.includes(latin) ? RUSSIAN[LATIN.indexOf(latin)] : "";
  return [...new Set([event.key.toLowerCase(), russian, latin])].filter((letter) => letter.length === 1);
}

/** Absence letters by key. The act's keys come first; a letter somebody else sets is sent too: the refusal says who. */
const letters = new Map();
for (const code of absenceCodes) for (const key of code.keys) if (!letters.has(key)) letters.set(key, code.symbol);
for (const code of absenceCodes) {
  const key = code.symbol.toLowerCase();
  if (!letters.has(key)) letters.set(key, code.symbol);
}

/** @param {HTMLTableCellElement} td @returns {string[]} symbols that may be written here */
const symbolsOf = (td) => (isFinal(td) ? data.finals : data.marks);

/** @param {HTMLTableCellElement} td */
const takesDouble = (td) => !isFinal(td) && data.double;

/** @param {string} text @param {HTMLTableCellElement} td @returns {"whole" | "begun" | "both" | ""} */
function judge(text, td) {
  const symbols = symbolsOf(td).map((symbol) => symbol.toLowerCase());
  const cut = text.indexOf("/");
  if (cut >= 0) {
    const [content, literacy] = [text.slice(0, cut), text.slice(cut + 1)];
    if (!takesDouble(td) || !symbols.includes(content)) return "";
    if (!literacy) return "begun";
    const ends = symbols.includes(literacy);
    const goes = symbols.some((symbol) => symbol.length > literacy.length && symbol.startsWith(literacy));
    return ends ? (goes ? "both" : "whole") : goes ? "begun" : "";
  }
  const ends = symbols.includes(text);
  const goes = symbols.some((symbol) => symbol.length > text.length && symbol.startsWith(text)) || (ends && takesDouble(td));
  return ends ? (goes ? "both" : "whole") : goes ? "begun" : "";
}

/** @param {string} text @param {HTMLTableCellElement} td the text with the letters of the scale */
const cased = (text, td) =>
  text
    .split("/")
    .map((part) => symbolsOf(td).find((symbol) => symbol.toLowerCase() === part) ?? part)
    .join("/");

/** @param {KeyboardEvent} event @param {HTMLTableCellElement} td @returns {boolean} whether the key wrote something */
export function type(event, td) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return false;
  const already = typed?.td === td ? typed.text : "";
  // The key of the stroke writes a point in the Russian layout.
  const isStroke = event.key === "/" || event.code === "NumpadDivide" || (event.code === "Slash" && !event.shiftKey);
  const keys = isStroke ? ["/"] : readings(event);
  // After «4» has gone to the server, «/» goes on from it.
  const standingValue = standing(td).value.toLowerCase();
  const base = already || (keys[0] === "/" && standingValue && !standingValue.includes("/") ? standingValue : "");
  for (const key of keys) {
    const text = base + key;
    if (base && judge(text, td)) return start(td, text);
  }
  if (keys[0] === "/") return false;
  if (already) finish();
  for (const key of keys) if (judge(key, td)) return start(td, key, keys);
  return note(td, keys);
}

/** @param {HTMLTableCellElement} td @param {string[]} keys */
function note(td, keys) {
  if (isFinal(td)) return false;
  for (const key of keys) {
    const symbol = letters.get(key);
    if (symbol === undefined) continue;
    typed = null;
    write({ td, fact: "absence", value: symbol });
    return true;
  }
  return false;
}

/** @param {HTMLTableCellElement} td @param {string} text @param {string[]} [keys] readings of a first key that may be an absence letter too */
function start(td, text, keys = []) {
  clearTimeout(timer);
  const state = judge(text, td);
  if (state === "whole") {
    typed = null;
    write({ td, fact: "mark", value: cased(text, td) });
    return true;
  }
  typed = { td, text };
  paint(td, { value: cased(text, td), absence: "", state: "typing" });
  const letter = keys.some((key) => letters.has(key));
  timer = setTimeout(() => finish(letter ? keys : []), PAUSE);
  return true;
}

/** Write what has been typed so far; a beginning that is no symbol is dropped. @param {string[]} [keys] */
export function finish(keys = []) {
  clearTimeout(timer);
  if (!typed) return;
  const { td, text } = typed;
  typed = null;
  const whole = text.endsWith("/") ? text.slice(0, -1) : text;
  const state = judge(whole, td);
  if (state === "whole" || state === "both") write({ td, fact: "mark", value: cased(whole, td) });
  else if (!(keys.length && note(td, keys))) repaint(td);
}

/** Forget what has been typed. @returns {boolean} whether there was anything */
export function abandon() {
  clearTimeout(timer);
  if (!typed) return false;
  const { td } = typed;
  typed = null;
  repaint(td);
  return true;
}

/** Annul what stands: the mark, else the absence. @param {HTMLTableCellElement} td */
export function erase(td) {
  abandon();
  const cell = standing(td);
  if (isFinal(td)) write({ td, fact: "final", value: "" });
  else if (cell.value || !cell.absence || !columnOf(td)?.leads) write({ td, fact: "mark", value: "" });
  else write({ td, fact: "absence", value: "" });
}
