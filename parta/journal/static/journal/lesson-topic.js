// @ts-check
// Step three: the topic out of the plan with one tap, homework, its files, «урок заполнен».

import { token } from "../foundation/js/csrf.js";
import { button, clear, element, paint } from "./lesson-desk.js";

/** @param {import("./lesson-desk.js").Desk} desk */
export function topic(desk) {
  const topicForm = desk.form("topic");
  const homework = desk.form("homework");
  const done = desk.form("done");
  if (!topicForm || !homework) return;
  const title = /** @type {HTMLTextAreaElement} */ (topicForm.elements.namedItem("topic"));
  const text = /** @type {HTMLTextAreaElement} */ (homework.elements.namedItem("text"));
  let stands = { topic: title.value, planned: title.dataset.planned ?? "" };
  const repaint = () => [topicForm, homework].forEach(paint);
  for (const form of [topicForm, homework]) form.addEventListener("change", repaint);
  repaint();
  const sums = () => desk.sum("topic", title.value ? (text.value || isNone() ? "записаны" : "нет задания") : "нет темы");

  // --- topic

  /** @param {string} planned */
  function saveTopic(planned) {
    const topicText = title.value.trim();
    if (topicText === stands.topic && planned === stands.planned) return;
    const before = { ...stands };
    stands = { topic: topicText, planned };
    desk.write(
      () => [
        { fact: "topic", lesson: desk.lesson, topic: topicText, planned: planned ? Number(planned) : null, seen: desk.topicVersion },
      ],
      {
        key: "topic",
        host: () => topicForm.querySelector("[data-note]"),
        saved: () => sums(),
        undo: () => {
          stands = before;
        },
        theirs: (/** @type {any} */ conflict, /** @type {boolean} */ mine) => {
          desk.topicVersion = conflict.version;
          if (!mine) {
            title.value = conflict.theirs;
            stands = { topic: conflict.theirs, planned: "" };
          }
        },
      },
    );
    sums();
  }
  /** @param {HTMLInputElement} planned */
  function take(planned) {
    planned.checked = true;
    title.value = planned.dataset.text ?? "";
    planned.closest("details")?.removeAttribute("open");
    offer(planned);
    repaint();
    saveTopic(planned.value);
  }
  desk.takeTopic = take;
  topicForm.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.name === "planned") take(target);
    else saveTopic(chosenPlan());
  });
  /** The topic of the plan stays chosen while its words stand. */
  function chosenPlan() {
    const checked = /** @type {HTMLInputElement | null} */ (topicForm?.querySelector('input[name="planned"]:checked'));
    if (checked && checked.dataset.text !== title.value.trim()) {
      checked.checked = false;
      repaint();
      return "";
    }
    return checked?.value ?? "";
  }
  topicForm.addEventListener("submit", (event) => {
    event.preventDefault();
    saveTopic(chosenPlan());
  });

  // --- homework

  let version = Number(homework.dataset.version);
  const none = /** @type {HTMLButtonElement} */ (homework.querySelector("[data-none]"));
  const isNone = () => none.getAttribute("aria-pressed") === "true";
  const picked = (/** @type {string} */ name) => {
    const input = /** @type {HTMLInputElement | null} */ (homework.querySelector(`input[name="${name}"]:checked`));
    return input ? Number(input.value) : null;
  };
  const snapshot = () => JSON.stringify([text.value.trim(), isNone(), picked("minutes"), picked("due")]);
  let given = version ? snapshot() : "";
  /** @type {number | undefined} */
  let timer;
  function saveHomework() {
    clearTimeout(timer);
    const now = snapshot();
    const wanted = text.value.trim();
    if (now === given || (!version && !wanted && !isNone())) return;
    given = now;
    const change = {
      fact: "homework",
      lesson: desk.lesson,
      student: null,
      text: isNone() ? "" : wanted,
      none: isNone(),
      minutes: isNone() || !wanted ? null : picked("minutes"),
      due_lesson: isNone() || !wanted ? null : picked("due"),
    };
    sums();
    return desk.write(() => [{ ...change, seen: version }], {
      key: "homework",
      host: () => homework.querySelector("[data-note]"),
      saved: ([result]) => {
        version = result.version ?? version;
        sums();
      },
      undo: () => {
        given = "";
      },
      theirs: (/** @type {any} */ conflict, /** @type {boolean} */ mine) => {
        version = conflict.version;
        if (!mine) {
          text.value = conflict.theirs === "не задано" ? "" : conflict.theirs;
          given = snapshot();
        }
      },
      seen: () => version,
    });
  }
  text.addEventListener("input", () => {
    if (text.value) none.setAttribute("aria-pressed", "false");
    clearTimeout(timer);
    timer = setTimeout(saveHomework, 1500);
  });
  homework.addEventListener("change", (event) => {
    if (/** @type {HTMLInputElement} */ (event.target).type !== "file") saveHomework();
    load();
  });
  homework.addEventListener("submit", (event) => {
    event.preventDefault();
    const submitter = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
    if (submitter === none) {
      const pressed = !isNone();
      none.setAttribute("aria-pressed", String(pressed));
      if (pressed) text.value = "";
    }
    saveHomework();
  });
  const hint = homework.querySelector("[data-loadhint]");
  function load() {
    const due = /** @type {HTMLInputElement | null} */ (homework?.querySelector('input[name="due"]:checked'));
    const minutes = Number(due?.dataset.load ?? 0);
    const day = due?.parentElement?.textContent?.trim() ?? "";
    if (hint) hint.textContent = minutes ? `Классу к этому дню (${day}) уже задано на ${minutes}\u00a0мин.` : "";
  }

  const suggest = /** @type {HTMLElement | null} */ (homework.querySelector("[data-suggest]"));
  /** Offer the homework of the topic chosen. @param {HTMLElement} source */
  function offer(source) {
    if (!suggest) return;
    suggest.dataset.suggest = source.dataset.homework ?? suggest.dataset.suggest;
    suggest.dataset.minutes = source.dataset.minutes ?? "";
    suggest.hidden = !suggest.dataset.suggest;
  }
  if (suggest) {
    suggest.hidden = !suggest.dataset.suggest;
    suggest.title = suggest.dataset.suggest ?? "";
    suggest.addEventListener("click", () => {
      text.value = suggest.dataset.suggest ?? "";
      none.setAttribute("aria-pressed", "false");
      const wanted = /** @type {HTMLInputElement | null} */ (
        homework.querySelector(`input[name="minutes"][value="${suggest.dataset.minutes}"]`)
      );
      if (wanted && picked("minutes") === null) wanted.checked = true;
      repaint();
      saveHomework();
    });
  }

  // «Индивидуально»: the words the act sets go into the column, the tasks themselves to each student below.
  homework.querySelector("[data-column-words]")?.addEventListener("click", (event) => {
    event.preventDefault();
    text.value = /** @type {HTMLElement} */ (event.currentTarget).dataset.columnWords ?? "";
    none.setAttribute("aria-pressed", "false");
    repaint();
    saveHomework();
    const own = /** @type {HTMLDetailsElement | null} */ (document.getElementById("individual"));
    if (!own) return;
    own.open = true;
    /** @type {HTMLElement | null} */ (own.querySelector("select"))?.focus();
  });

  desk.queue.beforeLeaving(() => {
    saveTopic(chosenPlan());
    saveHomework();
  });

  // --- files

  const list = /** @type {HTMLElement} */ (homework.querySelector("[data-fileslist]"));
  const chip = /** @type {HTMLElement} */ (homework.querySelector(".filechip"));
  const file = /** @type {HTMLInputElement} */ (homework.querySelector("[data-file]"));
  chip.hidden = false;
  /** @param {FormData} data */
  async function send(data) {
    const host = homework?.querySelector("[data-note]");
    if (host) clear(host);
    try {
      const response = await fetch(desk.body.dataset.files ?? "", {
        method: "POST",
        body: data,
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        credentials: "same-origin",
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      if (response.status === 423) document.dispatchEvent(new Event("parta:locked"));
      desk.tell(host ?? null, "Файл не приложен", answer.error ?? "Повторите позже.");
    } catch {
      desk.tell(host ?? null, "Файл не приложен", "Нет связи: выберите файл ещё раз, когда она появится.");
    }
    return null;
  }
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    await saveHomework();
    const data = new FormData();
    data.append("file", chosen);
    file.value = "";
    chip.classList.add("wait");
    const answer = await send(data);
    chip.classList.remove("wait");
    if (!answer?.url) return;
    const item = element("li");
    const link = /** @type {HTMLAnchorElement} */ (element("a", "", answer.name));
    link.href = answer.url;
    item.append(link, remover(item, answer.id, answer.name));
    list.append(item);
    if (!text.value) {
      text.value = "См. вложение";
      none.setAttribute("aria-pressed", "false");
      version = Math.max(version, 0) + 1;
      given = snapshot();
    }
    sums();
  });
  /** @param {HTMLElement} item @param {number} id @param {string} name */
  function remover(item, id, name) {
    const made = button("Убрать", "btn btn--quiet", async () => {
      const data = new FormData();
      data.append("remove", String(id));
      if (await send(data)) item.remove();
    });
    made.setAttribute("aria-label", `Убрать ${name}`);
    return made;
  }
  for (const old of list.querySelectorAll("[data-remove]")) {
    const item = /** @type {HTMLElement} */ (old.closest("li"));
    old.replaceWith(remover(item, Number(/** @type {HTMLElement} */ (old).dataset.remove), item.querySelector("a")?.textContent ?? ""));
  }

  // --- filled

  done?.addEventListener("submit", (event) => {
    event.preventDefault();
    saveTopic(chosenPlan());
    saveHomework();
    desk.write(
      () => [...(desk.hasRoll ? [] : [{ fact: "roll", lesson: desk.lesson }]), { fact: "conducted", lesson: desk.lesson }],
      {
        key: "done",
        host: () => done.querySelector("[data-note]"),
        saved: () => {
          if (desk.queue.state === "saved" && !desk.queue.waiting) location.assign(desk.body.dataset.today ?? "/");
        },
      },
    );
  });
}
