// Plays the parts of one viewing one after another. Two players take turns: while one part
// is seen, the next is loaded.
const root = document.getElementById("viewing");
if (root) play(root);

function play(view) {
  const players = [...view.querySelectorAll("video")];
  const range = view.querySelector("input");
  const toggle = view.querySelector("[data-toggle]");
  const clock = view.querySelector("[data-clock]");
  const problem = view.querySelector("[data-problem]");
  const starts = view.dataset.starts.split(",").map(Number);
  let at = 0;
  let playing = false;

  const player = (part) => players[part % 2];

  function load(part) {
    const source = `${view.dataset.parts}${part}.mp4`;
    if (part < starts.length && player(part).getAttribute("src") !== source) {
      player(part).src = source;
    }
  }

  function show(part) {
    player(at).pause();
    at = part;
    load(part);
    const front = player(part);
    front.currentTime = 0;
    for (const each of players) {
      each.classList.toggle("app-viewing__front", each === front);
      each.ariaHidden = each === front ? null : "true";
    }
    range.value = part;
    tell();
    load(part + 1);
    if (playing) front.play().catch(failed);
  }

  function tell() {
    const seen = new Date(starts[at] + player(at).currentTime * 1000).toISOString();
    clock.textContent = seen.slice(11, 19);
    range.setAttribute("aria-valuetext", clock.textContent);
  }

  function failed(error) {
    // Moving on while a part begins to play interrupts it; nothing is wrong then.
    if (error.name === "AbortError") return;
    set(false);
    problem.textContent = view.dataset.over;
  }

  function set(on) {
    playing = on;
    toggle.textContent = on ? view.dataset.pause : view.dataset.play;
  }

  for (const each of players) {
    each.addEventListener("contextmenu", (event) => event.preventDefault());
    each.addEventListener("timeupdate", () => each === player(at) && tell());
    each.addEventListener("error", () => each === player(at) && failed(each.error));
    each.addEventListener("ended", () => {
      if (each !== player(at)) return;
      if (at + 1 < starts.length) show(at + 1);
      else set(false);
    });
  }
  range.addEventListener("input", () => show(Number(range.value)));
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    problem.textContent = "";
    if (playing) {
      set(false);
      player(at).pause();
      return;
    }
    set(true);
    if (at === starts.length - 1 && player(at).ended) show(0);
    else player(at).play().catch(failed);
  });
  show(0);
}
