// @ts-check
// A text of a script in the language of the page. A page in Russian carries no words; others bring those of the scripts.

/** @type {Record<string, string>} */
const words = JSON.parse(document.getElementById("script-words")?.textContent || "{}");

/** @param {string} text */
export const say = (text) => words[text] ?? text;
