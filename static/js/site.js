// 大字, one submit at a time, and the sum of an attendance. Everything works without.
(() => {
  const root = document.documentElement;
  const large = document.getElementById("large-text");
  if (large) {
    large.hidden = false;
    large.addEventListener("click", () => {
      const on = root.classList.toggle("large-text");
      large.setAttribute("aria-pressed", String(on));
      const age = on ? 60 * 60 * 24 * 365 : 0;
      document.cookie = `large_text=1; path=/; max-age=${age}; samesite=lax`;
    });
  }

  const guarded = document.querySelectorAll("form[data-guard]");
  guarded.forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
    });
  });
  // A page that comes back from the browser's store may be sent again.
  window.addEventListener("pageshow", () => {
    guarded.forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });

  document.querySelector(".error-summary")?.focus();

  const check = document.getElementById("attendance-check");
  if (check) {
    const plain = check.textContent;
    const count = (name) => document.getElementById(`id_${name}`);
    const number = (name) => Number(count(name)?.value || 0);
    const show = () => {
      const sum = number("present") + number("on_leave") + number("absent");
      const expected = count("expected").value;
      const parted = number("on_leave") + number("absent") > 0;
      const tooMany = expected && number("present") > number("expected");
      const wrong = expected && (tooMany || (parted && sum !== number("expected")));
      check.textContent = wrong
        ? `实到、请假、缺席合计 ${sum} 人，与应到 ${expected} 人不符，请核对。`
        : plain;
      check.classList.toggle("wrong", Boolean(wrong));
    };
    ["present", "expected", "on_leave", "absent"].forEach((name) =>
      count(name)?.addEventListener("input", show),
    );
    show();
  }
})();
