// Warns two minutes before a session ends, and lets one stay. What was typed stays where it is either way.
(() => {
  "use strict";

  const box = document.querySelector("#gp-timeout");
  if (!box) return;
  const warnAt = 120;
  const [left, over] = box.querySelectorAll("p");
  const stay = box.querySelector("form");
  let endsAt = 0;
  let lastsAtMost = 0;

  const know = (told) => {
    endsAt = Date.now() + told.seconds * 1000;
    lastsAtMost = told.at_most;
  };
  const ask = async (method) => {
    try {
      const answer = await fetch(method === "POST" ? "/session/stay" : "/session", {
        method,
        headers: { Accept: "application/json" },
      });
      if (answer.ok || answer.status === 401) know(answer.ok ? await answer.json() : { seconds: 0, at_most: 0 });
    } catch {
      // Without a network nobody is told anything new; the next look asks again.
    }
  };
  const seconds = () => Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));

  const look = async () => {
    if (seconds() <= warnAt && !box.open) await ask("GET");
    const rest = seconds();
    if (rest > warnAt) {
      if (box.open) box.close();
      return;
    }
    left.hidden = rest === 0;
    over.hidden = rest > 0;
    stay.hidden = rest === 0 || lastsAtMost <= warnAt;
    if (!box.open) box.showModal();
  };

  stay.addEventListener("submit", async (event) => {
    event.preventDefault();
    await ask("POST");
    await look();
  });
  box.querySelector("button[value=close]").addEventListener("click", () => box.close());

  know({ seconds: Number(box.dataset.seconds), at_most: Number(box.dataset.atMost) });
  const timer = setInterval(async () => {
    await look();
    if (seconds() === 0) clearInterval(timer);
  }, 5000);
})();
