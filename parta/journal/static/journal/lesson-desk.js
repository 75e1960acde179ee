// @ts-check
// What the steps of a lesson share: the tabs, the queue, and how a refusal, a conflict or an error is told.

import { postJSON } from "../foundation/js/csrf.js";

/** @typedef {import("./save.js").Change} Change */
/** @typedef {import("./save.js").Done} Done */

export class Desk {
  /**
   * @param {HTMLElement} body
   * @param {import("./save.js").SaveQueue} queue
   */
  constructor(body, queue) {
    this.body = body;
    this.queue = queue;
    this.lesson = Number(body.dataset.lesson);
    this.journal = Number(body.dataset.journal);
    this.topicVersion = Number(body.dataset.topicVersion);
    this.hasRoll = body.dataset.roll === "1";
    /** @type {number | undefined} */
    this.steadying = undefined;
    /** @type {(planned: HTMLInputElement) => void} */
    this.takeTopic = () => {};
    this.tabs = [...document.querySelectorAll('.steps [role="tab"]')].map((tab) => /** @type {HTMLElement} */ (tab));
    for (const tab of this.tabs) {
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        this.show(tab.id.slice(2));
      });
    }
    document.querySelector(".steps")?.addEventListener("keydown", (event) => {
      const key = /** @type {KeyboardEvent} */ (event).key;
      const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
      const at = this.tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
      if (!step) return;
      const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
      this.show(next.id.slice(2));
      next.focus();
    });
    this.settle();
  }

  settle() {
    for (const tab of this.tabs) tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
  }

  /** @param {string} name */
  show(name) {
    for (const tab of this.tabs) {
      const chosen = tab.id === `t-${name}`;
      tab.setAttribute("aria-selected", String(chosen));
      const panel = document.getElementById(`p-${tab.id.slice(2)}`);
      if (panel) panel.hidden = !chosen;
    }
    this.settle();
    const address = new URL(location.href);
    address.search = `?tab=${name}`;
    history.replaceState(null, "", address);
    scrollTo(0, 0);
    this.steady();
    document.dispatchEvent(new CustomEvent("step", { detail: name }));
  }

  /** For a moment after a step nothing under the finger takes a tap: the second half of a double one is no mark. */
  steady() {
    document.body.classList.add("steadying");
    clearTimeout(this.steadying);
    this.steadying = setTimeout(() => document.body.classList.remove("steadying"), 400);
  }

  /** @param {string} name @param {string} text */
  sum(name, text) {
    const place = document.querySelector(`[data-sum="${name}"]`);
    if (place) place.textContent = text;
  }

  /** @param {string} name @returns {HTMLFormElement | null} */
  form(name) {
    return document.querySelector(`form[data-form="${name}"]`);
  }

  /**
   * Push changes; what stands against them is told at `host`. True when they are saved.
   * `saved` gets the results of the changes the operation is about, `undo` takes back what the page shows, `theirs`
   * takes over the version (and, unless one's own value is to stand, the value) of a conflict.
   * @param {() => Change[]} make
   * @param {{key?: string, host: () => Element | null, saved?: (results: any[]) => void,
   *   undo?: () => void, theirs?: (conflict: any, mine: boolean) => void, seen?: () => number}} how
   * @returns {Promise<boolean>}
   */
  async write(make, how) {
    /** @type {Change[]} */
    let sent = [];
    const done = await this.queue.push(() => (sent = make()), { key: how.key });
    const host = how.host();
    if (host) clear(host);
    if (done.kind === "dropped") return false;
    if (done.kind === "saved") {
      this.noteRecord(sent, done.saved);
      how.saved?.(done.saved.filter((_, place) => sent[place]?.fact === this.fact(sent)));
      this.remarks(host, done.saved);
      return true;
    }
    if (done.kind === "conflict") {
      this.tellConflict(host, done.conflicts[0], how, make);
      return false;
    }
    how.undo?.();
    if (done.kind === "refused") this.tellRefused(host, done.refused[0], sent, how);
    else this.tell(host, "Не сохранено", done.text);
    return false;
  }

  /** What an operation is about: a topic or a stated substitution sent along comes first. @param {Change[]} sent */
  fact(sent) {
    return sent[sent.length - 1]?.fact;
  }

  /** The lesson record's version grows with topic, roll and «held»: later changes must have seen it.
   * @param {Change[]} sent @param {any[]} saved */
  noteRecord(sent, saved) {
    for (const result of saved) {
      if (["topic", "roll", "conducted"].includes(result.fact) && result.version > this.topicVersion) {
        this.topicVersion = result.version;
      }
    }
    if (sent.some((change) => change.fact === "roll")) this.hasRoll = true;
  }

  /** @param {Element | null} host @param {any[]} saved */
  remarks(host, saved) {
    const texts = [...new Set(saved.flatMap((result) => (result.remarks ?? []).map((remark) => remark.text)))];
    if (!host || !texts.length) return;
    host.append(note("mark", "Сохранено с замечанием", texts.join(" ")));
  }

  /** @param {Element | null} host @param {string} title @param {string} text @returns {HTMLElement} */
  tell(host, title, text) {
    const block = note("red", title, text);
    host?.append(block);
    return block;
  }

  /** @param {Element | null} host @param {any} conflict @param {any} how @param {() => Change[]} make */
  tellConflict(host, conflict, how, make) {
    const block = note("mark", "Здесь уже записано другое", "");
    block.querySelector("p")?.remove();
    const versus = element("div", "versus");
    const mine = element("div", "", "Ваше");
    mine.append(element("br"), element("b", "", conflict.yours || "пусто"));
    const theirs = element("div", "", [conflict.by, conflict.at].filter(Boolean).join(", ") || "В журнале");
    theirs.append(element("br"), element("b", "", conflict.theirs || "пусто"));
    versus.append(mine, theirs);
    const keep = button("Оставить как в журнале", "btn btn--go", () => {
      how.undo?.();
      how.theirs?.(conflict, false);
      block.remove();
    });
    const put = button("Записать моё", "btn", () => {
      block.remove();
      how.theirs?.(conflict, true);
      this.write(make, how);
    });
    block.append(versus, acts(keep, put));
    if (host) host.append(block);
  }

  /** @param {Element | null} host @param {any} refused @param {Change[]} sent @param {any} how */
  tellRefused(host, refused, sent, how) {
    const block = this.tell(host, refused.title, refused.text);
    block.setAttribute("role", "alert");
    if (refused.clauses?.length) {
      const clause = element("p", "clause");
      clause.append(element("cite", "", [...new Set(refused.clauses.map((cited) => cited.number))].join(", ") + "."));
      clause.append(" " + (refused.allowed ?? ""));
      block.append(clause);
    }
    const retry = (/** @type {Change[]} */ changes) => {
      block.remove();
      this.write(() => this.fresh(changes, sent, how), how);
    };
    const makers = {
      ask_permit: () => button("Попросить согласие", "btn btn--go", () => this.ask(block, refused, sent, how)),
      give_reason: () => button("Указать причину", "btn btn--go", () => this.reason(block, sent, retry)),
      take_planned_topic: () => {
        const planned = /** @type {HTMLInputElement | null} */ (document.querySelector('input[name="planned"]'));
        if (!planned) return null;
        return button("Взять тему из плана", "btn btn--go", () => {
          this.takeTopic(planned);
          if (sent.some((change) => change.fact !== "topic")) retry(sent);
          else block.remove();
        });
      },
      set_topic: () =>
        button("Записать тему", "btn", () => {
          this.show("topic");
          document.getElementById("topic")?.focus();
        }),
      state_substitution: () =>
        button("Урок провожу я: указать замену", "btn btn--go", () =>
          retry([{ fact: "conducted", lesson: this.lesson, substitution: true }, ...sent.filter((c) => c.fact !== "conducted")]),
        ),
    };
    const kinds = refused.ways.map((way) => way.kind);
    if (kinds.includes("set_topic")) kinds.splice(0, kinds.length, "take_planned_topic", ...kinds.filter((kind) => kind !== "take_planned_topic"));
    const buttons = kinds.map((kind) => makers[kind]?.()).filter(Boolean);
    buttons.push(button("Закрыть", "btn btn--quiet", () => block.remove()));
    block.append(acts(...buttons));
    block.scrollIntoView({ block: "nearest" });
  }

  /** Changes sent again carry the versions known now.
   * @param {Change[]} changes @param {Change[]} sent @param {any} how */
  fresh(changes, sent, how) {
    const seen = how.seen?.();
    return changes.map((change) => {
      if (change.fact === "topic") return { ...change, seen: this.topicVersion };
      return seen === undefined || change.seen === undefined ? change : { ...change, seen };
    });
  }

  /** @param {HTMLElement} block @param {Change[]} sent @param {(changes: Change[]) => void} retry */
  reason(block, sent, retry) {
    this.field(block, "Причина", "Сохранить", (text) => {
      const reasoned = new Set(["mark", "absence", "topic", "homework", "conducted"]);
      retry(sent.map((change) => (reasoned.has(change.fact) ? { ...change, reason: text } : change)));
    });
  }

  /** @param {HTMLElement} block @param {any} refused @param {Change[]} sent @param {any} how */
  ask(block, refused, sent, how) {
    const change = sent[refused.index] ?? sent[0];
    this.field(block, "Зачем нужна эта запись", "Попросить", async (text) => {
      const answer = await postJSON(this.body.dataset.ask ?? "", {
        journal: this.journal,
        lesson: this.lesson,
        student: change.student ?? null,
        fact: change.fact === "roll" ? "absence" : change.fact,
        wanted: String(change.value ?? change.symbol ?? change.topic ?? change.text ?? "").slice(0, 40),
        clauses: refused.clauses.map((cited) => cited.id),
        reason: text,
      });
      if (answer.ok) {
        block.replaceChildren(
          element("h2", "", "Просьба отправлена"),
          element("p", "", "Решение придёт на вашу первую страницу. Когда разрешат, запишите ещё раз."),
        );
        block.className = "note note--ok";
        block.setAttribute("role", "status");
        block.scrollIntoView({ block: "nearest" });
      } else {
        const fault = block.querySelector(".err") ?? block.appendChild(element("p", "err"));
        fault.textContent = answer.data?.error ?? "Нет связи: просьба не отправлена, повторите.";
      }
    });
  }

  /** @param {HTMLElement} block @param {string} label @param {string} verb @param {(text: string) => void} done */
  field(block, label, verb, done) {
    block.querySelector(".asking")?.remove();
    const form = /** @type {HTMLFormElement} */ (element("form", "asking"));
    const id = `ask-${Math.random().toString(36).slice(2)}`;
    const name = element("label", "", label);
    name.setAttribute("for", id);
    const input = /** @type {HTMLTextAreaElement} */ (element("textarea", "input"));
    input.id = id;
    input.rows = 2;
    input.maxLength = 300;
    input.minLength = 3;
    input.required = true;
    form.append(name, input, acts(element("button", "btn btn--go", verb)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      done(input.value.trim());
    });
    block.append(form);
    input.focus();
  }
}

/** @param {string} tag @param {string} [kind] @param {string} [text] @returns {HTMLElement} */
export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  return made;
}

/** @param {string} text @param {string} kind @param {() => void} act @returns {HTMLElement} */
export function button(text, kind, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", kind, text));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** @param {...HTMLElement} buttons @returns {HTMLElement} */
export function acts(...buttons) {
  const made = element("div", "acts");
  made.append(...buttons);
  return made;
}

/** @param {string} tone @param {string} title @param {string} text @returns {HTMLElement} */
export function note(tone, title, text) {
  const made = element("div", `note note--${tone}`);
  made.append(element("h2", "", title), element("p", "", text));
  return made;
}

/** Colour the chips of radio buttons by what is chosen. @param {Element} form */
export function paint(form) {
  for (const input of form.querySelectorAll('.chip > input[type="radio"]')) {
    input.parentElement?.classList.toggle("chip--on", /** @type {HTMLInputElement} */ (input).checked);
  }
}

/** Take away what was told at a place. @param {Element} host */
export function clear(host) {
  for (const told of host.querySelectorAll(":scope > .note")) told.remove();
}
