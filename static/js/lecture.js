// The lecture form in three steps, and the roll-call. Everything works without.
(() => {
  const form = document.querySelector("form[data-lecture]");
  if (!form) return;

  // One step at a time; the buttons at the bottom lead on.
  const steps = [...form.querySelectorAll("fieldset.step")];
  const nav = form.querySelector("[data-steps]");
  const back = form.querySelector("[data-back]");
  const next = form.querySelector("[data-next]");
  const last = form.querySelector("[data-last]");
  let now = 0;
  const show = (number, { move = true } = {}) => {
    now = Math.max(0, Math.min(number, steps.length - 1));
    steps.forEach((step, index) => (step.hidden = index !== now));
    nav.querySelectorAll("button").forEach((button, index) => {
      if (index === now) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    back.hidden = now === 0;
    next.hidden = now === steps.length - 1;
    last.hidden = now !== steps.length - 1;
    if (move) nav.scrollIntoView({ block: "start" });
  };
  nav.hidden = false;
  nav.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (button) show(Number(button.dataset.step));
  });
  back.addEventListener("click", () => show(now - 1));
  next.addEventListener("click", () => show(now + 1));
  const stepOf = (element) => steps.findIndex((step) => step.contains(element));
  document.querySelectorAll(".error-summary a[href^='#']").forEach((link) => {
    link.addEventListener("click", () => {
      const target = document.getElementById(link.hash.slice(1));
      if (stepOf(target) >= 0) show(stepOf(target), { move: false });
      target?.closest("details")?.setAttribute("open", "");
      target?.focus();
    });
  });
  const wrong = form.querySelector(".step .is-invalid, .step .invalid-feedback, .step .match");
  show(wrong ? stepOf(wrong) : 0, { move: false });
  if (!form.querySelector(".is-invalid") && !form.elements.topic.value) {
    form.elements.topic.focus({ preventScroll: true });
  }

  // The roll: 全到 and its like at once, without the network; 请假 stays.
  const rows = () => [...form.querySelectorAll("#roll [role=radiogroup]")];
  const chosen = (row) => row.querySelector("input:checked")?.value || "";
  const choose = (row, value) => {
    row.querySelectorAll("input").forEach((input) => (input.checked = input.value === value));
  };
  const marks = {
    present: (row) => chosen(row) !== "on_leave" && choose(row, "present"),
    absent: (row) => !chosen(row) && choose(row, "absent"),
    clear: (row) => choose(row, ""),
  };
  const sum = () => {
    const all = rows().map(chosen);
    const place = form.querySelector("[data-sum]");
    if (!place) return;
    const count = (value) => all.filter((one) => one === value).length;
    const open = count("");
    place.textContent =
      open === all.length
        ? ""
        : `实到 ${count("present")}，请假 ${count("on_leave")}，缺席 ${count("absent")}` +
          (open ? `；还有 ${open} 人没有登记` : "");
  };
  form.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-mark]");
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      rows().forEach(marks[button.value]);
      sum();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    },
    true,
  );
  form.addEventListener("change", sum);
  document.body.addEventListener("htmx:afterSettle", () => {
    sum();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  sum();

  // The numbers, for who counts without names.
  const check = document.getElementById("attendance-check");
  const plain = check.textContent;
  const typed = (name) => form.elements[name].value.trim();
  const watch = () => {
    const parts = ["present", "on_leave", "absent"].map((name) => Number(typed(name) || 0));
    const expected = Number(typed("expected") || 0);
    const total = parts.reduce((one, other) => one + other, 0);
    const missing = expected - total;
    let text = plain;
    let bad = false;
    if (typed("present") && typed("expected")) {
      bad = missing < 0 || (missing > 0 && typed("absent") !== "");
      if (bad) text = `实到、请假、缺席合计 ${total} 人，与应到 ${expected} 人不符，请核对。`;
      else if (missing > 0) text = `应到 ${expected} 人，缺席 ${missing} 人。`;
      else text = `应到 ${expected} 人，合计相符。`;
    }
    check.textContent = text;
    check.classList.toggle("wrong", bad);
  };
  form.addEventListener("input", watch);
  watch();
})();
