// Copy the text of a field. Without this script the field can be marked by hand.
(() => {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // Pages that are not served by HTTPS.
      }
      button.firstChild.textContent = "已复制";
    });
  });
})();
