// 大字, one submit at a time, and signing out. Everything works without.
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

  // What was typed stays on the server; the device keeps nothing after signing out.
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
    localStorage.clear();
    indexedDB.deleteDatabase("redleader");
  });
})();
